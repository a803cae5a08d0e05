// A log file that is put aside when it is full: `runner.log` becomes `runner.1.log`, `runner.2.log` and so on, the
// highest is the newest. Each line is written at once, so that what a process said last before it died is there.
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

export interface LogFile {
  path: string;
  /** Put aside before it would be larger. */
  maxBytes: number;
  /** How many files that were put aside are kept. */
  keep: number;
}

export interface Lines {
  write(text: string): void;
}

/** What cannot be written now is written with the next line, up to this. */
const WAITING_BYTES = 1 << 16;
const LOST = '\n{"level":40,"msg":"lines are missing here: this file could not be written"}\n';

/** Nothing is thrown. `failed` is told once when the file cannot be written, and again when that happens after a success. */
export function rotatedFile(file: LogFile, failed: (error: unknown) => void): Lines {
  let waiting = Buffer.alloc(0);
  let isFailing = false;
  return {
    write: (text) => {
      waiting = Buffer.concat([waiting, Buffer.from(text)]);
      try {
        putAsideWhenFull(file, waiting.length);
        append(file.path, waiting, (done) => {
          waiting = waiting.subarray(done);
        });
        isFailing = false;
      } catch (error) {
        if (waiting.length > WAITING_BYTES) waiting = Buffer.from(LOST);
        if (!isFailing) failed(error);
        isFailing = true;
      }
    },
  };
}

/** Opened for each line: where somebody removed or moved the file, there is a new one. */
function append(file: string, bytes: Buffer, wrote: (count: number) => void): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const fd = openSync(file, 'a');
  try {
    for (let done = 0; done < bytes.length; ) {
      const count = writeSync(fd, bytes, done);
      done += count;
      wrote(count);
    }
  } finally {
    closeSync(fd);
  }
}

function putAsideWhenFull(file: LogFile, more: number): void {
  const size = statSync(file.path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || size + more <= file.maxBytes) return;
  try {
    const aside = numbersAside(file.path);
    renameSync(file.path, asideName(file.path, (aside.at(-1) ?? 0) + 1));
    for (const number of aside.slice(0, Math.max(0, aside.length + 1 - file.keep)))
      unlinkSync(asideName(file.path, number));
  } catch {
    // somebody reads it (Windows): it grows until it can be put aside
  }
}

function asideName(file: string, number: number): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.${number}${ext}`);
}

/** The numbers of the files that were put aside, ascending. */
function numbersAside(file: string): number[] {
  const { dir, name, ext } = path.parse(file);
  return readdirSync(dir)
    .filter((entry) => entry.startsWith(`${name}.`) && entry.endsWith(ext))
    .map((entry) => entry.slice(name.length + 1, -ext.length))
    .filter((middle) => /^\d+$/.test(middle))
    .map(Number)
    .sort((a, b) => a - b);
}
