// Remembers what was made of a few small files, and how they looked then: made again only where the facts of one of them
// say that it may have changed. It decides re-reading and never wholeness, and knows nothing of what the files say.
import type { FileFacts } from '../system/files.ts';
import type { Disk } from './disk.ts';

export interface Sighting<T> {
  readonly value: T;
  /** How each file looked right before it was read, four numbers each. */
  readonly looks: readonly number[];
  /** Read again after this moment, whatever the facts say: no file system is believed for ever. */
  readonly untilMs: number;
}

/** The clock of a file system may be this coarse: what changed so shortly before it was read may change again unseen. */
const COARSE_MS = 2000;
/** Where times have parts of a second the clock is finer; what a system counts as one moment is still far below this. */
const FINE_MS = 100;

const AGAIN_MS = 3_600_000;
/** Not all at one tick. */
const SPREAD = 97;
let turn = 0;

interface Limits<T> {
  /** Makes the value small where it is kept: what is read again at the next look is not worth it. */
  compact?: (value: T) => T;
  /** May this value be kept at all? What is still arriving depends on more than these files. */
  isSettled?: (value: T) => boolean;
  againMs?: number;
  /** The caller has just written the files itself, and nobody else does: what is young in them is its own. */
  isOwn?: boolean;
}

/** What `read` makes of these files: what it made before, while each looks as it did then. */
export function sight<T>(
  { files, clock }: Disk,
  before: Sighting<T> | undefined,
  paths: readonly string[],
  read: () => T,
  { compact, isSettled, againMs = AGAIN_MS, isOwn = false }: Limits<T> = {},
): Sighting<T> {
  if (before && clock.monotonic() < before.untilMs && looksAs(files, paths, before.looks)) return before;
  const nowMs = clock.now();
  const looks: number[] = [];
  let isOld = true;
  for (const path of paths) {
    const facts = files.facts(path);
    looks.push(facts?.ino ?? -1, facts?.size ?? -1, facts?.mtimeMs ?? -1, facts?.ctimeMs ?? -1);
    if (!isOwn && facts && isYoung(facts, nowMs)) isOld = false;
  }
  const value = read();
  turn = (turn + 1) % SPREAD;
  const isKept = isOld && (isSettled?.(value) ?? true);
  const lastsMs = isKept ? againMs * (1 + turn / SPREAD) : 0;
  const kept = isKept && compact ? compact(value) : value;
  return { value: kept, looks, untilMs: clock.monotonic() + lastsMs };
}

function looksAs(files: Disk['files'], paths: readonly string[], looks: readonly number[]): boolean {
  let at = 0;
  for (const path of paths) {
    const facts = files.facts(path);
    const same = facts
      ? facts.ino === looks[at] &&
        facts.size === looks[at + 1] &&
        facts.mtimeMs === looks[at + 2] &&
        facts.ctimeMs === looks[at + 3]
      : looks[at] === -1;
    if (!same) return false;
    at += 4;
  }
  return true;
}

/** A time that has not come yet is never old. */
function isYoung({ mtimeMs, ctimeMs }: FileFacts, nowMs: number): boolean {
  const changedMs = Math.max(mtimeMs, ctimeMs);
  const isFine = mtimeMs % 1000 !== 0 || ctimeMs % 1000 !== 0;
  return nowMs - changedMs < (isFine ? FINE_MS : COARSE_MS);
}
