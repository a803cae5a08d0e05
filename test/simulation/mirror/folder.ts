// One folder of the mirror in time: it scans what changed, tells the other side, and brings what that has, one round at
// a time, in any order. It knows no job.
import type { Random } from '../random.ts';
import type { Timeline } from '../timeline.ts';
import type { End } from './end.ts';
import { everything, onDisk, pathIn, scan } from './end.ts';
import type { Way } from './pull.ts';
import { isNeeded, putTemp, take } from './pull.ts';
import { revert, timesOf } from './rounds.ts';
import type { Device, Item } from './versions.ts';
import { bumped, compare, isPassedOver, merged, NO_VERSION } from './versions.ts';

export interface FolderParts {
  timeline: Timeline;
  random: Random;
  /** Milliseconds after which a change is seen. */
  scanDelayMs: number;
  deletesWin: boolean;
  cutsShort: boolean;
  clockOf(device: Device): number;
  isRunning(device: Device): boolean;
  isLinked(): boolean;
  note(what: string): void;
}

export interface Folder {
  ends: readonly [End, End];
  /** A path of one disk changed. */
  changed(device: Device, file: string): void;
  /** The devices see each other again: each tells what the other does not know. */
  connected(): void;
  /** The mirror of this device is gone: what it was doing is not finished. */
  stopped(device: Device): void;
  /** It begins again, from an index of before, or from none. */
  started(device: Device, index: ReadonlyMap<string, Item> | undefined): void;
  /** Everything is looked at again, as now and then it is. */
  rescan(): void;
  /** What was changed where only the other side may is undone. */
  revert(device: Device): void;
  /** The other side gets what this one has, which alone may write: what is not here is deleted there. */
  override(device: Device): void;
  /** Of this file of its disk the other side takes what this device has for old, or for what it has itself. */
  isBehind(device: Device, file: string): boolean;
  /** Items that have yet to come to this device. */
  pending(device: Device): number;
  isBusy(device: Device): boolean;
}

interface Round {
  end: End;
  epoch: number;
  left: number;
}

