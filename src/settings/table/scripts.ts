// Settings of how scripts run: limits, what counts as failure, interpreters, environment.
import * as z from 'zod/mini';
import { inheritedVariables, LICENCE_ERRORS } from '../inherited.ts';
import { defaultInterpreters, interpretersSchema } from '../interpreters.ts';
import { MAX_TIMER_S, regularExpression, shortName, variableName } from '../kinds.ts';
import type { Known, Row } from '../row.ts';
import { count, list, seconds, text, yesNo } from '../row.ts';

export const SCRIPTS = {
  grace_s: {
    ...seconds({ max: MAX_TIMER_S }),
    default: 30,
    meaning: 'time a script has to end by itself after a cancel, before its processes are ended',
    source: 'the usual grace of other queues (AWS Deadline Cloud: 30 s)',
  },
  linger_s: {
    ...seconds({ max: MAX_TIMER_S }),
    default: 60,
    meaning: 'time that processes a script left running have to end by themselves, before they are ended',
    source: 'NX: SolveMode.Background leaves the solver running; chosen: a minute to write its last files',
  },
  timeout_s: {
    ...seconds({ max: MAX_TIMER_S }),
    default: 0,
    meaning: 'longest run of an order that names no timeout_s; 0 for no limit',
    source: 'chosen: only the author of a study knows',
  },
  stall_timeout_s: {
    ...seconds({ max: MAX_TIMER_S }),
    default: 0,
    meaning:
      'longest time in which nothing moves (no output, no file, no processor time) of an order that names none; 0 for no limit',
    source: 'NX without its licence server freezes for a minute at a time: not under 600',
  },
  on_interrupt: {
    ...text,
    schema: () => z.enum(['fail', 'restart', 'resume']),
    default: 'fail',
    meaning: 'what becomes of an interrupted run of an order that does not say: fail, restart or resume',
    source: 'protocol, 4',
  },
  max_attempts: {
    ...count('attempts', { min: 1 }),
    default: 3,
    meaning: 'how often a script that is interrupted is started in all, where the order does not say',
    source: 'protocol, 4',
  },
  fail_patterns: {
    ...list,
    schema: () => z.array(regularExpression),
    default: [],
    examples: ['fail_patterns = ["^ *(SYSTEM|USER) FATAL"]'],
    meaning:
      'regular expressions; a line of the log that one fits makes the run a failure whatever its exit code',
    source: 'NX Nastran says FATAL and the script exits with 0',
  },
  licence_error_patterns: {
    ...list,
    schema: () => z.array(regularExpression),
    default: LICENCE_ERRORS,
    shown: 'messages of FlexNet and of the Siemens licence server',
    meaning:
      'regular expressions; a failed run with such a line in its log waits for a licence and is started again',
    source: 'the messages of FlexNet and of the Siemens licence server',
  },
  licence_backoff_s: {
    ...seconds({ min: 1, max: MAX_TIMER_S }),
    default: 60,
    meaning: 'time before a run that got no licence is started again; doubled each time',
    source: 'chosen',
  },
  licence_backoff_max_s: {
    ...seconds({ min: 1, max: MAX_TIMER_S }),
    default: 1800,
    meaning: 'longest such time',
    source: 'chosen: a seat that comes free is used within half an hour',
  },
  keep_awake: {
    ...yesNo,
    default: true,
    meaning: 'keep the machine from sleeping while a script runs, where the system allows it',
    source: 'Windows: SetThreadExecutionState; Linux: systemd-inhibit',
  },
  default_interpreter: {
    ...text,
    schema: () => shortName,
    default: 'python',
    meaning: 'the interpreter of orders that name none',
    source: 'SYS_19: its scripts are .py files',
  },
  env_inherit: {
    ...list,
    schema: () => z.array(variableName),
    default: (known: Known) => inheritedVariables(known.platform),
    shown: 'what programs of the platform need',
    examples: ['env_inherit = ["PATH", "HOME", "UGII_*"]'],
    meaning: 'names of environment variables that a script gets from the runner; * stands for any letters',
    source: 'the variables Windows, NX and its licences need',
  },
  env_allowed: {
    ...list,
    schema: () => z.array(variableName),
    default: [],
    meaning: 'names of environment variables that orders may set',
    source: 'protocol, 4 and 8: nothing unless the owner says so',
  },
  interpreters: {
    form: 'table',
    schema: interpretersSchema,
    default: defaultInterpreters,
    shown: '`python`: `python3`, or `python` on Windows',
    examples: [
      'interpreters.python = { path = "python3" }',
      'interpreters.nx-journal = { path = "run_journal.exe", args_after_script = ["-args"] }',
    ],
    unit: 'table',
    meaning:
      'programs that run scripts, each by a name: path, args_before_script, args_after_script, path_prepend (folders), env',
    source: 'protocol, 4: an order gives a name, never a path',
  },
} as const satisfies Record<string, Row>;
