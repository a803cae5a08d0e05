// A lock the system releases when its process dies, with nothing but Node: an abstract socket on Linux, an
// exclusively opened file on Windows. A lock file's mere existence would survive a crash; these do not.
import { createHash } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { systemCode } from '../errors.ts';
import { takeSocket } from './lock-socket.ts';

export interface Lock {
  release(): Promise<void>;
}

export interface Locks {
  /**
   * Takes the lock of this name; undefined when somebody holds it. The name is a path, the same for everybody.
   * `everywhere`: also against who took it so in another network namespace of this machine, as containers have; then a
   * socket lies beside the file.
   */
  take(file: string, everywhere?: boolean): Promise<Lock | undefined>;
  /** Would `take` find it held? Where the system lists what is held, nothing is taken for that. */
  isHeld(file: string): Promise<boolean>;
}

/** libuv's exclusive open on Windows: nobody else may open the file while it is held. */
const UV_FS_O_EXLOCK = 0x10000000;

function takeExclusiveFile(file: string): Promise<Lock | undefined> {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | UV_FS_O_EXLOCK);
    return Promise.resolve({ release: () => Promise.resolve(closeSync(fd)) });
  } catch (error) {
    if (systemCode(error) === 'EBUSY') return Promise.resolve(undefined);
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/** The same for every path that leads to the same directory: a link or a second mount must not be a second lock. */
function identityOf(file: string): string {
  const dir = path.dirname(path.resolve(file));
  try {
    const { dev, ino } = statSync(dir);
    return `${dev}:${ino}/${path.basename(file)}`;
  } catch {
    return path.resolve(file);
  }
}

const PREFIX = 'jobq-';

/** An abstract socket's name holds 107 bytes: a digest of the path always fits. */
function socketName(file: string): string {
  return `${PREFIX}${createHash('sha256').update(identityOf(file)).digest('hex')}`;
}

async function takeAbstractSocket(file: string): Promise<Lock | undefined> {
  const { createServer } = await import('node:net');
  const name = `\0${socketName(file)}`;
  const server = createServer((socket) => socket.destroy());
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      systemCode(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(name, () => resolve({ release: () => new Promise((done) => server.close(() => done())) }));
  });
}

/** The abstract socket first: within one namespace it leaves nothing behind that has to be looked at. */
async function takeEverywhere(file: string): Promise<Lock | undefined> {
  const lock = await takeAbstractSocket(file);
  const socket = lock && (await takeSocket(file));
  if (!socket) return lock;
  if (socket === 'held') {
    await lock.release();
    return undefined;
  }
  return {
    release: async () => {
      await socket.release();
      await lock.release();
    },
  };
}

async function isHeld(file: string): Promise<boolean> {
  const listed = process.platform === 'linux' ? abstractSockets() : undefined;
  // the name may be filled up behind its end; where nobody holds any lock, its digest need not be made
  if (listed !== undefined) return listed.includes(`@${PREFIX}`) && listed.includes(`@${socketName(file)}`);
  const lock = await systemLocks.take(file);
  await lock?.release();
  return lock === undefined;
}

/** Those of this network namespace, as Linux lists them: a line each, with `@name`. */
function abstractSockets(): string | undefined {
  try {
    return readFileSync('/proc/net/unix', 'utf8');
  } catch {
    return undefined;
  }
}

export const systemLocks: Locks = {
  isHeld,
  take: (file, everywhere = false) => {
    if (process.platform === 'win32') return takeExclusiveFile(file);
    return everywhere ? takeEverywhere(file) : takeAbstractSocket(file);
  },
};
