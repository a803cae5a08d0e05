// The verbs that show what happens and change nothing. Light: what they do is loaded when they run.
import type { State } from '../../job/states.ts';
import type { Verb, VerbArgument } from '../verb.ts';
import { seconds, secondsOrJob, wholeNumber } from './values.ts';

const STATES = [
  'submitted',
  'queued',
  'running',
  'completed',
  'failed',
  'cancelled',
  'lost',
] as const satisfies readonly State[];
const UNTIL = ['running', 'finished'] as const;
const JOB = 'any unambiguous part of the job id';
const job: VerbArgument = { name: 'job', required: true, description: JOB };

export const LOOKING: readonly Verb[] = [
  {
    name: 'status',
    summary: 'show one job, or the queue at a glance',
    description: [
      'With a job: its state, what it waits for, progress, outcome, and results_dir, where results and log are',
      'now (results_sealed tells whether all of them are). Without: runners, what runs, what waits, what ended',
      'lately, and problems. It reads the folder: no daemon needs to run. The exit code is 0 whatever the',
      'state; use `jobq wait` for an exit code that tells how a job ended. With --watch it shows the same again',
      'and again until Ctrl+C.',
    ].join(' '),
    arguments: [{ ...job, required: false, description: `${JOB}; without it the whole queue` }],
    options: [
      {
        flags: '--watch [s]',
        description:
          'on a terminal, again every so many seconds (5); with --json one line of JSON each time; a job may follow it too',
        parse: secondsOrJob('--watch'),
      },
    ],
    examples: [
      'jobq status',
      'jobq status --watch',
      'jobq status wfe',
      'jobq status --watch 10 wfe',
      'jobq status wfe --json',
    ],
    exits: [[3, 'no job has this in its id, or several have']],
    load: () => import('../commands/status.ts'),
  },
  {
    name: 'show',
    summary: 'show everything about one job, archived or not',
    description: [
      'What `jobq status` shows of a job, and all the rest: every attempt, the end of its log, the files of its',
      'results and inputs with their sizes, how post-processing ended, the fields of its order as written, what',
      'was asked and pruned, and every place where something of it lies. `status` is short, meant for asking often,',
      'and prints one view; this reads more of the disk.',
    ].join(' '),
    arguments: [job],
    options: [
      {
        flags: '--files <n>',
        description: 'at most so many files of each directory, the largest',
        default: 20,
        parse: wholeNumber('--files', 0),
      },
    ],
    examples: ['jobq show wfe', 'jobq show wfe --files 200 --json'],
    exits: [[3, 'no job has this in its id, or several have']],
    load: () => import('../commands/show.ts'),
  },
  {
    name: 'list',
    summary: 'list jobs, newest first, and problems',
    description: [
      'Lists open and archived jobs, the newest first, at most --limit of them, and everything in the open part',
      'of the queue that a person should look at. Filters may be combined. With --archived the order is that of',
      'archiving, --since is about that time too, and only what is shown is read.',
    ].join(' '),
    arguments: [],
    options: [
      { flags: '--state <state>', description: 'only jobs in this state', choices: STATES },
      { flags: '--project <project>', description: 'only jobs of this project' },
      {
        flags: '--since <when>',
        description: 'only jobs submitted since: 2026-02-10, 2026-02-10T14:30:00Z, 30m, 2h or 3d',
      },
      { flags: '--open', description: 'only jobs that are not in the archive yet' },
      { flags: '--archived', description: 'only jobs in the archive, those archived last first' },
      {
        flags: '--limit <n>',
        description: 'at most so many jobs',
        default: 50,
        parse: wholeNumber('--limit', 1),
      },
    ],
    examples: [
      'jobq list --open',
      'jobq list --archived --since 7d',
      'jobq list --state failed --since 3d',
      'jobq list --project wing --limit 5 --json',
    ],
    load: () => import('../commands/list.ts'),
  },
  {
    name: 'wait',
    summary: 'wait for jobs and exit with how they ended',
    description: [
      'Waits until every job has finished: its results are all here, or it is in the archive. Status alone is',
      'not enough, it may arrive before the files. A job that is lost is not waited for any longer. Exits 0',
      'only if every job completed; else the first of these that fits any job: 5 failed, 9 lost, 8 cancelled,',
      '6 time ran out. With --until running a job that runs or has completed is enough. A retry that is decided and',
      'not made yet (`retried_as` of another job) can be waited for by its id.',
    ].join(' '),
    arguments: [{ ...job, variadic: true, description: `${JOB}; several may be given` }],
    options: [
      { flags: '--until <what>', description: 'what to wait for', choices: UNTIL, default: 'finished' },
      {
        flags: '--timeout <s>',
        description: 'give up after so many seconds (default: never)',
        parse: seconds('--timeout', 'from zero'),
      },
    ],
    examples: [
      'jobq wait wfe',
      'jobq wait wfe wing --timeout 3600 --json',
      'jobq wait wfe --until running --timeout 60',
    ],
    exits: [
      [5, 'a job failed'],
      [9, 'a job is lost'],
      [8, 'a job was cancelled'],
      [6, 'the time ran out or the wait was interrupted; the jobs go on'],
      [3, 'no such job'],
    ],
    load: () => import('../commands/wait.ts'),
  },
  {
    name: 'logs',
    summary: "print what a job's script wrote",
    description: [
      'Prints stdout.log, standard output and error of the script in one, from inbox/ or the archive. It is as',
      'fresh as the last heartbeat. With --follow it goes on with what is added until the job has ended.',
    ].join(' '),
    arguments: [job],
    options: [
      { flags: '--follow', description: 'go on until the job has ended' },
      {
        flags: '--lines <n>',
        description: 'only so many lines of the end of what is there (default: all)',
        parse: wholeNumber('--lines', 0),
      },
    ],
    examples: ['jobq logs wfe --lines 40', 'jobq logs wfe --follow'],
    exits: [[3, 'no such job, or it has no log yet']],
    load: () => import('../commands/logs.ts'),
  },
];
