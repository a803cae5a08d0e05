// Publishes what there is while a script runs: the log, small outputs, copies of databases. It runs beside the ticks,
// one publication of a job at a time, and is over before anything else touches the job's files.
import path from 'node:path';
import { foldCase } from '../job/portable-path.ts';
import { STDOUT_LOG } from '../job/seal.ts';
import { sweepTemps } from '../store/disk.ts';
import { requireOwnDir, requireOwnWay } from '../store/own-dir.ts';
import { joinPortable } from '../store/portable.ts';
import type { TreeFile } from '../store/tree.ts';
import { readStaged } from '../store/work-dir.ts';
import { chosenOutputs } from './chosen-outputs.ts';
import { readStudy, takeDatabase } from './live-database.ts';
import type { LiveJob } from './live-job.ts';
import { liveJob, tellOnce, trying } from './live-job.ts';
import { newLiveMemory } from './live-memory.ts';
import { findMatching, isSideFile, publishIfStill } from './live-outputs.ts';
import { recall } from './memory.ts';
import { newNames } from './outputs.ts';
import type { RunnerState } from './parts.ts';
import { logOf, publishLog } from './publish-log.ts';
import { isDatabase } from './study-db.ts';

/** Begins a publication when one is due. Only while the ledger says that the script runs. */
export function publishLive(runner: RunnerState, jobId: string): void {
  const { chores, disk, settings, ledger } = runner;
  const key = `live ${jobId}`;
  if (chores.isUnderWay(key)) return;
  const nowMs = disk.clock.monotonic();
  const memory = recall(runner.memory, jobId, nowMs);
  const attempt = ledger.jobs.get(jobId)?.attempt ?? 0;
  if (memory.live.attempt !== attempt) memory.live = newLiveMemory(attempt);
  const { live } = memory;
  if (nowMs < live.dueMs) return;
  const putNext = () => {
    live.dueMs = disk.clock.monotonic() + settings.publish_interval_s * 1000;
  };
  putNext();
  const job = liveJob(runner, jobId);
  live.over = trying(job, 'live outputs', () => publishAll(job)).then(putNext);
  chores.beside(key, () => live.over, putNext);
}

/**
 * Resolves when no live publication of the job is under way. None begins after the ledger has noted that the attempt is
 * over; so what waits for this first has the job's files and its record to itself.
 */
export function liveIsOver(runner: RunnerState, jobId: string): Promise<void> {
  return recall(runner.memory, jobId, runner.disk.clock.monotonic()).live.over;
}

async function publishAll(job: LiveJob): Promise<void> {
  const { runner, attemptDir, dir, order } = job;
  const { disk, layout, settings } = runner;
  disk.files.makeDir(layout.staging);
  await trying(job, STDOUT_LOG, () => publishGrownLog(job));
  await sweepTemps(disk, attemptDir);
  const files = await findMatching(disk, dir, order?.live_outputs ?? settings.live_outputs);
  const chosen = publishable(job, files);
  for (const file of chosen) {
    if (!job.goesOn()) return;
    await trying(job, file.path, () => publishOne(job, file));
  }
  const isRead = chosen.some((file) => isStudy(job, file) && !isTooLarge(job, file));
  if (!isRead && job.goesOn()) await readStudy(job);
}

function isStudy({ runner }: LiveJob, { path: file }: TreeFile): boolean {
  return foldCase(file) === foldCase(runner.settings.study_db);
}

function isTooLarge({ runner }: LiveJob, { facts }: TreeFile): boolean {
  return facts.size > runner.settings.live_max_mb * 1_000_000;
}

async function publishGrownLog({ runner, jobId, attempt, live }: LiveJob): Promise<void> {
  const { disk, layout } = runner;
  const log = logOf(runner, jobId, attempt);
  const size = disk.files.facts(log.log)?.size ?? 0;
  if (size === 0 || size === live.logSize) return;
  const target = path.join(layout.record(jobId), STDOUT_LOG);
  requireOwnDir(disk.files, layout.record(jobId));
  live.logSize = (await publishLog(disk, layout.staging, target, log)).size;
}

/** What will be published at the end as well, under its own name. */
function publishable(job: LiveJob, files: readonly TreeFile[]): TreeFile[] {
  const { runner, jobId, order, dir } = job;
  const untouched = readStaged(runner.disk.files, runner.at.workDir(jobId))?.signatures ?? {};
  const leftOutBy = chosenOutputs(order, runner.settings);
  const names = newNames();
  return files.filter(
    ({ path: file, facts }) =>
      names.take(file) === file &&
      !leftOutBy(file) &&
      untouched[file] !== facts.signature &&
      !isSideFile(runner.disk, joinPortable(dir, file)),
  );
}

async function publishOne(job: LiveJob, file: TreeFile): Promise<void> {
  const { runner, live, jobId, dir } = job;
  const { disk, layout, settings } = runner;
  const source = joinPortable(dir, file.path);
  requireOwnWay(disk.files, layout.record(jobId), file.path);
  if (isTooLarge(job, file)) {
    tellOnce(job, file.path, `is larger than live_max_mb (${settings.live_max_mb} MB)`);
    return;
  }
  if (isDatabase(disk.files, source))
    return takeDatabase(job, file.path, { copy: true, study: isStudy(job, file) });
  if (file.facts.signature === live.seen.get(file.path)) return;
  const target = joinPortable(layout.record(jobId), file.path);
  const seen = await publishIfStill(disk, layout.staging, source, target);
  if (seen !== undefined) live.seen.set(file.path, seen);
}
