// Says what there is to say on standard output. What Node keeps for that takes long to make, and little is said here.
import { fstatSync, writeSync } from 'node:fs';

export function say(text: string): true {
  const bytes = Buffer.from(text);
  // the console of Windows takes text, no bytes
  if (process.platform === 'win32') return sayWhole(bytes);
  let done = 0;
  try {
    while (done < bytes.length) done += writeSync(1, bytes, done);
  } catch (error) {
    failed(error as NodeJS.ErrnoException, bytes.subarray(done));
  }
  return true;
}

function sayWhole(bytes: Buffer): true {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => failed(error, Buffer.alloc(0))).write(bytes);
  return true;
}

function failed(error: NodeJS.ErrnoException, rest: Buffer): void {
  // a reader that went away is no error, a full disk is; a pipe that is full is waited for
  if (error.code === 'EAGAIN') sayWhole(rest);
  else if (error.code !== 'EPIPE' && error.code !== 'EOF') {
    process.stderr.write(`jobq: standard output cannot be written: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** Only a device can be a terminal; asking further loads more than all of this. */
export function isTerminal(fd: 1 | 2): boolean {
  const isMaybe = process.platform === 'win32' || fstatSync(fd).isCharacterDevice();
  return isMaybe && (fd === 1 ? process.stdout : process.stderr).isTTY === true;
}
