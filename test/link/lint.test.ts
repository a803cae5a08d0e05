// Each rule about a mirror: what breaks it is found, graver or less, and nothing else is.
import { describe, expect, test } from 'vitest';
import type { Connection, FolderStatus } from '../../src/link/api.ts';
import type { LintFacts, LintRule } from '../../src/link/lint/finding.ts';
import { LINT_RULES } from '../../src/link/lint/finding.ts';
import { lintMirror } from '../../src/link/lint.ts';
import type { Tree } from '../../src/store/layout.ts';
import { TREE_NAMES } from '../../src/store/layout.ts';
import type { Fields } from './configured.ts';
import {
  carriedBy,
  configOf,
  coveredBy,
  folderOf,
  OWN,
  PEER,
  QUEUE_TREES,
  ROOT,
  ROOT_IGNORE,
  treeFolder,
} from './configured.ts';

const CONNECTED: Connection = { connected: true, paused: false, inBytesTotal: 0, outBytesTotal: 0 };
const IDLE: FolderStatus = {
  state: 'idle',
  error: '',
  pullErrors: 0,
  changedHere: 0,
  needItems: 0,
  needBytes: 0,
};
const IGNORES = Object.fromEntries(QUEUE_TREES.map(({ tree, ignore }) => [`jobq-q-1-${tree}`, ignore]));

/** Set up as setup does it, connected and idle; then spoilt. */
function factsOf(facts: Partial<LintFacts> = {}, fields: Partial<Record<Tree, Fields>> = {}): LintFacts {
  const side = facts.side ?? 'linux';
  const config = facts.config ?? configOf(TREE_NAMES.map((tree) => treeFolder(tree, side, fields[tree])));
  return {
    side,
    trees: QUEUE_TREES,
    rootIgnore: ROOT_IGNORE,
    version: 'v1.19.2',
    ownId: OWN,
    config,
    carried: carriedBy(config.folders),
    connections: { [PEER]: CONNECTED },
    lastSeen: {},
    statuses: Object.fromEntries(config.folders.map(({ id }) => [id, IDLE])),
    ignores: IGNORES,
    heartbeatS: 30,
    nudges: true,
    ...facts,
  };
}

/** One folder around the queue, in order. */
function oneFolder(fields: Fields = {}, facts: Partial<LintFacts> = {}): LintFacts {
  const devices = [{ deviceID: OWN }, { deviceID: PEER }];
  const folder = folderOf({ id: 'default', path: ROOT, fsWatcherDelayS: 1, devices, ...fields });
  return factsOf({
    config: configOf([folder]),
    carried: coveredBy(folder),
    ignores: { default: ROOT_IGNORE },
    ...facts,
  });
}

const gist = (facts: LintFacts) => lintMirror(facts).map(({ rule, level }) => `${level} ${rule}`);
const status = (fields: Partial<FolderStatus>) => ({ 'jobq-q-1-inbox': { ...IDLE, ...fields } });
const devicesOf = (paused: boolean) => [
  { deviceID: OWN, name: '', paused: false },
  { deviceID: PEER, name: 'station', paused },
];

describe('nothing is found', () => {
  test.each<[string, LintFacts]>([
    ['in what setup made, on the Linux side', factsOf()],
    ['in what setup made, on the Windows side', factsOf({ side: 'windows' })],
    ['in what Syncthing did not tell', factsOf({ connections: {}, statuses: {}, ignores: {} })],
    ['in a shorter delay', factsOf({}, { inbox: { fsWatcherDelayS: 0.01 } })],
    ['in any number of conflict copies', factsOf({}, { inbox: { maxConflicts: -1 } })],
    ['in pullerDelayS on 1.x, which does not know it', factsOf({}, { inbox: { pullerDelayS: 1 } })],
    ['in pullerDelayS 0 on 2.x', factsOf({ version: 'v2.0.3' }, { inbox: { pullerDelayS: 0 } })],
    ['in items that are still to come', factsOf({ statuses: status({ state: 'syncing', needItems: 5 }) })],
    [
      'in what is changed in a folder that sends',
      factsOf({ statuses: { 'jobq-q-1-outbox': { ...IDLE, changedHere: 2 } } }),
    ],
    ['in heartbeats of the other side', factsOf({ heartbeatS: 0.1 })],
  ])('%s', (_name, facts) => {
    expect(lintMirror(facts)).toEqual([]);
  });
});

