// `jobq syncthing setup` over a Syncthing in memory: what is said, what is changed, and what is not.
import { beforeEach, describe, expect, test } from 'vitest';
import { syncthingSetupShape } from '../../../src/cli/shapes.ts';
import { TREE_NAMES } from '../../../src/store/layout.ts';
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
});

async function setup(...options: string[]) {
  const { code, json } = await world.json('syncthing', 'setup', '--role', 'linux', ...options);
  return { code, value: syncthingSetupShape.parse(json) };
}

async function refused(...options: string[]) {
  const { json } = await world.json('syncthing', 'setup', ...options);
  return (json as { error: { code: string; message: string; remedy: string } }).error;
}

const typesOf = () => fake.config.folders.map(({ id, type }) => `${id} ${type}`);
const TYPES = [
  'jobq-q-1-outbox sendonly',
  'jobq-q-1-requests sendonly',
  'jobq-q-1-inbox receiveonly',
  'jobq-q-1-runners receiveonly',
];

describe('with the id of the other side', () => {
  test('makes the device, then the folders', async () => {
    const { code, value } = await setup('--peer', PEER.toLowerCase());
    expect(code).toBe(0);
    expect(value).toMatchObject({
      queue: QUEUE,
      queue_id: 'q-1',
      role: 'linux',
      api: URL_,
      version: 'v1.19.2',
      own_device: OWN,
      peer: PEER,
      dry_run: false,
      applied: true,
      left: [],
    });
    expect(fake.changed[0]).toBe(`PUT config/devices/${PEER}`);
    expect(fake.changed).toHaveLength(5);
    expect(typesOf()).toEqual(TYPES);
    expect(fake.config.devices.map(({ deviceID }) => deviceID)).toEqual([OWN, PEER]);
    for (const { path, devices } of fake.config.folders) {
      expect(path).toMatch(/^\/home\/ada\/queue\/\w+$/);
      expect(devices).toEqual([{ deviceID: OWN }, { deviceID: PEER }]);
    }
  });

  test('says what is to be done on the other side, with the id of this one', async () => {
    const { value } = await setup('--peer', PEER);
    expect(value.next).toContain(`then there: jobq syncthing setup --role windows --peer ${OWN}`);
    expect(value.next.join()).toContain('--queue-id q-1');
  });

  test('does nothing the second time', async () => {
    await setup('--peer', PEER);
    fake.changed = [];
    const before = structuredClone(fake.config);
    const { code, value } = await setup('--peer', PEER);
    expect({ code, changes: value.changes, applied: value.applied }).toEqual({
      code: 0,
      changes: [],
      applied: false,
    });
    expect(fake.changed).toEqual([]);
    expect(fake.config).toEqual(before);
  });

  test('shows every change before the first of them is made', async () => {
    const said: string[] = [];
    fake.instead = ({ method }) => {
      if (method !== 'GET') said.push(method);
      return said.length > 0 ? { problem: 'gone' } : undefined;
    };
    const { stdout, stderr, code } = await world.run('syncthing', 'setup', '--role', 'linux', '--peer', PEER);
    expect(said).toEqual(['PUT']);
    expect(stdout).toContain(`+ device ${PEER}\n+ folder jobq-q-1-outbox\n`);
    expect(stdout).toMatch(/\n\+ {3}type +sendonly\n/);
    expect(stderr).toContain(`did not take device ${PEER}: gone`);
    expect(code).toBe(7);
  });

  test('goes on where it was stopped', async () => {
    fake.instead = ({ method, url }) =>
      method === 'PUT' && url.endsWith('inbox') ? { status: 500, body: 'disk full' } : undefined;
    const stopped = await refused('--role', 'linux', '--peer', PEER);
    expect(stopped).toMatchObject({ code: 'queue-unusable' });
    expect(stopped.message).toContain('folder jobq-q-1-inbox: answers 500: disk full');
    expect(typesOf()).toEqual(TYPES.slice(0, 2));
    fake.instead = () => undefined;
    const { value } = await setup('--peer', PEER);
    expect(value.changes.map(({ what }) => what)).not.toContain('folder jobq-q-1-outbox');
    expect(typesOf()).toEqual(TYPES);
  });

  test('does not call it done when Syncthing keeps none of it', async () => {
    fake.instead = ({ method }) => (method === 'PUT' ? { status: 200, body: '' } : undefined);
    expect((await refused('--role', 'linux', '--peer', PEER)).message).toMatch(/did not keep/);
  });
});

