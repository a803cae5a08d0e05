// The files of one job as `show` lists them: the largest of each directory, and what all of them weigh.
import path from 'node:path';
import { isSealFile, JOB_JSON } from '../job/seal.ts';
import type { View } from '../job/view.ts';
import { ABANDONED_FILE, ORDER_DIR, POST_DIR, PRUNED_FILE, RETRY_FILE } from '../store/layout.ts';
import { LOST_FILE } from '../store/lost.ts';
import { listTree } from '../store/tree.ts';
import type { Files } from '../system/files.ts';

export interface ShownTree {
  dir: string;
  files: number;
  bytes: number;
  /** The largest first. */
  entries: { path: string; bytes: number }[];
  truncated: boolean;
}

const NOT_INPUTS = [JOB_JSON];
const NOT_RESULTS = [JOB_JSON, ORDER_DIR, POST_DIR, ABANDONED_FILE, RETRY_FILE, LOST_FILE, PRUNED_FILE];

export function inputFiles(files: Files, { order_dir }: View, max: number): ShownTree | null {
  return order_dir === null ? null : treeOf(files, order_dir, NOT_INPUTS, max);
}

/** Without what the archive keeps beside them. */
export function resultFiles(files: Files, { results_dir }: View, max: number): ShownTree | null {
  return results_dir === null ? null : treeOf(files, results_dir, NOT_RESULTS, max);
}

export function postFiles(files: Files, { archived_as, results_dir }: View, max: number): ShownTree | null {
  if (archived_as === null || results_dir === null) return null;
  const dir = path.join(results_dir, POST_DIR);
  return files.facts(dir) === undefined ? null : treeOf(files, dir, [], max);
}

function treeOf(files: Files, dir: string, without: readonly string[], max: number): ShownTree {
  const all = listTree(files, dir).files.flatMap(({ path: name, facts }) => {
    const [top = ''] = name.split('/');
    return isSealFile(name) || without.includes(top) ? [] : [{ path: name, bytes: facts.size }];
  });
  const largest = all.toSorted((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
  return {
    dir,
    files: all.length,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    entries: largest.slice(0, max),
    truncated: all.length > max,
  };
}
