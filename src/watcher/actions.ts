// Carries out what was planned, one small function an action. Each may be cut off anywhere and done again.
import path from 'node:path';
import { RUN_ON_AUTO } from '../job/order.ts';
import type { Requests } from '../job/request.ts';
import type { WatcherAction } from '../queue/watcher-snapshot.ts';
import { collectedBreach, collectRecord, fileCollected, moveOrder } from '../store/archive.ts';
import { copyHashed } from '../store/disk.ts';
import { LOST_FILE } from '../store/lost.ts';
import { removeRequests, writeRequest } from '../store/requests.ts';
import { sealHandMade } from '../store/seal-hand-made.ts';
import type { WatcherState } from './parts.ts';
import { postProcess } from './post-process.ts';

/** Actions that may take long: they run beside the ticks. */
export function isLong(action: WatcherAction): boolean {
  return (
    action.do === 'collect' || action.do === 'process' || action.do === 'archive' || action.do === 'seal'
  );
}

export async function carryOut(watcher: WatcherState, action: WatcherAction): Promise<void> {
  const { disk, layout, log } = watcher;
  const { job_id } = action;
  switch (action.do) {
    case 'seal':
      return seal(watcher, job_id);
    case 'assign':
      return ask(watcher, job_id, 'assign', { ...asked(watcher), runner: action.runner });
    case 'release':
      return ask(watcher, job_id, 'release', asked(watcher));
    case 'cancel':
      return ask(watcher, job_id, 'cancel', { ...asked(watcher), reason: action.reason });
    case 'collect': {
      const breach = await collectRecord(disk, layout, job_id);
      if (breach) throw new Error(`the record is not whole yet: ${breach}`);
      log.info({ job_id }, 'results have arrived whole');
      return;
    }
    case 'process':
      return postProcess(watcher, job_id);
    case 'archive':
      return archive(watcher, job_id);
    case 'acknowledge': {
      const { seal_sha256, archived_as } = action;
      return ask(watcher, job_id, 'archived', {
        requested_at: isoNow(watcher),
        seal_sha256,
        archived_as,
      });
    }
    case 'move-order':
      return moveOrder(disk, layout, job_id, action.archived_as);
    case 'remove-requests':
      await removeRequests(disk, layout, job_id);
      await disk.files.removeFile(layout.lost(job_id));
      return;
  }
}

function isoNow({ disk }: WatcherState): string {
  return new Date(disk.clock.now()).toISOString();
}

function asked(watcher: WatcherState) {
  return { requested_at: isoNow(watcher), requested_by: `watcher on ${watcher.identity.host}` };
}

async function ask<K extends keyof Requests>(
  watcher: WatcherState,
  jobId: string,
  kind: K,
  request: NonNullable<Requests[K]>,
): Promise<void> {
  const written = await writeRequest(watcher.disk, watcher.layout, jobId, kind, request);
  if (!written) throw new Error(`requests/${jobId} has a ${kind}.json already, which cannot be read`);
}

async function seal(watcher: WatcherState, jobId: string): Promise<void> {
  const sealedBy = `watcher on ${watcher.identity.host}`;
  const sealed = await sealHandMade(watcher.disk, watcher.layout, jobId, { runOn: RUN_ON_AUTO, sealedBy });
  watcher.log.info(sealed, 'sealed an order made by hand');
}

/** Verifies our copy once more as it lies on the disk, then gives it its name for good. */
async function archive(watcher: WatcherState, jobId: string): Promise<void> {
  const { disk, layout, log } = watcher;
  const breach = await collectedBreach(disk, layout, jobId);
  if (breach) {
    await disk.files.removeTree(layout.collected(jobId)); // the record is still in inbox/: it is copied again
    throw new Error(`our copy does not fit its seal: ${breach}`);
  }
  const lost = layout.lost(jobId);
  const keptAs = path.join(layout.collected(jobId), LOST_FILE);
  if (disk.files.facts(lost) && !disk.files.facts(keptAs)) await copyHashed(disk, lost, keptAs);
  const archived_as = await fileCollected(disk, layout, jobId);
  log.info({ job_id: jobId, archived_as }, 'archived');
}
