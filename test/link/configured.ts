// A configuration of Syncthing that carries a queue as setup makes it, for tests to spoil.
import type { Config, FolderConfig } from '../../src/link/api.ts';
import type { QueueTree, Side } from '../../src/link/setup/wanted.ts';
import { folderIdOf, typeFor, wishesFor } from '../../src/link/setup/wanted.ts';
import type { Carried } from '../../src/link/trees.ts';
import { IGNORE_FILES } from '../../src/store/init.ts';
import type { Tree } from '../../src/store/layout.ts';
import { TREE_NAMES, TREES } from '../../src/store/layout.ts';

export const OWN = 'J4QG7GK-ECKNUJQ-GCR3RVJ-FGKLTIL-QLLAIDO-JEWYT7S-BJPIOF7-63HFGAA';
export const PEER = 'DCCP3PY-YQUSHA6-D7RBU7U-MZ3AEX5-F6JOQGZ-KESGLR2-PSUPZKF-5Y3W7AJ';
export const STRANGER = '4RRWA54-UV6LX43-S6HOERY-RXNFTV2-LTQLRD7-JNRM7UR-WB35E47-NH7EMQK';

export const ROOT = '/home/ada/queue';

export const QUEUE_TREES: readonly QueueTree[] = TREE_NAMES.map((tree) => ({
  tree,
  dir: `${ROOT}/${tree}`,
  writer: TREES[tree],
  ignore: IGNORE_FILES.find(({ dir }) => dir === tree)?.lines ?? [],
}));

/** Of the whole queue, when one folder carries it. */
export const ROOT_IGNORE = IGNORE_FILES.find(({ dir }) => dir === '')?.lines ?? [];

/** A folder with fields that the port does not name. */
export type Fields = Partial<FolderConfig> & Readonly<Record<string, unknown>>;

/** What 1.19.2 gives a new folder, less what matters here only to be kept. */
export const PLAIN: FolderConfig & Readonly<Record<string, unknown>> = {
  id: '',
  label: '',
  path: '~',
  type: 'sendreceive',
  paused: false,
  devices: [{ deviceID: OWN }],
  fsWatcherEnabled: true,
  fsWatcherDelayS: 10,
  maxConflicts: 10,
  ignorePerms: false,
  rescanIntervalS: 3600,
  minDiskFree: { value: 1, unit: '%' },
};

export function folderOf(fields: Fields): FolderConfig {
  return { ...PLAIN, ...fields };
}

/** As setup leaves it. */
export function treeFolder(tree: Tree, side: Side, fields: Fields = {}): FolderConfig {
  const known = QUEUE_TREES.find((each) => each.tree === tree) as QueueTree;
  const wished = wishesFor(typeFor(known, side), 'v1.19.2').map(({ field, to }) => [field, to]);
  return folderOf({
    ...(Object.fromEntries(wished) as Fields),
    id: folderIdOf('q-1', tree),
    path: known.dir,
    devices: [{ deviceID: OWN }, { deviceID: PEER }],
    ...fields,
  });
}

export function configOf(folders: readonly FolderConfig[], devices: readonly string[] = [OWN, PEER]): Config {
  return { folders, devices: devices.map((deviceID) => ({ deviceID, name: '', paused: false })) };
}

/** Each tree by its own folder, where there is one. */
export function carriedBy(folders: readonly FolderConfig[]): Carried {
  return Object.fromEntries(
    QUEUE_TREES.flatMap(({ tree, dir }) => {
      const folder = folders.find(({ path }) => path === dir);
      return folder ? [[tree, { folder, prefix: '' }]] : [];
    }),
  );
}

/** All of them by one folder, which is the queue. */
export function coveredBy(folder: FolderConfig): Carried {
  return Object.fromEntries(TREE_NAMES.map((tree) => [tree, { folder, prefix: tree }]));
}
