// The verbs that run jobs and archive them. Light: what they do is loaded when they run.
import type { Verb } from '../verb.ts';

const ONCE = {
  flags: '--once',
  description: 'end when nothing can proceed without the other side or the passing of time',
};

export const DAEMONS: readonly Verb[] = [
  {
    name: 'runner',
    summary: 'run the jobs of this queue on this machine',
    description: [
      'The daemon on the machine with the solver. Takes whole orders by priority and age, verifies and copies',
      'them to a work directory, runs their scripts, and publishes heartbeat, log and results in inbox/.',
      'It goes on until it is stopped; scripts outlive it and are found again at the next start. With --once',
      'it ends when it is idle; a script that runs is waited for. Its log goes to standard error.',
    ].join(' '),
    arguments: [],
    options: [
      ONCE,
      {
        flags: '--accept-lost-ledger',
        description:
          'the owner knows that the ledger of earlier runs is gone: orders start again without a release',
      },
    ],
    examples: ['jobq runner --queue C:\\job-queue', 'jobq runner --once'],
    exits: [[10, 'another runner of this id holds the queue']],
    load: () => import('../commands/runner.ts'),
  },
  {
    name: 'watcher',
    summary: 'verify, post-process and archive the results that arrive',
    description: [
      'The daemon beside the agents, one for a queue. Seals orders made by hand, releases and assigns jobs,',
      'verifies every digest of finished records, runs the configured post-processor on a copy, archives, and',
      'says when a runner gives no sign of life. It goes on until it is stopped; its log goes to standard error.',
    ].join(' '),
    arguments: [],
    options: [ONCE],
    examples: ['jobq watcher', 'jobq watcher --once --json'],
    exits: [[10, 'another watcher holds the queue']],
    load: () => import('../commands/watcher.ts'),
  },
  {
    name: 'run',
    summary: 'run one order by hand, with a proper record',
    description: [
      'Runs one job now, on this machine, whatever slots, priority or a hold say, and publishes heartbeat, log',
      'and results as the daemon does. For a person at the machine with the solver; the runner daemon of the',
      'same id must not be running.',
    ].join(' '),
    arguments: [
      {
        name: 'order-dir',
        required: true,
        description: 'directory in outbox/, or any unambiguous part of the job id',
      },
    ],
    options: [],
    examples: ['jobq run outbox/job-20260210-143022-wfe'],
    exits: [
      [3, 'there is no such order'],
      [5, 'the job failed'],
      [8, 'the job was cancelled'],
      [10, 'the runner daemon of this machine runs, or the job was started already'],
    ],
    load: () => import('../commands/run.ts'),
  },
];
