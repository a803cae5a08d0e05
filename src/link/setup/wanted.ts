// How the folders of a queue are to be set in Syncthing, and what there is in a value that is as good.
// It knows no configuration as it is, and how nothing is changed.
import type { Tree } from '../../store/layout.ts';
import type { FolderConfig, FolderType } from '../api.ts';

export type Side = 'linux' | 'windows';

/** A tree of the queue, as far as a mirror needs to know it. */
export interface QueueTree {
  readonly tree: Tree;
  /** Absolute. */
  readonly dir: string;
  /** The only side that writes it. */
  readonly writer: Side;
  /** What its `.stignore` holds when it is a folder of its own. */
  readonly ignore: readonly string[];
}

/** The id a folder gets; the other side makes the same of the same queue. */
export function folderIdOf(queueId: string, tree: Tree): string {
  return `jobq-${queueId}-${tree}`;
}

export function typeFor({ writer }: QueueTree, side: Side): FolderType {
  return writer === side ? 'sendonly' : 'receiveonly';
}

/** A field of a folder with what it becomes, unless what it is will do. */
export interface Wish {
  readonly field: string;
  readonly to: string | number | boolean;
  fits(value: unknown): boolean;
}

/** Seconds. Syncthing rescans once an hour by itself, which is long for what its watcher missed. */
const RESCAN_S = 300;
/** The least that 1.x takes: only whole seconds, and 0 turns the watcher off. */
export const WATCHER_DELAY_S = 1;
const MAX_CONFLICTS = 10;
/** Measured on a slow link: 32 MB, the default, hold a heartbeat up for as long as the model takes; with this it is seconds. */
const PENDING_KIB = 4096;

const exactly = (field: string, to: Wish['to']): Wish => ({ field, to, fits: (value) => value === to });
const amount = (field: string, to: number, fits: (value: number) => boolean): Wish => ({
  field,
  to,
  fits: (value) => typeof value === 'number' && fits(value),
});

export function wishesFor(type: FolderType, version: string): Wish[] {
  return [
    exactly('type', type),
    exactly('fsWatcherEnabled', true),
    amount('fsWatcherDelayS', WATCHER_DELAY_S, (s) => s > 0 && s <= WATCHER_DELAY_S),
    // -1: any number of them
    amount('maxConflicts', MAX_CONFLICTS, (n) => n === -1 || n >= MAX_CONFLICTS),
    exactly('ignorePerms', true),
    amount('rescanIntervalS', RESCAN_S, (s) => s > 0 && s <= RESCAN_S),
    // what is asked for of a model keeps everything else of its sender waiting
    ...(type === 'receiveonly'
      ? [amount('pullerMaxPendingKiB', PENDING_KIB, (kib) => kib > 0 && kib <= PENDING_KIB)]
      : []),
    ...(waitsBeforePull(version) ? [exactly('pullerDelayS', 0)] : []),
  ];
}

/** From 2.0 on Syncthing waits a second before each pull, unless told not to. */
export function waitsBeforePull(version: string): boolean {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0) >= 2;
}

/** The value of a field by its name, also of one that the port does not speak of. */
export function fieldOf(folder: FolderConfig, field: string): unknown {
  return (folder as unknown as Readonly<Record<string, unknown>>)[field];
}
