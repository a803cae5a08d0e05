// What setup would do: to nothing, to what it made itself, and to what a person made.
import { describe, expect, test } from 'vitest';
import type { SetupFacts, Step } from '../../../src/link/setup/plan.ts';
import { planSetup } from '../../../src/link/setup/plan.ts';
import type { Side } from '../../../src/link/setup/wanted.ts';
import { TREE_NAMES } from '../../../src/store/layout.ts';
import type { Fields } from '../configured.ts';
import {
  carriedBy,
  configOf,
  coveredBy,
  folderOf,
  OWN,
  PEER,
  PLAIN,
  QUEUE_TREES,
  ROOT,
  STRANGER,
  treeFolder,
} from '../configured.ts';

const IGNORED = Object.fromEntries(QUEUE_TREES.map(({ tree, ignore }) => [tree, ignore]));

function factsOf(facts: Partial<SetupFacts> = {}): SetupFacts {
  const config = facts.config ?? configOf([], [OWN]);
  return {
    queueId: 'q-1',
    side: 'linux',
    trees: QUEUE_TREES,
    version: 'v1.19.2',
    ownId: OWN,
    peer: PEER,
    config,
    carried: carriedBy(config.folders),
    ignores: IGNORED,
    defaults: {
      folder: { ...PLAIN, devices: [{ deviceID: STRANGER }], paused: true },
      device: { compression: 'metadata' },
    },
    ...facts,
  };
}

/** All four as setup makes them, one of them spoilt. */
const spoilt = (tree: 'outbox' | 'inbox', fields: Fields, side: Side = 'linux') =>
  configOf(TREE_NAMES.map((each) => treeFolder(each, side, each === tree ? fields : {})));

const changesOf = (steps: readonly Step[]) => steps.flatMap(({ changes }) => changes);
const values = (steps: readonly Step[]) =>
  steps.flatMap((step) => (step.do === 'ignore' ? [] : [{ do: step.do, id: step.id, value: step.value }]));

describe('where Syncthing has nothing of the queue', () => {
  test('the other side becomes a device, and only then each tree a folder of its own', () => {
    const { steps, left } = planSetup(factsOf());
    expect(values(steps).map(({ do: how, id }) => `${how} ${id}`)).toEqual([
      `put ${PEER}`,
      'put jobq-q-1-outbox',
      'put jobq-q-1-requests',
      'put jobq-q-1-inbox',
      'put jobq-q-1-runners',
    ]);
    expect(left).toEqual([]);
  });

  test.each<[Side, string[]]>([
    ['linux', ['sendonly', 'sendonly', 'receiveonly', 'receiveonly']],
    ['windows', ['receiveonly', 'receiveonly', 'sendonly', 'sendonly']],
  ])('on the %s side only the trees that it writes are sent', (side, types) => {
    const { steps } = planSetup(factsOf({ side }));
    expect(
      values(steps)
        .slice(1)
        .map(({ value }) => value['type']),
    ).toEqual(types);
  });

  test('a folder is what Syncthing gives a new one, with ours over it', () => {
    const [, outbox] = values(planSetup(factsOf()).steps);
    expect(outbox?.value).toEqual({
      ...PLAIN,
      id: 'jobq-q-1-outbox',
      label: 'q-1 outbox',
      path: `${ROOT}/outbox`,
      type: 'sendonly',
      // neither a default nor somebody else's device
      paused: false,
      devices: [{ deviceID: OWN }, { deviceID: PEER }],
      fsWatcherEnabled: true,
      fsWatcherDelayS: 1,
      maxConflicts: 10,
      ignorePerms: true,
      rescanIntervalS: 300,
    });
  });

  test('the device is what Syncthing gives a new one', () => {
    const [device] = values(planSetup(factsOf()).steps);
    expect(device?.value).toEqual({ compression: 'metadata', deviceID: PEER });
  });

  test.each([
    ['v1.19.2', undefined],
    ['v1.30.0', undefined],
    ['v2.0.0', 0],
    ['v2.1.3-rc.1', 0],
    ['v12.0.0', 0],
  ])('%s: the second before each pull is taken away where there is one', (version, wanted) => {
    const [, outbox] = values(planSetup(factsOf({ version })).steps);
    expect(outbox?.value['pullerDelayS']).toBe(wanted);
  });

  test('without the id of the other side the folders are made all the same, for this device alone', () => {
    const { steps } = planSetup(factsOf({ peer: undefined }));
    expect(values(steps)).toHaveLength(4);
    for (const { value } of values(steps)) expect(value['devices']).toEqual([{ deviceID: OWN }]);
  });

  test('what is to be ignored is in the file before the folder is there', () => {
    const ignores = { ...IGNORED, inbox: ['*.bak'] };
    const { steps } = planSetup(factsOf({ ignores, peer: undefined }));
    expect(steps[0]).toMatchObject({
      do: 'ignore',
      folder: undefined,
      tree: { tree: 'inbox' },
      lines: [...(QUEUE_TREES[2]?.ignore ?? []), '*.bak'],
    });
    expect(steps).toHaveLength(5);
  });

  test('a device that is known is not made again', () => {
    const { steps } = planSetup(factsOf({ config: configOf([], [OWN, PEER]) }));
    expect(values(steps).map(({ id }) => id)).not.toContain(PEER);
  });
});

