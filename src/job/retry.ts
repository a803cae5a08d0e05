// How a job that repeats another is named, `<root>-r<n>`, and how its kin are found by their names. Pure: what an
// order says is for others to read.
import { ERROR_CLASSES } from './outcome.ts';

const RETRY_NAME = /^(.+)-r([1-9]\d{0,8})$/;

/** What `retry.on` may name: how a run ended, or that nothing is heard of it any more. Nobody repeats what was cancelled. */
export const RETRY_CLASSES = [
  ...ERROR_CLASSES.filter((errorClass) => errorClass !== 'cancelled'),
  'lost' as const,
];

/** Where a job stands among its retries: the one that nobody retried from has the number 0. */
export interface RetryName {
  root: string;
  number: number;
}

/** Only a job that says so is a retry: `wing-r2` may be just a name. */
export function retryNameOf(jobId: string, retryOf: string | undefined): RetryName {
  return (retryOf === undefined ? undefined : parsed(jobId)) ?? { root: jobId, number: 0 };
}

export function retryId({ root, number }: RetryName): string {
  return `${root}-r${number}`;
}

/** Is this the name that the other job's retries have? Whether it is one, its order says. */
export function isNamedAsRetryOf(id: string, jobId: string): boolean {
  return parsed(id)?.root === jobId;
}

function parsed(jobId: string): RetryName | undefined {
  const [, root, number] = RETRY_NAME.exec(jobId) ?? [];
  return root === undefined ? undefined : { root, number: Number(number) };
}

/** Ids that are named like retries, by their root, in no order. */
export type RetryNames = ReadonlyMap<string, readonly string[]>;

export function retryNamesAmong(ids: Iterable<string>): RetryNames {
  const names = new Map<string, string[]>();
  for (const id of ids) {
    const name = parsed(id);
    if (name) names.set(name.root, [...(names.get(name.root) ?? []), id]);
  }
  return names;
}

/** All jobs of a queue, as far as their names and `retry_of` go. */
export interface Kin {
  names: RetryNames;
  /** What this job says it repeats. */
  retryOf(jobId: string): string | undefined;
}

/** The jobs that repeat this one, or that repeat one of those, by their numbers. */
export function retriesAfter(jobId: string, { names, retryOf }: Kin): string[] {
  const own = parsed(jobId);
  const later = (names.get(own?.root ?? '') ?? []).filter((id) => numberOf(id) > (own?.number ?? 0));
  const named = [...later, ...(names.get(jobId) ?? [])].sort((a, b) => numberOf(a) - numberOf(b));
  const kin = new Set([jobId]);
  return named.filter((id) => {
    const isKin = kin.has(retryOf(id) ?? '');
    if (isKin) kin.add(id);
    return isKin;
  });
}

function numberOf(id: string): number {
  return parsed(id)?.number ?? 0;
}

/** The jobs that repeat this very one, by their numbers. */
export function directRetries(jobId: string, kin: Kin): string[] {
  return retriesAfter(jobId, kin).filter((id) => kin.retryOf(id) === jobId);
}

/** The first id for a retry of this job that no job has. */
export function freeRetryId(name: RetryName, isTaken: (id: string) => boolean): string {
  for (let number = name.number + 1; ; number++) {
    const id = retryId({ root: name.root, number });
    if (!isTaken(id)) return id;
  }
}
