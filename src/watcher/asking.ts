// How the watcher asks something of a runner: who asks, when, and the file.

import type { Requests } from '../job/request.ts';
import { isoNow } from '../store/disk.ts';
import { writeRequest } from '../store/requests.ts';
import type { WatcherState } from './parts.ts';

export function watcherName({ identity }: Pick<WatcherState, 'identity'>): string {
  return `watcher on ${identity.host}`;
}

export function asked(watcher: WatcherState) {
  return { requested_at: isoNow(watcher.disk), requested_by: watcherName(watcher) };
}

export async function ask<K extends keyof Requests>(
  watcher: WatcherState,
  jobId: string,
  kind: K,
  request: NonNullable<Requests[K]>,
): Promise<void> {
  const written = await writeRequest(watcher.disk, watcher.layout, jobId, kind, request);
  if (!written) throw new Error(`requests/${jobId} has a ${kind}.json already, which cannot be read`);
}
