// What of a mirror is unfit for a queue, as a value: which rule, how grave, why it matters and what mends it.
import type { Config, Connection, FolderConfig, FolderStatus } from '../api.ts';
import type { QueueTree, Side } from '../setup/wanted.ts';
import type { Carried } from '../trees.ts';

export const LINT_RULES = [
  'not-shared',
  'unshared',
  'one-folder',
  'type',
  'folder-paused',
  'watcher-off',
  'watcher-delay',
  'heartbeat',
  'conflicts-deleted',
  'puller-delay',
  'ignore-lines',
  'folder-error',
  'pull-errors',
  'changed-here',
  'device-paused',
  'not-connected',
] as const;
export type LintRule = (typeof LINT_RULES)[number];

export interface LintFinding {
  rule: LintRule;
  level: 'note' | 'warning' | 'problem';
  what: string;
  why: string;
  remedy: string;
}

/** A configuration and what lives of it; what Syncthing did not tell is missing, and nothing is found in it. */
export interface LintFacts {
  readonly side: Side;
  readonly trees: readonly QueueTree[];
  /** What the `.stignore` of the queue's own folder holds, for a folder that is shared as a whole. */
  readonly rootIgnore: readonly string[];
  readonly version: string;
  readonly ownId: string;
  readonly config: Config;
  readonly carried: Carried;
  /** These by device id. */
  readonly connections: Readonly<Record<string, Connection>>;
  readonly lastSeen: Readonly<Record<string, string>>;
  /** These by folder id. */
  readonly statuses: Readonly<Record<string, FolderStatus>>;
  readonly ignores: Readonly<Record<string, readonly string[]>>;
  /** How often the runner here tells of its jobs. */
  readonly heartbeatS: number;
  /** Is Syncthing told of every file that is written? */
  readonly nudges: boolean;
}

/** A folder of Syncthing, and which trees it carries, each at its prefix. */
export interface Carrier {
  readonly folder: FolderConfig;
  readonly trees: readonly QueueTree[];
  /** Of the queue below the folder; undefined when the folder is a tree. */
  readonly queuePrefix: string | undefined;
}

export function carriersOf({ trees, carried }: Pick<LintFacts, 'trees' | 'carried'>): Carrier[] {
  const byId = new Map<string, Carrier>();
  for (const tree of trees) {
    const by = carried[tree.tree];
    if (by === undefined) continue;
    const before = byId.get(by.folder.id)?.trees ?? [];
    const queuePrefix = by.prefix === '' ? undefined : by.prefix.split('/').slice(0, -1).join('/');
    byId.set(by.folder.id, { folder: by.folder, trees: [...before, tree], queuePrefix });
  }
  return [...byId.values()];
}

/** The other devices that have any of the queue. */
export function peersOf(facts: Pick<LintFacts, 'trees' | 'carried' | 'ownId'>): string[] {
  const ids = carriersOf(facts).flatMap(({ folder }) => folder.devices.map(({ deviceID }) => deviceID));
  return [...new Set(ids)].filter((id) => id !== facts.ownId);
}

export function namesOf({ trees }: Carrier): string {
  return trees.map(({ tree }) => `${tree}/`).join(', ');
}

/** The command that mends what is a matter of configuration. */
export function setupOf(side: Side): string {
  return `\`jobq syncthing setup --role ${side}\``;
}
