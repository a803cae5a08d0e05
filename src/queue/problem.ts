// Bad things on disk are values: a broken job never stops a loop, it becomes one of these.

/** Something in the queue that a person should look at. */
export interface Problem {
  kind:
    | 'conflict-copy'
    | 'foreign-file'
    | 'broken-order'
    | 'broken-record'
    | 'broken-request'
    | 'mismatch'
    | 'unsealed-files'
    | 'unreadable';
  /** Path below the queue's root, `/` between parts. */
  file: string;
  job_id?: string;
  reason: string;
  remedy: string;
}

/** The problems that were not there at the last look: a daemon tells each once. */
export function newProblems(before: readonly Problem[], now: readonly Problem[]): Problem[] {
  const keyOf = ({ kind, file, reason }: Problem) => `${kind} ${file} ${reason}`;
  const known = new Set(before.map(keyOf));
  return now.filter((problem) => !known.has(keyOf(problem)));
}
