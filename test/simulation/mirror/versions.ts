// What two devices of the mirror know of a file: version vectors, and which version wins when both changed it. Pure.

export type Device = 'linux' | 'windows';

export interface Version {
  linux: number;
  windows: number;
}

export interface Item {
  path: string;
  kind: 'file' | 'directory';
  deleted: boolean;
  data: Buffer;
  mtimeMs: number;
  version: Version;
  by: Device;
  /** Changed where only the other side may: it is never sent. */
  local: boolean;
}

export const NO_VERSION: Version = { linux: 0, windows: 0 };

export type Order = 'same' | 'older' | 'newer' | 'concurrent';

export function compare(a: Version, b: Version): Order {
  const [less, more] = [
    a.linux < b.linux || a.windows < b.windows,
    a.linux > b.linux || a.windows > b.windows,
  ];
  if (less && more) return 'concurrent';
  if (less) return 'older';
  return more ? 'newer' : 'same';
}

/** The next version that a device makes: its counter follows its clock. */
export function bumped(version: Version, device: Device, nowMs: number): Version {
  return { ...version, [device]: Math.max(version[device] + 1, Math.floor(nowMs / 1000)) };
}

export function merged(a: Version, b: Version): Version {
  return { linux: Math.max(a.linux, b.linux), windows: Math.max(a.windows, b.windows) };
}

/** Which of two concurrent versions is kept. Since 2.0 of Syncthing a deletion can be. */
export function wins(item: Item, over: Item, deletesWin: boolean): boolean {
  if (item.deleted !== over.deleted && !deletesWin) return over.deleted;
  if (item.mtimeMs !== over.mtimeMs) return item.mtimeMs > over.mtimeMs;
  return item.by > over.by;
}

/** Does who has `theirs` see nothing new in `mine`, which is something else? An index of before and a clock set back make it so. */
export function isPassedOver(mine: Item, theirs: Item): boolean {
  return compare(mine.version, theirs.version) !== 'newer' && !mine.data.equals(theirs.data);
}
