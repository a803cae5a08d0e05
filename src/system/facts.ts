// What is known of one name on a disk without following links or reading anything.
import type * as nodeFs from 'node:fs';

export type FileKind = 'file' | 'directory' | 'other';

export interface FileFacts {
  kind: FileKind;
  ino: number;
  size: number;
  mtimeMs: number;
  /** When this machine last changed anything of it, its name or times included. */
  ctimeMs: number;
  /** The four numbers in one text: changes when the file was replaced or touched; decides re-reading, never wholeness. */
  readonly signature: string;
}

export function kindOf(stat: nodeFs.Stats | nodeFs.Dirent): FileKind {
  if (stat.isFile()) return 'file';
  return stat.isDirectory() ? 'directory' : 'other';
}

/** Looked at far more often than its text is asked for. */
class Facts implements FileFacts {
  kind: FileKind;
  ino: number;
  size: number;
  mtimeMs: number;
  ctimeMs: number;

  constructor(stat: nodeFs.Stats) {
    this.kind = kindOf(stat);
    this.ino = stat.ino;
    this.size = stat.size;
    this.mtimeMs = stat.mtimeMs;
    this.ctimeMs = stat.ctimeMs;
  }

  get signature(): string {
    return `${this.ino}:${this.size}:${this.mtimeMs}:${this.ctimeMs}`;
  }
}

/** An exception for each name that is not there would cost more than all the looks. */
const NO_THROW = { throwIfNoEntry: false } as const;

export function factsOf(fs: Pick<typeof nodeFs, 'lstatSync'>, file: string): FileFacts | undefined {
  const stat = fs.lstatSync(file, NO_THROW);
  return stat && new Facts(stat);
}
