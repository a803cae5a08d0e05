// Files: the few calls jobq needs of a disk, over any object with Node's fs functions, so that the same code runs on
// the real disk and on one in memory. It knows nothing of jobs.
import { randomUUID } from 'node:crypto';
import type * as nodeFs from 'node:fs';
import fsExtra from 'fs-extra';
import { systemCode } from '../errors.ts';
import { absentAs } from './absent.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { FileFacts, FileKind } from './facts.ts';
import { factsOf, kindOf } from './facts.ts';
import type { Links } from './opening.ts';
import { openRegular, readAtMost, withRegular } from './opening.ts';

export type { FileFacts, FileKind };

export interface Entry {
  name: string;
  kind: FileKind;
}

/** A file open for reading or writing piece by piece. */
export interface OpenFile {
  /** Reads the next piece into the buffer; 0 at the end. */
  read(buffer: Uint8Array): number;
  write(bytes: Uint8Array): void;
  /** Resolves when the bytes are on the disk. */
  sync(): Promise<void>;
  close(): void;
}

export interface Files {
  /** The entries of a directory, sorted by name; undefined when it is not there. */
  list(dir: string): Entry[] | undefined;
  facts(file: string): FileFacts | undefined;
  /** The whole content; undefined when it is not there, or is no regular file. */
  read(file: string): Buffer | undefined;
  /**
   * The same of a file that others may have written, as all in the mirrored trees: a symbolic link in its place is not
   * followed (ELOOP), and of one with more than `maxBytes` (SMALL_BYTES) nothing is read (EFBIG). Logs and ledgers, which
   * grow, and what people link together by hand, such as settings, are for `read`.
   */
  readSmall(file: string, maxBytes?: number): Buffer | undefined;
  /** Up to `length` bytes from `offset`; undefined when it is not there, or is no regular file. */
  readFrom(file: string, offset: number, length: number): Buffer | undefined;
  /** Fails when it is no regular file; with `refuse` also when it is a symbolic link to one. */
  openRead(file: string, links?: Links): OpenFile;
  /** Opens a new file; fails when it exists. */
  openNew(file: string): OpenFile;
  /** Opens for appending; makes the file when it is not there. */
  openAppend(file: string): OpenFile;
  makeDir(dir: string): void;
  /** Makes one directory; fails with EEXIST when it is there. */
  makeNewDir(dir: string): void;
  /** Renames, replacing a file; tries again while another program holds it (Windows: EPERM, EBUSY, EACCES). */
  rename(from: string, to: string): Promise<void>;
  removeFile(file: string): Promise<void>;
  /** Removes an empty directory; false when it is not empty. */
  removeEmptyDir(dir: string): boolean;
  /** Removes a whole tree; no error when it is not there. */
  removeTree(dir: string): Promise<void>;
  /** Resolves when the bytes that others wrote into this regular file are on the disk. */
  syncFile(file: string): Promise<void>;
  /** Makes the names in a directory durable, where the system can. */
  syncDir(dir: string): void;
  /** Free bytes on the file system of this path; undefined where the system does not tell. */
  freeBytes(dir: string): number | undefined;
  /** The path with every link resolved; undefined when it is not there. */
  realPath(file: string): string | undefined;
  /** A name no other file has, for temporary files. */
  uniqueName(): string;
}

export type FsLike = typeof nodeFs;

/** What job.json, a request, presence or a note can have: thousands of times what they do have. */
export const SMALL_BYTES = 4_000_000;

const HELD = ['EPERM', 'EBUSY', 'EACCES'];
/** On Windows a directory is not empty until the last reader of a deleted file has let it go. */
const HELD_TREE = [...HELD, 'ENOTEMPTY'];
const RETRY_MS = [10, 20, 40, 80, 160, 320, 640, 1280];

function openToRead(fs: FsLike, file: string, links?: Links): OpenFile {
  const fd = openRegular(fs, file, links);
  if (fd === undefined) throw new Error(`${file} is not a regular file`);
  return openFile(fs, fd);
}

async function syncFileOf(fs: FsLike, file: string): Promise<void> {
  const synced = async (open: OpenFile) => open.sync().finally(open.close);
  try {
    await synced(openToRead(fs, file, 'refuse'));
  } catch (error) {
    // Windows syncs only what is open for writing; elsewhere one need not be allowed to write
    if (systemCode(error) !== 'EPERM') throw error;
    await synced(openFile(fs, fs.openSync(file, 'r+')));
  }
}

