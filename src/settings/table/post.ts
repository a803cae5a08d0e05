// Settings of post-processing: which programs work on which results, in which order, how often and how long.
import * as z from 'zod/mini';
import { inheritedVariables } from '../inherited.ts';
import { command, MAX_TIMER_S, variableName } from '../kinds.ts';
import { postProcessorsSchema, TRIES_MAX } from '../post-processors.ts';
import type { Known, Row } from '../row.ts';
import { count, list, seconds } from '../row.ts';

export const POST = {
  post_command: {
    ...list,
    schema: command,
    default: [],
    meaning:
      'program and arguments that process the results of every job before all of watcher.post, run without a shell in a directory of its own below processing/<job-id>; empty for none',
    source: 'SYS_19',
  },
  post: {
    form: 'table',
    schema: postProcessorsSchema,
    default: {},
    shown: 'none',
    examples: [
      'post.report = { command = ["/opt/jobq/report", "--html"], types = ["optimization"], paths = ["3_results/*.db"], tries = 2 }',
      'post.upload = { command = ["/opt/jobq/upload"], projects = ["m1*"], order = 10, timeout_s = 600 }',
    ],
    unit: 'table',
    meaning:
      'programs that process results, each by a name: command; types, projects (* stands for any letters) and paths (patterns of files of the record) of the jobs it is for, all where none is given; timeout_s, tries, backoff_s; order (the lower first, then by name; 0 where it is not given); stop_on_failure (the later ones are skipped when it fails); env (variables for it)',
    source: 'chosen',
  },
  post_env_inherit: {
    ...list,
    schema: () => z.array(variableName),
    default: (known: Known) => inheritedVariables(known.platform),
    shown: 'what programs of the platform need',
    examples: ['post_env_inherit = ["PATH", "HOME", "REPORT_*"]'],
    meaning:
      'names of environment variables that a post-processor gets from the watcher; * stands for any letters; never JOBQ_… nor those that notify.targets names',
    source: 'chosen: as a script of a runner; secrets of the watcher are none of its business',
  },
  post_timeout_s: {
    ...seconds({ min: 1, max: MAX_TIMER_S }),
    default: 3600,
    meaning: 'longest run of a post-processor that names no timeout_s; all that it started is ended then',
    source: 'chosen: a stuck post-processor must not keep a job out of the archive for ever',
  },
  post_tries: {
    ...count('tries', { min: 1, max: TRIES_MAX }),
    default: 3,
    meaning: 'how often a post-processor that fails and names no tries is run in all',
    source: 'chosen: a share that is away for a moment costs no report',
  },
  post_backoff_s: {
    ...seconds({ max: MAX_TIMER_S }),
    default: 60,
    meaning:
      'time before a post-processor that failed and names no backoff_s is run again; doubled each time, up to an hour',
    source: 'chosen',
  },
  post_concurrency: {
    ...count('jobs', { min: 1 }),
    default: 1,
    meaning:
      'how many jobs are post-processed at the same time; the processors of one job run one after the other',
    source: 'chosen: the machine has other work',
  },
} as const satisfies Record<string, Row>;
