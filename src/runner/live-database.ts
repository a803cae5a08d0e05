// Databases of a running script: a consistent copy of each is published, and the study in one tells the progress.
import type { DatabaseAnswer } from '../job/study.ts';
import { progressOfStudy } from '../job/study.ts';
import { copyWhole } from '../store/disk.ts';
import { joinPortable } from '../store/portable.ts';
import type { Files } from '../system/files.ts';
import type { LiveJob } from './live-job.ts';
import { trying } from './live-job.ts';
import { recall } from './memory.ts';
import { takeStudy } from './progress-follower.ts';
import { askDatabase, isDatabase } from './study-db.ts';

/** Changes with every commit: in WAL mode that is written to a file of its own. */
function signatureOf(files: Files, database: string): string | undefined {
  const facts = files.facts(database);
  if (facts?.kind !== 'file') return undefined;
  return `${facts.signature} ${files.facts(`${database}-wal`)?.signature ?? ''}`;
}

/** A copy is published under the same path, if it is wanted; the study is read from the same copy. */
export async function takeDatabase(
  job: LiveJob,
  path: string,
  { copy, study }: { copy: boolean; study: boolean },
): Promise<void> {
  const { runner, live, jobId } = job;
  const { disk, layout, settings } = runner;
  const source = joinPortable(job.dir, path);
  const signature = signatureOf(disk.files, source);
  if (signature === undefined || signature === live.seen.get(path) || isPutOff(job, path)) return;
  const largestBytes = settings.live_max_mb * 1_000_000;
  const task = { source, scratchDir: job.attemptDir, copy, study, largestBytes };
  const took = await trying(job, path, () =>
    askDatabase(runner, task, async (answer, made) => {
      takeProgress(job, answer);
      if (copy && job.goesOn())
        await copyWhole(disk, layout.staging, made, joinPortable(layout.record(jobId), path));
    }),
  );
  if (took) live.seen.set(path, signature);
  noteTry(job, path, took);
}

function takeProgress({ runner, jobId, order }: LiveJob, { study }: DatabaseAnswer): void {
  if (!study) return;
  const { follower } = recall(runner.memory, jobId, runner.disk.clock.monotonic());
  takeStudy(follower, progressOfStudy(study, order?.args ?? []));
}

/** Reads the progress of the study, where there is one and it changed. */
export async function readStudy(job: LiveJob): Promise<void> {
  const { study_db } = job.runner.settings;
  if (isDatabase(job.runner.disk.files, joinPortable(job.dir, study_db)))
    await takeDatabase(job, study_db, { copy: false, study: true });
}

/** The same when the run is over: what is locked no more need not be waited for. */
export async function readStudyAtEnd(job: LiveJob): Promise<void> {
  job.live.putOff.clear();
  await trying(job, job.runner.settings.study_db, () => readStudy(job));
}

function isPutOff({ runner, live }: LiveJob, path: string): boolean {
  return runner.disk.clock.monotonic() < (live.putOff.get(path)?.untilMs ?? 0);
}

/** Nobody starts a Python that is not there every half minute for a week. */
const LONGEST_WAIT = 32;

function noteTry({ runner, live }: LiveJob, path: string, took: boolean): void {
  if (took) {
    live.putOff.delete(path);
    return;
  }
  const failures = (live.putOff.get(path)?.failures ?? 0) + 1;
  const intervals = Math.min(LONGEST_WAIT, 2 ** (failures - 1));
  const untilMs = runner.disk.clock.monotonic() + intervals * runner.settings.publish_interval_s * 1000;
  live.putOff.set(path, { failures, untilMs });
}
