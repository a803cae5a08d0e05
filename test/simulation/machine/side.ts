// One simulated machine: its disk, its clock, and what ails it at the moment.
import type { Disk } from '../../../src/store/disk.ts';
import type { Clock } from '../../../src/system/clock.ts';
import type { Process } from '../fault-kinds.ts';
import type { Device } from '../mirror/versions.ts';
import type { Random } from '../random.ts';
import type { Timeline } from '../timeline.ts';
import type { SimulatedDisk } from './disk.ts';
import { simulatedDisk } from './disk.ts';
import type { Call, Life } from './life.ts';
import { newLife } from './life.ts';
import { withAbsence } from './with-absence.ts';

/** What the code of either side is given to work with, with nothing that ails it. */
export const diskOf = ({ disk, clock }: Side): Disk => ({ files: disk.files, clock });

const START_MS = Date.parse('2026-02-10T14:30:22Z');

/** Calls of a process fail for a while. */
export interface Trouble {
  who: Process;
  code: string;
  chance: number;
  untilMs: number;
  /** Only on files whose path ends so. */
  on: string;
}

export interface Side {
  device: Device;
  disk: SimulatedDisk;
  clock: Clock;
  isOn: boolean;
  isAsleep: boolean;
  bootId: string;
  troubles: Trouble[];
  /** Directories that no process sees at this moment. */
  absent: Set<string>;
  /** Which process changes something at this moment; undefined: it is the mirror or a person. */
  writer: Process | undefined;
  setClock(byMs: number): void;
  fallAsleep(): void;
  wakeUp(): void;
  /** A new life of a process on this machine. */
  live(who: Process, hooks: LifeHooks): Life;
}

export interface LifeHooks {
  changing(call: Call, file: string): void;
  renamed(from: string, to: string): void;
  died(): void;
  failed(code: string, call: Call): void;
}

export interface SideParts {
  device: Device;
  timeline: Timeline;
  random: Random;
  skewMs: number;
  ntfs: boolean;
  slowness: number;
}

const FOR_LOOKS: readonly string[] = ['EIO', 'EBUSY', 'EPERM'];
const FILLING: readonly Call[] = ['write', 'openNew', 'openAppend', 'makeDir', 'makeNewDir', 'sync'];
const HELD: readonly Call[] = [
  ...(['rename', 'removeFile', 'removeTree', 'removeEmptyDir', 'openRead', 'openNew', 'openAppend'] as const),
  ...(['read', 'readSmall', 'readFrom'] as const),
];

function applies(code: string, call: Call): boolean {
  if (code === 'ENOSPC') return FILLING.includes(call);
  return code === 'EIO' || HELD.includes(call);
}

export function newSide({ device, timeline, random, skewMs, ntfs, slowness }: SideParts): Side {
  let [wallMs, asleepMs, sleptAtMs] = [START_MS + skewMs, 0, 0];
  const clock: Clock = {
    now: () => Math.round(wallMs + timeline.nowMs()),
    monotonic: () => timeline.nowMs() - asleepMs,
    turn: () => Promise.resolve(),
    sleep: (ms) => timeline.sleep(ms),
  };
  const disk = simulatedDisk(clock, { inOrder: ntfs });
  const seenFiles = withAbsence(disk.files, () => side.absent);
  const side: Side = {
    device,
    disk,
    clock,
    isOn: true,
    isAsleep: false,
    bootId: 'boot-1',
    troubles: [],
    absent: new Set(),
    writer: undefined,
    setClock: (byMs) => {
      wallMs += byMs;
    },
    fallAsleep: () => {
      side.isAsleep = true;
      sleptAtMs = timeline.nowMs();
    },
    wakeUp: () => {
      if (side.isAsleep) asleepMs += timeline.nowMs() - sleptAtMs;
      side.isAsleep = false;
    },
    live: (who, hooks) => {
      const errorOf = (call: Call, file: string): string | undefined => {
        if (side.troubles.length === 0) return undefined;
        side.troubles = side.troubles.filter(({ untilMs }) => untilMs > timeline.nowMs());
        const trouble = side.troubles.find(
          (each) =>
            each.who === who &&
            file.endsWith(each.on) &&
            applies(each.code, call) &&
            random.chance(each.chance),
        );
        if (!trouble) return undefined;
        const isLook = !FILLING.includes(call) && !HELD.includes(call);
        if (isLook && !FOR_LOOKS.includes(trouble.code)) return undefined;
        hooks.failed(trouble.code, call);
        return trouble.code;
      };
      return newLife({
        files: seenFiles,
        clock,
        errorOf,
        delayOf: () => (slowness > 0 && random.chance(slowness) ? random.magnitude(0.1, 500) : undefined),
        sleep: async (ms) => {
          await timeline.sleep(ms);
          while (side.isAsleep) await timeline.sleep(1000);
        },
        changing: (call, file) => {
          side.writer = who;
          hooks.changing(call, file);
        },
        renamed: hooks.renamed,
        died: hooks.died,
      });
    },
  };
  return side;
}
