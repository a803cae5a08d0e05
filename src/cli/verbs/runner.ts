// The verb `runner` with its actions. Light: what they do is loaded when they run.
import type { Verb } from '../verb.ts';
import { seconds } from './values.ts';

export const RUNNER: Verb = {
  name: 'runner',
  summary: 'run the jobs of this queue on this machine',
  description: [
    'The daemon on the machine with the solver: takes whole orders by priority and age, runs their scripts on',
    'copies and publishes heartbeat, log and results; scripts outlive it and are found again. The actions',
    'status, pause, resume, drain and stop are for the owner of that machine; all work whether or not it runs.',
    'Pause: nothing starts. Drain: nothing starts, and the daemon ends once nothing runs. Resume ends both.',
    'Stop: the daemon ends now; runner.on_stop says what becomes of running scripts.',
  ].join(' '),
  arguments: [
    {
      name: 'action',
      required: false,
      description: 'what to do (default: run, the daemon itself)',
      choices: ['run', 'status', 'pause', 'resume', 'drain', 'stop'],
    },
  ],
  options: [
    {
      flags: '--once',
      description: 'run: end when nothing can proceed without the other side or the passing of time',
    },
    {
      flags: '--accept-lost-ledger',
      description:
        'run: the owner knows that the ledger of earlier runs is gone: orders start again without a release',
    },
    {
      flags: '--until <time>',
      description: 'pause: its end in local time: 19:00, 2026-11-24T07:00, 3h or 2d (default: until resume)',
    },
    { flags: '--reason <text>', description: 'pause, drain: why, for those who wait' },
    {
      flags: '--interrupt',
      description: 'pause: what runs is asked to end; on_interrupt says what becomes of it',
    },
    {
      flags: '--timeout <s>',
      description: 'stop: wait at most so many seconds until it has stopped (default: 30)',
      parse: seconds('--timeout', 'from zero'),
    },
  ],
  examples: [
    'jobq runner --queue C:\\job-queue',
    'jobq runner --once',
    'jobq runner pause --until 19:00 --reason "meshing by hand"',
    'jobq runner status --json',
  ],
  exits: [
    [6, 'stop: it still runs after that time'],
    [10, 'another runner of this id holds the queue'],
  ],
  load: () => import('../commands/runner.ts'),
};
