// The verb that frees space. Light: what it does is loaded when it runs.
import { ageMs } from '../since.ts';
import type { Verb } from '../verb.ts';

const STATES = ['completed', 'failed', 'cancelled'] as const;
const KEEP = ['inputs', 'results', 'none'] as const;

export const ARCHIVING: readonly Verb[] = [
  {
    name: 'prune',
    summary: 'free space in the archive',
    description: [
      'Removes files of jobs that were archived longer ago than --older-than: the inputs (the model files of the',
      'order), the results with log and post-processing, or both. job.json and seals of each job stay, with a note',
      'pruned.json: the job can be listed and shown, and its idempotency key, dependents and retries go on working,',
      'but its inputs can no longer be retried. Jobs that are not archived completely, that an open order depends',
      'on, or that are to be tried again are left alone. Safe while the watcher runs; done again it finishes what',
      'was cut off. Without --dry-run there is no way back.',
    ].join(' '),
    arguments: [],
    options: [
      {
        flags: '--older-than <age>',
        description:
          'only jobs archived longer ago: 90d, 4w, 36h; must be given, and less than a day needs --yes',
        parse: (text) => ageMs('--older-than', text),
      },
      { flags: '--keep <what>', description: 'what stays of each job', choices: KEEP, default: 'none' },
      { flags: '--state <state>', description: 'only jobs that ended so', choices: STATES },
      { flags: '--yes', description: 'also what was archived less than a day ago' },
      { flags: '--dry-run', description: 'remove nothing; say what would be freed' },
    ],
    examples: [
      'jobq prune --older-than 90d --dry-run',
      'jobq prune --older-than 30d --keep results',
      'jobq prune --older-than 2w --state failed --json',
    ],
    exits: [[7, 'the archive cannot be written to, or something could not be removed; what failed is named']],
    load: () => import('../commands/prune.ts'),
  },
];
