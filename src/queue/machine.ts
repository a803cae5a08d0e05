// What decisions need to know of the runner's machine and its owner: one value, no I/O.
import type { WeekMinute } from '../job/schedule.ts';

/** The seats of one licence feature, all users together. */
export interface Seats {
  total: number;
  used: number;
}

/** What the licence command said last. `problem`: it could not be run, or nothing of it could be read. */
export type LicencesSeen =
  | { state: 'unchecked' }
  | { state: 'unknown' }
  | { state: 'problem'; problem: string }
  | { state: 'known'; seats: Readonly<Record<string, Seats>>; seenAtMs: number };

/** What the owner of the workstation asked for. Draining: nothing starts, and the runner ends once nothing runs. */
export interface OwnerWish {
  paused?: Asked & { until?: string; interrupt?: boolean };
  draining?: Asked;
}

type Asked = {
  at: string;
  by?: string;
  reason?: string;
};

export interface MachineSeen {
  /** Free space for the work directories, in MB; undefined where the system does not tell. */
  freeMb: number | undefined;
  /** Memory that programs can have now, and all there is, in MB. */
  memoryMb: number;
  totalMemoryMb: number;
  cpus: number;
  /** Local wall time. */
  weekMinute: WeekMinute;
  licences: LicencesSeen;
  owner: OwnerWish;
  /** The runner itself is to stop, and running scripts are to be interrupted first. */
  stopping: boolean;
}