describe('where the folders are as setup makes them', () => {
  test.each<Side>(['linux', 'windows'])('nothing is to be done on the %s side', (side) => {
    const config = configOf(TREE_NAMES.map((tree) => treeFolder(tree, side)));
    expect(planSetup(factsOf({ side, config }))).toEqual({ steps: [], left: [] });
  });

  test('nothing is to be done without a peer either, and it stays shared', () => {
    const config = configOf(TREE_NAMES.map((tree) => treeFolder(tree, 'linux')));
    expect(planSetup(factsOf({ config, peer: undefined })).steps).toEqual([]);
  });

  test.each<[string, Fields]>([
    ['a label', { label: 'orders' }],
    ['another id', { id: 'abcde-fghij' }],
    ['a shorter delay of 1.23 and later', { fsWatcherDelayS: 0.5 }],
    ['any number of conflict copies', { maxConflicts: -1 }],
    ['more of them', { maxConflicts: 50 }],
    ['more rescans', { rescanIntervalS: 60 }],
    ['a further device', { devices: [OWN, PEER, STRANGER].map((deviceID) => ({ deviceID })) }],
    ['a field that setup knows nothing of', { order: 'smallestFirst' }],
  ])('%s is left as it is', (_name, fields) => {
    expect(planSetup(factsOf({ config: spoilt('outbox', fields) })).steps).toEqual([]);
  });

  test.each<[string, Fields, unknown]>([
    ['type', { type: 'sendreceive' }, 'sendonly'],
    ['type', { type: 'receiveonly' }, 'sendonly'],
    ['fsWatcherEnabled', { fsWatcherEnabled: false }, true],
    ['fsWatcherDelayS', { fsWatcherDelayS: 10 }, 1],
    ['fsWatcherDelayS', { fsWatcherDelayS: 0 }, 1],
    ['maxConflicts', { maxConflicts: 0 }, 10],
    ['ignorePerms', { ignorePerms: false }, true],
    ['rescanIntervalS', { rescanIntervalS: 3600 }, 300],
    ['rescanIntervalS', { rescanIntervalS: 0 }, 300],
  ])('%s is the only field that is changed of %o', (field, fields, to) => {
    const { steps } = planSetup(factsOf({ config: spoilt('outbox', fields) }));
    expect(values(steps)).toEqual([{ do: 'patch', id: 'jobq-q-1-outbox', value: { [field]: to } }]);
    expect(changesOf(steps)).toEqual([
      { what: 'folder jobq-q-1-outbox', field, from: (fields as Record<string, unknown>)[field], to },
    ]);
  });

  test('a folder under another id is kept under it, and mended', () => {
    const config = spoilt('inbox', { id: 'abcde-fghij', type: 'sendreceive' });
    expect(values(planSetup(factsOf({ config })).steps)).toEqual([
      { do: 'patch', id: 'abcde-fghij', value: { type: 'receiveonly' } },
    ]);
  });

  test('the second before each pull is taken away from 2.0 on, said or not', () => {
    const config = configOf(TREE_NAMES.map((tree) => treeFolder(tree, 'linux', { pullerDelayS: 0 })));
    expect(planSetup(factsOf({ config, version: 'v2.0.1' })).steps).toEqual([]);
    const delayed = spoilt('inbox', { pullerDelayS: 1 });
    const patched = values(planSetup(factsOf({ config: delayed, version: 'v2.0.1' })).steps);
    expect(patched.map(({ value }) => value)).toEqual(TREE_NAMES.map(() => ({ pullerDelayS: 0 })));
  });

  test('the peer is added to the devices, which keep what they have', () => {
    const devices = [{ deviceID: OWN }, { deviceID: STRANGER, encryptionPassword: 'x' }];
    const { steps } = planSetup(factsOf({ config: { ...spoilt('outbox', { devices }), devices: [] } }));
    expect(values(steps)).toEqual([
      { do: 'put', id: PEER, value: expect.anything() as unknown },
      { do: 'patch', id: 'jobq-q-1-outbox', value: { devices: [...devices, { deviceID: PEER }] } },
    ]);
    expect(changesOf(steps)).toContainEqual({
      what: 'folder jobq-q-1-outbox',
      field: 'devices',
      from: [OWN, STRANGER],
      to: [OWN, STRANGER, PEER],
    });
  });

  test('lines that are lacking come through Syncthing, behind all else', () => {
    const config = spoilt('outbox', { type: 'sendreceive' });
    const { steps } = planSetup(factsOf({ config, ignores: { ...IGNORED, outbox: ['*.bak'] } }));
    expect(steps.map((step) => step.do)).toEqual(['patch', 'ignore']);
    expect(steps[1]).toMatchObject({ folder: 'jobq-q-1-outbox' });
  });

  test('a paused folder stays paused, and that is said', () => {
    const { steps, left } = planSetup(factsOf({ config: spoilt('outbox', { paused: true }) }));
    expect(steps).toEqual([]);
    expect(left).toEqual([expect.stringContaining('jobq-q-1-outbox of outbox is paused')]);
  });
});

