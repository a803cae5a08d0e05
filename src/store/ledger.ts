// The runner's ledger: what it began and ended, outside the mirrored trees, one fsynced line each. It is why a job
// directory that comes back is not run again.
import path from 'node:path';
import * as z from 'zod/mini';
import { count, jobId, moment } from '../job/fields.ts';
import { jsonOf } from '../job/lenient-text.ts';
import { outcomeSchema } from '../job/outcome.ts';
import type { LedgerJob } from '../queue/runner-snapshot.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { makeDurableDir, writeWhole } from './disk.ts';
import { lineLogOver } from './line-log.ts';

const headerSchema = z.looseObject({
  event: z.literal('ledger'),
  ledger_id: z.string(),
  /** The ledger that presence still names, when this one replaced one that was gone or unreadable. */
  lost_before: z.optional(z.string()),
});

const againSchema = z.looseObject({
  how: z.enum(['resume', 'restart']),
  why: z.enum(['interrupted', 'licence']),
  not_before: moment,
});

const entrySchema = z.looseObject({
  event: z.enum(['intent', 'started', 'again', 'ended', 'deleting', 'deleted']),
  job_id: jobId,
  attempt: count,
  at: moment,
  queued_at: z.optional(moment),
  started_at: z.optional(moment),
  finished_at: z.optional(moment),
  outcome: z.optional(outcomeSchema),
  again: z.optional(againSchema),
});
const acceptedSchema = z.looseObject({
  event: z.literal('accepted'),
  at: moment,
  /** Ids of the earlier ledgers whose loss the owner knows of. */
  ledger_ids: z.array(z.string()),
});

export type LedgerEntry = z.infer<typeof entrySchema>;

export interface Ledger {
  id: string;
  /** An earlier ledger is gone and nobody has accepted that yet. */
  lost: boolean;
  jobs: ReadonlyMap<string, LedgerJob>;
  /** Those whose record is not deleted yet. */
  open: ReadonlySet<string>;
  /** Changes when a job comes to `jobs` or goes from `open`. */
  readonly members: number;
  /** Writes one line and returns when it is durable. */
  append(entry: LedgerEntry): Promise<void>;
  /** The owner says that the loss of the earlier ledger is known: orders start without a release again. */
  accept(at: string): Promise<void>;
}

/** What the lines of a ledger add up to for one job. */
function afterEntry(before: LedgerJob | undefined, entry: LedgerEntry): LedgerJob {
  const { event, attempt, at, queued_at, started_at, finished_at, outcome, again } = entry;
  const job = before && event === 'intent' ? forNextAttempt(before) : before;
  const next: LedgerJob = {
    ...(job ?? { queued_at: at, attempts: [] }),
    phase: event,
    attempt,
    at: Date.parse(at),
    ...(queued_at && { queued_at }),
    ...(started_at && { started_at }),
    ...(finished_at && { finished_at }),
    ...(outcome && { outcome }),
    ...(again && { again }),
  };
  const isOver = event === 'again' || event === 'ended';
  return isOver ? { ...next, attempts: withDone(next) } : next;
}

function forNextAttempt(before: LedgerJob): LedgerJob {
  const { started_at: _, finished_at: __, outcome: ___, ...job } = before;
  return job;
}

/** The attempts that are over. The one that a job ends with after a wait is in the list already. */
function withDone({ attempts, attempt, started_at, finished_at, outcome }: LedgerJob): LedgerJob['attempts'] {
  if (attempt === 0 || attempts.some((done) => done.attempt === attempt)) return attempts;
  return [
    ...attempts,
    {
      attempt,
      ...(started_at && { started_at }),
      ...(finished_at && { finished_at }),
      ...(outcome && { outcome }),
    },
  ];
}

interface Content {
  id: string;
  /** Earlier ledgers that are gone. */
  lostIds: Set<string>;
  accepted: Set<string>;
  jobs: Map<string, LedgerJob>;
}

/** Reads the whole lines; undefined when they are not a ledger's. */
function parseLines(lines: readonly string[]): Content | undefined {
  try {
    const [first, ...rest] = lines.map(jsonOf);
    const header = headerSchema.safeParse(first);
    if (!header.success) return undefined;
    const { ledger_id, lost_before } = header.data;
    const lostIds = new Set(lost_before === undefined ? [] : [lost_before]);
    const content: Content = { id: ledger_id, lostIds, accepted: new Set(), jobs: new Map() };
    for (const line of rest) addLine(content, line);
    return content;
  } catch {
    return undefined;
  }
}

