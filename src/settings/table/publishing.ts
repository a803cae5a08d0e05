// Settings of what is published, and when.
import * as z from 'zod/mini';
import { pathPattern, portable, shortName } from '../kinds.ts';
import type { Row } from '../row.ts';
import { amount, list, text, timer } from '../row.ts';

export const PUBLISHING = {
  publish_interval_s: {
    ...timer(1),
    default: 30,
    meaning: 'shortest time between two publications of the log and the live outputs of a running script',
    source: 'the heartbeat: more often starves behind the delay of the Syncthing watcher',
  },
  log_max_mb: {
    ...amount('MB', { min: 0.1 }),
    default: 16,
    meaning: 'size of a published log; of a larger one head and tail are published, the cut is marked',
    source: 'chosen: a day of output, a minute of transfer',
  },
  live_outputs: {
    ...list,
    schema: () => z.array(pathPattern),
    default: ['3_results/*.csv', '3_results/study.db'],
    meaning: 'small outputs that are published while the script runs, where the order does not say',
    source: 'SYS_19: 3_results/',
  },
  live_max_mb: {
    ...amount('MB', { min: 0.1, max: 100 }),
    default: 8,
    meaning: 'largest file that is published while the script runs',
    source: 'chosen: it is sent again each time it changed',
  },
  results_exclude: {
    ...list,
    schema: () => z.array(pathPattern),
    default: [],
    examples: ['results_exclude = ["2_iterations/**/*.op2"]'],
    meaning: 'outputs that are not published, where the order does not say',
    source: 'chosen: nothing is left out unless somebody says so',
  },
  study_db: {
    ...text,
    schema: () => portable,
    default: '3_results/study.db',
    meaning: 'the SQLite file of an Optuna study that progress is read from',
    source: 'SYS_19',
  },
  study_interpreter: {
    ...text,
    schema: () => shortName,
    default: 'python',
    meaning: 'the interpreter, a Python with sqlite3, that reads it and copies SQLite files',
    source: 'a library of our own would ignore the locks of the running script',
  },
} as const satisfies Record<string, Row>;
