// One life of a process: its own view of the disk, until it dies. From then on nothing it has begun goes on. Calls that
// change something are counted, can be the last one, are torn by death or by an error, and may take their time.
import type { Disk } from '../../../src/store/disk.ts';
import type { Clock } from '../../../src/system/clock.ts';
import type { Files, OpenFile } from '../../../src/system/files.ts';
import { failure } from './tree.ts';

class Crash extends Error {
  constructor() {
    super('the process is dead');
  }
}

export type Call = keyof Files | 'write' | 'sync' | 'readPiece';

/** What a life is lived in. */
export interface Surroundings {
  files: Files;
  clock: Clock;
  /** The code of an error that this call gets; undefined: it works. */
  errorOf(call: Call, file: string): string | undefined;
  /** How long a call that may take time takes; undefined: none. */
  delayOf(call: Call): number | undefined;
  sleep(ms: number): Promise<void>;
  /** What a process is about to change. */
  changing(call: Call, file: string): void;
  renamed(from: string, to: string): void;
  died(): void;
}

export interface Life extends Disk {
  kill(): void;
  /** Dies at the n-th call from now that changes something; `inLines`: that writes a line. */
  dieIn(calls: number, inLines?: boolean): void;
  isDead(): boolean;
}

export function newLife(around: Surroundings): Life {
  const { files: inner, clock } = around;
  let [dead, left, onlyLines] = [false, Number.POSITIVE_INFINITY, false];
  const kill = () => {
    if (dead) return;
    dead = true;
    around.died();
  };
  const look = (call: Call, file: string) => {
    if (dead) throw new Crash();
    const code = around.errorOf(call, file);
    if (code) throw Object.assign(failure(code, call, file), { injected: true });
  };
  const changes = (call: Call, file: string, torn?: () => void) => {
    if (dead) throw new Crash();
    around.changing(call, file);
    if (onlyLines ? call === 'write' && file.endsWith('.jsonl') && --left < 0 : --left < 0) {
      torn?.();
      kill();
      throw new Crash();
    }
    const code = around.errorOf(call, file);
    if (!code) return;
    if (code === 'ENOSPC') torn?.();
    throw Object.assign(failure(code, call, file), { injected: true });
  };
  /** Another process may have its turn before this call is made. */
  const inTime = async (call: Call): Promise<void> => {
    const ms = around.delayOf(call);
    if (ms !== undefined) await around.sleep(ms);
    if (dead) throw new Crash();
  };
  const opened = (file: string, open: OpenFile): OpenFile => ({
    read: (buffer) => {
      look('readPiece', file);
      return open.read(buffer);
    },
    write: (bytes) => {
      changes('write', file, () => open.write(bytes.subarray(0, bytes.length >> 1)));
      open.write(bytes);
    },
    sync: async () => {
      await inTime('sync');
      changes('sync', file);
      return open.sync();
    },
    close: () => open.close(),
  });
  const life: Life = {
    kill,
    dieIn: (calls, inLines = false) => {
      left = calls;
      onlyLines = inLines;
    },
    isDead: () => dead,
    clock: {
      now: clock.now,
      monotonic: clock.monotonic,
      turn: () => inTime('sync'),
      sleep: async (ms) => {
        await around.sleep(ms);
        if (dead) throw new Crash();
      },
    },
    files: {
      ...lookingFiles(inner, look),
      ...changingFiles(inner, { changes, inTime, look, opened, around }),
    },
  };
  return life;
}

type Look = (call: Call, file: string) => void;

function lookingFiles(inner: Files, look: Look) {
  return {
    list: (dir) => {
      look('list', dir);
      return inner.list(dir);
    },
    facts: (file) => {
      look('facts', file);
      return inner.facts(file);
    },
    read: (file) => {
      look('read', file);
      return inner.read(file);
    },
    readSmall: (file, maxBytes) => {
      look('readSmall', file);
      return inner.readSmall(file, maxBytes);
    },
    readFrom: (file, offset, length) => {
      look('readFrom', file);
      return inner.readFrom(file, offset, length);
    },
    freeBytes: inner.freeBytes,
    realPath: inner.realPath,
    uniqueName: inner.uniqueName,
  } satisfies Partial<Files>;
}

interface Changing {
  changes(call: Call, file: string, torn?: () => void): void;
  inTime(call: Call): Promise<void>;
  look: Look;
  opened(file: string, open: OpenFile): OpenFile;
  around: Surroundings;
}

function changingFiles(inner: Files, { changes, inTime, look, opened, around }: Changing) {
  const removeStepwise = async (dir: string): Promise<void> => {
    const kind = inner.facts(dir)?.kind;
    if (kind === undefined) return;
    if (kind === 'directory')
      for (const { name } of inner.list(dir) ?? []) await removeStepwise(`${dir}/${name}`);
    await inTime('removeTree');
    changes('removeTree', dir);
    if (kind === 'directory') inner.removeEmptyDir(dir);
    else await inner.removeFile(dir);
  };
  return {
    openRead: (file) => {
      look('openRead', file);
      return opened(file, inner.openRead(file));
    },
    openNew: (file) => {
      changes('openNew', file);
      return opened(file, inner.openNew(file));
    },
    openAppend: (file) => {
      changes('openAppend', file);
      return opened(file, inner.openAppend(file));
    },
    makeDir: (dir) => {
      if (inner.facts(dir)) return;
      changes('makeDir', dir);
      inner.makeDir(dir);
    },
    makeNewDir: (dir) => {
      changes('makeNewDir', dir);
      inner.makeNewDir(dir);
    },
    rename: async (from, to) => {
      await inTime('rename');
      changes('rename', from);
      changes('rename', to);
      await inner.rename(from, to);
      around.renamed(from, to);
    },
    removeFile: async (file) => {
      await inTime('removeFile');
      if (!inner.facts(file)) return;
      changes('removeFile', file);
      await inner.removeFile(file);
    },
    removeEmptyDir: (dir) => {
      changes('removeEmptyDir', dir);
      return inner.removeEmptyDir(dir);
    },
    removeTree: removeStepwise,
    syncFile: async (file) => {
      await inTime('sync');
      changes('sync', file);
      return inner.syncFile(file);
    },
    syncDir: (dir) => {
      changes('syncDir', dir);
      inner.syncDir(dir);
    },
  } satisfies Partial<Files>;
}
