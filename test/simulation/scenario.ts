// What happens in one simulated world, as a value that a seed gives and that can be made smaller: its machines, its jobs
// and its faults. It knows no code of either daemon.
import type { Fault } from './fault-kinds.ts';
import { faultOf } from './fault-kinds.ts';
import type { Device } from './mirror/versions.ts';
import type { Random } from './random.ts';
import { randomFrom } from './random.ts';

export const JOB_KINDS = [
  'plain',
  'failing',
  'flaky',
  'held',
  'dependent',
  'auto',
  'restart',
  'resume',
  'unlicensed',
  'by-hand',
  'retried',
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export interface JobPlan {
  id: string;
  kind: JobKind;
  atMs: number;
  /** How long its script takes. */
  runMs: number;
  modelBytes: number;
  /** When its hold is lifted. */
  releaseMs: number;
  fields: Record<string, unknown>;
}

export interface Scenario {
  seed: number;
  /** Four folders with one writer each, or one that both write. */
  folders: 'four' | 'one';
  /** The runner's disk cannot sync directories (NTFS). */
  ntfs: boolean;
  /** The mirror can be asked for its state. */
  api: boolean;
  deletesWin: boolean;
  scanDelayMs: number;
  skewMs: Record<Device, number>;
  /** How likely it is that a call takes its time, while others go on. */
  slowness: number;
  /** How likely it is that nobody is told of a change in a folder. */
  deafness: number;
  slots: number;
  jobs: JobPlan[];
  faults: Fault[];
  /** From then on nothing goes wrong any more. */
  calmMs: number;
  /** It is over as soon as all jobs have come to rest, whatever else was to go wrong. */
  endsEarly: boolean;
}

const WEIGHTED: readonly JobKind[] = [...JOB_KINDS, 'plain', 'plain', 'plain', 'plain', 'plain'];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function scenarioOf(seed: number): Scenario {
  const random = randomFrom(seed).fork('scenario');
  const calmMs = random.chance(0.02) ? random.between(2, 8) * HOUR : random.magnitude(1, 15) * MINUTE;
  const jobs = jobsOf(random.fork('jobs'), calmMs);
  const chance = random.fork('faults');
  const faults = Array.from({ length: chance.below(9) }, () => faultOf(chance, calmMs, jobs.length));
  return {
    seed,
    folders: random.chance(0.25) ? 'one' : 'four',
    ntfs: random.chance(0.5),
    api: random.chance(0.7),
    deletesWin: random.chance(0.3),
    scanDelayMs: random.pick([30, 30, 1000, 10_000]),
    skewMs: { linux: skewOf(random), windows: skewOf(random) },
    slowness: random.pick([0, 0.02, 0.1, 0.3]),
    deafness: random.pick([0, 0, 0.2, 1]),
    slots: random.pick([1, 2, 3]),
    jobs,
    faults: faults.sort((a, b) => a.atMs - b.atMs),
    calmMs,
    endsEarly: random.chance(0.7),
  };
}

function skewOf(random: Random): number {
  return random.chance(0.5) ? 0 : random.between(-2, 2) * HOUR;
}

function jobsOf(random: Random, calmMs: number): JobPlan[] {
  const jobs: JobPlan[] = [];
  const count = 1 + random.below(5);
  for (let nth = 1; nth <= count; nth++) {
    const kind = random.pick(WEIGHTED);
    const id = `job-20260210-14302${nth}-${kind}`;
    const isLate = random.chance(0.2);
    jobs.push({
      id,
      kind: kind === 'dependent' && nth === 1 ? 'plain' : kind,
      atMs: isLate ? random.between(0, calmMs / 2) : random.between(0, 3000),
      runMs: random.chance(0.02) ? random.magnitude(60_000, 600_000) : random.magnitude(100, 30_000),
      modelBytes: random.chance(0.3) ? 6000 : 200,
      releaseMs: random.between(0, calmMs),
      fields: fieldsOf(random, kind, jobs),
    });
  }
  return jobs;
}

function fieldsOf(random: Random, kind: JobKind, before: readonly JobPlan[]): Record<string, unknown> {
  const max_attempts = random.pick([2, 3, 99]);
  switch (kind) {
    case 'flaky':
      return { retry: { max: 2, on: ['script'], backoff_s: random.magnitude(1, 100) } };
    case 'retried':
      return { retry: { max: 1, on: ['lost', 'interrupted'], backoff_s: random.magnitude(1, 100) } };
    case 'held':
      return { hold: true };
    case 'dependent': {
      const other = before.length > 0 ? random.pick(before).id : undefined;
      return other ? { depends_on: [other], on_dependency_failure: random.pick(['cancel', 'release']) } : {};
    }
    case 'auto':
      return { run_on: 'auto' };
    case 'restart':
    case 'unlicensed':
      return { on_interrupt: 'restart', max_attempts };
    case 'resume':
      return { on_interrupt: 'resume', max_attempts };
    default:
      return random.chance(0.3) ? { expect: ['3_results/study.db'] } : {};
  }
}