/** What is synced at once, as its directory is: to hand it to another thread would take longer than the disk does. */
const SYNC_NOW_BYTES = 1 << 18;

function openFile(fs: FsLike, fd: number): OpenFile {
  let written = 0;
  return {
    read: (buffer) => fs.readSync(fd, buffer, 0, buffer.length, null),
    write: (bytes) => {
      for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done, bytes.length - done);
      written += bytes.length;
    },
    sync: () =>
      new Promise((resolve, reject) => {
        // what others have written into it is not known here
        if (written > 0 && written <= SYNC_NOW_BYTES) resolve(fs.fsyncSync(fd));
        else fs.fsync(fd, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => fs.closeSync(fd),
  };
}

function syncDirOf(fs: FsLike, dir: string): void {
  // Windows cannot fsync a directory (EPERM, EISDIR): there the rename itself is journalled
  try {
    const fd = fs.openSync(dir, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EPERM' && code !== 'EISDIR' && code !== 'EACCES' && code !== 'EINVAL') throw error;
  }
}

/** Tries again while another program holds the file open, for about 2.5 s in all (Defender, Syncthing, an editor). */
async function whileHeld(clock: Clock, work: () => void, held: readonly string[] = HELD): Promise<void> {
  for (const wait of [...RETRY_MS, undefined]) {
    try {
      return work();
    } catch (error) {
      if (wait === undefined || !held.includes(systemCode(error) ?? '')) throw error;
      await clock.sleep(wait);
    }
  }
}

function freeBytesOf(fs: FsLike, dir: string): number | undefined {
  try {
    const stat = fs.statfsSync(dir);
    return stat.bavail * stat.bsize;
  } catch {
    return undefined;
  }
}

function readFromOf(fs: FsLike, file: string, offset: number, length: number): Buffer | undefined {
  return withRegular(fs, file, (fd) => {
    // what is asked for may be far more than there is
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, fs.fstatSync(fd).size - offset)));
    return buffer.subarray(0, fs.readSync(fd, buffer, 0, buffer.length, offset));
  });
}

function byName(a: Entry, b: Entry): number {
  return a.name < b.name ? -1 : 1;
}

/** The port over any object with Node's fs functions. */
export function filesOver(fs: FsLike, clock: Clock = systemClock, unique: () => string = randomUUID): Files {
  return {
    list: (dir) =>
      absentAs(undefined, () =>
        fs
          .readdirSync(dir, { withFileTypes: true })
          .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
          .sort(byName),
      ),
    facts: (file) => absentAs(undefined, () => factsOf(fs, file)),
    read: (file) => absentAs(undefined, () => withRegular(fs, file, (fd) => fs.readFileSync(fd))),
    readSmall: (file, maxBytes = SMALL_BYTES) => absentAs(undefined, () => readAtMost(fs, file, maxBytes)),
    readFrom: (file, offset, length) => absentAs(undefined, () => readFromOf(fs, file, offset, length)),
    openRead: (file, links) => openToRead(fs, file, links),
    openNew: (file) => openFile(fs, fs.openSync(file, 'wx')),
    openAppend: (file) => openFile(fs, fs.openSync(file, 'a')),
    makeDir: (dir) => void fs.mkdirSync(dir, { recursive: true }),
    makeNewDir: (dir) => fs.mkdirSync(dir),
    rename: (from, to) => whileHeld(clock, () => fs.renameSync(from, to)),
    removeFile: (file) => whileHeld(clock, () => absentAs(undefined, () => fs.unlinkSync(file))),
    removeEmptyDir: (dir) => removeEmptyDirOf(fs, dir),
    removeTree: (dir) => whileHeld(clock, () => fs.rmSync(dir, { recursive: true, force: true }), HELD_TREE),
    syncFile: (file) => syncFileOf(fs, file),
    syncDir: (dir) => syncDirOf(fs, dir),
    freeBytes: (dir) => freeBytesOf(fs, dir),
    realPath: (file) => absentAs(undefined, () => fs.realpathSync(file)),
    uniqueName: () => unique().slice(0, 13),
  };
}

function removeEmptyDirOf(fs: FsLike, dir: string): boolean {
  try {
    absentAs(undefined, () => fs.rmdirSync(dir));
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EBUSY' || code === 'EPERM') return false;
    throw error;
  }
}

/** The real disk. fs-extra's functions also wait when too many files are open (EMFILE). */
export const systemFiles: Files = filesOver(fsExtra as unknown as FsLike);
