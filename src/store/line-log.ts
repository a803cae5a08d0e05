// A file of JSON lines that only grows: each line durable when its append is over, a torn last line not written.
// It knows nothing of what the lines say; one process writes it.
import path from 'node:path';
import { JobqError } from '../errors.ts';
import { jsonOf } from '../job/lenient-text.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { writeWhole } from './disk.ts';

export interface LineLog {
  /** Writes one line and returns when it is durable; `written` is called then, before anything else is written. */
  append(value: object, written?: () => void): Promise<void>;
  /** Writes several lines with one wait for the disk. */
  appendAll(values: readonly object[]): Promise<void>;
  /** Replaces the whole by what `values` gives, all or nothing, after the appends that are under way. */
  rewrite(values: () => readonly object[]): Promise<void>;
  bytes(): number;
}

export interface Lines {
  /** The lines that are JSON. */
  values: unknown[];
  /** How many are none. */
  unreadable: number;
  /** The text up to the last line feed. */
  whole: string;
  torn: boolean;
}

/** Reads a file of lines; undefined when it is not there. */
export function readLines(files: Pick<Files, 'read'>, file: string): Lines | undefined {
  const text = files.read(file)?.toString('utf8');
  if (text === undefined) return undefined;
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const values: unknown[] = [];
  let unreadable = 0;
  for (const line of whole.split('\n').slice(0, -1)) {
    try {
      values.push(jsonOf(line));
    } catch {
      unreadable += 1;
    }
  }
  return { values, unreadable, whole, torn: whole !== text };
}

function textOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Opens the file for writing, or begins an empty one; a torn last line is cut off. */
export async function openLineLog(disk: Disk, file: string): Promise<{ log: LineLog; lines: Lines }> {
  const { files } = disk;
  files.makeDir(path.dirname(file));
  if (files.facts(file)?.kind === 'directory')
    throw new JobqError('queue-unusable', `${file} is a directory`, {
      file,
      remedy: 'move it away: jobq writes its log there, and begins a new one',
    });
  const lines = readLines(files, file) ?? { values: [], unreadable: 0, whole: '', torn: true };
  if (lines.torn) await writeWhole(disk, path.dirname(file), file, lines.whole);
  return { log: lineLogOver(disk, file, Buffer.byteLength(lines.whole)), lines };
}

/** The log over a file that is there, of so many bytes, and has no torn line. */
export function lineLogOver(disk: Disk, file: string, bytesThen: number): LineLog {
  let bytes = bytesThen;
  // after a failed append the last line may be torn: it is cut off before the next one is written
  let torn = false;
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const replace = async (text: string) => {
    await writeWhole(disk, path.dirname(file), file, text);
    bytes = Buffer.byteLength(text);
    torn = false;
  };
  const append = async (line: string) => {
    if (torn) await replace(readLines(disk.files, file)?.whole ?? '');
    torn = true;
    await appendText(disk.files, file, line);
    bytes += Buffer.byteLength(line);
    torn = false;
  };
  return {
    append: (value, written) => inTurn(() => append(textOf([value])).then(written)),
    appendAll: (values) => inTurn(() => append(textOf(values))),
    rewrite: (values) => inTurn(() => replace(textOf(values()))),
    bytes: () => bytes,
  };
}

async function appendText(files: Files, file: string, text: string): Promise<void> {
  const out = files.openAppend(file);
  try {
    out.write(Buffer.from(text));
    await out.sync();
  } finally {
    out.close();
  }
}
