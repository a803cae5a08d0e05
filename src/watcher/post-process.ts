// Runs the post-processor on a copy of its own, never on what is archived, and keeps what it made under post/.
import path from 'node:path';
import { messageOf } from '../errors.ts';
import { parseRecord } from '../job/record.ts';
import type { SealEntry } from '../job/seal.ts';
import { JOB_JSON, SEAL } from '../job/seal.ts';
import { viewOf } from '../job/view.ts';
import { POST_RESULT, sealedEntries } from '../store/archive.ts';
import { copySealed } from '../store/copy-sealed.ts';
import { copyHashed, hashFile, jsonText, writeWhole } from '../store/disk.ts';
import { POST_DIR } from '../store/layout.ts';
import { joinPortable } from '../store/portable.ts';
import { listTree, sealable } from '../store/tree.ts';
import type { RunEnd } from '../system/process/run.ts';
import type { WatcherState } from './parts.ts';

const OUTPUT_LOG = 'output.log';

/** Post-processes a collected record. Whatever goes wrong in the command is written down, not thrown. */
export async function postProcess(watcher: WatcherState, jobId: string): Promise<void> {
  const { disk, layout, log } = watcher;
  const source = layout.collected(jobId);
  const work = layout.processing(jobId);
  const entries = sealedEntries(disk.files, source);
  await disk.files.removeTree(work); // a copy of an interrupted run of the post-processor
  const breach = await copySealed(disk, source, work, entries);
  if (breach) throw new Error(`the copy for the post-processor does not fit the seal: ${breach}`);
  const post = path.join(source, POST_DIR);
  await disk.files.removeTree(post);
  disk.files.makeDir(post);
  const started_at = new Date(disk.clock.now()).toISOString();
  const end = await runCommand(watcher, jobId, work, path.join(post, OUTPUT_LOG));
  const kept = await keepWhatItMade(watcher, work, post, entries).catch(
    (error: unknown): Kept => ({ made: [], problem: `what it made could not be kept: ${messageOf(error)}` }),
  );
  const status = end.exit_code === 0 && !kept.problem ? 'completed' : 'failed';
  const finished_at = new Date(disk.clock.now()).toISOString();
  const result = {
    status,
    command: watcher.settings.post_command,
    ...end,
    ...(kept.problem && { problem: kept.problem }),
    started_at,
    finished_at,
    files: kept.made,
  };
  await writeWhole(disk, post, path.join(post, POST_RESULT), jsonText(result));
  await disk.files.removeTree(work);
  log.info({ job_id: jobId, status, files: kept.made.length }, 'post-processed');
}

async function runCommand(
  watcher: WatcherState,
  jobId: string,
  work: string,
  outputFile: string,
): Promise<RunEnd> {
  const { disk, layout, settings, run } = watcher;
  const facts = jobFacts(watcher, jobId, work);
  const env = { JOBQ_JOB_ID: jobId, JOBQ_WORK_DIR: work, JOBQ_QUEUE: layout.root };
  try {
    const request = {
      command: settings.post_command,
      cwd: work,
      env,
      input: jsonText(facts),
      timeoutMs: settings.post_timeout_s * 1000,
      outputFile,
    };
    return await run(request);
  } catch (error) {
    disk.files.makeDir(work);
    return {
      exit_code: null,
      signal: null,
      timed_out: false,
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

/** The job as `status` would show it, for the command's standard input. */
function jobFacts(watcher: WatcherState, jobId: string, work: string) {
  const bytes = watcher.disk.files.read(path.join(work, JOB_JSON));
  const parsed = bytes && parseRecord(bytes, jobId);
  return viewOf({
    job_id: jobId,
    order: undefined,
    requests: {},
    record: parsed?.ok ? parsed.value : undefined,
    orderDir: undefined,
    resultsDir: work,
    sealed: true,
    orderSealed: true,
    archivedAs: undefined,
    lost: undefined,
  });
}

interface Kept {
  /** Paths below post/. */
  made: string[];
  problem?: string;
}

/** Copies every new or changed file of the post-processor's directory to post/, durable when it returns. */
async function keepWhatItMade(
  watcher: WatcherState,
  work: string,
  post: string,
  entries: readonly SealEntry[],
): Promise<Kept> {
  const { disk } = watcher;
  const sealed = new Map(entries.map((entry) => [entry.path, entry.sha256]));
  const made: string[] = [];
  for (const file of sealable(listTree(disk.files, work))) {
    const from = joinPortable(work, file.path);
    if (sealed.has(file.path) && (await hashFile(disk, from)).sha256 === sealed.get(file.path)) continue;
    if (file.path === POST_RESULT || file.path === OUTPUT_LOG || file.path === SEAL) continue;
    const to = joinPortable(post, file.path);
    disk.files.makeDir(path.dirname(to));
    await copyHashed(disk, from, to);
    disk.files.syncDir(path.dirname(to));
    made.push(file.path);
  }
  return { made };
}