function addLine(content: Content, line: unknown): void {
  const accepted = acceptedSchema.safeParse(line);
  if (accepted.success) {
    for (const id of accepted.data.ledger_ids) content.accepted.add(id);
    return;
  }
  const entry = entrySchema.parse(line);
  content.jobs.set(entry.job_id, afterEntry(content.jobs.get(entry.job_id), entry));
}

function unacceptedLosses({ lostIds, accepted }: Content): string[] {
  return [...lostIds].filter((id) => !accepted.has(id));
}

/** Reads a ledger; a last line without its line feed is torn: it was never durable, so it did not happen. */
function readLedger(
  files: Files,
  file: string,
): { content: Content; torn: boolean; whole: string } | 'missing' | 'unreadable' {
  const bytes = files.read(file);
  if (!bytes) return 'missing';
  const text = bytes.toString('utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const content = parseLines(whole.split('\n').slice(0, -1));
  return content ? { content, torn: whole !== text, whole } : 'unreadable';
}

/** What there is, for those who only look: its id, and whether an earlier one is missed. */
export function lookAtLedger(
  files: Files,
  file: string,
): { id: string; lost: boolean } | 'missing' | 'unreadable' {
  const seen = readLedger(files, file);
  if (typeof seen !== 'object') return seen;
  return { id: seen.content.id, lost: unacceptedLosses(seen.content).length > 0 };
}

/**
 * Opens the ledger, or begins a new one. `presenceLedgerId` is what the runner's own presence says it had: when that
 * one is gone, unreadable or another, orders wait for a release until the owner accepts the loss.
 */
export async function openLedger(
  disk: Disk,
  file: string,
  presenceLedgerId: string | undefined,
): Promise<Ledger> {
  const { files } = disk;
  makeDurableDir(files, path.dirname(file));
  const seen = readLedger(files, file);
  if (typeof seen === 'object') {
    if (seen.torn) await writeWhole(disk, path.dirname(file), file, seen.whole);
    const { content } = seen;
    if (presenceLedgerId !== undefined && presenceLedgerId !== content.id)
      content.lostIds.add(presenceLedgerId);
    return ledgerOver(disk, file, content, seen.whole);
  }
  if (seen === 'unreadable') await files.rename(file, `${file}.unreadable-${files.uniqueName()}`);
  const id = files.uniqueName();
  const lostBefore = presenceLedgerId ?? (seen === 'unreadable' ? 'unreadable' : undefined);
  const header = { event: 'ledger', ledger_id: id, ...(lostBefore && { lost_before: lostBefore }) };
  const text = `${JSON.stringify(header)}\n`;
  await writeWhole(disk, path.dirname(file), file, text);
  const lostIds = new Set(lostBefore === undefined ? [] : [lostBefore]);
  return ledgerOver(disk, file, { id, lostIds, accepted: new Set(), jobs: new Map() }, text);
}

function ledgerOver(disk: Disk, file: string, content: Content, text: string): Ledger {
  const log = lineLogOver(disk, file, Buffer.byteLength(text));
  const open = new Set<string>();
  for (const [id, { phase }] of content.jobs) if (phase !== 'deleted') open.add(id);
  let members = 0;
  const note = (entry: LedgerEntry) => {
    const { job_id, event } = entry;
    content.jobs.set(job_id, afterEntry(content.jobs.get(job_id), entry));
    const isOpen = event !== 'deleted';
    if (open.has(job_id) === isOpen) return;
    if (isOpen) open.add(job_id);
    else open.delete(job_id);
    members += 1;
  };
  return {
    id: content.id,
    open,
    get members() {
      return members;
    },
    get lost() {
      return unacceptedLosses(content).length > 0;
    },
    jobs: content.jobs,
    append: async (entry) => {
      if (!disk.files.facts(file)) throw new Error(`the ledger ${file} was removed: start the runner again`);
      await log.append(entrySchema.parse(entry)); // what could not be read again must not be written
      note(entry);
    },
    accept: async (at) => {
      const ledger_ids = unacceptedLosses(content);
      await log.append({ event: 'accepted', at, ledger_ids });
      for (const id of ledger_ids) content.accepted.add(id);
    },
  };
}
