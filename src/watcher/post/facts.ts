// What a post-processor is told of its job, and what decides whether it is for it: read from the copy of the record.
import path from 'node:path';
import type { JobRecord } from '../../job/record.ts';
import { parseRecord } from '../../job/record.ts';
import { JOB_JSON } from '../../job/seal.ts';
import { toldOf } from '../../job/told.ts';
import { viewOf } from '../../job/view.ts';
import { sealedEntries } from '../../store/archive.ts';
import { jsonText } from '../../store/disk.ts';
import type { WatcherState } from '../parts.ts';
import type { JobTraits, Processor } from './choose.ts';

function readRecord({ disk, layout }: WatcherState, jobId: string): JobRecord | undefined {
  const bytes = disk.files.readSmall(path.join(layout.collected(jobId), JOB_JSON));
  const parsed = bytes && parseRecord(bytes, jobId);
  return parsed?.ok ? parsed.value : undefined;
}

export function traitsOf(watcher: WatcherState, jobId: string): JobTraits {
  const { project, type } = toldOf(readRecord(watcher, jobId));
  const entries = sealedEntries(watcher.disk.files, watcher.layout.collected(jobId));
  return {
    project: project || undefined,
    type: type || undefined,
    paths: entries.map((entry) => entry.path),
  };
}

export interface ToldToRun {
  env: Record<string, string>;
  input: string;
}

/** The environment, and the job as `status` would show it for standard input. Every variable is always there. */
export function factsFor(
  watcher: WatcherState,
  jobId: string,
  work: string,
  { name, env: own }: Pick<Processor, 'name' | 'env'>,
  number: number,
): ToldToRun {
  const record = readRecord(watcher, jobId);
  const told = toldOf(record);
  const outcome = record?.outcome;
  const env = {
    ...own,
    JOBQ_JOB_ID: jobId,
    JOBQ_WORK_DIR: work,
    JOBQ_QUEUE: watcher.layout.root,
    JOBQ_PROJECT: told.project ?? '',
    JOBQ_TYPE: told.type ?? '',
    JOBQ_STATE: record?.state ?? '',
    JOBQ_OUTCOME: outcome?.kind ?? '',
    JOBQ_ERROR_CLASS: outcome && 'error_class' in outcome ? String(outcome.error_class) : '',
    JOBQ_POST_NAME: name,
    JOBQ_POST_TRY: String(number),
  };
  const view = viewOf({
    job_id: jobId,
    order: undefined,
    requests: {},
    record,
    orderDir: undefined,
    resultsDir: work,
    sealed: true,
    orderSealed: true,
    archivedAs: undefined,
    lost: undefined,
  });
  const sound = Object.entries(env).map(([key, value]) => [key, value.replaceAll('\0', '')]);
  return { env: Object.fromEntries(sound) as Record<string, string>, input: jsonText(view) };
}
