// Publishes a finished job: outputs and log, then the record, then the seal. Done again after a crash it ends the same.
// No live publication is under way any more.
import path from 'node:path';
import type { JobRecord, OutputNote } from '../job/record.ts';
import type { SealEntry } from '../job/seal.ts';
import { formatSeal, JOB_JSON, parseSeal, SEAL, STDOUT_LOG } from '../job/seal.ts';
import type { LedgerJob } from '../queue/runner-snapshot.ts';
import type { Digest } from '../store/disk.ts';
import { copyWhole, sha256Of } from '../store/disk.ts';
import { requireOwnDir, requireOwnWay } from '../store/own-dir.ts';
import { joinPortable } from '../store/portable.ts';
import { readOwnRecord } from '../store/read-record.ts';
import { writeSeal } from '../store/seal.ts';
import { listTree } from '../store/tree.ts';
import { readStaged } from '../store/work-dir.ts';
import type { Files } from '../system/files.ts';
import { chosenOutputs } from './chosen-outputs.ts';
import { readStudyAtEnd } from './live-database.ts';
import { liveJob } from './live-job.ts';
import { recall } from './memory.ts';
import type { Output, Outputs } from './outputs.ts';
import { findOutputs, noOutputs } from './outputs.ts';
import type { RunnerState } from './parts.ts';
import { catchUp } from './progress-follower.ts';
import type { PublishedLog } from './publish-log.ts';
import { logOf, publishLog } from './publish-log.ts';
import { filesDir, workOrder } from './read-attempt.ts';
import { composeRecord, writeRecord } from './records.ts';
import { isGivenUp, noteUnreadable, whyNotCopied } from './unreadable-outputs.ts';

interface Published {
  entries: SealEntry[];
  bytes: number;
  emptyDirs: string[];
  log: PublishedLog | undefined;
}

export async function publishJob(runner: RunnerState, jobId: string): Promise<void> {
  const ledger = runner.ledger.jobs.get(jobId);
  if (!ledger?.outcome) return;
  requireOwnDir(runner.disk.files, runner.layout.record(jobId));
  if (readOwnRecord(runner.disk.files, runner.layout.record(jobId), jobId)?.sealSha256) return;
  if (ledger.attempt > 0) await readStudyAtEnd(liveJob(runner, jobId));
  const outputs = await outputsOf(runner, jobId, ledger);
  waitForUnreadable(runner, jobId, outputs);
  await removeStale(runner, jobId, ledger, outputs);
  const published = await copyOutputs(runner, jobId, ledger, outputs);
  await catchUp(runner.disk, memoryOf(runner, jobId).follower, filesDir(runner, jobId));
  const record = finalRecord(runner, jobId, ledger, outputs, published);
  const text = await writeRecord(runner, jobId, record);
  const entries = [...published.entries, { path: JOB_JSON, sha256: sha256Of(text) }];
  const flaw = parseSeal(formatSeal(entries));
  if ('problem' in flaw) throw new Error(`the seal of the results would be none: ${flaw.problem}`);
  await writeSeal(runner.disk, runner.layout.staging, runner.layout.record(jobId), entries);
}

async function outputsOf(runner: RunnerState, jobId: string, ledger: LedgerJob): Promise<Outputs> {
  const { disk, at } = runner;
  if (ledger.attempt === 0) return noOutputs();
  const staged = readStaged(disk.files, at.workDir(jobId));
  const leftOutBy = chosenOutputs(workOrder(runner, jobId), runner.settings);
  return findOutputs(disk, filesDir(runner, jobId), staged?.inputs ?? [], staged, leftOutBy);
}

const memoryOf = ({ memory, disk }: RunnerState, jobId: string) =>
  recall(memory, jobId, disk.clock.monotonic());

/** Throws while there is something that cannot be read and may be readable later. */
function waitForUnreadable(runner: RunnerState, jobId: string, { unreadable, files }: Outputs): void {
  const { disk } = runner;
  const dir = filesDir(runner, jobId);
  const memory = memoryOf(runner, jobId);
  const nowMs = disk.clock.monotonic();
  const waited = unreadable.filter(
    ({ path, code }) => !isGivenUp(memory.unreadable, joinPortable(dir, path), code, nowMs),
  );
  const [first] = waited;
  if (!first) return;
  const paths = files.map((file) => joinPortable(dir, file.path));
  noteUnreadable(disk, memory.unreadable, paths);
  throw new Error(`${first.code}: ${joinPortable(dir, first.path)} cannot be read`);
}

