// Runs one post-processor once, on its copy of the record, and keeps what it made.
import path from 'node:path';
import { messageOf } from '../../errors.ts';
import { POST_RESULT } from '../../store/archive.ts';
import { isoNow, sha256Of } from '../../store/disk.ts';
import { POST_JOURNAL } from '../../store/post-journal.ts';
import type { Known, Made } from '../../store/post-made.ts';
import { keepMade, madeDir } from '../../store/post-made.ts';
import type { RunEnd } from '../../system/process/run.ts';
import type { WatcherState } from '../parts.ts';
import type { Processor } from './choose.ts';
import { factsFor } from './facts.ts';
import type { PostStep, Ran } from './next.ts';

/** The post-processing of one job, as far as it goes at once. */
export interface Pass {
  watcher: WatcherState;
  jobId: string;
  /** Our copy of the record, which no post-processor sees. */
  source: string;
  post: string;
  chosen: readonly Processor[];
}

/** A copy for post-processors, and the digests of what lies in it. */
export interface WorkCopy {
  work: string;
  known: Known;
}

type RunStep = Extract<PostStep, { do: 'run' }>;

/** So long one may go on when the watcher is told to stop. */
const STOP_GRACE_MS = 5000;

/** What is kept of one try's output. */
const OUTPUT_MAX_BYTES = 100_000_000;

/** What every process has that a post-processor of this job starts: the same for the next watcher. */
export function markOf({ layout }: Pick<WatcherState, 'layout'>, jobId: string): string {
  return `post-${sha256Of(`${layout.root}\0${jobId}`)}`;
}

/** `stopped`: it was cut off because the watcher stops, and nothing is to be learnt from that. */
export async function runOne(pass: Pass, step: RunStep, copy: WorkCopy): Promise<Ran | 'stopped'> {
  const { watcher } = pass;
  const { processor, before } = step;
  const startedAt = isoNow(watcher.disk);
  const number = (before?.tries ?? 0) + 1;
  const { stopped, ...end } = await runCommand(pass, copy.work, processor, number);
  if (stopped) return 'stopped';
  const isLast = end.exit_code === 0 || number >= processor.tries;
  const kept = isLast ? await keep(pass, processor, copy) : { files: [], left_out: [] };
  return {
    end: 'problem' in kept ? { ...end, problem: kept.problem } : end,
    startedAt,
    finishedMs: watcher.disk.clock.now(),
    files: kept.files,
    left_out: kept.left_out,
  };
}

async function runCommand(
  { watcher, jobId, post }: Pass,
  work: string,
  processor: Processor,
  number: number,
): Promise<RunEnd> {
  const { disk, run, stopping } = watcher;
  try {
    disk.files.makeDir(work); // one before it may have removed it
    const outputFile = path.join(post, processor.log);
    divideLog(watcher, outputFile, number);
    return await run({
      command: processor.command,
      cwd: work,
      ...factsFor(watcher, jobId, work, processor, number),
      inherit: { names: watcher.settings.post_env_inherit, withheld: watcher.withheld ?? [] },
      timeoutMs: processor.timeoutS * 1000,
      outputFile,
      outputMaxBytes: OUTPUT_MAX_BYTES,
      mark: markOf(watcher, jobId),
      ...(stopping && { stop: { signal: stopping, graceMs: STOP_GRACE_MS } }),
    });
  } catch (error) {
    return { exit_code: null, signal: null, timed_out: false, problem: messageOf(error) };
  }
}

/** The output of all tries is in one file; where the next begins is said. */
function divideLog(watcher: WatcherState, file: string, number: number): void {
  const { files } = watcher.disk;
  if (!files.facts(file)?.size) return;
  const out = files.openAppend(file);
  try {
    out.write(Buffer.from(`\n--- try ${number}, ${isoNow(watcher.disk)} ---\n`));
  } finally {
    out.close();
  }
}

/** That something cannot be kept is a failure of the post-processor, and no reason to keep the job out of the archive. */
async function keep(
  { watcher, post, chosen }: Pass,
  { name }: Processor,
  { work, known }: WorkCopy,
): Promise<Made & { problem?: string }> {
  const taken = new Set([POST_RESULT, POST_JOURNAL, ...chosen.map(({ log }) => log)]);
  const isTaken = (file: string) => taken.has(file);
  const to = madeDir(post, name);
  try {
    return await keepMade(watcher.disk, { work, to, isTaken }, known);
  } catch (error) {
    await watcher.disk.files.removeTree(to).catch(() => {}); // half of it only fills the disk
    return { files: [], left_out: [], problem: `what it made could not be kept: ${messageOf(error)}` };
  }
}