interface Fault {
  name: string;
  facts: LintFacts;
  found: string[];
  /** Words of what is found, then of its remedy. */
  words?: [string, string];
}

const FAULTS: Fault[] = [
  {
    name: 'no tree is shared',
    facts: factsOf({ config: configOf([]) }),
    found: ['warning not-shared'],
    words: ['any of this queue', 'setup --role linux'],
  },
  {
    name: 'one tree is not shared',
    facts: factsOf({ config: configOf(TREE_NAMES.slice(1).map((tree) => treeFolder(tree, 'linux'))) }),
    found: ['problem not-shared'],
    words: ['carries outbox/', 'setup --role linux'],
  },
  {
    name: 'a folder is shared with nobody',
    facts: factsOf({}, { outbox: { devices: [{ deviceID: OWN }] } }),
    found: ['problem unshared'],
    words: ['outbox/', '--peer'],
  },
  {
    name: 'one folder around the queue',
    facts: oneFolder(),
    found: ['note one-folder'],
    words: ['outbox/, requests/, inbox/, runners/', 'setup'],
  },
  {
    name: 'one folder around the queue that only sends',
    facts: oneFolder({ type: 'sendonly' }),
    found: ['note one-folder', 'problem type'],
  },
  {
    name: 'a folder that may be written from both sides',
    facts: factsOf({}, { inbox: { type: 'sendreceive' } }),
    found: ['warning type'],
    words: ['sendreceive here, not receiveonly', 'setup --role linux'],
  },
  {
    name: 'a folder that does not send what is written here',
    facts: factsOf({}, { outbox: { type: 'receiveonly' } }),
    found: ['problem type'],
  },
  {
    name: 'a folder that does not take what comes',
    facts: factsOf({}, { inbox: { type: 'sendonly' } }),
    found: ['problem type'],
  },
  {
    name: 'a folder that is encrypted',
    facts: factsOf({}, { inbox: { type: 'receiveencrypted' } }),
    found: ['problem type'],
    words: ['receiveencrypted', 'in Syncthing'],
  },
  {
    name: 'the other way round on the Windows side',
    facts: factsOf({ side: 'windows' }, { inbox: { type: 'receiveonly' } }),
    found: ['problem type'],
    words: ['not sendonly', 'setup --role windows'],
  },
  {
    name: 'a folder that is paused',
    facts: factsOf({}, { inbox: { paused: true } }),
    found: ['problem folder-paused'],
  },
  {
    name: 'a paused folder, whose state is none',
    facts: factsOf({ statuses: status({ error: 'folder is paused' }) }, { inbox: { paused: true } }),
    found: ['problem folder-paused'],
  },
  {
    name: 'a watcher that is off',
    facts: factsOf({}, { outbox: { fsWatcherEnabled: false } }),
    found: ['warning watcher-off'],
  },
  {
    name: 'a delay of ten seconds',
    facts: factsOf({}, { outbox: { fsWatcherDelayS: 10 } }),
    found: ['note watcher-delay'],
    words: ['waits 10 s', 'setup'],
  },
  {
    name: 'a heartbeat that is held back',
    facts: factsOf({ side: 'windows', heartbeatS: 4, nudges: false }, { runners: { fsWatcherDelayS: 10 } }),
    found: ['note watcher-delay', 'warning heartbeat'],
    words: ['waits 10 s', 'setup'],
  },
  {
    name: 'the same where Syncthing is told of each',
    facts: factsOf({ side: 'windows', heartbeatS: 4 }, { runners: { fsWatcherDelayS: 10 } }),
    found: ['note watcher-delay', 'note heartbeat'],
  },
  {
    name: 'not one that is just slow enough',
    facts: factsOf({ side: 'windows', heartbeatS: 5, nudges: false }, { runners: { fsWatcherDelayS: 10 } }),
    found: ['note watcher-delay'],
  },
  {
    name: 'conflict copies that are thrown away',
    facts: factsOf({}, { inbox: { maxConflicts: 0 } }),
    found: ['warning conflicts-deleted'],
    words: ['maxConflicts is 0', 'setup'],
  },
  {
    name: 'a second before each pull on 2.x',
    facts: factsOf({ version: 'v2.1.3' }, { inbox: { pullerDelayS: 1 } }),
    found: ['note puller-delay'],
  },
  {
    name: 'lines that are not ignored',
    facts: factsOf({ ignores: { ...IGNORES, 'jobq-q-1-outbox': ['*.bak', '!.jobq-queue'] } }),
    found: ['warning ignore-lines'],
    words: ['does not ignore (?d).jobq-* (?d).DS_Store', 'setup'],
  },
  {
    name: 'lines that are not ignored around the queue',
    facts: oneFolder({}, { ignores: { default: QUEUE_TREES[0]?.ignore ?? [] } }),
    found: ['note one-folder', 'warning ignore-lines'],
  },
  {
    name: 'a folder in trouble',
    facts: factsOf({ statuses: status({ state: 'error', error: 'folder marker missing' }) }),
    found: ['problem folder-error'],
    words: ['folder marker missing', '.stfolder'],
  },
  {
    name: 'items that cannot be taken',
    facts: factsOf({ statuses: status({ pullErrors: 2 }) }),
    found: ['warning pull-errors'],
    words: ['2 items', 'Failed Items'],
  },
  {
    name: 'changes where this side only receives',
    facts: factsOf({ statuses: status({ changedHere: 1 }) }),
    found: ['warning changed-here'],
    words: ['one item was', 'Revert Local Changes'],
  },
  {
    name: 'a device that is away',
    facts: factsOf({
      connections: { [PEER]: { ...CONNECTED, connected: false } },
      lastSeen: { [PEER]: '2026-02-10T14:30:22+01:00' },
    }),
    found: ['warning not-connected'],
    words: ['last seen 2026-02-10T14:30:22+01:00', 'that machine is on'],
  },
  {
    name: 'a device that never came',
    facts: factsOf({
      connections: { [PEER]: { ...CONNECTED, connected: false } },
      lastSeen: { [PEER]: '1970-01-01T00:00:00Z' },
    }),
    found: ['warning not-connected'],
    words: ['never was', 'on the other side'],
  },
  {
    name: 'a device that is paused, and so not connected',
    facts: factsOf({
      config: { ...factsOf().config, devices: devicesOf(true) },
      connections: { [PEER]: { ...CONNECTED, connected: false } },
    }),
    found: ['problem device-paused'],
    words: [`station (${PEER})`, 'resume'],
  },
];

