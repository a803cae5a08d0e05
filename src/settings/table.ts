// The one table of settings: key, check, default, unit, meaning and where the figure comes from.
// The checks, the defaults, the commented file, the documentation and `jobq settings` are all made from it.
import * as z from 'zod/mini';
import { slug } from '../job/job-id.ts';
import { defaultInterpreters, interpretersSchema } from './interpreters.ts';
import { anyText, command, folderName, MAX_TIMER_S, runnerId, shortName, variableName } from './kinds.ts';
import type { Known, Row } from './row.ts';
import { amount, count, list, ownDir, path, seconds, text, timer } from './row.ts';

export const TABLE = {
  queue: {
    id: {
      ...text,
      schema: () => folderName,
      default: undefined,
      examples: ['id = "queue-1"'],
      meaning:
        'the id of this queue, the same on every machine and in the marker of every tree; written by jobq init',
      source: 'protocol, 2',
    },
    run_on: {
      ...text,
      schema: () => shortName,
      default: undefined,
      examples: ['run_on = "auto"'],
      meaning: 'the runner that gets a submitted job: its id, or auto to wait until one is assigned',
      source: 'protocol, 4',
    },
    created_by: {
      ...text,
      schema: () => anyText,
      default: (known: Known) => known.user,
      shown: 'the user name',
      examples: ['created_by = "an-agent"'],
      meaning: 'who a submitted job says it is from',
      source: 'SYS_19',
    },
    max_path_length: {
      ...count('characters', { min: 1 }),
      default: 150,
      meaning: 'longest path inside a job that submit accepts',
      source: 'the 260 characters of Windows, less the work directory and what programs add',
    },
    free_space_margin_mb: {
      ...count('MB', {}),
      default: 500,
      meaning: 'disk space that must stay free after anything is copied',
      source: 'chosen: room for the system and for logs',
    },
  },
  runner: {
    id: {
      ...text,
      schema: () => runnerId,
      default: (known: Known) => slug(known.host),
      shown: 'the host name',
      examples: ['id = "nx-station"'],
      meaning: 'the name of this runner, different for each runner of a queue',
      source: 'protocol, 4',
    },
    slots: {
      ...count('jobs', { min: 1 }),
      default: 1,
      meaning: 'how many jobs run at the same time',
      source: 'one NX session at a time is the safe case',
    },
    heartbeat_interval_s: {
      ...timer(10),
      default: 30,
      meaning:
        'time between two signs of life; under 10 they starve behind the delay of the Syncthing watcher',
      source: 'protocol, 6; measured: every 3 s, 3 of 61 arrived',
    },
    progress_interval_s: {
      ...timer(0.2),
      default: 10,
      meaning: 'shortest time between two rewrites of a record because progress moved',
      source: 'measured: the Syncthing watcher collects changes for 10 s',
    },
    poll_interval_s: {
      ...timer(),
      default: 2,
      meaning: 'how often the runner looks at the queue when no event comes',
      source: 'chosen: events are the fast way, this is the sure one',
    },
    inputs_timeout_s: {
      ...seconds({ min: 1 }),
      default: 86_400,
      meaning: 'how long an order may stay incomplete without anything arriving before it is refused',
      source: 'chosen: a night and a day without a link',
    },
    keep_days: {
      ...amount('days', {}),
      default: 7,
      meaning: 'how long work directories and results stay here after a job is archived',
      source: 'protocol, 8',
    },
    grace_s: {
      ...seconds({ max: MAX_TIMER_S }),
      default: 30,
      meaning: 'time a script has to end by itself after a cancel, before its processes are ended',
      source: 'the usual grace of other queues (AWS Deadline Cloud: 30 s)',
    },
    timeout_s: {
      ...seconds({ max: MAX_TIMER_S }),
      default: 0,
      meaning: 'longest run of an order that names no timeout_s; 0 for no limit',
      source: 'chosen: only the author of a study knows',
    },
    work_root: {
      ...path,
      default: ownDir('work'),
      shown: '<data dir>/<queue id>/work',
      examples: ["work_root = '/var/tmp/jobq/work'"],
      meaning: 'where jobs run: a local disk, never mirrored, with a short path',
      source: 'protocol, 3.5',
    },
    state_dir: {
      ...path,
      default: ownDir('runner'),
      shown: '<data dir>/<queue id>/runner',
      examples: ["state_dir = '/var/lib/jobq/runner'"],
      meaning: 'where the runner keeps its ledger: a local disk, never mirrored, never emptied',
      source: 'protocol, 3.8',
    },
    default_interpreter: {
      ...text,
      schema: () => shortName,
      default: 'python',
      meaning: 'the interpreter of orders that name none',
      source: 'SYS_19: its scripts are .py files',
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
  },
  watcher: {
    unsealed_quiet_s: {
      ...seconds({}),
      default: 60,
      meaning: 'how long an order made by hand must stay unchanged before it is sealed',
      source: 'protocol, 3.4',
    },
    second_look_s: {
      ...seconds({}),
      default: 2,
      meaning: 'how long a file must stay missing before it counts as gone',
      source: 'protocol, 3.3: files are missing for milliseconds while they are replaced',
    },
    poll_interval_s: {
      ...timer(),
      default: 2,
      meaning: 'how often the watcher looks at the queue when no event comes',
      source: 'chosen: events are the fast way, this is the sure one',
    },
    post_command: {
      ...list,
      schema: command,
      default: [],
      meaning:
        'program and arguments that process results, run without a shell in processing/<job-id>; empty for none',
      source: 'SYS_19',
    },
    post_timeout_s: {
      ...seconds({ min: 1, max: MAX_TIMER_S }),
      default: 3600,
      meaning: 'longest run of post_command',
      source: 'chosen: a stuck post-processor must not keep a job out of the archive for ever',
    },
    lost_after_s: {
      ...seconds({ min: 1 }),
      default: 300,
      meaning: 'silence of a runner, while the link is known to be up, after which its jobs are lost',
      source: 'protocol, 6: ten heartbeats',
    },
    lost_unknown_after_s: {
      ...seconds({ min: 1 }),
      default: 3600,
      meaning: 'the same while nothing is known of the link',
      source: 'protocol, 6',
    },
  },
  syncthing: {
    link: {
      ...text,
      schema: () => z.enum(['unknown', 'local']),
      default: 'unknown',
      meaning:
        'what is known of the mirror: unknown, or local when one machine holds both sides and nothing mirrors',
      source: 'protocol, 6',
    },
  },
  notify: {},
} as const satisfies Record<string, Record<string, Row>>;
