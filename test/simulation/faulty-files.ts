// A disk that a daemon uses until it dies: counts the operations that change something, and from a chosen one on
// nothing works any more. The write that is under way at that moment is torn. It also notes who writes where.
import type { Files, OpenFile } from '../../src/system/files.ts';

export class Crash extends Error {
  constructor() {
    super('the daemon is dead');
  }
}

export interface FaultyFiles extends Files {
  /** The daemon dies at the n-th changing operation from now. */
  crashIn(operations: number): void;
  /** A new life: everything works again. */
  revive(): void;
  isDead(): boolean;
  /** Changing operations so far, over all lives. */
  operations(): number;
}

/** `mayWrite` says whether this side may change a path; a breach is noted by the caller. */
export function faultyFiles(inner: Files, mayWrite: (file: string) => void): FaultyFiles {
  let left = Number.POSITIVE_INFINITY;
  let dead = false;
  let count = 0;
  const alive = () => {
    if (dead) throw new Crash();
  };
  const change = (file: string, torn?: () => void) => {
    alive();
    mayWrite(file);
    count += 1;
    left -= 1;
    if (left >= 0) return;
    dead = true;
    torn?.();
    throw new Crash();
  };
  const opened = (file: string, open: OpenFile): OpenFile => ({
    read: (buffer) => {
      alive();
      return open.read(buffer);
    },
    write: (bytes) => {
      change(file, () => open.write(bytes.subarray(0, bytes.length >> 1)));
      open.write(bytes);
    },
    sync: async () => alive(),
    close: () => open.close(),
  });
  const looking = <A extends unknown[], R>(look: (...args: A) => R) => {
    return (...args: A): R => {
      alive();
      return look(...args);
    };
  };
  return {
    list: looking(inner.list),
    facts: looking(inner.facts),
    read: looking(inner.read),
    readSmall: looking(inner.readSmall),
    readFrom: looking(inner.readFrom),
    openRead: (file, links) => opened(file, looking(inner.openRead)(file, links)),
    openNew: (file) => {
      change(file);
      return opened(file, inner.openNew(file));
    },
    openAppend: (file) => {
      change(file);
      return opened(file, inner.openAppend(file));
    },
    makeDir: (dir) => {
      if (inner.facts(dir)) return;
      change(dir);
      inner.makeDir(dir);
    },
    makeNewDir: (dir) => {
      change(dir);
      inner.makeNewDir(dir);
    },
    rename: async (from, to) => {
      change(to);
      mayWrite(from);
      await inner.rename(from, to);
    },
    removeFile: async (file) => {
      if (!inner.facts(file)) return;
      change(file);
      await inner.removeFile(file);
    },
    removeEmptyDir: (dir) => {
      change(dir);
      return inner.removeEmptyDir(dir);
    },
    removeTree: async (dir) => removeTreeStepwise(inner, dir, change),
    syncFile: async () => alive(),
    syncDir: looking(() => undefined),
    freeBytes: looking(inner.freeBytes),
    realPath: looking(inner.realPath),
    uniqueName: inner.uniqueName,
    crashIn: (operations) => {
      left = operations;
    },
    revive: () => {
      dead = false;
      left = Number.POSITIVE_INFINITY;
    },
    isDead: () => dead,
    operations: () => count,
  };
}

/** A tree goes file by file, so that a crash can leave any part of it. */
async function removeTreeStepwise(inner: Files, dir: string, change: (file: string) => void): Promise<void> {
  const kind = inner.facts(dir)?.kind;
  if (kind === undefined) return;
  if (kind === 'directory') {
    for (const { name } of inner.list(dir) ?? []) await removeTreeStepwise(inner, `${dir}/${name}`, change);
    change(dir);
    inner.removeEmptyDir(dir);
    return;
  }
  change(dir);
  await inner.removeFile(dir);
}
