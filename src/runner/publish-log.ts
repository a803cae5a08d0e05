// Publishes the log of an attempt, whole or, when it is too large, its head and its tail with a line between them that
// says what is left out. What a log says is not known here.
import path from 'node:path';
import { cutMark } from '../job/log-cut.ts';
import type { Digest, Disk } from '../store/disk.ts';
import { writePieces } from '../store/disk.ts';
import { ATTEMPT } from '../store/work-dir.ts';
import type { RunnerState } from './parts.ts';

/** Where a log is cut: `[0, headEnd)` and `[tailStart, size)` are kept. */
export interface Cut {
  headEnd: number;
  tailStart: number;
}

export type ReadAt = (offset: number, length: number) => Uint8Array;

/** How far from the middle of a piece a line end is looked for; what has longer lines is cut within one. */
const LINE_LOOK_BYTES = 1 << 16;
const LINE_FEED = 0x0a;

/** How to cut a log of this size to at most `limit` bytes, half of them from each end; undefined: it fits. */
export function cutOf(readAt: ReadAt, size: number, limit: number): Cut | undefined {
  if (size <= limit) return undefined;
  const half = Math.floor(limit / 2);
  const look = Math.min(LINE_LOOK_BYTES, half >> 2);
  return { headEnd: headEndAt(readAt, half, look), tailStart: tailStartAt(readAt, size - half, look) };
}

function headEndAt(readAt: ReadAt, wanted: number, look: number): number {
  const from = wanted - look;
  const line = readAt(from, look).lastIndexOf(LINE_FEED);
  return line < 0 ? beforeCharacter(readAt, wanted) : from + line + 1;
}

/** A line feed right before the place counts: a line begins there. */
function tailStartAt(readAt: ReadAt, wanted: number, look: number): number {
  const from = wanted - 1;
  const line = from + readAt(from, look).indexOf(LINE_FEED);
  return line < from ? afterCharacter(readAt, wanted) : line + 1;
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

/** The place itself, or the beginning of the UTF-8 character that it would split. What is no UTF-8 is cut anywhere. */
function beforeCharacter(readAt: ReadAt, wanted: number): number {
  const from = Math.max(0, wanted - 3);
  const bytes = readAt(from, wanted - from + 1);
  for (let at = wanted - from; at >= 0; at--) if (!isContinuation(bytes[at])) return from + at;
  return wanted;
}

function afterCharacter(readAt: ReadAt, wanted: number): number {
  const bytes = readAt(wanted, 4);
  const skip = bytes.findIndex((byte) => !isContinuation(byte));
  return wanted + Math.max(0, skip);
}

export interface PublishedLog {
  digest: Digest;
  /** Size of the log when it was looked at. */
  size: number;
  /** Bytes that were not published. */
  leftOut: number;
}

export interface LogToPublish {
  log: string;
  /** How large it may be once it is published, besides the line that marks the cut. */
  limitBytes: number;
  /** Where a reader finds the whole of it, in words. */
  whereabouts: string;
}

export function logOf({ at, identity, settings }: RunnerState, jobId: string, attempt: number): LogToPublish {
  const log = path.join(at.attempt(jobId, attempt), ATTEMPT.log);
  return {
    log,
    limitBytes: settings.log_max_mb * 1_000_000,
    whereabouts: `${log} on ${identity.host}`,
  };
}

const PIECE_BYTES = 1 << 20;

/** Copies a log into place by rename. What is added to it meanwhile is left for the next time. */
export async function publishLog(
  disk: Disk,
  tempDir: string,
  target: string,
  { log, limitBytes, whereabouts }: LogToPublish,
): Promise<PublishedLog> {
  const size = disk.files.facts(log)?.size ?? 0;
  const readAt: ReadAt = (offset, length) => {
    const piece = disk.files.readFrom(log, offset, length);
    if (piece === undefined) throw new Error(`the log ${log} is gone`);
    return piece;
  };
  const cut = cutOf(readAt, size, limitBytes);
  const digest = await writePieces(disk, tempDir, target, piecesOf(readAt, size, cut, whereabouts));
  return { digest, size, leftOut: cut ? cut.tailStart - cut.headEnd : 0 };
}

function* piecesOf(readAt: ReadAt, size: number, cut: Cut | undefined, where: string): Generator<Uint8Array> {
  if (!cut) return yield* partOf(readAt, 0, size);
  const { headEnd, tailStart } = cut;
  yield* partOf(readAt, 0, headEnd);
  const endsLine = headEnd === 0 || readAt(headEnd - 1, 1)[0] === LINE_FEED;
  const mark = cutMark({ from: headEnd, bytes: tailStart - headEnd }, where);
  yield Buffer.from(`${endsLine ? '' : '\n'}${mark}\n`);
  yield* partOf(readAt, tailStart, size);
}

function* partOf(readAt: ReadAt, from: number, to: number): Generator<Uint8Array> {
  for (let offset = from; offset < to; ) {
    const piece = readAt(offset, Math.min(PIECE_BYTES, to - offset));
    if (piece.length === 0) throw new Error('the log became shorter while it was copied');
    yield piece;
    offset += piece.length;
  }
}
