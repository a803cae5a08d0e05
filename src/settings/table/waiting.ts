// Settings of what a job waits for before it starts.
import * as z from 'zod/mini';
import { command, regularExpression, scheduleWindow, shortName } from '../kinds.ts';
import type { Row } from '../row.ts';
import { count, list, text, timer } from '../row.ts';

export const WAITING = {
  min_free_mb: {
    ...count('MB', {}),
    default: 2000,
    meaning: 'disk space that must be free for the work directories before a job starts',
    source: 'chosen: room for the log and the results of one more trial',
  },
  min_free_memory_mb: {
    ...count('MB', {}),
    default: 0,
    meaning: 'memory that must stay free beside what a job requires',
    source: 'chosen',
  },
  tags: {
    ...list,
    schema: () => z.array(shortName),
    default: [],
    examples: ['tags = ["nx2512", "gpu"]'],
    meaning: 'what this runner has; an order that requires another tag is refused',
    source: 'protocol, 4',
  },
  schedule: {
    ...list,
    schema: () => z.array(scheduleWindow),
    default: [],
    examples: ['schedule = ["mon-fri 19:00-07:00", "sat-sun 00:00-24:00"]'],
    meaning: 'windows of local time in which jobs may start; empty for always',
    source: 'the owner works at the machine in the day',
  },
  schedule_end: {
    ...text,
    schema: () => z.enum(['finish', 'interrupt']),
    default: 'finish',
    meaning: 'what runs when a window ends: finish, or interrupt (then on_interrupt decides)',
    source: 'chosen',
  },
  licence_command: {
    ...list,
    schema: command,
    default: [],
    examples: ["licence_command = ['lmutil', 'lmstat', '-c', '29000@server', '-f', 'NX_NASTRAN']"],
    meaning:
      'program and arguments that print the seats of licences; empty: requires.licences is not checked',
    source: 'FlexNet: lmutil lmstat',
  },
  licence_pattern: {
    ...text,
    schema: () => regularExpression,
    default:
      '^\\s*Users of (?<feature>.*?):\\s+\\(Total of (?<total>\\d+) licenses? issued;\\s+Total of (?<used>\\d+) licenses? in use\\)',
    shown: 'the lines of lmutil lmstat',
    meaning:
      'what a line of its output looks like: a regular expression with the groups feature, total, used',
    source: 'FlexNet: lmutil lmstat',
  },
  licence_interval_s: {
    ...timer(5),
    default: 60,
    meaning: 'shortest time between two runs of licence_command',
    source: 'FlexNet calls lmstat -a potentially expensive',
  },
} as const satisfies Record<string, Row>;