test('with --dry-run shows the same and changes nothing', async () => {
  const before = [structuredClone(fake.config), world.disk.volume.toJSON()];
  const dry = await setup('--peer', PEER, '--dry-run');
  expect(dry.value).toMatchObject({ dry_run: true, applied: false });
  expect(dry.value.next[0]).toContain('without --dry-run');
  expect(fake.changed).toEqual([]);
  expect([fake.config, world.disk.volume.toJSON()]).toEqual(before);
  const { stdout } = await world.run('syncthing', 'setup', '--role', 'linux', '--peer', PEER, '--dry-run');
  expect(stdout).toContain('+ folder jobq-q-1-outbox\n');
  expect(stdout).toContain(`dry run: nothing was changed; ${dry.value.changes.length} changes would be made`);
  const real = await setup('--peer', PEER);
  expect(real.value.changes).toEqual(dry.value.changes);
});

test('without the id of the other side says how it gets it', async () => {
  const { value } = await setup();
  expect(value.peer).toBeNull();
  expect(typesOf()).toEqual(TYPES);
  expect(value.next).toEqual([
    'on the other machine, once: jobq init <queue> --role windows --queue-id q-1',
    `then there: jobq syncthing setup --role windows --peer ${OWN}`,
    expect.stringContaining('then here: jobq syncthing setup --role linux --peer <') as string,
  ]);
});

test('on the other side sends what that side writes', async () => {
  await world.disk.files.removeTree(world.layout.archive);
  for (const tree of ['inbox', 'runners'])
    await world.write(`${QUEUE}/${tree}/.jobq-queue`, '{"queue_id": "q-1", "schema_version": 1}');
  const { code } = await world.json('syncthing', 'setup', '--role', 'windows', '--peer', PEER);
  expect(code).toBe(0);
  expect(typesOf()).toEqual(
    TYPES.map((type) =>
      type.includes('send') ? type.replace('send', 'receive') : type.replace('receive', 'send'),
    ),
  );
});

test('changes one folder that somebody set otherwise, and shows both values', async () => {
  await setup('--peer', PEER);
  fake.changed = [];
  fake.config.folders = fake.config.folders.map((folder) =>
    folder.id === 'jobq-q-1-inbox' ? { ...folder, maxConflicts: 0, label: 'results' } : folder,
  );
  const { stdout } = await world.run('syncthing', 'setup', '--role', 'linux');
  expect(stdout).toMatch(
    /^ {2}folder jobq-q-1-inbox\n- {3}maxConflicts +0\n\+ {3}maxConflicts +10\n1 change made\n/,
  );
  expect(fake.changed).toEqual(['PATCH config/folders/jobq-q-1-inbox']);
  expect(fake.config.folders[2]).toMatchObject({ maxConflicts: 10, label: 'results' });
});

test('writes what is to be ignored before a folder is made, and through Syncthing afterwards', async () => {
  const file = `${QUEUE}/outbox/.stignore`;
  const ours = world.disk.files.read(file)?.toString() ?? '';
  await world.write(file, '// mine\n*.bak\n');
  await setup();
  expect(world.disk.files.read(file)?.toString()).toBe(`${ours}// mine\n*.bak\n`);
  expect(fake.changed.filter((each) => each.includes('ignores'))).toEqual([]);
  await world.write(file, '*.bak\n');
  // the file is Syncthing's to write now
  fake.instead = ({ method, url, body = '' }) => {
    if (method === 'POST' && url.includes('ignores')) {
      void world.write(file, (JSON.parse(body) as { ignore: string[] }).ignore.join('\n'));
    }
    return undefined;
  };
  const { value } = await setup();
  expect(value.changes).toEqual([expect.objectContaining({ what: '.stignore of outbox', from: ['*.bak'] })]);
  expect(fake.ignores['jobq-q-1-outbox']).toEqual([...ours.trimEnd().split('\n'), '*.bak']);
});

test('leaves one folder around the whole queue alone, and says what that costs', async () => {
  const folder = folderOf({
    id: 'default',
    path: '~/queue',
    devices: [{ deviceID: OWN }, { deviceID: PEER }],
  });
  fake.config.folders = [folder];
  const { code, value } = await setup('--peer', PEER);
  expect(code).toBe(0);
  expect(value).toMatchObject({ changes: [], applied: false });
  expect(value.left).toEqual([expect.stringContaining('slower')]);
  expect(fake.changed).toEqual([]);
  const { stdout } = await world.run('syncthing', 'setup', '--role', 'linux');
  expect(stdout).toContain('nothing was changed\nnote: folder default (~/queue) carries the queue');
});

test('says when jobq is told not to ask Syncthing', async () => {
  await world.write(world.layout.settings, '[queue]\nid = "q-1"\n[syncthing]\nlink = "local"\n');
  const { value } = await setup('--peer', PEER);
  expect(value.next.at(-1)).toContain('set syncthing.link = "auto"');
});

