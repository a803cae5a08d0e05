// How far the copy of a record is on its way into the archive, its post-processing included.
import path from 'node:path';
import type { Collected } from '../../queue/watcher-snapshot.ts';
import { readCollected } from '../../store/archive.ts';
import { POST_DIR } from '../../store/layout.ts';
import { readPostJournal } from '../../store/post-journal.ts';
import type { WatcherState } from '../parts.ts';
import type { Processor } from './choose.ts';
import { isPostWanted, processorsFor } from './choose.ts';
import { traitsOf } from './facts.ts';
import { nextStep } from './next.ts';

export function chosenFor(watcher: WatcherState, jobId: string): Processor[] {
  const { settings } = watcher;
  return isPostWanted(settings) ? processorsFor(settings, traitsOf(watcher, jobId)) : [];
}

export function seeCollected(watcher: WatcherState, jobId: string): Collected | undefined {
  const { disk, layout } = watcher;
  const seen = readCollected(disk.files, layout, jobId, true);
  if (!seen || seen.processed || watcher.processing.has(jobId)) return seen;
  const dir = layout.collected(jobId);
  const chosen = chosenFor(watcher, jobId);
  // what another setting began is brought to its end
  if (chosen.length === 0 && !disk.files.facts(path.join(dir, POST_DIR))) return { ...seen, processed: true };
  const next = nextStep(chosen, readPostJournal(disk.files, dir), disk.clock.now());
  return next.do === 'wait' ? { ...seen, waits: true } : seen;
}
