// The processes of one attempt: which were seen, remembered on the disk for a later supervisor; and the end of all.
import type { ProcessId } from '../../job/outcome.ts';
import type { Disk } from '../../store/disk.ts';
import type { AttemptCommand, AttemptProcesses } from '../../store/work-dir.ts';
import { readProcesses, readSupervisor, writeAttemptFile } from '../../store/work-dir.ts';
import type { ProcessSeen, ProcessTree } from '../../system/process/process-tree.ts';
import { unlessItFails } from './unless-it-fails.ts';

export interface Processes {
  /** Remembers the script. */
  started(pid: number): Promise<void>;
  /** The living ones; undefined when the system does not say. */
  list(): Promise<ProcessSeen[] | undefined>;
  /** Remembers on the disk what was seen since the last time; a disk that is full is tried again the next time. */
  save(): Promise<void>;
  /** Processor time of all of them. */
  cpuSeconds(): Promise<number | undefined>;
  /**
   * Ends what is left. What cannot be ended keeps the attempt, and with it the slot: nothing is published while
   * something may still write, and no other job starts beside it.
   */
  endAll(): Promise<ProcessSeen[]>;
}

interface Parts {
  disk: Disk;
  tree: ProcessTree;
}

/** What is remembered of runs that start processes by the thousand. */
const SEEN_MAX = 1000;
const GONE_RETRY_MS = 5000;

export function processesOf({ disk, tree }: Parts, dir: string, { env }: AttemptCommand): Processes {
  /** The entry that every process of an attempt has in its environment, and no other. */
  const mark = `JOBQ_CANCEL_FILE=${env['JOBQ_CANCEL_FILE'] ?? ''}`;
  let known: AttemptProcesses = readProcesses(disk.files, dir) ?? { seen: [] };
  let saved = known;
  const attempt = () => ({ mark, known: known.script ? [known.script, ...known.seen] : [] });
  const write = async () => {
    const now = known;
    if (now === saved) return;
    await writeAttemptFile(disk, dir, 'processes', now);
    saved = now;
  };
  let saving = Promise.resolve();
  const save = () => {
    saving = saving.then(write).catch(() => {}); // one after the other: the last word is the newest
    return saving;
  };
  const remember = (living: readonly ProcessSeen[]) => {
    const fresh = notIn(attempt().known, living).map(idOf);
    if (known.script && fresh.length > 0)
      known = { ...known, seen: [...known.seen, ...fresh].slice(-SEEN_MAX) };
  };
  return {
    started: async (pid) => {
      const script = await tree.identify(pid).catch(() => undefined);
      if (script) known = { ...known, script: idOf(script) };
      await save();
    },
    list: async () => {
      const living = await tree.list(attempt()).catch(() => undefined);
      if (living) remember(living);
      return living;
    },
    save,
    cpuSeconds: () => tree.cpuSeconds(attempt()).catch(() => undefined),
    endAll: async () => {
      const killed: ProcessSeen[] = [];
      for (let told = false; ; told = true) {
        const ended = await tree.end(attempt()).catch(() => ({ killed: [], confirmed: false }));
        killed.push(...notIn(killed, ended.killed));
        if (ended.confirmed) return killed;
        if (!told) await tellUnended(disk, dir, killed.map(idOf));
        await disk.clock.sleep(GONE_RETRY_MS);
      }
    },
  };
}

/** Without times of processor and memory, which are of one moment only. */
export function idOf({ pid, started, name }: ProcessId): ProcessId {
  return { pid, started, ...(name !== undefined && { name }) };
}

export function notIn<T extends ProcessId>(known: readonly ProcessId[], seen: readonly T[]): T[] {
  const keys = new Set(known.map(keyOf));
  return seen.filter((one) => !keys.has(keyOf(one)));
}

function keyOf({ pid, started }: ProcessId): string {
  return `${pid} ${started}`;
}

/** Why an attempt that should be over is not; as far as the disk allows. */
async function tellUnended(disk: Disk, dir: string, unended: ProcessId[]): Promise<void> {
  const supervisor = unlessItFails(() => readSupervisor(disk.files, dir));
  if (supervisor) await writeAttemptFile(disk, dir, 'supervisor', { ...supervisor, unended }).catch(() => {});
}
