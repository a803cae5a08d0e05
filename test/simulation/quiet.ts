// A world in which nothing goes wrong by itself, to which the worlds with a story add what happened in them.
import type { Fault } from './fault-kinds.ts';
import type { JobKind, JobPlan, Scenario } from './scenario.ts';

export interface Counterexample {
  story: string;
  scenario: Scenario;
}

const CALM: Omit<Scenario, 'seed' | 'jobs'> = {
  folders: 'four',
  ntfs: false,
  api: true,
  deletesWin: false,
  scanDelayMs: 30,
  skewMs: { linux: 0, windows: 0 },
  slowness: 0,
  deafness: 0,
  slots: 2,
  faults: [],
  calmMs: 60_000,
  endsEarly: false,
};

export function job(kind: JobKind, more: Partial<JobPlan> = {}): JobPlan {
  const id = `job-20260210-143021-${kind}`;
  return { id, kind, atMs: 1000, runMs: 1000, modelBytes: 200, releaseMs: 5000, fields: {}, ...more };
}

export function quiet(seed: number, more: Partial<Scenario> = {}): Scenario {
  return { seed, ...CALM, jobs: [job('plain')], ...more };
}

export const faults = (...all: Fault[]) => ({ faults: all });
