// What is to be believed of a line of the ledger of messages that is no whole one. Pure; it knows no file.
import { MESSAGE_EVENTS } from '../job/message-template.ts';
import type { LedgerLine } from './ledger-lines.ts';
import { parseLine } from './ledger-lines.ts';
import type { Message } from './message.ts';
import { soundFacts, soundMessage } from './message.ts';

const NOT_UNDERSTOOD = 'what the ledger of messages holds of it cannot be understood';

/**
 * Its message without what it need not have; or, where it names at
 * least a message and targets, that this was given up, so that somebody is told. Nothing where it does not.
 */
export function salvage(value: unknown, at: string): LedgerLine[] {
  const { message, targets, id, target, ...line } = fieldsOf(value);
  const sound = soundMessage(message);
  const whole = sound && parseLine({ at, ...line, message: sound, targets });
  if (whole) return [whole];
  const given = fieldsOf(message);
  const about = sound?.id ?? given['id'] ?? id;
  const names = [target, ...(Array.isArray(targets) ? (targets as unknown[]) : [])].filter((each) =>
    isName(each),
  );
  if (!isName(about)) return [];
  const dead = names.map(
    (name): LedgerLine => ({ event: 'dead', at, id: about, target: name, reason: NOT_UNDERSTOOD }),
  );
  if (message === undefined || names.length === 0) return dead;
  return [{ event: 'queued', at, message: sound ?? remains(about, at, given), targets: names }, ...dead];
}

function fieldsOf(value: unknown): { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { [field: string]: unknown }) : {};
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** What is left of a message, for who looks at it or wants it sent all the same. */
function remains(
  id: string,
  at: string,
  { title, text, facts }: { readonly [field: string]: unknown },
): Message {
  const [job_id = id, state = ''] = id.split('/');
  const event = MESSAGE_EVENTS.find((word) => word === state) ?? 'failed';
  return {
    id,
    kind: 'finished',
    event,
    job_id,
    at,
    title: isName(title) ? title : `Job ${job_id}`,
    text: isName(text) ? text : '',
    facts: { job_id, message_id: id, state, ...soundFacts(facts) },
    log: {},
    route: { state, wanted: true },
  };
}
