// Opens a file for reading without ever waiting for anybody: a script may have put a FIFO, a socket or a link to a
// device where a file belongs. What is read, and what becomes of it, is not known here.
import type { FsLike } from './files.ts';

/** Flags that Windows does not have: there no FIFO has a name in a directory, and links are told by lstat alone. */
type Flags = { O_RDONLY: number; O_NONBLOCK?: number; O_NOFOLLOW?: number };

function flagsOf({ constants }: FsLike, links: Links): number {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Flags;
  return O_RDONLY | O_NONBLOCK | (links === 'refuse' ? O_NOFOLLOW : 0);
}

/** What becomes of a symbolic link where a file belongs. Those on the way to it are followed. */
export type Links = 'follow' | 'refuse';

/** Opens a regular file and gives its descriptor to `work`; undefined when it is something else. */
export function withRegular<T>(
  fs: FsLike,
  file: string,
  work: (fd: number) => T,
  links: Links = 'follow',
): T | undefined {
  const fd = openRegular(fs, file, links);
  if (fd === undefined) return undefined;
  try {
    return work(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** The descriptor of a regular file, open for reading; undefined when it is something else. */
export function openRegular(fs: FsLike, file: string, links: Links = 'follow'): number | undefined {
  if (links === 'refuse' && fs.lstatSync(file).isSymbolicLink())
    throw failure('ELOOP', `${file} is a symbolic link, which is not followed`);
  const fd = fs.openSync(file, flagsOf(fs, links));
  try {
    if (fs.fstatSync(fd).isFile()) return fd;
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  fs.closeSync(fd);
  return undefined;
}

/** The whole of a regular file of at most so many bytes, through no link. */
export function readAtMost(fs: FsLike, file: string, maxBytes: number): Buffer | undefined {
  const read = (fd: number) => {
    const { size } = fs.fstatSync(fd);
    if (size > maxBytes) throw failure('EFBIG', `${file} has ${size} bytes: over ${maxBytes} it is not read`);
    return fs.readFileSync(fd);
  };
  return withRegular(fs, file, read, 'refuse');
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
