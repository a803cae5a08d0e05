// The half of a lock on Linux that is the same in all network namespaces, where names of abstract sockets are not: a
// socket in the directory of the lock, which answers as long as its process lives.
import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import path from 'node:path';
import { systemCode } from '../errors.ts';

export interface SocketLock {
  release(): Promise<void>;
}

/**
 * Everybody shows a socket of their own, then asks all others: whoever hears one goes away again. Two that come at once may
 * both do so; never do both stay. Undefined: no socket can be made there, and the other half has to do alone.
 */
export async function takeSocket(file: string): Promise<SocketLock | 'held' | undefined> {
  let dir: number;
  try {
    dir = openSync(path.dirname(file), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return undefined;
  }
  // a socket's path holds 107 bytes: that of a descriptor is short
  const at = (name: string) => `/proc/self/fd/${dir}/${name}`;
  const temp = `.jobq-tmp-${randomUUID()}`;
  const own = `${path.basename(file)}.${randomUUID()}.sock`;
  const server = await listening(at(temp));
  const release = async () => {
    remove(at(temp));
    remove(at(own));
    await new Promise<void>((done) => (server ? server.close(() => done()) : done()));
    closeSync(dir);
  };
  const isShown = server !== undefined && shown(at(temp), at(own));
  const isHeld = await anybodyAnswers(path.basename(file), at, own);
  if (isShown && !isHeld) return { release };
  await release();
  return isHeld ? 'held' : undefined;
}

/** It has its name from when it answers: whoever finds one that does not may remove it. */
function shown(temp: string, own: string): boolean {
  try {
    renameSync(temp, own);
    return true;
  } catch {
    return false;
  }
}

async function anybodyAnswers(lock: string, at: (name: string) => string, own: string): Promise<boolean> {
  const isOther = (name: string) => name.startsWith(`${lock}.`) && name.endsWith('.sock') && name !== own;
  for (const name of readdirSync(at('')).filter(isOther)) {
    if (await answers(at(name))) return true;
    remove(at(name)); // its process is dead, and nobody takes its name again
  }
  return false;
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // gone, or not ours to remove
  }
}

async function listening(file: string): Promise<Server | undefined> {
  const { createServer } = await import('node:net');
  const server = createServer((socket) => socket.destroy());
  server.unref();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ path: file, readableAll: true, writableAll: true }, () => resolve(server));
  });
}

async function answers(file: string): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(file);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // a queue of callers that is full has somebody behind it
    socket.once('error', (error) => resolve(systemCode(error) === 'EAGAIN'));
  });
}