async function copyOutputs(
  runner: RunnerState,
  jobId: string,
  ledger: LedgerJob,
  outputs: Outputs,
): Promise<Published> {
  const { disk, layout } = runner;
  const record = layout.record(jobId);
  const published: Published = { entries: [], bytes: 0, emptyDirs: [], log: undefined };
  disk.files.makeDir(layout.staging);
  const dirs = new Set<string>([record]);
  const add = (to: string, { sha256, bytes }: Digest) => {
    dirs.add(path.dirname(joinPortable(record, to)));
    published.entries.push({ path: to, sha256 });
    published.bytes += bytes;
  };
  const unlessUnreadable = unreadableAside(runner, jobId, outputs);
  for (const file of outputs.files) {
    const from = joinPortable(filesDir(runner, jobId), file.path);
    const target = joinPortable(record, file.publishedAs);
    requireOwnWay(disk.files, record, file.publishedAs);
    await unlessUnreadable({ ...file, from }, async () =>
      add(file.publishedAs, await copyWhole(disk, layout.staging, from, target)),
    );
  }
  const log = logOf(runner, jobId, ledger.attempt);
  if (disk.files.facts(log.log)) {
    const asLog = { path: STDOUT_LOG, publishedAs: STDOUT_LOG, from: log.log };
    await unlessUnreadable(asLog, async () => {
      published.log = await publishLog(disk, layout.staging, path.join(record, STDOUT_LOG), log);
      add(STDOUT_LOG, published.log.digest);
    });
  }
  for (const dir of outputs.emptyDirs) {
    const asOutput = { path: dir, publishedAs: dir, from: joinPortable(record, dir) };
    await unlessUnreadable(asOutput, () => {
      requireOwnWay(disk.files, record, `${dir}/.`);
      disk.files.makeDir(asOutput.from);
      published.emptyDirs.push(dir);
    });
  }
  for (const dir of dirs) if (disk.files.facts(dir)) disk.files.syncDir(dir);
  return published;
}

/** Does the work for one output; one that cannot be read is waited for, and in the end put aside. */
function unreadableAside(runner: RunnerState, jobId: string, outputs: Outputs) {
  const { disk, layout } = runner;
  const { unreadable } = memoryOf(runner, jobId);
  const dir = filesDir(runner, jobId);
  return async (output: Output & { from: string }, work: () => Promise<void> | void): Promise<void> => {
    try {
      await work();
      unreadable.delete(output.from);
    } catch (error) {
      const code = await whyNotCopied(disk, output.from, error);
      if (code === undefined) throw error;
      if (!isGivenUp(unreadable, output.from, code, disk.clock.monotonic())) {
        const all = outputs.files.map((file) => joinPortable(dir, file.path));
        noteUnreadable(
          disk,
          unreadable,
          all.filter((file) => file !== output.from),
        );
        throw error;
      }
      outputs.unreadable.push({ path: output.path, code });
      // what of it was published while the script ran
      if (code !== 'ENAMETOOLONG')
        await removePublished(disk.files, layout.record(jobId), output.publishedAs);
    }
  };
}

/**
 * Removes what was published while the script ran and is no output any more. Before the outputs are copied: a file that
 * differs from one only in case would be that very one on Windows.
 */
async function removeStale(
  runner: RunnerState,
  jobId: string,
  { attempt }: LedgerJob,
  outputs: Outputs,
): Promise<void> {
  const { disk, layout } = runner;
  const record = layout.record(jobId);
  const named = new Set([JOB_JSON, SEAL, ...outputs.files.map((file) => file.publishedAs)]);
  if (disk.files.facts(logOf(runner, jobId, attempt).log)) named.add(STDOUT_LOG);
  const stale = listTree(disk.files, record).files.filter((file) => !named.has(file.path));
  for (const file of stale) await removePublished(disk.files, record, file.path);
}

async function removePublished(files: Files, record: string, name: string): Promise<void> {
  await files.removeFile(joinPortable(record, name));
  for (let dir = path.posix.dirname(name); dir !== '.'; dir = path.posix.dirname(dir))
    if (!files.removeEmptyDir(joinPortable(record, dir))) break;
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
  const { follower } = memoryOf(runner, jobId);
  const { eta_s: _, ...progress } = follower.progress; // what is over takes no more time
  const record = composeRecord(runner, jobId, {
    state: 'ended',
    outcome,
    ...(started_at && { started_at }),
    finished_at: finished_at ?? new Date(ledger.at).toISOString(),
    progress,
  });
  const notes = notesOf(runner, jobId, ledger, outputs, published);
  return {
    ...record,
    results: { files: published.entries.length, bytes: published.bytes, empty_dirs: published.emptyDirs },
    ...(notes.length > 0 && { output_notes: notes }),
  };
}

/** What a reader of the record does not find beside it, and where it is. */
function notesOf(
  runner: RunnerState,
  jobId: string,
  { attempt, outcome }: LedgerJob,
  { notes, leftOut, unreadable }: Outputs,
  { log }: Published,
): OutputNote[] {
  const { keep_days, keep_failed_days } = runner.settings;
  const days = outcome?.kind === 'completed' ? keep_days : keep_failed_days;
  const { host } = runner.identity;
  const stay = (what: string, where: string) =>
    `${what} in ${where} until ${days} days after the job is archived`;
  const cut = log && log.leftOut > 0 ? [log] : [];
  return shortened([
    ...notes,
    ...unreadable.map(({ path, code }) => ({
      path,
      reason: `cannot be read (${code}): it was not published; it stays in the work directory`,
    })),
    ...leftOut.notes(stay('all of it stays', `${filesDir(runner, jobId)} on ${host}`)),
    ...cut.map(({ size, leftOut }) => ({
      path: STDOUT_LOG,
      reason: `${leftOut} of its ${size} bytes were not published, from the middle; ${stay('the whole stays', logOf(runner, jobId, attempt).whereabouts)}`,
    })),
  ]);
}

/** What the notes of a record may take of the bytes it can have. */
const NOTES_MAX = 500_000;

function shortened(notes: readonly OutputNote[]): OutputNote[] {
  let bytes = 0;
  const kept = notes.filter((note) => {
    bytes += Buffer.byteLength(JSON.stringify(note, null, 2));
    return bytes <= NOTES_MAX;
  });
  const more = notes.length - kept.length;
  return more === 0 ? kept : [...kept, { path: '*', reason: `and ${more} more such notes, left out here` }];
}
