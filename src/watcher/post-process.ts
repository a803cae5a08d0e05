// Runs post-processors on a copy of their own, never on what is archived, and keeps what they made under post/. It goes
// as far as it can: one that failed and is to be tried again later ends it, and the next look goes on.

import path from 'node:path';
import { messageOf } from '../errors.ts';
import { POST_RESULT, sealedEntries } from '../store/archive.ts';
import { copySealed } from '../store/copy-sealed.ts';
import { isoNow } from '../store/disk.ts';
import { POST_DIR } from '../store/layout.ts';
import type { PostJournal } from '../store/post-journal.ts';
import { POST_JOURNAL, publishPostResult, readPostJournal, writePostJournal } from '../store/post-journal.ts';
import type { Known, Made } from '../store/post-made.ts';
import { keepMade, layMade, madeDir, mergeMade } from '../store/post-made.ts';
import type { RunEnd } from '../system/process/run.ts';
import type { WatcherState } from './parts.ts';
import type { Processor } from './post/choose.ts';
import { factsFor } from './post/facts.ts';
import type { PostStep, Ran } from './post/next.ts';
import { afterRun, afterSkip, nextStep, resultOf } from './post/next.ts';
import { chosenFor } from './post/see.ts';

type RunStep = Extract<PostStep, { do: 'run' }>;

interface Pass {
  watcher: WatcherState;
  jobId: string;
  /** Our copy of the record, which no post-processor sees. */
  source: string;
  work: string;
  post: string;
  chosen: readonly Processor[];
}

/** Post-processes a collected record. Whatever goes wrong in a command is written down, not thrown. */
export async function postProcess(watcher: WatcherState, jobId: string): Promise<void> {
  const { layout, processing } = watcher;
  const source = layout.collected(jobId);
  processing.add(jobId);
  try {
    await goOn({
      watcher,
      jobId,
      source,
      work: layout.processing(jobId),
      post: path.join(source, POST_DIR),
      chosen: chosenFor(watcher, jobId),
    });
  } finally {
    processing.delete(jobId);
  }
}

async function goOn(pass: Pass): Promise<void> {
  const { watcher, source, post, work, chosen } = pass;
  const { disk, layout } = watcher;
  let journal = readPostJournal(disk.files, source);
  if (!journal) await disk.files.removeTree(post); // of a beginning that was cut off
  if (!journal && chosen.length === 0) return;
  disk.files.makeDir(post);
  let known: Known | undefined; // undefined while there is no copy that the next one may work on
  let next = nextStep(chosen, journal, disk.clock.now());
  while (next.do === 'run' || next.do === 'skip') {
    if (next.do === 'skip') journal = afterSkip(journal, next, isoNow(watcher.disk));
    else {
      known ??= await freshCopy(pass, journal);
      journal = afterRun(journal, next, await runOne(pass, next, known));
    }
    await writePostJournal(disk, layout, source, journal);
    if (journal.trying) known = undefined;
    if (journal.trying) tellTrying(pass, journal.trying);
    next = nextStep(chosen, journal, disk.clock.now());
  }
  await disk.files.removeTree(work); // before it has ended: nobody looks for it afterwards
  if (next.do === 'finish') await finish(pass, journal ?? { processors: [] });
}

function tellTrying({ watcher, jobId }: Pass, trying: NonNullable<PostJournal['trying']>): void {
  const { name, tries, next_try_at, exit_code, timed_out, problem } = trying;
  const facts = { job_id: jobId, processor: name, tries, next_try_at, exit_code, timed_out, problem };
  watcher.log.warn(facts, 'a post-processor failed; tried again');
}

/** The record as it is sealed, with what those that have ended made of it. */
async function freshCopy({ watcher, source, work, post }: Pass, journal?: PostJournal): Promise<Known> {
  const { disk } = watcher;
  const entries = sealedEntries(disk.files, source);
  await disk.files.removeTree(work);
  const breach = await copySealed(disk, source, work, entries);
  if (breach) throw new Error(`the copy for the post-processor does not fit the seal: ${breach}`);
  const known: Known = new Map(entries.map((entry) => [entry.path, entry.sha256]));
  for (const { name, files: made } of journal?.processors ?? [])
    await layMade(disk, madeDir(post, name), work, { made, known });
  return known;
}

async function runOne(pass: Pass, { processor, before }: RunStep, known: Known): Promise<Ran> {
  const { watcher } = pass;
  const startedAt = isoNow(watcher.disk);
  const number = (before?.tries ?? 0) + 1;
  const end = await runCommand(pass, processor, number);
  const isLast = end.exit_code === 0 || number >= processor.tries;
  const kept = isLast ? await keep(pass, processor, known) : { files: [], left_out: [] };
  return {
    end: 'problem' in kept ? { ...end, problem: kept.problem } : end,
    startedAt,
    finishedMs: watcher.disk.clock.now(),
    files: kept.files,
    left_out: kept.left_out,
  };
}

async function runCommand(
  { watcher, jobId, work, post }: Pass,
  processor: Processor,
  number: number,
): Promise<RunEnd> {
  const { disk, run } = watcher;
  try {
    disk.files.makeDir(work); // one before it may have removed it
    const outputFile = path.join(post, processor.log);
    divideLog(watcher, outputFile, number);
    return await run({
      command: processor.command,
      cwd: work,
      ...factsFor(watcher, jobId, processor, number),
      timeoutMs: processor.timeoutS * 1000,
      outputFile,
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
  { watcher, work, post, chosen }: Pass,
  { name }: Processor,
  known: Known,
): Promise<Made & { problem?: string }> {
  const taken = new Set([POST_RESULT, POST_JOURNAL, ...chosen.map(({ log }) => log)]);
  const isTaken = (file: string) => taken.has(file);
  try {
    return await keepMade(watcher.disk, { work, to: madeDir(post, name), isTaken }, known);
  } catch (error) {
    return { files: [], left_out: [], problem: `what it made could not be kept: ${messageOf(error)}` };
  }
}

async function finish({ watcher, jobId, source, post }: Pass, journal: PostJournal): Promise<void> {
  const { disk, layout, log } = watcher;
  const result = resultOf(journal);
  if (!journal.status) await writePostJournal(disk, layout, source, result);
  await mergeMade(disk, post, journal.processors);
  await publishPostResult(disk, source);
  const processors = journal.processors.map(({ name, status }) => `${name}: ${status}`);
  log.info({ job_id: jobId, status: result.status, processors }, 'post-processed');
}
