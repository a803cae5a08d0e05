// Bad things on disk are values: a broken job never stops a loop, it becomes one of these.

/** Something in the queue that a person should look at. */
export interface Problem {
  kind:
    | 'ambiguous-assignment'
    | 'broken-order'
    | 'broken-record'
    | 'broken-request'
    | 'changed-order'
    | 'conflict-copy'
    | 'dependency-circle'
    | 'failing'
    | 'foreign-file'
    | 'mismatch'
    | 'runner-twice'
    | 'unreadable'
    | 'unsealed-files'
    | 'unusable-tree';
  /** Path below the queue's root, `/` between parts. */
  file: string;
  job_id?: string;
  reason: string;
  remedy: string;
  /** Of a conflict copy: what is known of both versions. */
  conflict?: Conflict;
}

/** One of the two versions of a file. */
export interface Version {
  /** Path below the queue's root. */
  file: string;
  bytes: number;
  modified_at: string;
  /** Only where a person looks, and not of very large files. */
  sha256?: string;
  /** Is it the one that the seal of its directory names? Known where the digest and the seal are. */
  sealed?: boolean;
}

/** A file that two sides changed: the mirror keeps one version and puts the other aside. */
export interface Conflict {
  /** What was put aside; null when it has just gone. */
  copy: Version | null;
  /** What bears the name now; null when it is not there. */
  kept: Version | null;
  /** Short id of the device that wrote the version that was kept; null when the name does not tell. */
  kept_by: string | null;
  /** In the local time of the machine where it was put aside. */
  at: string | null;
}

/** The problems that were not there at the last look: a daemon tells each once, however often it met one in a look. */
export function newProblems(before: readonly Problem[], now: readonly Problem[]): Problem[] {
  const keyOf = ({ kind, file, reason }: Problem) => `${kind} ${file} ${reason}`;
  const known = new Set(before.map(keyOf));
  return now.filter((problem) => {
    const isNew = !known.has(keyOf(problem));
    known.add(keyOf(problem));
    return isNew;
  });
}
