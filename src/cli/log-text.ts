// Reads the log of a job from its end, and what is added to it: the file is replaced by rename, and the log only grows.
// Of a log that is too large the file holds head and tail; positions are those in the whole log.
import path from 'node:path';
import type { LeftOut } from '../job/log-cut.ts';
import { MARK_START, readCutMark } from '../job/log-cut.ts';
import { STDOUT_LOG } from '../job/seal.ts';
import type { View } from '../job/view.ts';
import type { Files } from '../system/files.ts';

const PIECE_BYTES = 1 << 16;
const LINE_FEED = 0x0a;

/** Where the log of this job is now, if it is anywhere. */
export function logFile(files: Files, { results_dir }: View): string | undefined {
  const file = results_dir === null ? undefined : path.join(results_dir, STDOUT_LOG);
  return file !== undefined && files.facts(file)?.kind === 'file' ? file : undefined;
}

/** The byte of the file at which the last `lines` lines begin. */
export function tailStart(files: Files, file: string, lines: number): number {
  const size = files.facts(file)?.size ?? 0;
  // the line feed at the very end ends a line and begins none
  let wanted = lines;
  for (let end = size - 1; end > 0; ) {
    const start = Math.max(0, end - PIECE_BYTES);
    const piece = files.readFrom(file, start, end - start) ?? Buffer.alloc(0);
    for (let at = piece.length - 1; at >= 0; at--) {
      if (piece[at] === LINE_FEED && --wanted <= 0) return lines === 0 ? size : start + at + 1;
    }
    end = start;
  }
  return lines === 0 ? size : 0;
}

/** How the bytes of a file and those of the log go together. */
interface Shape {
  signature: string | undefined;
  /** Bytes of the log, what is left out included. */
  total: number;
  cut: (LeftOut & { tailAt: number }) | undefined;
}

function shapeOf(files: Files, file: string): Shape {
  const { size = 0, signature } = files.facts(file) ?? {};
  const cut = findCut(files, file, size);
  return { signature, cut, total: cut ? cut.from + cut.bytes + size - cut.tailAt : size };
}

/** The mark stands where the log was cut: what only looks like one, or tells of another log, stands elsewhere. */
function findCut(files: Files, file: string, size: number): Shape['cut'] {
  for (let start = 0; start < size; start += PIECE_BYTES) {
    // a mark may begin at the end of a piece
    const piece = files.readFrom(file, start, PIECE_BYTES + MARK_MAX)?.toString('latin1') ?? '';
    for (let at = piece.indexOf(MARK_START); at >= 0; at = piece.indexOf(MARK_START, at + 1)) {
      const end = piece.indexOf('\n', at);
      const mark = end < 0 ? undefined : readCutMark(piece.slice(at, end));
      const gap = mark && start + at - mark.from;
      if (mark && (gap === 0 || gap === 1)) return { ...mark, tailAt: start + end + 1 };
    }
  }
  return undefined;
}

const MARK_MAX = 4096;

/** The position in the log of a byte of the file. */
function inLog(offset: number, { cut }: Shape): number {
  if (!cut || offset <= cut.from) return offset;
  return offset < cut.tailAt ? cut.from : cut.from + cut.bytes + offset - cut.tailAt;
}

/** What of the file follows on a position in the log, and where one is then. Where bytes are left out, the mark. */
function pieceAt(at: number, { cut }: Shape): { offset: number; length: number; next(read: number): number } {
  const plain = (offset: number, length = PIECE_BYTES) => ({
    offset,
    length,
    next: (read: number) => at + read,
  });
  if (!cut) return plain(at);
  const { from, bytes, tailAt } = cut;
  if (at < from) return plain(at, Math.min(PIECE_BYTES, from - at));
  if (at >= from + bytes) return plain(tailAt + at - from - bytes);
  return { offset: from, length: tailAt - from, next: () => from + bytes };
}

export interface LogReader {
  /** What was added since the last call; `again` when the file began anew, as it does with another attempt. */
  read(file: string): { text: string; again: boolean };
  /** Is there more than was read? */
  isBehind(file: string): boolean;
}

/** A reader of this log from a byte of its file on; a character that is not whole yet waits for its rest. */
export function logReader(files: Files, startAt: number): LogReader {
  let shape: Shape | undefined;
  let at = 0;
  let decoder = new TextDecoder();
  const look = (file: string): Shape => {
    const isFirst = shape === undefined;
    const signature = files.facts(file)?.signature;
    // a file that is away for a moment while it is replaced has not become shorter
    if (!shape || (signature !== undefined && signature !== shape.signature)) shape = shapeOf(files, file);
    if (isFirst) at = inLog(startAt, shape);
    return shape;
  };
  return {
    read: (file) => {
      const known = look(file);
      const again = known.total < at;
      if (again) {
        at = 0;
        decoder = new TextDecoder();
      }
      const { offset, length, next } = pieceAt(at, known);
      const piece = files.readFrom(file, offset, length) ?? Buffer.alloc(0);
      // replaced just now: what was read may be of either file
      if (files.facts(file)?.signature !== known.signature) return { text: '', again };
      if (piece.length > 0) at = next(piece.length);
      return { text: decoder.decode(piece, { stream: true }), again };
    },
    isBehind: (file) => files.facts(file) !== undefined && look(file).total > at,
  };
}
