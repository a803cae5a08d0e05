// Names at the top of an archived job's directory that are jobq's own: no sealed file of a record may have one. It knows
// what stands there by name only.
import { foldCase } from '../job/portable-path.ts';
import type { SealEntry } from '../job/seal.ts';
import { ABANDONED_FILE, ORDER_DIR, POST_DIR, PRUNED_FILE, RETRY_FILE } from './layout.ts';
import { LOST_FILE } from './lost.ts';

export const ARCHIVE_NAMES: readonly string[] = [
  POST_DIR,
  ORDER_DIR,
  LOST_FILE,
  ABANDONED_FILE,
  RETRY_FILE,
  PRUNED_FILE,
];

const FOLDED = new Set(ARCHIVE_NAMES.map(foldCase));

/** Does a path begin with one of them, on any file system? */
export function isArchiveName(path: string): boolean {
  const [top = ''] = path.split('/');
  return FOLDED.has(foldCase(top));
}

/** What keeps a record with this seal out of the archive, in words. */
export function nameBreach(entries: readonly SealEntry[]): string | undefined {
  const taken = entries.find((entry) => isArchiveName(entry.path));
  return taken && `${taken.path}: has a name that the archive keeps for itself`;
}
