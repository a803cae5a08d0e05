// The verbs that bring orders into the queue. Light: what they do is loaded when they run.
import type { Verb } from '../verb.ts';
import { SUBMIT_OPTIONS } from './submit-options.ts';

export const SUBMITTING: readonly Verb[] = [
  {
    name: 'submit',
    summary: 'check a study and put it into the queue as a job',
    description: [
      'Checks the study and names every problem at once, each with file, line, reason and remedy; then copies,',
      'seals and publishes it as one order. The first line of output is the job id and nothing else; warnings',
      'go to standard error. Stopped at any point it leaves the whole order or none. With an idempotency key',
      'it can be repeated safely: key and content decide whether a job is new.',
    ].join(' '),
    arguments: [
      { name: 'study-dir', required: true, description: 'folder with script, README.md and model' },
    ],
    options: SUBMIT_OPTIONS,
    examples: [
      'jobq submit studies/wing --project wing --arg --start --arg --trials --arg 100',
      'jobq submit studies/wing --dry-run --json',
      'jobq submit studies/wing --expect 3_results/history.csv --idempotency-key wing-7 --wait --wait-timeout 3600',
      'jobq submit studies/wing --licence NX_NASTRAN --disk 20000 --on-interrupt resume --resume-arg --resume',
    ],
    exits: [
      [3, 'there is no such study'],
      [4, 'the study breaks a rule; nothing was submitted'],
      [10, 'the idempotency key stands for other content'],
      [5, 'with --wait: the job failed'],
      [6, 'with --wait: the time to wait ran out; the job goes on'],
      [8, 'with --wait: the job was cancelled'],
      [9, 'with --wait: the job is lost'],
    ],
    load: () => import('../commands/submit.ts'),
  },
  {
    name: 'seal',
    summary: 'seal an order that was made by hand in outbox/, at once',
    description: [
      'An order is sealed when SHA256SUMS names all of its files; runners take nothing else. The watcher seals',
      'orders made by hand once they have been quiet for watcher.unsealed_quiet_s; this does it now. Adds',
      'inputs, run_on and sealed_by to job.json and keeps everything else. Run it on the machine where the',
      'order was made, when nobody writes into it any more: a sealed order is final.',
    ].join(' '),
    arguments: [
      {
        name: 'order',
        required: true,
        description: 'directory in outbox/, or any unambiguous part of the job id',
      },
    ],
    options: [],
    examples: ['jobq seal outbox/job-20260210-143022-wfe', 'jobq seal wfe --json'],
    exits: [
      [3, 'there is no such order'],
      [4, 'the order breaks a rule or is sealed already; file and field are named'],
    ],
    load: () => import('../commands/seal.ts'),
  },
];
