// Frees space in the archive: which archived jobs may go, what they weigh, and the removal. Of each stays what the rest of
// jobq asks of the archive for ever: both job.json, both seals and the notes. It decides nothing about open jobs.
import path from 'node:path';
import { parseRecord } from '../job/record.ts';
import { JOB_JSON, SEAL, SEAL_SIGNATURE } from '../job/seal.ts';
import { SEAL_BYTES } from '../job/sizes.ts';
import type { State } from '../job/states.ts';
import type { FileKind, Files } from '../system/files.ts';
import { archivedAtOf, archivedJob, archivedNames, POST_RESULT } from './archive.ts';
import type { Disk } from './disk.ts';
import { sha256Of } from './disk.ts';
import type { Layout } from './layout.ts';
import { ABANDONED_FILE, ORDER_DIR, POST_DIR, PRUNED_FILE, RETRY_FILE } from './layout.ts';
import { LOST_FILE } from './lost.ts';
import type { Holding } from './prune-guard.ts';
import { lookAtHolding, whyHeld } from './prune-guard.ts';
import type { Prunable, Pruned } from './pruned.ts';
import { readPruned, sealsPruned, writePruned } from './pruned.ts';

export interface PruneWish {
  /** What was archived at this moment or later stays. */
  beforeMs: number;
  parts: readonly Prunable[];
  state?: State | undefined;
}

export interface Weight {
  files: number;
  bytes: number;
}

/** An archived job that something can be removed of. */
export interface PruneCase {
  job_id: string;
  archived_as: string;
  archived_at: string;
  state: State | null;
  /** What is there to be removed, for each part that is wished for. */
  weights: Partial<Record<Prunable, Weight>>;
  /** Why nothing of it is touched; undefined when it may go. */
  held: string | undefined;
}

interface Removal {
  at: string;
  kind: FileKind;
}

/** The oldest first. What holds nothing any more is left out. */
export function lookForPrune(
  files: Files,
  layout: Layout,
  wish: PruneWish,
): { cases: PruneCase[]; holding: Holding } {
  const holding = lookAtHolding(files, layout, archivedNames(files, layout));
  const names = [...holding.archived].flatMap(([job_id, all]) => all.map((name) => ({ job_id, name })));
  const cases = names.flatMap(({ job_id, name }) => caseOf(files, layout, wish, holding, job_id, name) ?? []);
  const oldestFirst = cases.toSorted((a, b) => Date.parse(a.archived_at) - Date.parse(b.archived_at));
  return { cases: oldestFirst, holding };
}

function caseOf(
  files: Files,
  layout: Layout,
  { beforeMs, parts, state: wanted }: PruneWish,
  holding: Holding,
  job_id: string,
  archived_as: string,
): PruneCase | undefined {
  const archived_at = archivedAtOf(archived_as);
  if (archived_at === undefined || Date.parse(archived_at) >= beforeMs) return undefined;
  const dir = layout.archived(archived_as);
  if (files.facts(dir)?.kind !== 'directory') return undefined; // a link leads to what is not the archive's
  const state = stateOf(files, layout, job_id, archived_as);
  if (wanted !== undefined && state !== wanted) return undefined;
  const weights: PruneCase['weights'] = {};
  for (const part of parts) {
    const removals = removalsOf(files, dir, part);
    if (removals.length > 0) weights[part] = sum(removals.map(({ at, kind }) => weigh(files, at, kind)));
  }
  if (Object.keys(weights).length === 0) return undefined;
  const held = whyHeld(files, layout, holding, job_id) ?? whyUnfit(files, layout, archived_as);
  return { job_id, archived_as, archived_at, state: state ?? null, weights, held };
}

/** What would be removed must be what jobq archived. */
function whyUnfit(files: Files, layout: Layout, name: string): string | undefined {
  const { sealSha256, abandoned } = archivedJob(files, layout, name);
  if (sealSha256 === undefined && !abandoned) return 'it has no seal: nobody can tell what it is';
  return sealsPruned(files, layout.archived(name)) ? `one of its results is named ${PRUNED_FILE}` : undefined;
}

