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
