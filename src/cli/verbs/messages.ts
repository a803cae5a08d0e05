// The verb `notify` with its actions. Light: what they do is loaded when they run.
import type { Verb } from '../verb.ts';

export const MESSAGES: Verb = {
  name: 'notify',
  summary: 'messages about jobs: what could not be sent, test a target, send again',
  description: [
    'list shows each target with what waits, what was given up, why, and what is missing of its address or token.',
    'test sends a message that says nothing to targets now, from this terminal and with its variables, and says what',
    'came back; nothing is queued. again asks the watcher to send messages that were given up once more, forget to',
    'keep them no longer: both leave a file that the watcher takes up within seconds, or when it is started. A',
    'watcher reads its settings when it starts: after a change of jobq.toml start it anew first.',
  ].join(' '),
  arguments: [
    {
      name: 'action',
      required: false,
      description: 'what to do (default: list)',
      choices: ['list', 'test', 'again', 'forget'],
    },
    {
      name: 'what',
      required: false,
      variadic: true,
      description:
        'test: names of targets; again, forget: ids of messages, or any unambiguous part of a job id',
    },
  ],
  options: [
    { flags: '--all', description: 'test: every target; again, forget: every message that was given up' },
    {
      flags: '--target <target>',
      description: 'again, forget: only of this target; without names all of it',
    },
  ],
  examples: [
    'jobq notify',
    'jobq notify test team',
    'jobq notify again --target team',
    'jobq notify again wfe --json',
    'jobq notify forget --all',
  ],
  exits: [
    [3, 'there is no such target, or nothing that was given up fits'],
    [7, 'test: a message was not sent; or this is not the side of the watcher'],
    [10, 'again: the settings do not name its target any more; nothing was asked'],
  ],
  load: () => import('../commands/notify.ts'),
};
