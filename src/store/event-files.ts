// The files of events as anybody may read them while the watcher writes: `events.jsonl`, and beside it the older ones,
// each under the number of its first event. What stands behind the last line feed is not written yet.
import path from 'node:path';
import type { JobEvent } from '../job/event.ts';
import { parseEvent } from '../job/event.ts';
import { jsonOf } from '../job/lenient-text.ts';
import { SEQ_MAX } from '../job/sizes.ts';
import type { Files } from '../system/files.ts';
import type { Layout } from './layout.ts';

type Reading = Pick<Files, 'list' | 'facts' | 'readFrom'>;

const ASIDE = /^events-(\d+)\.jsonl$/;

export function asideName(layout: Layout, first: number): string {
  return path.join(layout.watcher, `events-${String(first).padStart(12, '0')}.jsonl`);
}

export interface EventFile {
  file: string;
  /** The number of its first event; undefined while it holds none. */
  first: number | undefined;
}

/** Oldest first; the one that is being written last. */
export function eventFiles(files: Reading, layout: Layout): EventFile[] {
  const aside = (files.list(layout.watcher) ?? []).flatMap(({ name }) => {
    const first = ASIDE.exec(name)?.[1];
    return first === undefined ? [] : [{ file: path.join(layout.watcher, name), first: Number(first) }];
  });
  const current = { file: layout.events, first: firstLine(files, layout.events, 0)?.seq };
  return [...aside.sort((a, b) => a.first - b.first), current];
}

export interface EventsRead {
  events: JobEvent[];
  /** How many there were before these that nobody can read any more. */
  missed: number;
  /** The number of the newest event there is; what was asked for when there is none. */
  last: number;
}

/** A file may be put aside between two looks: then there is a gap, and another look shows it whole. */
const LOOKS = 3;

/** Every event behind this number. Reads no file that holds only older ones, and of the first one only its end. */
export function readEventsAfter(files: Reading, layout: Layout, after: number): EventsRead {
  for (let look = 1; ; look++) {
    const lines = linesAfter(files, layout, after);
    const [first] = lines;
    const missed = first ? first.seq - after - 1 : 0;
    const isWhole =
      missed === 0 &&
      lines.every(({ seq }, index) => index === 0 || seq === (lines[index - 1]?.seq ?? 0) + 1);
    if (!isWhole && look < LOOKS) continue;
    return {
      events: lines.flatMap(({ value }) => parseEvent(value) ?? []),
      missed: Math.max(0, missed),
      last: lines.at(-1)?.seq ?? after,
    };
  }
}

interface Line {
  seq: number;
  value: unknown;
}

function linesAfter(files: Reading, layout: Layout, after: number): Line[] {
  const all = eventFiles(files, layout);
  const wanted = all.filter((_, index) => {
    const next = all.slice(index + 1).find(({ first }) => first !== undefined)?.first;
    return next === undefined || next > after + 1;
  });
  return wanted.flatMap(({ file }) => {
    const start = startAfter(files, file, after);
    return linesFrom(files, file, start).filter(({ seq }) => seq > after);
  });
}

/** All events of one file, oldest first. */
export function readEventFile(files: Reading, file: string): JobEvent[] {
  return linesFrom(files, file, 0).flatMap(({ value }) => parseEvent(value) ?? []);
}

/** The number of the newest event; 0 when there is none. */
export function lastSeq(files: Reading, layout: Layout): number {
  for (const { file } of eventFiles(files, layout).reverse()) {
    const size = files.facts(file)?.size ?? 0;
    for (let length = PIECE_BYTES; ; length *= 8) {
      const start = Math.max(0, size - length);
      const seq = linesIn(files.readFrom(file, start, size - start), start > 0).at(-1)?.seq;
      if (seq !== undefined) return seq;
      if (start === 0) break;
    }
  }
  return 0;
}

const PIECE_BYTES = 1 << 16;
const LINE_FEED = 0x0a;

/** A byte at which a line begins, and before which no event behind this number stands. */
function startAfter(files: Reading, file: string, after: number): number {
  let low = 0;
  let high = files.facts(file)?.size ?? 0;
  while (high - low > PIECE_BYTES) {
    const middle = low + ((high - low) >> 1);
    const line = firstLine(files, file, middle);
    if (!line) return low;
    if (line.seq > after) high = middle;
    else low = line.start;
  }
  return low;
}

/** The first event whose line begins behind this byte, or at the start of the file; a long line is read in full. */
function firstLine(files: Reading, file: string, from: number): (Line & { start: number }) | undefined {
  for (let length = PIECE_BYTES; ; length *= 8) {
    const piece = files.readFrom(file, from, length);
    const line = piece && firstIn(piece, from);
    if (line || !piece || piece.length < length) return line;
  }
}

function firstIn(piece: Buffer, from: number): (Line & { start: number }) | undefined {
  let begin = from === 0 ? 0 : piece.indexOf(LINE_FEED) + 1;
  if (from > 0 && begin === 0) return undefined;
  for (;;) {
    const end = piece.indexOf(LINE_FEED, begin);
    if (end < 0) return undefined;
    const line = lineOf(piece.subarray(begin, end).toString('utf8'));
    if (line) return { ...line, start: from + begin };
    begin = end + 1;
  }
}

function linesFrom(files: Reading, file: string, start: number): Line[] {
  const size = files.facts(file)?.size ?? 0;
  return linesIn(files.readFrom(file, start, Math.max(0, size - start)), false);
}

/** The whole lines of a piece that are events by their numbers; `cut` when it may begin amid a line. */
function linesIn(piece: Buffer | undefined, cut: boolean): Line[] {
  if (!piece) return [];
  const begin = cut ? piece.indexOf(LINE_FEED) + 1 : 0;
  const end = piece.lastIndexOf(LINE_FEED) + 1;
  if (end <= begin) return [];
  return piece
    .subarray(begin, end)
    .toString('utf8')
    .split('\n')
    .flatMap((text) => lineOf(text) ?? []);
}

function isSeq(seq: unknown): seq is number {
  return Number.isInteger(seq) && (seq as number) >= 0 && (seq as number) <= SEQ_MAX;
}

function lineOf(text: string): Line | undefined {
  if (text === '') return undefined;
  try {
    const value = jsonOf(text);
    const seq = (value as { seq?: unknown } | null)?.seq;
    return isSeq(seq) ? { seq, value } : undefined;
  } catch {
    return undefined; // no event stands there
  }
}
