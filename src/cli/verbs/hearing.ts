// The verbs that tell what has happened. Light: what they do is loaded when they run.
import type { Verb } from '../verb.ts';
import { collect, wholeNumber } from './values.ts';

export const HEARING: readonly Verb[] = [
  {
    name: 'news',
    summary: 'what matters since one asked last, for an agent that looks now and then',
    description: [
      'Prints one line for each job that completed, failed, was cancelled, lost, heard again or came late, and for',
      'each thing that needs a decision (held jobs, a paused or silent runner, a lost ledger, messages that could',
      'not be sent, problems), with where the results are, the best value and the next command. Prints nothing',
      'when there is nothing. Each consumer has its own place: the first call only marks it, --ack moves it behind',
      'what was printed. When no watcher runs here it says so, on standard output and with exit code 0.',
    ].join(' '),
    arguments: [],
    options: [
      { flags: '--ack', description: 'what is printed is not printed again for this consumer' },
      {
        flags: '--for <consumer>',
        description: 'who asks: letters, digits, - and _',
        default: 'default',
      },
    ],
    examples: ['jobq news --ack', 'jobq news --for manager --ack', 'jobq news --for manager --json'],
    load: () => import('../commands/news.ts'),
  },
  {
    name: 'events',
    summary: 'print what has happened in the queue, event by event',
    description: [
      'Prints the newest events that fit, the oldest of them first: jobs submitted, queued, started, finished,',
      'archived, lost and so on, as the watcher saw them. With --follow it goes on until it is stopped; then --json',
      'prints one event a line instead of one value. Events are kept for some weeks (watcher.events_keep).',
    ].join(' '),
    arguments: [],
    options: [
      { flags: '--follow', description: 'go on with what happens, until it is stopped' },
      { flags: '--job <job>', description: 'only of this job: any unambiguous part of its id' },
      {
        flags: '--type <type>',
        description: 'only of this type, such as finished; several times',
        parse: collect,
      },
      {
        flags: '--since <when>',
        description: 'only since: the number of an event, 2026-02-10, 2026-02-10T14:30:00Z, 30m, 2h or 3d',
      },
      {
        flags: '--limit <n>',
        description: 'at most so many of those that are there',
        default: 50,
        parse: wholeNumber('--limit', 0),
      },
    ],
    examples: [
      'jobq events --since 2h',
      'jobq events --job wfe --json',
      'jobq events --follow --type finished --type lost --limit 0 --json',
    ],
    exits: [[3, 'no such job']],
    load: () => import('../commands/events.ts'),
  },
];
