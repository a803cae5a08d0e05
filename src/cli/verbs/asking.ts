// The verbs that ask something of the other side. Light: what they do is loaded when they run.
import type { Verb, VerbArgument } from '../verb.ts';
import { collect, seconds } from './values.ts';

const jobs: VerbArgument = {
  name: 'job',
  required: true,
  variadic: true,
  description: 'any unambiguous part of the job id; several may be given',
};

export const ASKING: readonly Verb[] = [
  {
    name: 'cancel',
    summary: 'ask for jobs to be cancelled',
    description: [
      'Leaves the request in the queue; the runner acts on it within a heartbeat of seeing it: it tells the',
      'script, waits the grace, ends its processes and publishes what there is of results. A job that has not',
      'started never will. Asking again changes nothing and is no error. `jobq wait` tells when it is done',
      '(exit code 8). A retry that is to come is stopped for good, by its own id or by that of the job that has',
      'ended. If any other of the jobs has ended already, nothing is asked at all.',
    ].join(' '),
    arguments: [jobs],
    options: [
      { flags: '--reason <text>', description: 'why, for the record' },
      {
        flags: '--grace <s>',
        description: 'seconds the script has to end by itself (default: what the runner sets)',
        parse: seconds('--grace', 'from zero'),
      },
    ],
    examples: ['jobq cancel wfe --reason "wrong mesh"', 'jobq cancel wfe wing --grace 5'],
    exits: [
      [3, 'no such job'],
      [10, 'a job has ended already; nothing was asked'],
    ],
    load: () => import('../commands/cancel.ts'),
  },
  {
    name: 'release',
    summary: 'let jobs start that were submitted with --hold',
    description: [
      'Leaves a release in the queue: the runner no longer waits for it. A job that depends on others which have not',
      'completed starts when they have, and is not released at all if nothing holds it but them; --force starts it',
      'without them. Releasing again changes nothing and is no error. A cancel beats a release.',
    ].join(' '),
    arguments: [jobs],
    options: [
      { flags: '--force', description: 'start it though jobs that it depends on have not completed' },
    ],
    examples: ['jobq release wfe', 'jobq release wfe --force'],
    exits: [
      [3, 'no such job'],
      [10, 'a job has ended, is being cancelled, or waits only for what it depends on; nothing was released'],
    ],
    load: () => import('../commands/release.ts'),
  },
  {
    name: 'retry',
    summary: 'try jobs again, as new jobs with the same files',
    description: [
      'Makes a new order of each job that has ended, is archived or is lost, and prints the new ids, <job>-r1 and',
      'so on. The files are those of the old order; nothing is asked from the study or the network. A job that is',
      'lost is cancelled first, should its runner come back. It starts without a release. Asked again while the',
      'new job is open, the answer is that job. Retries by the order itself (retry in job.json) need no command.',
    ].join(' '),
    arguments: [jobs],
    options: [
      {
        flags: '--arg <text>',
        description: 'one argument of the script, in place of all of the old ones; once for each, in order',
        parse: collect,
      },
      { flags: '--keep-args', description: 'the arguments of the old job (default)' },
      { flags: '--run-on <runner>', description: 'id of another runner, or auto (default: as the old job)' },
    ],
    examples: ['jobq retry wfe', 'jobq retry wfe --arg --resume --json'],
    exits: [
      [3, 'no such job'],
      [4, 'the order is not whole any more'],
      [
        10,
        'a job has not ended, its order is gone, or it is tried again with other options; nothing was made',
      ],
    ],
    load: () => import('../commands/retry.ts'),
  },
  {
    name: 'abandon',
    summary: 'give up jobs of which nothing will be heard any more',
    description: [
      'For jobs whose runner is gone for good. The runner is asked to cancel them, should it ever come back; the',
      'watcher archives order and record as they are, and the job counts as failed (outcome abandoned). Results',
      'that come all the same are archived beside, marked late. Refused while a runner says that it has the job.',
      'If any of the jobs cannot be given up, none is.',
    ].join(' '),
    arguments: [jobs],
    options: [
      { flags: '--reason <text>', description: 'why, for the archive' },
      { flags: '--force', description: 'though a runner says that it has the job' },
    ],
    examples: ['jobq abandon wfe --reason "the workstation was scrapped"'],
    exits: [
      [3, 'no such job'],
      [10, 'a job has ended, or a runner has it; nothing was given up'],
    ],
    load: () => import('../commands/abandon.ts'),
  },
];
