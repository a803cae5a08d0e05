// The verbs that run jobs and archive them. Light: what they do is loaded when they run.
import type { Verb } from '../verb.ts';
import { RUNNER } from './runner.ts';
import { seconds } from './values.ts';

const ONCE = {
  flags: '--once',
  description: 'end when nothing can proceed without the other side or the passing of time',
};

/** For every daemon that can be asked to stop. */
const STOP_TIMEOUT = {
  flags: '--timeout <s>',
  description: 'stop: wait at most so many seconds until it has stopped',
  default: 30,
  parse: seconds('--timeout', 'from zero'),
};

export const DAEMONS: readonly Verb[] = [
  RUNNER,
  {
    name: 'watcher',
    summary: 'verify, post-process and archive the results that arrive',
    description: [
      'The daemon beside the agents, one for a queue. Seals orders made by hand, releases and assigns jobs,',
      'verifies every digest of finished records, runs the configured post-processor on a copy, archives, and',
      'says when a runner gives no sign of life. It goes on until a signal or `jobq watcher stop` ends it;',
      'its log goes to standard error and into log.dir.',
    ].join(' '),
    arguments: [
      {
        name: 'action',
        required: false,
        description: 'run: the daemon itself (default); stop: ask the one on this machine to stop',
        choices: ['run', 'stop'],
      },
    ],
    options: [ONCE, STOP_TIMEOUT],
    examples: ['jobq watcher', 'jobq watcher --once --json', 'jobq watcher stop'],
    exits: [
      [6, 'stop: it still runs after that time'],
      [10, 'another watcher holds the queue'],
    ],
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
