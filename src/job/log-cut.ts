// The line in a published log that stands for what was left out of it. How a log is cut is not known here.

export interface LeftOut {
  /** The first byte that is left out. */
  from: number;
  bytes: number;
}

/** `whereabouts` says in words where the whole log is. */
export function cutMark({ from, bytes }: LeftOut, whereabouts: string): string {
  return `[jobq: ${bytes} bytes are left out here, from byte ${from} on; the whole log is ${whereabouts}]`;
}

const MARK = /^\[jobq: (\d{1,15}) bytes are left out here, from byte (\d{1,15}) on; .*\]$/;

/** How every mark begins. */
export const MARK_START = '[jobq: ';

export function readCutMark(line: string): LeftOut | undefined {
  const match = MARK.exec(line);
  return match ? { bytes: Number(match[1]), from: Number(match[2]) } : undefined;
}