export function newFolder(ends: readonly [End, End], parts: FolderParts): Folder {
  const { timeline, random } = parts;
  let epoch = 0;
  let muted = false;
  const endOf = (device: Device) => (ends[0].device === device ? ends[0] : ends[1]);
  const otherOf = (end: End) => (end === ends[0] ? ends[1] : ends[0]);

  const scanSoon = (end: End) => {
    if (end.scanDue) return;
    end.scanDue = true;
    timeline.afterAtOnce(random.between(0.3, 1) * parts.scanDelayMs, () => {
      end.scanDue = false;
      if (end.busy || !parts.isRunning(end.device) || end.dirty.size === 0) return;
      const isHeldBack = () => parts.scanDelayMs > 500 && random.chance(0.3);
      scan(end, parts.clockOf(end.device), isHeldBack);
      if (end.dirty.size > 0) scanSoon(end);
      tell(end);
      pullSoon(end, 10);
    });
  };
  const tell = (end: End) => {
    if (end.unsent.size === 0 || !parts.isLinked()) return;
    const other = otherOf(end);
    const sent = [...end.unsent];
    end.unsent.clear();
    timeline.afterAtOnce(random.between(1, 20), () => {
      for (const path of sent) {
        const item = end.index.get(path);
        if (!item || item.local) continue;
        if (!parts.isLinked()) {
          end.unsent.add(path);
          continue;
        }
        other.remote.set(path, item);
        other.wanted.add(path);
      }
      pullSoon(other, 5);
    });
  };
  const pullSoon = (end: End, ms: number) => {
    if (end.pullDue || end.wanted.size === 0) return;
    end.pullDue = true;
    timeline.afterAtOnce(ms, () => {
      end.pullDue = false;
      if (end.busy || !parts.isLinked() || end.wanted.size === 0) return;
      round(end);
    });
  };
  const way: Way = {
    isThere: (end, item) => {
      const source = otherOf(end);
      return source.disk.bytes(onDisk(source, item.path))?.equals(item.data) === true;
    },
    conflictName: (end, item) => {
      parts.note('conflict copy');
      const at = new Date(parts.clockOf(end.device)).toISOString().replace(/[-:]|\..*/g, '');
      const stamp = at.replace('T', '-');
      const dot = item.path.lastIndexOf('.');
      const cut = dot > item.path.lastIndexOf('/') ? dot : item.path.length;
      const id = item.by === 'linux' ? 'LINUXAA' : 'WINDOWS';
      return `${item.path.slice(0, cut)}.sync-conflict-${stamp}-${id}${item.path.slice(cut)}`;
    },
    unfinished: (data) => {
      const half = data.subarray(0, data.length >> 1);
      return random.chance(0.5) ? half : Buffer.concat([half, Buffer.alloc(data.length - half.length)]);
    },
    cutShort: (item) => {
      if (!parts.cutsShort || item.data.length === 0 || !random.chance(0.05)) return false;
      parts.note('truncated version');
      return true;
    },
  };
  const act = <T>(work: () => T): T => {
    muted = true;
    try {
      return work();
    } finally {
      muted = false;
    }
  };
  const over = (round: Round) => {
    round.left -= 1;
    if (round.left > 0 || round.epoch !== epoch) return;
    round.end.busy = false;
    tell(round.end);
    if (round.end.dirty.size > 0) scanSoon(round.end);
    pullSoon(round.end, random.magnitude(500, 20_000));
  };
  const attempt = (round: Round, item: Item): void => {
    if (round.epoch !== epoch) return;
    const taken = parts.isLinked() ? act(() => take(round.end, item, way)) : 'again';
    if (typeof taken === 'object') {
      timeline.afterAtOnce(taken.thenMs * random.between(1, 3), () => attempt(round, item));
      return;
    }
    if (taken === 'again') round.end.wanted.add(item.path);
    over(round);
  };
  /** One round: directories at once, files in any order and time, then deletions, those of directories last. */
  const round = (end: End) => {
    const items = [...end.wanted].flatMap((path) => isNeeded(end, path, parts.deletesWin) ?? []);
    end.wanted.clear();
    if (items.length === 0) return;
    end.busy = true;
    const mine: Round = { end, epoch, left: items.length };
    for (const { item, ms, tempMs } of timesOf(items, random)) {
      if (tempMs !== undefined) timeline.afterAtOnce(tempMs, () => putTempIn(mine, item));
      timeline.afterAtOnce(ms, () => attempt(mine, item));
    }
  };
  const putTempIn = (round: Round, item: Item) => {
    if (round.epoch === epoch) act(() => putTemp(round.end, item, random.between(0, 1)));
  };
  const everythingElse = (end: End) => {
    const other = otherOf(end);
    for (const [path, item] of end.index)
      if (!item.local && other.remote.get(path) !== item) end.unsent.add(path);
    for (const path of end.remote.keys()) end.wanted.add(path);
  };
  return {
    ends,
    changed: (device, file) => {
      if (muted) return;
      const end = endOf(device);
      const path = pathIn(end, file);
      if (path === undefined) return;
      end.dirty.add(path);
      scanSoon(end);
    },
    connected: () => {
      for (const end of ends) {
        everythingElse(end);
        tell(end);
        pullSoon(end, 50);
      }
    },
    stopped: (device) => {
      epoch += 1;
      for (const end of ends) {
        if (end.busy) for (const path of end.remote.keys()) end.wanted.add(path);
        end.busy = false;
      }
      endOf(device).scanDue = false;
    },
    started: (device, index) => {
      const end = endOf(device);
      if (index) {
        end.index = new Map(index);
        end.remote.clear();
        otherOf(end).remote.clear();
        end.unsent.clear();
      }
      for (const path of everything(end)) end.dirty.add(path);
      scanSoon(end);
    },
    override: (device) => {
      const end = endOf(device);
      for (const [path, item] of end.remote) {
        const known = end.index.get(path);
        const isHere = known !== undefined && !known.deleted;
        const mine = known?.version ?? NO_VERSION;
        // an index of before and a clock that was set back make versions that the other side takes for old ones
        const isBehind = isHere && ['older', 'concurrent'].includes(compare(mine, item.version));
        if (isHere ? !isBehind : item.deleted) continue;
        const version = bumped(merged(item.version, mine), device, parts.clockOf(device));
        end.index.set(path, {
          ...(isHere ? known : item),
          deleted: !isHere,
          version,
          by: device,
          local: false,
        });
        end.unsent.add(path);
      }
      tell(end);
    },
    rescan: () => {
      for (const end of ends) {
        for (const path of everything(end)) end.dirty.add(path);
        scanSoon(end);
      }
    },
    revert: (device) => revert(endOf(device), act, () => pullSoon(endOf(device), 10)),
    isBehind: (device, file) => {
      const end = endOf(device);
      const path = pathIn(end, file) ?? '';
      const [known, theirs] = [end.index.get(path), end.remote.get(path)];
      return known !== undefined && theirs !== undefined && isPassedOver(known, theirs);
    },
    pending: (device) => {
      const end = endOf(device);
      return [...end.wanted].filter((path) => isNeeded(end, path, parts.deletesWin)).length;
    },
    isBusy: (device) => endOf(device).busy,
  };
}
