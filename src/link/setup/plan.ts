// What has to change in Syncthing for a queue: its trees as folders, the other side as a device, lines to ignore.
// Pure: it is told how things are, answers steps, and knows nothing of how they are done.
import { JobqError } from '../../errors.ts';
import type { Tree } from '../../store/layout.ts';
import type { Config, FolderConfig } from '../api.ts';
import type { Carried } from '../trees.ts';
import { mergedLines } from './ignore-lines.ts';
import type { QueueTree, Side } from './wanted.ts';
import { fieldOf, folderIdOf, typeFor, wishesFor } from './wanted.ts';

export interface SetupFacts {
  readonly queueId: string;
  readonly side: Side;
  readonly trees: readonly QueueTree[];
  readonly version: string;
  readonly ownId: string;
  /** The device of the other side; without one the folders are shared with nobody new. */
  readonly peer?: string | undefined;
  readonly config: Config;
  readonly carried: Carried;
  /** The lines that each tree ignores now. */
  readonly ignores: Readonly<Partial<Record<Tree, readonly string[]>>>;
  /** What Syncthing gives a new folder and a new device. */
  readonly defaults: Readonly<Record<'folder' | 'device', Readonly<Record<string, unknown>>>>;
}

export interface Change {
  /** `folder <id>`, `device <id>` or `.stignore of <tree>`. */
  readonly what: string;
  readonly field: string;
  /** null: there was none. */
  readonly from: unknown;
  readonly to: unknown;
}

export type Step =
  | {
      readonly do: 'put' | 'patch';
      readonly what: 'folder' | 'device';
      readonly id: string;
      readonly value: Readonly<Record<string, unknown>>;
      readonly changes: readonly Change[];
    }
  | {
      readonly do: 'ignore';
      readonly tree: QueueTree;
      /** Undefined for a folder that is made: its file must be there before it, or it carries what it must not. */
      readonly folder: string | undefined;
      readonly lines: readonly string[];
      readonly changes: readonly Change[];
    };

export interface SetupPlan {
  readonly steps: readonly Step[];
  /** What was left as it is although it is not as setup would make it, one sentence each. */
  readonly left: readonly string[];
}

/** Throws where what is there stands in the way: then nothing at all is changed. */
export function planSetup(facts: SetupFacts): SetupPlan {
  const trees = facts.trees.map((tree) => ({ tree, by: facts.carried[tree.tree] }));
  const steps = trees.flatMap(({ tree, by }) => {
    if (by === undefined) return newFolder(facts, tree);
    return by.prefix === '' ? keptFolder(facts, tree, by.folder) : [];
  });
  const covering = new Map(
    trees.flatMap(({ by }) => (by && by.prefix !== '' ? [[by.folder.id, by.folder] as const] : [])),
  );
  const left = [
    ...[...covering.values()].map((folder) => covered(facts, folder)),
    ...trees.flatMap(({ tree, by }) =>
      by?.prefix === '' && by.folder.paused ? [paused(tree, by.folder)] : [],
    ),
  ];
  // first the device: a folder shared with one that is not known loses it
  const device = steps.length > 0 ? newDevice(facts) : [];
  return { steps: [...device, ...inOrder(steps)], left };
}

/** Files first, then folders; what Syncthing itself is told to ignore may come last. */
function inOrder(steps: readonly Step[]): Step[] {
  return steps.toSorted((a, b) => rankOf(a) - rankOf(b));
}

function rankOf(step: Step): number {
  if (step.do !== 'ignore') return 1;
  return step.folder === undefined ? 0 : 2;
}

function newDevice({ peer, config, defaults }: SetupFacts): Step[] {
  if (peer === undefined || config.devices.some(({ deviceID }) => deviceID === peer)) return [];
  const change = { what: `device ${peer}`, field: 'deviceID', from: null, to: peer };
  const value = { ...defaults.device, deviceID: peer };
  return [{ do: 'put', what: 'device', id: peer, value, changes: [change] }];
}

