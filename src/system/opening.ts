// Opens a file for reading without ever waiting for anybody: a script may have put a FIFO, a socket or a link to a
// device where a file belongs. What is read, and what becomes of it, is not known here.
import type { FsLike } from './files.ts';

function flagsOf({ constants }: FsLike): number {
  const { O_RDONLY, O_NONBLOCK } = constants as { O_RDONLY: number; O_NONBLOCK?: number };
  return O_RDONLY | (O_NONBLOCK ?? 0); // Windows has no FIFO that has a name in a directory
}

/** Opens a regular file and gives its descriptor to `work`; undefined when it is something else. */
export function withRegular<T>(fs: FsLike, file: string, work: (fd: number) => T): T | undefined {
  const fd = openRegular(fs, file);
  if (fd === undefined) return undefined;
  try {
    return work(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** The descriptor of a regular file, open for reading; undefined when it is something else. */
export function openRegular(fs: FsLike, file: string): number | undefined {
  const fd = fs.openSync(file, flagsOf(fs));
  try {
    if (fs.fstatSync(fd).isFile()) return fd;
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  fs.closeSync(fd);
  return undefined;
}
