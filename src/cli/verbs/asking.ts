// The verbs that ask something of the other side. Light: what they do is loaded when they run.
import type { Verb, VerbArgument } from '../verb.ts';
import { seconds } from './values.ts';

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
      '(exit code 8). If any of the jobs has ended already, nothing is asked at all.',
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
      'Leaves a release in the queue: the runner no longer waits for it. It also overrules --depends-on.',
      'Releasing again changes nothing and is no error. A cancel beats a release.',
    ].join(' '),
    arguments: [jobs],
    options: [],
    examples: ['jobq release wfe'],
    exits: [
      [3, 'no such job'],
      [10, 'a job has ended or is being cancelled; nothing was released'],
    ],
    load: () => import('../commands/release.ts'),
  },
];