describe('found is', () => {
  test.each(FAULTS)('$name', ({ facts, found, words }) => {
    expect(gist(facts)).toEqual(found);
    const [first] = lintMirror(facts);
    const [what = '', remedy = ''] = words ?? [];
    expect(first?.what).toContain(what);
    expect(first?.remedy).toContain(remedy);
  });

  test('every rule at least once', () => {
    const rules = new Set<LintRule>(FAULTS.flatMap(({ facts }) => lintMirror(facts).map(({ rule }) => rule)));
    expect([...rules].toSorted()).toEqual([...LINT_RULES].toSorted());
  });
});

test('in a folder far around the queue the anchored lines are those of the queue in it', () => {
  const folder = folderOf({
    id: 'home',
    path: '/home/ada',
    fsWatcherDelayS: 1,
    devices: [{ deviceID: OWN }, { deviceID: PEER }],
  });
  const carried = Object.fromEntries(
    TREE_NAMES.map((tree) => [tree, { folder, prefix: `work/queue/${tree}` }]),
  );
  const [, ignore] = lintMirror(factsOf({ config: configOf([folder]), carried, ignores: { home: [] } }));
  expect(ignore).toMatchObject({
    rule: 'ignore-lines',
    remedy: expect.stringContaining('/home/ada/.stignore') as string,
  });
  expect(ignore?.what).toContain(' /work/queue/archive ');
  const lines = ROOT_IGNORE.map((line) => (line.startsWith('/') ? `/work/queue${line}` : line));
  expect(gist(factsOf({ config: configOf([folder]), carried, ignores: { home: lines } }))).toEqual([
    'note one-folder',
  ]);
});
