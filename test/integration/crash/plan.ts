// What one round of the crash test does: its jobs and its kills, chosen by a seed. It starts and kills nothing.
import type { Random } from '../../simulation/random.ts';
import { randomFrom } from '../../simulation/random.ts';

export interface JobPlan {
  name: string;
  language: 'python' | 'node';
  onInterrupt: 'fail' | 'restart' | 'resume';
  maxAttempts: number;
  steps: number;
  pauseS: number;
  /** What works beside the script: `grandchild` is in a session of its own and goes on when the script has ended. */
  company: 'none' | 'child' | 'grandchild';
  exit: number;
  submitAfterMs: number;
}

/** What is killed at once, as often as it stands here: the runner and its supervisors are what the promises are about. */
const VICTIMS = [
  'runner',
  'runner',
  'supervisor',
  'supervisor',
  'runner and supervisor',
  'runner and supervisor',
  'watcher',
  'script',
  'child',
  'everything',
] as const;
export type Victim = (typeof VICTIMS)[number];

export interface KillPlan {
  victim: Victim;
  /** After the last kill. */
  afterMs: number;
  /** Wait until something changes in the folders that the victim writes: what it does then is what counts. */
  atWork: boolean;
  /** Then, or once a victim is there. */
  lurkMs: number;
  /** May a daemon die before it has said that it is up, or a supervisor without a script? */
  early: boolean;
  /** Is a daemon only told to stop, as when it is replaced by a new version? */
  gentle: boolean;
  /** How long a daemon that was killed stays away. */
  awayMs: number;
}

export interface RoundPlan {
  slots: number;
  /** Does the watcher have a post-processor? */
  post: boolean;
  jobs: JobPlan[];
  kills: KillPlan[];
}

/** What a script is called with: the first argument alone tells a run that is resumed from one that begins. */
export function scriptArgs(job: JobPlan, first: 'begin' | 'resume'): string[] {
  return [first, String(job.steps), String(job.pauseS), job.company, String(job.exit)];
}

/** How the job is submitted. */
export function submitOptions(job: JobPlan): string[] {
  const each = (flag: string, values: readonly string[]) => values.map((value) => `${flag}=${value}`);
  return [
    `--name=${job.name}`,
    `--script=restless.${job.language === 'python' ? 'py' : 'mjs'}`,
    `--interpreter=${job.language}`,
    ...each('--arg', scriptArgs(job, 'begin')),
    `--on-interrupt=${job.onInterrupt}`,
    `--max-attempts=${job.maxAttempts}`,
    ...(job.onInterrupt === 'resume' ? each('--resume-arg', scriptArgs(job, 'resume')) : []),
  ];
}

export function killPlan(random: Random): KillPlan {
  const atWork = random.chance(0.6);
  return {
    victim: random.pick(VICTIMS),
    afterMs: random.below(300),
    atWork,
    lurkMs: random.below(atWork ? random.pick([3, 40]) : 400),
    early: random.chance(0.2),
    gentle: random.chance(0.2),
    awayMs: random.below(300),
  };
}

export function roundPlan(seed: number): RoundPlan {
  const random = randomFrom(seed);
  const job = (number: number): JobPlan => ({
    name: `j${number}`,
    language: random.chance(0.7) ? 'python' : 'node',
    onInterrupt: random.pick(['fail', 'restart', 'resume', 'resume', 'restart']),
    maxAttempts: random.pick([1, 2, 3, 3, 5]),
    steps: 3 + random.below(6),
    pauseS: random.pick([0.08, 0.1, 0.2]),
    company: random.pick(['none', 'child', 'child', 'grandchild']),
    exit: random.chance(0.15) ? 3 : 0,
    submitAfterMs: random.below(600),
  });
  return {
    slots: 2 + random.below(2),
    post: random.chance(0.3),
    jobs: Array.from({ length: 3 + random.below(3) }, (_, index) => job(index + 1)),
    // the runner last: a new one looks at once for supervisors that died, the one that launched them waits a while
    kills: [
      ...Array.from({ length: 3 + random.below(3) }, () => killPlan(random)),
      { ...killPlan(random), victim: 'runner', atWork: false },
    ],
  };
}
