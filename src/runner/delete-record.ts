// Deletes a record that the archive has.
import path from 'node:path';
import { SEAL } from '../job/seal.ts';
import { removeAllBut } from '../store/conflicts.ts';
import { requireOwnDir } from '../store/own-dir.ts';
import { joinPortable } from '../store/portable.ts';
import { listTree } from '../store/tree.ts';
import { note } from './note.ts';
import type { RunnerState } from './parts.ts';

/** Deletes a record whose digest the archive has confirmed: noted first, the seal last. Conflict copies stay. */
export async function deleteRecord(runner: RunnerState, jobId: string): Promise<void> {
  const { disk, layout, ledger } = runner;
  const known = ledger.jobs.get(jobId);
  const attempt = known?.attempt ?? 0;
  if (known?.phase !== 'deleting' && known?.phase !== 'deleted')
    await note(runner, jobId, { event: 'deleting', attempt });
  const dir = layout.record(jobId);
  requireOwnDir(disk.files, dir);
  const { files, emptyDirs } = listTree(disk.files, dir);
  const paths = files.map((file) => file.path).filter((file) => file !== SEAL);
  for (const file of paths) await disk.files.removeFile(joinPortable(dir, file));
  removeDirs(runner, dir, [...paths.map((file) => path.posix.dirname(file)), ...emptyDirs]);
  disk.files.syncDir(layout.tree('inbox'));
  await disk.files.removeFile(path.join(dir, SEAL));
  // read again: what the mirror has put aside meanwhile is not ours to remove
  if (listTree(disk.files, dir).conflicts.length > 0) await removeAllBut(disk.files, dir);
  else await disk.files.removeTree(dir);
  disk.files.syncDir(layout.tree('inbox'));
  if (known?.phase !== 'deleted') await note(runner, jobId, { event: 'deleted', attempt });
}

function removeDirs(runner: RunnerState, dir: string, relative: readonly string[]): void {
  const all = new Set<string>();
  for (const name of relative) {
    for (let at = name; at !== '.'; at = path.posix.dirname(at)) all.add(at);
  }
  for (const name of [...all].sort().reverse()) runner.disk.files.removeEmptyDir(joinPortable(dir, name));
}
