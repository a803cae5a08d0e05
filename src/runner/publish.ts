// Publishes a finished job: outputs and log, then the record, then the seal. Done again after a crash it ends the same.
import path from 'node:path';
import type { JobRecord } from '../job/record.ts';
import type { SealEntry } from '../job/seal.ts';
import { formatSeal, JOB_JSON, parseSeal, SEAL, STDOUT_LOG } from '../job/seal.ts';
import type { LedgerJob } from '../queue/runner-snapshot.ts';
import { copyWhole, sha256Of } from '../store/disk.ts';
import { joinPortable } from '../store/portable.ts';
import { readOwnRecord } from '../store/read-record.ts';
import { writeSeal } from '../store/seal.ts';
import { listTree } from '../store/tree.ts';
import { ATTEMPT, readStaged } from '../store/work-dir.ts';
import { recall } from './memory.ts';
import type { Outputs } from './outputs.ts';
import { findOutputs } from './outputs.ts';
import type { RunnerState } from './parts.ts';
import { composeRecord, writeRecord } from './records.ts';

interface Published {
  entries: SealEntry[];
  bytes: number;
}

export async function publishJob(runner: RunnerState, jobId: string): Promise<void> {
  const ledger = runner.ledger.jobs.get(jobId);
  if (!ledger?.outcome) return;
  if (readOwnRecord(runner.disk.files, runner.layout.record(jobId), jobId)?.sealSha256) return;
  const outputs = await outputsOf(runner, jobId, ledger);
  const published = await copyOutputs(runner, jobId, ledger, outputs);
  await removeStale(runner, jobId, published);
  const record = finalRecord(runner, jobId, ledger, outputs, published);
  const text = await writeRecord(runner, jobId, record);
  const entries = [...published.entries, { path: JOB_JSON, sha256: sha256Of(text) }];
  const flaw = parseSeal(formatSeal(entries));
  if ('problem' in flaw) throw new Error(`the seal of the results would be none: ${flaw.problem}`);
  await writeSeal(runner.disk, runner.layout.staging, runner.layout.record(jobId), entries);
}

async function outputsOf(runner: RunnerState, jobId: string, ledger: LedgerJob): Promise<Outputs> {
  const { disk, at } = runner;
  if (ledger.attempt === 0) return { files: [], emptyDirs: [], notes: [] };
  const workDir = at.workDir(jobId);
  const staged = readStaged(disk.files, workDir);
  return findOutputs(disk, workDir, staged?.inputs ?? [], staged);
}

async function copyOutputs(
  runner: RunnerState,
  jobId: string,
  ledger: LedgerJob,
  outputs: Outputs,
): Promise<Published> {
  const { disk, layout, at } = runner;
  const published: Published = { entries: [], bytes: 0 };
  disk.files.makeDir(layout.staging);
  const log = path.join(at.attempt(jobId, ledger.attempt), ATTEMPT.log);
  const sources = outputs.files.map((file) => ({
    from: joinPortable(at.workDir(jobId), file.path),
    to: file.publishedAs,
  }));
  if (disk.files.facts(log)) sources.push({ from: log, to: STDOUT_LOG });
  const dirs = new Set<string>([layout.record(jobId)]);
  for (const { from, to } of sources) {
    const target = joinPortable(layout.record(jobId), to);
    const { sha256, bytes } = await copyWhole(disk, layout.staging, from, target);
    dirs.add(path.dirname(target));
    published.entries.push({ path: to, sha256 });
    published.bytes += bytes;
  }
  for (const dir of outputs.emptyDirs) disk.files.makeDir(joinPortable(layout.record(jobId), dir));
  for (const dir of dirs) if (disk.files.facts(dir)) disk.files.syncDir(dir);
  return published;
}

/** Removes snapshots that were published while the script ran and are no outputs any more. */
async function removeStale(runner: RunnerState, jobId: string, published: Published): Promise<void> {
  const { disk, layout } = runner;
  const named = new Set([JOB_JSON, SEAL, ...published.entries.map((entry) => entry.path)]);
  for (const file of listTree(disk.files, layout.record(jobId)).files) {
    if (!named.has(file.path)) await disk.files.removeFile(joinPortable(layout.record(jobId), file.path));
  }
}

function finalRecord(
  runner: RunnerState,
  jobId: string,
  ledger: LedgerJob,
  outputs: Outputs,
  published: Published,
): JobRecord {
  const { outcome, started_at, finished_at } = ledger;
  if (!outcome) throw new Error(`the ledger has no outcome for ${jobId}`);
  const { progress } = recall(runner.memory, jobId, runner.disk.clock.monotonic()).follower;
  const record = composeRecord(runner, jobId, {
    state: 'ended',
    outcome,
    ...(started_at && { started_at }),
    finished_at: finished_at ?? new Date(ledger.at).toISOString(),
    progress,
  });
  return {
    ...record,
    results: { files: published.entries.length, bytes: published.bytes, empty_dirs: outputs.emptyDirs },
    ...(outputs.notes.length > 0 && { output_notes: outputs.notes }),
  };
}
