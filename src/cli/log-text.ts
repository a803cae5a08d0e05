// Reads the log of a job from its end, and what is added to it: the file is replaced by rename and only grows.
import path from 'node:path';
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

/** The byte at which the last `lines` lines begin. */
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

export interface LogReader {
  /** What was added since the last call; `again` when the file began anew, as it does with another attempt. */
  read(file: string): { text: string; again: boolean };
  /** Is there more than was read? */
  isBehind(file: string): boolean;
}

/** A reader of this log from a byte on; a character that is not whole yet waits for its rest. */
export function logReader(files: Files, startAt: number): LogReader {
  let offset = startAt;
  let decoder = new TextDecoder();
  return {
    read: (file) => {
      const again = (files.facts(file)?.size ?? offset) < offset;
      if (again) {
        offset = 0;
        decoder = new TextDecoder();
      }
      const piece = files.readFrom(file, offset, PIECE_BYTES) ?? Buffer.alloc(0);
      offset += piece.length;
      return { text: decoder.decode(piece, { stream: true }), again };
    },
    isBehind: (file) => (files.facts(file)?.size ?? 0) > offset,
  };
}
