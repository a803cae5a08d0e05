// Opens a file for reading without ever waiting for anybody: a script may have put a FIFO, a socket or a link to a
// device where a file belongs. What is read, and what becomes of it, is not known here.
import { systemCode } from '../errors.ts';
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
  if (links === 'refuse') refuseLink(fs, file);
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
  const fd = openUnlinked(fs, file);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) return undefined;
    const { size } = stat;
    if (size > maxBytes) throw failure('EFBIG', `${file} has ${size} bytes: over ${maxBytes} it is not read`);
    return readUpTo(fs, fd, size);
  } finally {
    fs.closeSync(fd);
  }
}

/** Where the system itself refuses to follow a link, nobody needs to look for one before. */
function openUnlinked(fs: FsLike, file: string): number {
  const { O_NOFOLLOW = 0 } = fs.constants as Flags;
  if (O_NOFOLLOW === 0) refuseLink(fs, file);
  try {
    return fs.openSync(file, flagsOf(fs, 'refuse'));
  } catch (error) {
    if (systemCode(error) === 'ELOOP') refuseLink(fs, file);
    throw error;
  }
}

function refuseLink(fs: FsLike, file: string): void {
  if (fs.lstatSync(file).isSymbolicLink())
    throw failure('ELOOP', `${file} is a symbolic link, which is not followed`);
}

function readUpTo(fs: FsLike, fd: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let done = 0;
  for (let read = 1; read > 0 && done < size; done += read)
    read = fs.readSync(fd, bytes, done, size - done, null);
  return done === size ? bytes : bytes.subarray(0, done);
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
