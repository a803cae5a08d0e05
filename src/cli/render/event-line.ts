// One event as a line: number, time, type, job, and what else it says.
import type { JobEvent } from '../../job/event.ts';
import type { Progress } from '../../job/progress.ts';
import { oneLine } from '../../notify/harmless.ts';
import type { Style } from './style.ts';
import { momentText, progressText } from './words.ts';

const PAINT = {
  finished: 'green',
  archived: 'green',
  lost: 'magenta',
  problem: 'yellow',
  undelivered: 'yellow',
  'target-failing': 'yellow',
  'runner-silent': 'magenta',
  'ledger-lost': 'red',
} as const satisfies { readonly [T in JobEvent['type']]?: string };

/** What no person reads. */
const LEFT_OUT = new Set(['seq', 'at', 'type', 'job_id', 'seal_sha256']);

export function eventLine({ colors }: Style, event: JobEvent): string {
  const paint = (PAINT as Record<string, 'green' | 'magenta' | 'yellow' | 'red' | undefined>)[event.type];
  const type = event.type.padEnd(16);
  const said = Object.entries(event).flatMap(([field, value]) => detail(field, value));
  return [
    colors.dim(String(event.seq).padStart(5)),
    momentText(event.at),
    paint ? colors[paint](type) : type,
    ...(event.job_id === null ? [] : [event.job_id]),
    said.join(', '),
  ]
    .filter(Boolean)
    .join('  ')
    .trimEnd();
}

function detail(field: string, value: unknown): string[] {
  if (LEFT_OUT.has(field) || value === undefined || value === null) return [];
  const name = field.replaceAll('_', ' ');
  if (field === 'progress') return [oneLine(progressText(value as Progress))];
  if (field === 'outcome') return [`outcome ${(value as { kind: string }).kind}`];
  if (value === true) return [name];
  const text = Array.isArray(value) ? value.join(' ') : String(value as string | number);
  return [`${name} ${oneLine(text, 200)}`];
}
