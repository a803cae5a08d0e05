// The one table of settings: key, check, default, unit, meaning and where the figure comes from.
// The checks, the defaults, the commented file, the documentation and `jobq settings` are all made from it.
import * as z from 'zod/mini';
import { anyText, folderName, shortName } from './kinds.ts';
import type { Known, Row } from './row.ts';
import { amount, count, ownDir, path, seconds, text, timer } from './row.ts';
import { EVENTS } from './table/events.ts';
import { NOTIFY } from './table/notify.ts';
import { POST } from './table/post.ts';
import { PUBLISHING } from './table/publishing.ts';
import { RETRY } from './table/retry.ts';
import { RUNNER } from './table/runner.ts';
import { SCRIPTS } from './table/scripts.ts';
import { SYNCTHING } from './table/syncthing.ts';
import { WAITING } from './table/waiting.ts';
import { WORK } from './table/work.ts';

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
  runner: { ...RUNNER, ...SCRIPTS, ...WORK, ...WAITING, ...PUBLISHING },
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
    ...POST,
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
    ...EVENTS,
    ...RETRY,
  },
  syncthing: SYNCTHING,
  notify: NOTIFY,
  log: {
    level: {
      ...text,
      schema: () => z.enum(['debug', 'info', 'warn', 'error']),
      default: 'info',
      meaning: 'the least important messages that the daemons log',
      source: 'chosen',
    },
    dir: {
      ...path,
      default: ownDir('log'),
      shown: '<data dir>/<queue id>/log',
      examples: ["dir = '/var/log/jobq'"],
      meaning: 'where the daemons write runner.log and watcher.log',
      source: 'chosen',
    },
    max_mb: {
      ...amount('MB', { min: 0.1 }),
      default: 10,
      meaning: 'size at which a log file is put aside',
      source: 'chosen: some weeks of messages',
    },
    keep: {
      ...count('files', { min: 1 }),
      default: 5,
      meaning: 'how many log files that were put aside are kept',
      source: 'chosen',
    },
  },
} as const satisfies Record<string, Record<string, Row>>;
