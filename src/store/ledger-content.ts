// What the lines of the runner's ledger say, and what they add up to for each job. Pure; it knows no file.
import * as z from 'zod/mini';
import { count, jobId, moment } from '../job/fields.ts';
import { jsonOf } from '../job/lenient-text.ts';
import type { Outcome } from '../job/outcome.ts';
import { outcomeSchema } from '../job/outcome.ts';
import type { LedgerJob } from '../queue/runner-snapshot.ts';

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

const lineSchema = z.discriminatedUnion('event', [entrySchema, acceptedSchema]);

export type LedgerEntry = z.infer<typeof entrySchema>;

/** What the lines of a ledger add up to for one job. */
function afterEntry(before: LedgerJob | undefined, entry: LedgerEntry): LedgerJob {
  const { event, attempt, at, queued_at, started_at, finished_at, outcome, again } = entry;
  if (event === 'deleted') return remembered(attempt, Date.parse(at), outcome ?? before?.outcome);
  const job = before && event === 'intent' ? forNextAttempt(before) : before;
  const next: LedgerJob = {
    ...(job ?? { queued_at: at, attempts: NONE }),
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

const NONE: LedgerJob['attempts'] = [];

/** What must stay known of a job that the archive has: that it ran, how it ended, and since when its work can go. */
function remembered(attempt: number, at: number, outcome: Outcome | undefined): LedgerJob {
  const job: LedgerJob = { phase: 'deleted', attempt, at, attempts: NONE };
  if (outcome) job.outcome = { kind: outcome.kind, message: '' };
  return job;
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

export interface LedgerContent {
  id: string;
  /** Earlier ledgers that are gone. */
  lostIds: Set<string>;
  accepted: Set<string>;
  jobs: Map<string, LedgerJob>;
}

/** The first line of a ledger, and what it is without any other. */
export function beginning(ledger_id: string, lost_before: string | undefined) {
  const header = { event: 'ledger' as const, ledger_id, ...(lost_before !== undefined && { lost_before }) };
  return { line: JSON.stringify(header), content: contentUnder(header) };
}

function contentUnder({ ledger_id, lost_before }: z.infer<typeof headerSchema>): LedgerContent {
  const lostIds = new Set(lost_before === undefined ? [] : [lost_before]);
  return { id: ledger_id, lostIds, accepted: new Set(), jobs: new Map() };
}

export interface Parsed {
  content: LedgerContent;
  /** At least half of the lines could go. */
  isLong: boolean;
  /** The lines that the next reader needs: of each job that is over for good one stands for all. */
  needed: () => string[];
}

/** Reads the whole lines; undefined when they are not a ledger's. */
export function parseLines(lines: readonly string[]): Parsed | undefined {
  try {
    const header = headerSchema.safeParse(jsonOf(lines[0] ?? ''));
    if (!header.success) return undefined;
    const content = contentUnder(header.data);
    // one after the other: a hundred thousand jobs are in few bytes once they are read
    const owners = lines.map((line, at) => (at === 0 ? undefined : addLine(content, jsonOf(line))));
    const isLong = spareLines(content, owners) * 2 >= lines.length;
    return { content, isLong, needed: () => neededLines(content, lines, owners) };
  } catch {
    return undefined;
  }
}

/** Answers the job that the line is about, if it is about one. */
function addLine(content: LedgerContent, line: unknown): string | undefined {
  const entry = lineSchema.parse(line);
  if (entry.event === 'accepted') {
    for (const id of entry.ledger_ids) content.accepted.add(id);
    return undefined;
  }
  addEntry(content, entry);
  return entry.job_id;
}

export function addEntry({ jobs }: LedgerContent, entry: LedgerEntry): void {
  jobs.set(entry.job_id, afterEntry(jobs.get(entry.job_id), entry));
}

/** Throws when it could not be read again. */
export function checkedEntry(line: unknown): LedgerEntry {
  return entrySchema.parse(line);
}

function spareLines({ jobs }: LedgerContent, owners: readonly (string | undefined)[]): number {
  const isOver = (id: string | undefined) => id !== undefined && jobs.get(id)?.phase === 'deleted';
  const over = owners.filter(isOver);
  return over.length - new Set(over).size;
}

function neededLines(
  { jobs }: LedgerContent,
  lines: readonly string[],
  owners: readonly (string | undefined)[],
): string[] {
  const over = new Set<string>();
  return lines.flatMap((line, at) => {
    const id = owners[at];
    const job = id === undefined ? undefined : jobs.get(id);
    if (id === undefined || job?.phase !== 'deleted') return [line];
    if (over.has(id)) return [];
    over.add(id);
    return [JSON.stringify(lastEntry(id, job))];
  });
}

function lastEntry(job_id: string, { attempt, at, outcome }: LedgerJob): LedgerEntry {
  return {
    job_id,
    event: 'deleted',
    attempt,
    at: new Date(at).toISOString(),
    ...(outcome && { outcome }),
  };
}

export function unacceptedLosses({ lostIds, accepted }: LedgerContent): string[] {
  return [...lostIds].filter((id) => !accepted.has(id));
}