describe('refuses', () => {
  const nothingChanged = () => expect(fake.changed).toEqual([]);

  test('an id of a folder that lies elsewhere', async () => {
    fake.config.folders = [folderOf({ id: 'jobq-q-1-requests', path: '/srv/old/requests' })];
    const { code, message } = await refused('--role', 'linux', '--peer', PEER);
    expect(code).toBe('conflict');
    expect(message).toContain('jobq-q-1-requests already, at /srv/old/requests');
    nothingChanged();
  });

  test.each([
    ['without a role', [], '--role'],
    [
      'a device id with a typing error',
      ['--role', 'linux', '--peer', PEER.replace('D', 'E')],
      'typing error',
    ],
    ['the id of this device', ['--role', 'linux', '--peer', OWN], 'of this machine'],
    ['options of setup with status', ['--role', 'linux'], '--role means nothing'],
  ])('%s', async (name, options, message) => {
    const action = name.includes('status') ? 'status' : 'setup';
    const { code, json } = await world.json('syncthing', action, ...options);
    expect(code).toBe(2);
    expect((json as { error: { message: string } }).error.message).toContain(message);
    nothingChanged();
  });

  test('the role of the other side', async () => {
    expect(await refused('--role', 'windows')).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('archive/') as string,
    });
    await world.disk.files.removeTree(world.layout.archive);
    expect(await refused('--role', 'linux')).toMatchObject({ code: 'queue-unusable' });
    nothingChanged();
  });

  test('an ignore file that is a directory', async () => {
    const file = `${QUEUE}/outbox/.stignore`;
    await world.disk.files.removeFile(file);
    world.disk.files.makeDir(file);
    expect(await refused('--role', 'linux', '--peer', PEER)).toMatchObject({
      code: 'queue-unusable',
      file,
      message: expect.stringContaining('cannot be read'),
      remedy: expect.stringContaining('ordinary file'),
    });
    expect(fake.changed).toEqual([]);
  });

  test('an ignore file that cannot be written', async () => {
    const file = `${QUEUE}/outbox/.stignore`;
    await world.write(file, '');
    const { rename } = world.disk.files;
    world.disk.files.rename = (from, to) =>
      to === file ? Promise.reject(new Error('EACCES: permission denied')) : rename(from, to);
    expect(await refused('--role', 'linux', '--peer', PEER)).toMatchObject({
      code: 'queue-unusable',
      file,
      message: expect.stringContaining('cannot be written'),
    });
  });

  test('a queue without the markers of this side', async () => {
    await world.disk.files.removeFile(`${QUEUE}/outbox/.jobq-queue`);
    expect((await refused('--role', 'linux')).message).toContain('outbox/ has no marker');
    nothingChanged();
  });
});

describe('where Syncthing does not help', () => {
  test('names every place where it was looked for, and what to set', async () => {
    await world.disk.files.removeTree('/home/ada/.config');
    const { code, message, remedy } = await refused('--role', 'linux');
    expect(code).toBe('queue-unusable');
    expect(message).toMatch(
      /no Syncthing was found: .*\/home\/ada\/\.config\/syncthing, \/home\/ada\/\.local\/state\/syncthing/,
    );
    expect(remedy).toContain('syncthing.home');
  });

  test('says where it does not answer', async () => {
    fake.instead = () => ({ problem: 'connect ECONNREFUSED' });
    const { message, remedy } = await refused('--role', 'linux');
    expect(message).toBe(`Syncthing does not answer at ${URL_}: connect ECONNREFUSED`);
    expect(remedy).toContain('start it');
  });

  test('says that the key is wrong, and does not show it', async () => {
    await world.write(world.layout.settings, '[queue]\nid = "q-1"\n[syncthing]\napi_key = "hush"\n');
    const { message, remedy } = await refused('--role', 'linux');
    expect(message).toContain('refuses the key');
    expect(remedy).toContain('api_key_file');
    expect(message + remedy).not.toContain('hush');
  });

  test('never prints the key', async () => {
    const { stdout } = await world.run('syncthing', 'setup', '--role', 'linux', '--json');
    expect(stdout).not.toContain(KEY);
  });
});

test('a tree under another id keeps it', async () => {
  fake.config.folders = [folderOf({ id: 'abcde-fghij', path: `${QUEUE}/outbox` })];
  const { value } = await setup('--peer', PEER);
  expect(fake.config.folders.map(({ id }) => id)).toEqual([
    'abcde-fghij',
    ...TREE_NAMES.slice(1).map((tree) => `jobq-q-1-${tree}`),
  ]);
  expect(fake.config.folders[0]).toMatchObject({ type: 'sendonly', path: `${QUEUE}/outbox` });
  expect(value.changes).toContainEqual({
    what: 'folder abcde-fghij',
    field: 'type',
    from: 'sendreceive',
    to: 'sendonly',
  });
});