function stateOf(files: Files, layout: Layout, jobId: string, name: string): State | undefined {
  if (archivedJob(files, layout, name).abandoned) return 'failed';
  const bytes = files.readSmall(path.join(layout.archived(name), JOB_JSON));
  const parsed = bytes && parseRecord(bytes, jobId);
  return parsed?.ok ? parsed.value.state : undefined;
}

const KEPT_OF_ORDER = [JOB_JSON, SEAL, SEAL_SIGNATURE];
const KEPT_OF_RECORD = [
  ...KEPT_OF_ORDER,
  ORDER_DIR,
  POST_DIR,
  ABANDONED_FILE,
  RETRY_FILE,
  LOST_FILE,
  PRUNED_FILE,
];

function removalsOf(files: Files, dir: string, part: Prunable): Removal[] {
  if (part === 'inputs') return entriesBut(files, path.join(dir, ORDER_DIR), KEPT_OF_ORDER);
  return [
    ...entriesBut(files, dir, KEPT_OF_RECORD),
    ...entriesBut(files, path.join(dir, POST_DIR), [POST_RESULT]),
  ];
}

function entriesBut(files: Files, dir: string, kept: readonly string[]): Removal[] {
  if (files.facts(dir)?.kind !== 'directory') return [];
  const entries = (files.list(dir) ?? []).filter(({ name }) => !kept.includes(name));
  return entries.map(({ name, kind }) => ({ at: path.join(dir, name), kind }));
}

/** Links weigh what they are themselves: nothing behind them is looked at, or removed. */
function weigh(files: Files, at: string, kind: FileKind): Weight {
  if (kind !== 'directory') return { files: 1, bytes: files.facts(at)?.size ?? 0 };
  return sum((files.list(at) ?? []).map((entry) => weigh(files, path.join(at, entry.name), entry.kind)));
}

export function sum(weights: readonly Weight[]): Weight {
  return {
    files: weights.reduce((all, each) => all + each.files, 0),
    bytes: weights.reduce((all, each) => all + each.bytes, 0),
  };
}

/** The note could not be written: nothing was removed, and the next job would fare no better. */
export class NoteNotWritten extends Error {}

/**
 * Removes what a case says, unless something holds the job by now: then answers why. The note is durable before the first
 * file goes; cut off anywhere and done again it ends the same.
 */
export async function pruneJob(
  disk: Disk,
  layout: Layout,
  { job_id, archived_as, weights }: PruneCase,
  { holding, by }: { holding: Holding; by: string },
): Promise<string | undefined> {
  const { files } = disk;
  const held = whyHeld(files, layout, holding, job_id);
  if (held !== undefined) return held;
  const dir = layout.archived(archived_as);
  const parts = Object.keys(weights) as Prunable[];
  await note(disk, layout, dir, weights, by);
  for (const { at, kind } of parts.flatMap((part) => removalsOf(files, dir, part))) {
    if (kind === 'directory') await files.removeTree(at);
    else await files.removeFile(at);
  }
  files.syncDir(dir);
  return undefined;
}

/** What an earlier call noted and did not finish keeps its time and its numbers. */
async function note(
  disk: Disk,
  layout: Layout,
  dir: string,
  weights: PruneCase['weights'],
  pruned_by: string,
): Promise<void> {
  const { files, clock } = disk;
  const pruned: Pruned = { ...readPruned(files, dir) };
  if (Object.keys(weights).every((part) => pruned[part as Prunable] !== undefined)) return;
  const pruned_at = new Date(clock.now()).toISOString();
  for (const [part, weight] of Object.entries(weights) as [Prunable, Weight][]) {
    const seal = files.readSmall(
      path.join(part === 'inputs' ? path.join(dir, ORDER_DIR) : dir, SEAL),
      SEAL_BYTES,
    );
    pruned[part] ??= { pruned_at, pruned_by, ...weight, ...(seal && { seal_sha256: sha256Of(seal) }) };
  }
  try {
    await writePruned(disk, layout, dir, pruned);
  } catch (error) {
    throw new NoteNotWritten('the archive cannot be written to', { cause: error });
  }
}
