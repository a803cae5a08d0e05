// Shows the same again and again until the interrupt: a picture on a terminal, or one JSON value a line.

import { JobqError } from '../errors.ts';
import { isoNow } from '../store/disk.ts';
import type { CliParts } from './parts.ts';
import { errorOf, errorText } from './render/error.ts';
import { printable } from './render/printable.ts';
import { frame } from './render/screen.ts';
import type { VerbResult } from './verb.ts';

const DEFAULT_S = 5;

/** How often: every so many seconds, or as often as it seems right. */
export type Every = number | true;

/** The value of an option `--watch [s]`: without seconds it may have taken the job behind it. */
export type Watch = Every | string;

/** How often, and the arguments with the one that `--watch` has taken. */
export function watchOf(
  watch: Watch | undefined,
  args: readonly string[],
): { every: Every | undefined; args: readonly string[] } {
  if (typeof watch !== 'string') return { every: watch, args };
  if (args.length === 0) return { every: true, args: [watch] };
  throw new JobqError('usage', `--watch should be a number of seconds, but is ${JSON.stringify(watch)}`, {
    field: '--watch',
    remedy: 'give one job only: `jobq status wfe --watch`, `jobq status --watch 10 wfe`',
  });
}

export interface Watching {
  every: Every;
  json: boolean;
  look: () => Promise<VerbResult>;
}

/** What cannot be looked at once is told, and looked at again: the queue may come back. */
export async function watchOn(parts: CliParts, { every, json, look }: Watching): Promise<VerbResult> {
  const { environment, out, interrupt, disk } = parts;
  if (!json && !environment.stdoutIsTerminal) throw noTerminal();
  const waitMs = (every === true ? DEFAULT_S : every) * 1000;
  for (let first = true; !interrupt.aborted; first = false) {
    out.stdout(json ? await line(look) : frame(await picture(parts, look), environment, first));
    await disk.clock.sleep(waitMs, interrupt);
  }
  return { value: null, printed: true, text: () => '' };
}

async function line(look: Watching['look']): Promise<string> {
  const value = await look().then(
    (result) => result.value,
    (error: unknown) => ({ error: errorOf(error) }),
  );
  return `${JSON.stringify(value)}\n`;
}

async function picture({ environment, disk }: CliParts, look: Watching['look']): Promise<string> {
  const { isColored, styleOf } = await import('./render/style.ts');
  const style = styleOf(environment);
  const text = await look().then(
    (result) => result.text(style),
    (error: unknown) => errorText(errorOf(error), style),
  );
  const time = isoNow(disk).slice(11, 19);
  return `${printable(text, { colored: isColored(environment) })}\n\n${style.colors.dim(`${time} UTC; Ctrl+C ends this`)}`;
}

function noTerminal(): JobqError {
  return new JobqError('usage', '--watch draws on a terminal, and there is none', {
    field: '--watch',
    remedy: 'leave it out, or add --json for one line of JSON each time',
  });
}
