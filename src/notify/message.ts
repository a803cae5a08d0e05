// A message about a job: what it tells, under an id that is the same however often it is made. Pure.
import * as z from 'zod/mini';
import { compactTime } from '../job/job-id.ts';
import type { FieldTexts } from '../job/message-template.ts';
import { LOG_FIELDS, MESSAGE_EVENTS, MESSAGE_FIELDS, renderTemplate } from '../job/message-template.ts';
import type { Facts, Occasion } from './facts.ts';
import { eventOf, factsOf } from './facts.ts';
import { DEFAULT_TEXT, DEFAULT_TITLE } from './texts.ts';

const factSchema = z.union([z.string(), z.number()]);
const factsSchema = z.record(z.string(), factSchema);

export const messageSchema = z.object({
  /** `<job>/<status>/<attempt>`, and `/<kind>` where it is not the job's end. */
  id: z.string(),
  kind: z.enum(['finished', 'lost', 'recovered', 'late', 'test']),
  event: z.enum(MESSAGE_EVENTS),
  job_id: z.string(),
  /** When it was made. */
  at: z.string(),
  title: z.string(),
  text: z.string(),
  /** Everything but what stands in the log. */
  facts: factsSchema,
  /** What the script said; told only where a template asks for it. */
  log: factsSchema,
  /** What decides who is told. */
  route: z.object({
    state: z.string(),
    project: z.optional(z.string()),
    type: z.optional(z.string()),
    channel: z.optional(z.string()),
    /** Does the order want to be told of? */
    wanted: z.boolean(),
  }),
});
export type Message = z.infer<typeof messageSchema>;

/** A message without what it need not have and what is not as it should be; undefined where it lacks what it must have. */
export function soundMessage(value: unknown): Message | undefined {
  const parsed = messageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { facts, log, route, ...rest } = fieldsOf(value);
  const again = messageSchema.safeParse({
    ...rest,
    facts: soundFacts(facts),
    log: soundFacts(log),
    route: { wanted: true, state: '', ...soundRoute(route) },
  });
  return again.success ? again.data : undefined;
}

function fieldsOf(value: unknown): { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { [field: string]: unknown }) : {};
}

/** What there is of facts, as far as it can be told. */
export function soundFacts(value: unknown): Message['facts'] {
  const sound = Object.entries(fieldsOf(value)).filter(([, fact]) => factSchema.safeParse(fact).success);
  return Object.fromEntries(sound) as Message['facts'];
}

function soundRoute(value: unknown): object {
  const sound = Object.entries(fieldsOf(value)).filter(
    ([field, each]) => typeof each === (field === 'wanted' ? 'boolean' : 'string'),
  );
  return Object.fromEntries(sound);
}

function idOf({ kind, view, lostAt }: Occasion): string {
  const { job_id, state, attempt } = view;
  if (kind === 'finished') return `${job_id}/${state}/${attempt}`;
  if (kind === 'late') return `${job_id}/${state}/${attempt}/late`;
  const when = lostAt === undefined ? '' : `-${compactTime(Date.parse(lostAt))}`;
  return `${job_id}/lost/${attempt}/${kind}${when}`;
}

/** An order is told of unless it says otherwise. */
function isWanted({ kind, view, order }: Occasion): boolean {
  const { on_complete = true, on_fail = true } = order?.notify ?? {};
  const isGood = view.state === 'completed' && (kind === 'finished' || kind === 'late');
  return isGood ? on_complete : on_fail;
}

function isLogField(field: string): boolean {
  return LOG_FIELDS.some((name) => name === field);
}

function chosen(facts: Facts, wanted: (field: string) => boolean): Message['facts'] {
  return Object.fromEntries(Object.entries(facts).filter(([field]) => wanted(field)));
}

export function messageFor(occasion: Occasion): Message {
  const { kind, view, order, nowMs } = occasion;
  const id = idOf(occasion);
  const told = factsOf(occasion, id);
  const facts = chosen(told, (field) => !isLogField(field));
  const texts = textsOf(facts);
  return {
    id,
    kind,
    event: eventOf(occasion),
    job_id: view.job_id,
    at: new Date(nowMs).toISOString(),
    title: renderTemplate(DEFAULT_TITLE, texts),
    text: renderTemplate(DEFAULT_TEXT, texts),
    facts,
    log: chosen(told, isLogField),
    route: {
      state: view.state,
      ...(view.project !== null && { project: view.project }),
      ...(order?.type !== undefined && { type: order.type }),
      ...(order?.channel !== undefined && { channel: order.channel }),
      wanted: isWanted(occasion),
    },
  };
}

/** A message that shows whether a target can be reached. */
export function testMessage(target: string, nowMs: number): Message {
  const at = new Date(nowMs).toISOString();
  const id = `test/${target}/${compactTime(nowMs)}`;
  return {
    id,
    kind: 'test',
    event: 'completed',
    job_id: 'test',
    at,
    title: `A test message of jobq for ${target}`,
    text: 'Nothing has happened. If you read this, messages arrive.',
    facts: { message_id: id, event: 'test' },
    log: {},
    route: { state: 'completed', wanted: true },
  };
}

/** Facts as a template takes them. */
export function textsOf(facts: Message['facts']): FieldTexts {
  const known = Object.keys(MESSAGE_FIELDS).filter((field) => Object.hasOwn(facts, field));
  return Object.fromEntries(known.map((field) => [field, String(facts[field])]));
}
