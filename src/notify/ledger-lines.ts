// What the lines of the ledger of messages add up to: what waits for which target, what was sent, what is given up. Pure.
import * as z from 'zod/mini';
import { moment } from '../job/fields.ts';
import type { Message } from './message.ts';
import { messageSchema } from './message.ts';

const about = { at: moment, id: z.string(), target: z.string() };

const lineSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('queued'),
    at: moment,
    message: messageSchema,
    targets: z.array(z.string()),
  }),
  /** Not sent; `tries` in all, and not again before `next`. */
  z.object({
    event: z.literal('tried'),
    ...about,
    tries: z.int(),
    problem: z.string(),
    next: moment,
    /** No other message goes to the target before `next`, either. */
    pause: z.optional(z.boolean()),
  }),
  z.object({ event: z.literal('sent'), ...about }),
  z.object({ event: z.literal('dead'), ...about, reason: z.string() }),
  /** Somebody wants a dead one to be tried again. */
  z.object({ event: z.literal('again'), ...about }),
  /** Nobody wants a dead one any more: it counts as sent, so that it is not queued anew. */
  z.object({ event: z.literal('forgotten'), ...about }),
]);
export type LedgerLine = z.infer<typeof lineSchema>;

/** A message that waits to be sent to one target. */
export interface Open {
  message: Message;
  target: string;
  queuedMs: number;
  tries: number;
  nextMs: number;
  problem: string | undefined;
  /** Until it is tried again nothing else is sent to its target. */
  pause?: boolean | undefined;
}

/** One that nobody tries any more. */
export interface Dead {
  message: Message;
  target: string;
  queuedMs: number;
  deadMs: number;
  reason: string;
}

export interface Deliveries {
  /** In the order in which they are sent, for each target. */
  open: Map<string, Open>;
  dead: Map<string, Dead>;
  /** When each was sent. */
  sent: Map<string, number>;
}

export function noDeliveries(): Deliveries {
  return { open: new Map(), dead: new Map(), sent: new Map() };
}

/** One name for a message to one target; names of targets have no blanks. */
export function keyOf(id: string, target: string): string {
  return `${target} ${id}`;
}

export function isKnown({ open, dead, sent }: Deliveries, id: string, target: string): boolean {
  const key = keyOf(id, target);
  return open.has(key) || dead.has(key) || sent.has(key);
}

export function parseLine(value: unknown): LedgerLine | undefined {
  const parsed = lineSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Takes one more line in. A line that is there twice changes nothing. */
export function addLine(deliveries: Deliveries, line: LedgerLine): void {
  const atMs = Date.parse(line.at);
  if (line.event === 'queued') queue(deliveries, line.message, line.targets, atMs);
  else change(deliveries, keyOf(line.id, line.target), line, atMs);
}

function queue(deliveries: Deliveries, message: Message, targets: readonly string[], atMs: number): void {
  for (const target of targets) {
    if (isKnown(deliveries, message.id, target)) continue;
    const open = { message, target, queuedMs: atMs, tries: 0, nextMs: atMs, problem: undefined };
    deliveries.open.set(keyOf(message.id, target), open);
  }
}

type Change = Exclude<LedgerLine, { event: 'queued' }>;

function change({ open, dead, sent }: Deliveries, key: string, line: Change, atMs: number): void {
  const waiting = open.get(key);
  switch (line.event) {
    case 'tried':
      if (waiting) Object.assign(waiting, triedPart(line));
      return;
    case 'sent':
      open.delete(key);
      dead.delete(key);
      sent.set(key, atMs);
      return;
    case 'dead':
      if (!waiting) return;
      open.delete(key);
      dead.set(key, { ...without(waiting), deadMs: atMs, reason: line.reason });
      return;
    case 'forgotten':
      if (dead.delete(key)) sent.set(key, atMs);
      return;
    case 'again':
      revive(open, dead, key, atMs);
  }
}

function triedPart({ tries, problem, next, pause }: Extract<Change, { event: 'tried' }>): Partial<Open> {
  return { tries, problem, nextMs: Date.parse(next), pause };
}

function without({ message, target, queuedMs }: Open) {
  return { message, target, queuedMs };
}

function revive(open: Deliveries['open'], dead: Deliveries['dead'], key: string, atMs: number): void {
  const given = dead.get(key);
  if (!given) return;
  const { message, target } = given;
  dead.delete(key);
  open.set(key, { message, target, queuedMs: atMs, tries: 0, nextMs: atMs, problem: undefined });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The fewest lines that add up to the same, without what was sent or given up before `sinceMs`. */
export function linesOf({ open, dead, sent }: Deliveries, sinceMs: number): LedgerLine[] {
  const queued = ({ message, target, queuedMs }: Open | Dead): LedgerLine => ({
    event: 'queued',
    at: iso(queuedMs),
    message,
    targets: [target],
  });
  return [
    ...[...sent].filter(([, atMs]) => atMs >= sinceMs).map(([key, atMs]): LedgerLine => sentLine(key, atMs)),
    ...[...dead.values()]
      .filter(({ deadMs }) => deadMs >= sinceMs)
      .flatMap((given): LedgerLine[] => [queued(given), deadLine(given)]),
    ...[...open.values()].flatMap((waiting): LedgerLine[] => [queued(waiting), ...triedLine(waiting)]),
  ];
}

function sentLine(key: string, atMs: number): LedgerLine {
  const blank = key.indexOf(' ');
  return { event: 'sent', at: iso(atMs), id: key.slice(blank + 1), target: key.slice(0, blank) };
}

function deadLine({ message, target, deadMs, reason }: Dead): LedgerLine {
  return { event: 'dead', at: iso(deadMs), id: message.id, target, reason };
}

function triedLine({ message, target, queuedMs, tries, problem, nextMs, pause }: Open): LedgerLine[] {
  if (tries === 0) return [];
  const next = iso(nextMs);
  const about = { at: iso(queuedMs), id: message.id, target };
  return [{ event: 'tried', ...about, tries, problem: problem ?? '', next, ...(pause && { pause }) }];
}