describe('where one folder carries all of the queue', () => {
  const whole = folderOf({ id: 'default', path: ROOT, devices: [{ deviceID: OWN }, { deviceID: PEER }] });
  const config = configOf([whole]);
  const carried = coveredBy(whole);

  test('nothing is changed, and that is said once', () => {
    const { steps, left } = planSetup(factsOf({ config, carried }));
    expect(steps).toEqual([]);
    expect(left).toEqual([expect.stringMatching(/^folder default .* left as it is\..* slower/)]);
    expect(left[0]).not.toContain('not shared');
  });

  test('not even a device is made, but it is told that this folder is not shared with it', () => {
    const { steps, left } = planSetup(factsOf({ config: configOf([whole], [OWN]), carried, peer: STRANGER }));
    expect(steps).toEqual([]);
    expect(left).toEqual([expect.stringContaining(`not shared with ${STRANGER}`)]);
  });

  test('a tree that has a folder of its own beside it is still seen to', () => {
    const own = treeFolder('outbox', 'linux', { type: 'sendreceive' });
    const both = { ...carried, outbox: { folder: own, prefix: '' } };
    const { steps, left } = planSetup(factsOf({ config: configOf([whole, own]), carried: both }));
    expect(values(steps)).toEqual([{ do: 'patch', id: own.id, value: { type: 'sendonly' } }]);
    expect(left).toHaveLength(1);
  });
});

describe('in the way', () => {
  test('stands an id that is used for another place', () => {
    const taken = treeFolder('inbox', 'linux', { path: '/srv/old/inbox' });
    const config = configOf([taken]);
    expect(() => planSetup(factsOf({ config }))).toThrow(
      expect.objectContaining({
        code: 'conflict',
        message: expect.stringMatching(/jobq-q-1-inbox already, at \/srv\/old\/inbox and not at/) as string,
      }),
    );
  });

  test('does not stand such an id when the tree has a folder already', () => {
    const taken = treeFolder('inbox', 'linux', { path: '/srv/old/inbox' });
    const others = TREE_NAMES.map((tree) => treeFolder(tree, 'linux', { id: tree }));
    expect(planSetup(factsOf({ config: configOf([taken, ...others]) })).steps).toEqual([]);
  });

  test('stands a folder that is encrypted here', () => {
    const config = spoilt('inbox', { type: 'receiveencrypted' });
    expect(() => planSetup(factsOf({ config }))).toThrow(expect.objectContaining({ code: 'conflict' }));
  });
});
