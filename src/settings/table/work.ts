// Settings of the work directories: where they are and how long they stay.
import { workPath } from '../kinds.ts';
import type { Row } from '../row.ts';
import { amount, ownDir, path, text } from '../row.ts';

export const WORK = {
  work_root: {
    ...path,
    default: ownDir('work'),
    shown: '<data dir>/<queue id>/work',
    examples: ["work_root = '/var/tmp/jobq/work'"],
    meaning: 'where jobs run: a local disk, never mirrored, with a short path',
    source: 'protocol, 3.5',
  },
  work_path: {
    ...text,
    schema: workPath,
    default: undefined,
    examples: ["work_path = '/srv/jobq/{project}/run'"],
    meaning:
      'a fixed path for the files of a run, with {project} and {job_id}, for models that hold absolute references; jobs that share a path run one after the other',
    source: 'NX: .sim files refer to .fem and .prt by absolute paths',
  },
  keep_days: {
    ...amount('days', {}),
    default: 7,
    meaning: 'how long work directories and results stay here after a job is archived',
    source: 'protocol, 8',
  },
  keep_failed_days: {
    ...amount('days', {}),
    default: 30,
    meaning: 'the same for jobs that did not complete',
    source: 'chosen: time to find out why',
  },
  work_max_gb: {
    ...amount('GB', {}),
    default: 200,
    meaning:
      'what the work directories of ended jobs may take together; the oldest archived ones go first; 0 for no limit',
    source: 'chosen: a hundred runs of 2 GB models',
  },
} as const satisfies Record<string, Row>;
