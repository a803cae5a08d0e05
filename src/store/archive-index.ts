// The names below archive/, kept in memory: listed when it opens, then only where somebody else has changed the
// directory. A large one is not listed again for each job that its owner files there. It reads no job.
import { jobIdProblem } from '../job/job-id.ts';
import type { Disk } from './disk.ts';
import type { Layout } from './layout.ts';
import { jobOfArchived } from './layout.ts';
import type { Sighting } from './sighting.ts';
import { sight } from './sighting.ts';

export interface ArchiveIndex {
  /** Names of jobs that are filed, by job id, oldest first. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Jobs of which a whole copy lies there that is not filed yet. */
  readonly collected: ReadonlySet<string>;
  /** Changes with every name that comes or goes. */
  readonly version: number;
  /** Names of which nobody has said yet that nothing more is to be looked up in them. */
  readonly unsettled: ReadonlyMap<string, string>;
  settled(name: string): void;
  /** To be called at each look. */
  look(): void;
  /** Its owner has changed what there is of this job, and filed it under this name if it did. */
  changed(jobId: string, archivedAs?: string): void;
}

interface State {
  disk: Disk;
  layout: Layout;
  seen: Sighting<void> | undefined;
  names: Map<string, string[]>;
  collected: Set<string>;
  /** Job ids by name. */
  unsettled: Map<string, string>;
  /** How long the last listing took, and when a large one is to be made at the earliest. */
  tookMs: number;
  nextMs: number;
  /** The owner has changed it since it was listed. */
  ownChanges: boolean;
  version: number;
}

/** A list that takes less is made whenever the directory has changed. */
const SHORT_MS = 20;
/** A longer one takes at most so small a part of the time, while only the owner makes changes. */
const PART = 200;
const AGAIN_MS = 3_600_000;

const COLLECTED = /^\.jobq-collected-(.+)$/;

export function openArchiveIndex(disk: Disk, layout: Layout): ArchiveIndex {
  const state: State = {
    disk,
    layout,
    seen: undefined,
    names: new Map(),
    collected: new Set(),
    unsettled: new Map(),
    tookMs: 0,
    nextMs: 0,
    ownChanges: false,
    version: 0,
  };
  return {
    get names() {
      return state.names;
    },
    get collected() {
      return state.collected;
    },
    get unsettled() {
      return state.unsettled;
    },
    get version() {
      return state.version;
    },
    settled: (name) => void state.unsettled.delete(name),
    look: () => look(state),
    changed: (jobId, archivedAs) => changed(state, jobId, archivedAs),
  };
}

function look(state: State): void {
  const { disk, layout, ownChanges, nextMs } = state;
  if (ownChanges && disk.clock.monotonic() < nextMs) return;
  state.seen = sight(disk, state.seen, [layout.archive], () => list(state), { againMs: AGAIN_MS });
}

function list(state: State): void {
  const { disk, layout, names: before, unsettled } = state;
  const startMs = disk.clock.monotonic();
  const names = new Map<string, string[]>();
  state.collected = new Set();
  for (const { name } of disk.files.list(layout.archive) ?? []) {
    const job = jobOfArchived(name);
    if (job === undefined || jobIdProblem(job)) {
      const copied = COLLECTED.exec(name)?.[1];
      if (copied !== undefined) state.collected.add(copied);
      continue;
    }
    const known = names.get(job);
    if (known) known.push(name);
    else names.set(job, [name]);
    if (!before.get(job)?.includes(name)) unsettled.set(name, job);
  }
  for (const [name, job] of unsettled) if (!names.get(job)?.includes(name)) unsettled.delete(name);
  state.names = names;
  state.version += 1;
  state.ownChanges = false;
  state.tookMs = disk.clock.monotonic() - startMs;
}

function changed(state: State, jobId: string, archivedAs: string | undefined): void {
  const { disk, layout, names, unsettled, collected, tookMs } = state;
  if (disk.files.facts(layout.collected(jobId))) collected.add(jobId);
  else collected.delete(jobId);
  if (archivedAs !== undefined && !names.get(jobId)?.includes(archivedAs)) {
    names.set(jobId, [...(names.get(jobId) ?? []), archivedAs]);
    state.version += 1;
    unsettled.set(archivedAs, jobId);
  }
  if (tookMs < SHORT_MS) return;
  if (!state.ownChanges) state.nextMs = disk.clock.monotonic() + PART * tookMs;
  state.ownChanges = true;
}
