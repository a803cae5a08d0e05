// Runs post-processors on a copy of their own, never on what is archived, and keeps what they made under post/. It goes
// as far as it can: one that failed and is to be tried again later ends it, and the next look goes on.

import path from 'node:path';
import { sealedEntries } from '../store/archive.ts';
import { copySealed } from '../store/copy-sealed.ts';
import { isoNow } from '../store/disk.ts';
import { POST_DIR } from '../store/layout.ts';
import type { PostJournal } from '../store/post-journal.ts';
import { publishPostResult, readPostJournal, writePostJournal } from '../store/post-journal.ts';
import type { Known } from '../store/post-made.ts';
import { layMade, madeDir, mergeMade } from '../store/post-made.ts';
import type { Files } from '../system/files.ts';
import { collectAgain } from './closing.ts';
import type { WatcherState } from './parts.ts';
import type { PostStep } from './post/next.ts';
import { afterGivingUp, afterRun, afterSkip, afterStop, beforeRun, nextStep, resultOf } from './post/next.ts';
import type { Pass, WorkCopy } from './post/run-one.ts';
import { markOf, runOne } from './post/run-one.ts';
import { chosenFor } from './post/see.ts';

/** Post-processes a collected record. Whatever goes wrong in a command is written down, not thrown. */
export async function postProcess(watcher: WatcherState, jobId: string): Promise<void> {
  const { layout, processing, disk } = watcher;
  const source = layout.collected(jobId);
  processing.add(jobId);
  try {
    await goOn({
      watcher,
      jobId,
      source,
      post: path.join(source, POST_DIR),
      chosen: chosenFor(watcher, jobId),
    });
  } catch (error) {
    await removeWork(disk.files, layout.processing(jobId)); // what fills the disk may be what lies there
    throw error;
  } finally {
    processing.delete(jobId);
  }
}

async function removeWork(files: Pick<Files, 'removeTree'>, dir: string): Promise<void> {
  await files.removeTree(dir).catch(() => {});
}

async function goOn(pass: Pass): Promise<void> {
  const { watcher, jobId, source, post, chosen } = pass;
  const { disk, layout } = watcher;
  let journal = readPostJournal(disk.files, source);
  if (journal?.running) await endEarlier(pass);
  if (!journal) await disk.files.removeTree(post); // of a beginning that was cut off
  if (!journal && chosen.length === 0) return;
  disk.files.makeDir(post);
  const running: Running = { copy: undefined };
  let next = nextStep(chosen, journal, disk.clock.now());
  while (next.do !== 'finish' && next.do !== 'wait' && !watcher.stopping?.aborted) {
    journal = await take(pass, running, journal, next);
    if (journal.trying) running.copy = undefined;
    if (journal.trying && !watcher.stopping?.aborted) tellTrying(pass, journal.trying);
    next = nextStep(chosen, journal, disk.clock.now());
  }
  await disk.files.removeTree(layout.processing(jobId)); // before it has ended: nobody looks for it afterwards
  if (next.do === 'finish') await finish(pass, journal ?? { processors: [] });
}

/** The copy that the next one may work on; undefined while there is none. */
interface Running {
  copy: WorkCopy | undefined;
}

/** A watcher that was killed may have left one running, which would write beside the next. */
async function endEarlier({ watcher, jobId }: Pass): Promise<void> {
  const isOver = (await watcher.endRun?.(markOf(watcher, jobId))) ?? true;
  if (!isOver) throw new Error('what an earlier try of a post-processor has started cannot be ended');
}

type Step = Exclude<PostStep, { do: 'finish' | 'wait' }>;

/** One step, and the journal after it as it stands on the disk. */
async function take(
  pass: Pass,
  running: Running,
  before: PostJournal | undefined,
  step: Step,
): Promise<PostJournal> {
  const at = isoNow(pass.watcher.disk);
  if (step.do === 'skip') return note(pass, running, afterSkip(before, step, at));
  if (step.do === 'give-up')
    return note(pass, running, afterGivingUp(before ?? { processors: [] }, step, at));
  running.copy ??= await freshCopy(pass, before, step.begun);
  // counted before it is run: one that takes the watcher or its disk with it must not be run for ever
  const begun = await note(pass, running, beforeRun(before, step, at));
  const ran = await runOne(pass, step, running.copy ?? (await freshCopy(pass, before, step.begun)));
  return note(pass, running, ran === 'stopped' ? afterStop(begun) : afterRun(before, step, ran));
}

/** Writes the journal; where the disk is full, what the run left there goes first. */
async function note(
  { watcher, jobId, source }: Pass,
  running: Running,
  journal: PostJournal,
): Promise<PostJournal> {
  const { disk, layout } = watcher;
  try {
    await writePostJournal(disk, layout, source, journal);
  } catch {
    running.copy = undefined;
    await removeWork(disk.files, layout.processing(jobId));
    await writePostJournal(disk, layout, source, journal);
  }
  return journal;
}

function tellTrying({ watcher, jobId }: Pass, trying: NonNullable<PostJournal['trying']>): void {
  const { name, tries, next_try_at, exit_code, timed_out, problem } = trying;
  const facts = { job_id: jobId, processor: name, tries, next_try_at, exit_code, timed_out, problem };
  watcher.log.warn(facts, 'a post-processor failed; tried again');
}

/** The record as it is sealed, with what those that have ended made of it: in a directory of its own for each try. */
async function freshCopy(
  { watcher, jobId, source, post }: Pass,
  journal: PostJournal | undefined,
  begun: number,
): Promise<WorkCopy> {
  const { disk, layout } = watcher;
  const entries = sealedEntries(disk.files, source);
  const number = [journal?.processors.length ?? 0, journal?.trying?.tries ?? 0, begun].join('-');
  const work = path.join(layout.processing(jobId), number);
  await disk.files.removeTree(layout.processing(jobId));
  const breach = await copySealed(disk, source, work, entries);
  if (breach) return collectAgain(watcher, jobId, breach);
  const known: Known = new Map(entries.map((entry) => [entry.path, entry.sha256]));
  for (const { name, files: made } of journal?.processors ?? [])
    await layMade(disk, madeDir(post, name), work, { made, known });
  return { work, known };
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
