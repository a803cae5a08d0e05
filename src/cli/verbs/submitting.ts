// The verbs that bring orders into the queue. Light: what they do is loaded when they run.
import type { Priority } from '../../job/order.ts';
import type { Verb, VerbOption } from '../verb.ts';
import { collect, keyValues, seconds } from './values.ts';

const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const satisfies readonly Priority[];

const ORDER: readonly VerbOption[] = [
  {
    flags: '--name <name>',
    description: 'end of the job id: lower-case letters, digits, dashes (default: from the folder)',
  },
  { flags: '--project <project>', description: 'project the job belongs to (default: the name)' },
  { flags: '--channel <channel>', description: 'channel for messages about the job' },
  {
    flags: '--description <text>',
    description: 'what the job is for; becomes README.md when the study has none',
  },
  {
    flags: '--script <path>',
    description: 'script to run, a path inside the study (default: run_optimization.py)',
  },
  { flags: '--type <type>', description: 'kind of job (default: optimization)' },
  {
    flags: '--arg <text>',
    description: 'one argument of the script; give it once for each, in order',
    parse: collect,
  },
  {
    flags: '--priority <priority>',
    description: 'what the runner takes first (default: medium)',
    choices: PRIORITIES,
  },
  {
    flags: '--timeout <s>',
    description: 'longest run in seconds (default: what the runner sets)',
    parse: seconds('--timeout', 'over zero'),
  },
  {
    flags: '--expect <path>',
    description: 'output that must exist at the end for success; several times',
    parse: collect,
  },
  {
    flags: '--metadata <key=value>',
    description: 'free data kept with the job; several times',
    parse: keyValues('--metadata'),
  },
];

const COURSE: readonly VerbOption[] = [
  {
    flags: '--depends-on <job>',
    description: 'wait until this job has completed; several times',
    parse: collect,
  },
  { flags: '--hold', description: 'do not start before `jobq release`' },
  {
    flags: '--run-on <runner>',
    description: 'id of the runner, or auto (default: the setting, else the only runner there is)',
  },
  { flags: '--interpreter <name>', description: 'interpreter by its name in the settings of the runner' },
  {
    flags: '--idempotency-key <key>',
    description: 'the same key with the same content answers with the first job instead of submitting again',
  },
];

const CHECKS: readonly VerbOption[] = [
  { flags: '--allow-absolute-paths', description: 'let scripts name absolute paths' },
  { flags: '--follow-symlinks', description: 'copy what links inside the study point to' },
  { flags: '--dry-run', description: 'check everything, write nothing' },
  { flags: '--wait', description: 'wait until the job has finished and exit like `jobq wait`' },
  {
    flags: '--wait-timeout <s>',
    description: 'with --wait: give up waiting after so many seconds (default: never)',
    parse: seconds('--wait-timeout', 'from zero'),
  },
];

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
    options: [...ORDER, ...COURSE, ...CHECKS],
    examples: [
      'jobq submit studies/wing --project wing --arg --start --arg --trials --arg 100',
      'jobq submit studies/wing --dry-run --json',
      'jobq submit studies/wing --expect 3_results/history.csv --idempotency-key wing-7 --wait --wait-timeout 3600',
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
