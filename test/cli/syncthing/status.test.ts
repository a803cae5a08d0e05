// `jobq syncthing status` over a Syncthing in memory: what it shows of the trees, of the other side, and of faults.
import { beforeEach, expect, test } from 'vitest';
import { syncthingStatusShape } from '../../../src/cli/shapes.ts';
import { folderOf, OWN, PEER } from '../../link/configured.ts';
import type { World } from '../world.ts';
import { bareWorld, QUEUE } from '../world.ts';
import type { FakeSyncthing } from './fake-syncthing.ts';
import { fakeSyncthing, KEY, URL_ } from './fake-syncthing.ts';

let world: World;
let fake: FakeSyncthing;
beforeEach(async () => {
  world = bareWorld();
  await world.run('init', QUEUE, '--role', 'linux', '--queue-id', 'q-1');
  fake = fakeSyncthing(world);
  await world.run('syncthing', 'setup', '--role', 'linux', '--peer', PEER);
  fake.changed = [];
  const linesOf = (tree: string) =>
    world.disk.files.read(`${QUEUE}/${tree}/.stignore`)?.toString().trimEnd().split('\n');
  for (const { id } of fake.config.folders) fake.ignores[id] = linesOf(id.replace('jobq-q-1-', '')) ?? [];
  fake.connections[PEER] = { connected: true, paused: false, inBytesTotal: 5, outBytesTotal: 5 };
  fake.lastSeen[PEER] = '2026-02-10T14:30:22Z';
});

async function status() {
  const { code, json } = await world.json('syncthing', 'status');
  return { code, value: syncthingStatusShape.parse(json) };
}

test('of what setup made shows every tree, the other device and nothing to complain of', async () => {
  const { code, value } = await status();
  expect(code).toBe(0);
  expect(value).toMatchObject({
    queue: QUEUE,
    queue_id: 'q-1',
    role: 'linux',
    api: URL_,
    version: 'v1.19.2',
    own_device: OWN,
    ok: true,
    findings: [],
  });
  const whole = {
    paused: false,
    below: null,
    state: 'idle',
    error: null,
    need_items: 0,
    need_bytes: 0,
    pull_errors: 0,
    changed_here: 0,
  };
  expect(value.trees).toEqual(
    [
      ['outbox', 'sendonly'],
      ['requests', 'sendonly'],
      ['inbox', 'receiveonly'],
      ['runners', 'receiveonly'],
    ].map(([tree, type]) => ({
      tree,
      folder: `jobq-q-1-${tree}`,
      type,
      ...whole,
      devices: [{ device: PEER, need_items: 0, need_bytes: 0 }],
    })),
  );
  expect(value.devices).toEqual([
    { device: PEER, name: null, connected: true, paused: false, last_seen: '2026-02-10T14:30:22Z' },
  ]);
  expect(fake.changed).toEqual([]);
});

test('shows what is still to come, and what is still to arrive', async () => {
  fake.statuses['jobq-q-1-inbox'] = { state: 'syncing', needTotalItems: 3, needBytes: 4_000_000 };
  fake.needs['jobq-q-1-outbox'] = { needItems: 1, needDeletes: 1, needBytes: 980_000_000 };
  const { value } = await status();
  expect(value.trees[2]).toMatchObject({ state: 'syncing', need_items: 3, need_bytes: 4_000_000 });
  expect(value.trees[0]?.devices).toEqual([{ device: PEER, need_items: 2, need_bytes: 980_000_000 }]);
  const { stdout } = await world.run('syncthing', 'status');
  expect(stdout).toMatch(/\ninbox\/ +jobq-q-1-inbox +receiveonly +syncing +3 items, 4\.0 MB +nothing\n/);
  expect(stdout).toMatch(/\noutbox\/ +jobq-q-1-outbox +sendonly +idle +nothing +2 items, 980 MB\n/);
  expect(stdout).toMatch(new RegExp(`\n${PEER} +connected +2026-02-10 14:30:22 UTC\n`));
  expect(stdout).toContain('nothing to complain of');
  expect(stdout).not.toContain(KEY);
});

test('shows faults with what to do, and still ends with 0', async () => {
  fake.connections[PEER] = { connected: false, paused: false, inBytesTotal: 5, outBytesTotal: 5 };
  fake.statuses['jobq-q-1-inbox'] = { error: 'folder marker missing' };
  const { code, value } = await status();
  expect(code).toBe(0);
  expect(value.ok).toBe(false);
  expect(value.findings.map(({ rule }) => rule)).toEqual(['folder-error', 'not-connected']);
  const { stdout } = await world.run('syncthing', 'status');
  expect(stdout).toContain(
    'problem folder-error: folder jobq-q-1-inbox of inbox/ has stopped: folder marker missing\n',
  );
  expect(stdout).toContain('\n  what to do: look whether that machine is on');
});

test('of one folder around the queue shows where each tree lies in it', async () => {
  fake.config.folders = [
    folderOf({ id: 'default', path: QUEUE, devices: [{ deviceID: OWN }, { deviceID: PEER }] }),
  ];
  fake.ignores['default'] =
    world.disk.files.read(`${QUEUE}/.stignore`)?.toString().trimEnd().split('\n') ?? [];
  const { value } = await status();
  expect(value.trees.map(({ folder, below }) => `${folder} ${below}`)).toEqual(
    ['outbox', 'requests', 'inbox', 'runners'].map((tree) => `default ${tree}`),
  );
  expect(value.findings.map(({ rule }) => rule)).toEqual(['one-folder', 'watcher-delay']);
});

test('of a queue that is not shared shows that', async () => {
  fake.config.folders = [];
  const { value } = await status();
  expect(value.trees[0]).toMatchObject({
    folder: null,
    type: null,
    state: null,
    need_items: null,
    devices: [],
  });
  expect(value.devices).toEqual([]);
  expect((await world.run('syncthing', 'status')).stdout).toMatch(/\noutbox\/ +not shared\n/);
});

test('what Syncthing does not tell is null, and no fault', async () => {
  fake.instead = ({ url }) =>
    /connections|stats|db\//.test(url) ? { problem: 'no whole answer within 5 s' } : undefined;
  const { code, value } = await status();
  expect(code).toBe(0);
  expect(value.trees[0]).toMatchObject({ type: 'sendonly', state: null, need_items: null, devices: [] });
  expect(value.devices[0]).toMatchObject({ connected: null, last_seen: null });
  expect(value.findings).toEqual([]);
  expect((await world.run('syncthing', 'status')).stdout).toMatch(
    /\noutbox\/ +jobq-q-1-outbox +sendonly +unknown +unknown\n/,
  );
});

test('is an error where Syncthing does not answer', async () => {
  fake.instead = () => ({ problem: 'connect ECONNREFUSED' });
  const { code, json } = await world.json('syncthing', 'status');
  expect(code).toBe(7);
  expect(json).toMatchObject({
    error: { message: `Syncthing does not answer at ${URL_}: connect ECONNREFUSED` },
  });
});
