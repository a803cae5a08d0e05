// What is true in a simulated world, whatever its files say: what was submitted, sealed, started and sent, and who had a
// hand in it. The rules are held against it.
import type { JobPlan } from '../scenario.ts';

export type Content = ReadonlyMap<string, string>;

export const ROOTS = { linux: '/queue', windows: '/C/queue' } as const;
export const QUEUE_ID = 'q-simulated';
/** What the runner keeps for itself lies where nothing else makes the names durable. */
export const DATA_DIR = '/C/data';
export const STATE_DIR = `${DATA_DIR}/jobq`;
export const WORK_DIR = '/C/work';
/** How long the simulated runner waits for the rest of an order. */
export const INPUTS_TIMEOUT_S = 1800;

export interface Submitted {
  content: Content;
  plan: JobPlan;
}

export interface SealedRecord {
  digest: string;
  content: Content;
}

export interface Book {
  orders: Map<string, Submitted>;
  /** Every record that a runner sealed. */
  records: Map<string, SealedRecord[]>;
  /** How often the script of a job was started; the same for each attempt, `<job>#<n>`. */
  starts: Map<string, number>;
  attempts: Map<string, number>;
  /** What a script that ended by itself had written. */
  outputs: Map<string, Content>;
  /** Jobs that something happened to which may end them otherwise than planned, and what. */
  excuses: Map<string, string>;
  /** Jobs whose files a person changed: what there was of them may be nowhere any more. */
  harmed: Set<string>;
  /** Jobs whose sealed record was deleted: what the mirror brings back of it comes and goes in any order. */
  deleted: Set<string>;
  /** The state of each record as its runner wrote it last. */
  states: Map<string, string>;
  /** How often each message was taken by its receiver. */
  sent: Map<string, number>;
  /** When a runner wrote its presence. */
  presenceMs: number[];
  /** Transitions, faults and hazards that were seen. */
  seen: Map<string, number>;
  /** The first rule that was broken. */
  breach: string | undefined;
}

export function newBook(): Book {
  return {
    orders: new Map(),
    records: new Map(),
    starts: new Map(),
    attempts: new Map(),
    outputs: new Map(),
    excuses: new Map(),
    harmed: new Set(),
    deleted: new Set(),
    states: new Map(),
    sent: new Map(),
    presenceMs: [],
    seen: new Map(),
    breach: undefined,
  };
}

export function count(counts: Map<string, number>, key: string): number {
  const number = (counts.get(key) ?? 0) + 1;
  counts.set(key, number);
  return number;
}

/** The job that others repeat under names of their own. */
export function rootOf(job: string): string {
  return job.replace(/(-r\d+)+$/, '');
}

export function isHarmed({ harmed }: Book, job: string): boolean {
  return harmed.has(job) || harmed.has(rootOf(job));
}