function newFolder(facts: SetupFacts, tree: QueueTree): Step[] {
  const { queueId, side, version, ownId, peer, config, defaults } = facts;
  const id = folderIdOf(queueId, tree.tree);
  const taken = config.folders.find((folder) => folder.id === id);
  if (taken) throw idTaken(taken, tree);
  const wished = wishesFor(typeFor(tree, side), version).map(({ field, to }) => [field, to] as const);
  const ours = {
    label: `${queueId} ${tree.tree}`,
    path: tree.dir,
    ...Object.fromEntries(wished),
  };
  const devices = [ownId, ...(peer === undefined ? [] : [peer])];
  const what = `folder ${id}`;
  const changes = Object.entries({ ...ours, devices }).map(([field, to]) => ({
    what,
    field,
    from: null,
    to,
  }));
  const value = {
    ...defaults.folder,
    ...ours,
    id,
    paused: false,
    devices: devices.map((deviceID) => ({ deviceID })),
  };
  return [...ignoring(facts, tree, undefined), { do: 'put', what: 'folder', id, value, changes }];
}

/** A folder that carries exactly this tree keeps its id, its label and every field that will do. */
function keptFolder(facts: SetupFacts, tree: QueueTree, folder: FolderConfig): Step[] {
  if (folder.type === 'receiveencrypted') throw encrypted(folder, tree);
  const what = `folder ${folder.id}`;
  const differing = wishesFor(typeFor(tree, facts.side), facts.version).filter(
    ({ field, fits }) => !fits(fieldOf(folder, field)),
  );
  const changes: Change[] = differing.map(({ field, to }) => ({
    what,
    field,
    from: fieldOf(folder, field) ?? null,
    to,
  }));
  const value: Record<string, unknown> = Object.fromEntries(differing.map(({ field, to }) => [field, to]));
  const { peer } = facts;
  const shared = folder.devices.map(({ deviceID }) => deviceID);
  if (peer !== undefined && !shared.includes(peer)) {
    changes.push({ what, field: 'devices', from: shared, to: [...shared, peer] });
    // those that are there as they are, with what an introducer or a password left in them
    value['devices'] = [...folder.devices, { deviceID: peer }];
  }
  const patch: Step[] =
    changes.length === 0 ? [] : [{ do: 'patch', what: 'folder', id: folder.id, value, changes }];
  return [...patch, ...ignoring(facts, tree, folder.id)];
}

function ignoring({ ignores }: SetupFacts, tree: QueueTree, folder: string | undefined): Step[] {
  const there = ignores[tree.tree] ?? [];
  const lines = mergedLines(there, tree.ignore);
  if (lines === undefined) return [];
  const change = { what: `.stignore of ${tree.tree}`, field: 'lines', from: there, to: lines };
  return [{ do: 'ignore', tree, folder, lines, changes: [change] }];
}

function covered({ peer }: SetupFacts, folder: FolderConfig): string {
  const said = `folder ${folder.id} (${folder.path}) carries the queue as a part of itself; it is left as it is. jobq works on it, slower: while it carries something large, heartbeats and requests wait behind it`;
  const isShared = peer === undefined || folder.devices.some(({ deviceID }) => deviceID === peer);
  return isShared ? said : `${said}. It is not shared with ${peer}: do that in Syncthing`;
}

function paused({ tree }: QueueTree, { id }: FolderConfig): string {
  return `folder ${id} of ${tree} is paused, and stays so: resume it in Syncthing`;
}

function idTaken(folder: FolderConfig, { dir }: QueueTree): JobqError {
  return new JobqError(
    'conflict',
    `Syncthing has a folder ${folder.id} already, at ${folder.path} and not at ${dir}`,
    {
      file: dir,
      remedy:
        'nothing was changed; remove that folder from Syncthing if nothing needs it (its files stay), or work in the queue that lies there',
    },
  );
}

function encrypted(folder: FolderConfig, { dir }: QueueTree): JobqError {
  return new JobqError(
    'conflict',
    `folder ${folder.id} receives ${dir} encrypted: nothing in it can be read`,
    {
      file: dir,
      remedy:
        'nothing was changed; remove that folder from Syncthing, and share it without a password on the other side',
    },
  );
}
