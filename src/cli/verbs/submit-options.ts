// The options of `submit`, in the groups of what they are about. Light: nothing is checked here but their form.
import type { Order, Priority } from '../../job/order.ts';
import type { VerbOption } from '../verb.ts';
import { collect, counts, keyValues, seconds, wholeNumber } from './values.ts';

const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const satisfies readonly Priority[];
const ON_DEPENDENCY_FAILURE = [
  'cancel',
  'release',
  'wait',
] as const satisfies readonly Order['on_dependency_failure'][];
const ON_INTERRUPT = ['fail', 'restart', 'resume'] as const satisfies readonly Order['on_interrupt'][];

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
  { flags: '--type <type>', description: 'kind of job (default: optimization)' },
  {
    flags: '--metadata <key=value>',
    description: 'free data kept with the job; several times',
    parse: keyValues('--metadata'),
  },
];

const SCRIPT: readonly VerbOption[] = [
  {
    flags: '--script <path>',
    description: 'script to run, a path inside the study (default: run_optimization.py)',
  },
  {
    flags: '--arg <text>',
    description: 'one argument of the script; give it once for each, in order',
    parse: collect,
  },
  { flags: '--interpreter <name>', description: 'interpreter by its name in the settings of the runner' },
  {
    flags: '--env <NAME=value>',
    description: 'variable for the script, if the runner allows its name; several times',
    parse: keyValues('--env', '<NAME>=<value>'),
  },
  {
    flags: '--on-interrupt <what>',
    description: 'what becomes of an interrupted run (default: what the runner sets)',
    choices: ON_INTERRUPT,
  },
  {
    flags: '--resume-arg <text>',
    description: 'one argument in place of all --arg when a run is resumed; once for each, in order',
    parse: collect,
  },
  {
    flags: '--max-attempts <n>',
    description: 'how often an interrupted script is started in all (default: what the runner sets)',
    parse: wholeNumber('--max-attempts', 1),
  },
];

const COURSE: readonly VerbOption[] = [
  {
    flags: '--priority <priority>',
    description: 'what the runner takes first (default: medium)',
    choices: PRIORITIES,
  },
  {
    flags: '--depends-on <job>',
    description: 'wait until this job has completed; several times',
    parse: collect,
  },
  {
    flags: '--on-dependency-failure <what>',
    description: 'what follows when one of those fails and is not tried again (default: cancel)',
    choices: ON_DEPENDENCY_FAILURE,
  },
  { flags: '--hold', description: 'do not start before `jobq release`' },
  {
    flags: '--run-on <runner>',
    description: 'id of the runner, or auto (default: the setting, else the only runner there is)',
  },
  {
    flags: '--timeout <s>',
    description: 'longest run in seconds (default: what the runner sets)',
    parse: seconds('--timeout', 'over zero'),
  },
  {
    flags: '--stall-timeout <s>',
    description: 'longest time in seconds in which nothing moves (default: what the runner sets)',
    parse: seconds('--stall-timeout', 'over zero'),
  },
  {
    flags: '--queue-timeout <s>',
    description: 'longest wait for the start in seconds (default: for ever)',
    parse: seconds('--queue-timeout', 'over zero'),
  },
  {
    flags: '--retry <n>',
    description: 'how often it is tried again as a new job (default: what the watcher sets)',
    parse: wholeNumber('--retry', 0),
  },
  {
    flags: '--retry-on <class>',
    description: 'class of errors after which it is (default: what the watcher sets); several times',
    parse: collect,
  },
  {
    flags: '--idempotency-key <key>',
    description: 'the same key with the same content answers with the first job instead of submitting again',
  },
];

const NEEDS: readonly VerbOption[] = [
  {
    flags: '--memory <mb>',
    description: 'MB of memory that must be free; the job waits for them',
    parse: wholeNumber('--memory', 1),
  },
  {
    flags: '--disk <mb>',
    description: 'MB of disk space the run takes beside its inputs; the job waits for them',
    parse: wholeNumber('--disk', 1),
  },
  {
    flags: '--cpu <n>',
    description: 'processors it uses; the job waits for them',
    parse: wholeNumber('--cpu', 1),
  },
  {
    flags: '--licence <feature=n>',
    description: 'seats of a licence feature the job waits for, one where =n is left out; several times',
    parse: counts('--licence'),
  },
  {
    flags: '--tag <tag>',
    description: 'what the runner must have in its settings; several times',
    parse: collect,
  },
];

const OUTPUTS: readonly VerbOption[] = [
  {
    flags: '--expect <path>',
    description: 'output that must exist at the end for success; several times',
    parse: collect,
  },
  {
    flags: '--fail-pattern <regex>',
    description: 'a line of the log that fits makes the run a failure; several times',
    parse: collect,
  },
  {
    flags: '--finite-csv <pattern>',
    description: 'CSV files whose numbers must be finite for success; several times',
    parse: collect,
  },
  {
    flags: '--live-output <pattern>',
    description: 'small outputs published while it runs (default: what the runner sets); several times',
    parse: collect,
  },
  {
    flags: '--include <pattern>',
    description: 'outputs that are published (default: all that are new or changed); several times',
    parse: collect,
  },
  {
    flags: '--exclude <pattern>',
    description: 'outputs that are not published (default: what the runner sets); several times',
    parse: collect,
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

export const SUBMIT_OPTIONS: readonly VerbOption[] = [
  ...ORDER,
  ...SCRIPT,
  ...COURSE,
  ...NEEDS,
  ...OUTPUTS,
  ...CHECKS,
];
