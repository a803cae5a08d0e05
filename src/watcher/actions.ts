// Carries out what was planned, one small function an action. Each may be cut off anywhere and done again.

import { RUN_ON_AUTO } from '../job/order.ts';
import type { WatcherAction } from '../queue/watcher-snapshot.ts';
import { collectRecord, moveOrder } from '../store/archive.ts';
import { isoNow } from '../store/disk.ts';
import { removeRequests, withdrawRelease } from '../store/requests.ts';
import { sealHandMade } from '../store/seal-hand-made.ts';
import { ask, asked, watcherName } from './asking.ts';
import { abandon, archive } from './closing.ts';
import type { WatcherState } from './parts.ts';
import { postProcess } from './post-process.ts';
import { makeRetry, supersede } from './retry.ts';
import { stopRetry } from './stop-retry.ts';

const LONG: readonly WatcherAction['do'][] = ['collect', 'process', 'archive', 'seal', 'retry', 'abandon'];

/** Actions that may take long: they run beside the ticks. */
export function isLong(action: WatcherAction): boolean {
  return LONG.includes(action.do);
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
    case 'supersede':
      return supersede(watcher, action);
    case 'retry':
      return makeRetry(watcher, action);
    case 'stop-retry':
      return stopRetry(watcher, action);
    case 'abandon':
      return abandon(watcher, job_id);
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
      disk.files.syncDir(layout.archive); // a watcher that gave it its place may have died before it could
      await withdrawRelease(disk, layout, job_id);
      return ask(watcher, job_id, 'archived', {
        requested_at: isoNow(watcher.disk),
        seal_sha256,
        archived_as,
      });
    }
    case 'move-order':
      return moveOrder(disk, layout, job_id, action.archived_as);
    case 'remove-requests':
      settleNames(watcher, job_id);
      await removeRequests(disk, layout, job_id);
      await disk.files.removeFile(layout.lost(job_id));
      await disk.files.removeFile(layout.abandoned(job_id));
      await disk.files.removeFile(layout.unheld(job_id));
      return;
  }
}

/** That its order is in the archive and no more in outbox/: the watcher that moved it may have died in between. */
function settleNames({ disk, layout, archive }: WatcherState, jobId: string): void {
  for (const name of archive.names.get(jobId) ?? []) disk.files.syncDir(layout.archived(name));
  disk.files.syncDir(layout.tree('outbox'));
}

async function seal(watcher: WatcherState, jobId: string): Promise<void> {
  const sealedBy = watcherName(watcher);
  const sealed = await sealHandMade(watcher.disk, watcher.layout, jobId, { runOn: RUN_ON_AUTO, sealedBy });
  watcher.log.info(sealed, 'sealed an order made by hand');
}
