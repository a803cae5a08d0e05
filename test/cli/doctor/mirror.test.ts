// What doctor says of Syncthing: found or not, answering or not, and the faults of the mirror once each.
import { beforeEach, describe, expect, test } from 'vitest';
import { doctorShape } from '../../../src/cli/shapes.ts';
import { PEER } from '../../link/configured.ts';
import type { FakeSyncthing } from '../syncthing/fake-syncthing.ts';
import { fakeSyncthing } from '../syncthing/fake-syncthing.ts';
import type { World } from '../world.ts';
import { bareWorld, QUEUE } from '../world.ts';

let world: World;
let fake: FakeSyncthing;
beforeEach(async () => {
  world = bareWorld();
  await world.run('init', QUEUE, '--role', 'linux', '--queue-id', 'q-1');
  fake = fakeSyncthing(world);
  world.ask = () => Promise.resolve({ exit_code: 0, output: 'LoadState=not-found', complaint: '' });
});

async function found(...checks: string[]) {
  const { json } = await world.json('doctor');
  const { checks: all, ok } = doctorShape.parse(json);
  return {
    ok,
    all,
    of: all.filter(({ check }) => checks.includes(check)).map(({ level, what }) => `${level} ${what}`),
  };
}

async function setUp(): Promise<void> {
  await world.run('syncthing', 'setup', '--role', 'linux', '--peer', PEER);
  for (const { id } of fake.config.folders) {
    const file = `${QUEUE}/${id.replace('jobq-q-1-', '')}/.stignore`;
    fake.ignores[id] = world.disk.files.read(file)?.toString().trimEnd().split('\n') ?? [];
  }
  fake.connections[PEER] = { connected: true, paused: false, inBytesTotal: 5, outBytesTotal: 5 };
}

test('a mirror in order is named', async () => {
  await setUp();
  const { of } = await found('syncthing', 'mirror');
  expect(of).toEqual([
    expect.stringMatching(/^ok Syncthing v1\.19\.2 at http:\/\/127\.0\.0\.1:8384\/, device J4QG7GK-/),
    'ok jobq-q-1-outbox, jobq-q-1-requests, jobq-q-1-inbox, jobq-q-1-runners: shared, of the right types, and connected',
  ]);
});

test('a fault of the mirror is told with what to do', async () => {
  await setUp();
  fake.config.folders = fake.config.folders.map((folder) => ({ ...folder, maxConflicts: 0, paused: true }));
  const { of, ok, all } = await found('mirror');
  expect(of).toHaveLength(8);
  expect(of[0]).toMatch(/^problem folder jobq-q-1-outbox is paused/);
  expect(ok).toBe(false);
  expect(all.find(({ what }) => what.includes('maxConflicts'))?.remedy).toContain(
    'jobq syncthing setup --role linux',
  );
});

test('lines that an ignore file lacks are told once', async () => {
  await setUp();
  await world.write(`${QUEUE}/inbox/.stignore`, '');
  fake.ignores['jobq-q-1-inbox'] = [];
  const { all } = await found();
  expect(all.filter(({ level, what }) => level === 'warning' && what.includes('(?d).DS_Store'))).toEqual([
    expect.objectContaining({ check: 'ignore files' }),
  ]);
});

describe('it is no fault of the queue', () => {
  test('that there is no Syncthing', async () => {
    await world.disk.files.removeTree('/home/ada/.config');
    const { of } = await found('syncthing', 'mirror');
    expect(of).toEqual([expect.stringMatching(/^note no Syncthing was found: .*\.config\/syncthing/)]);
  });

  test.each([
    ['that it refuses the key', { status: 403, body: 'Forbidden' }, 'refuses the key'],
    ['that something else answers', { status: 200, body: '<html>' }, 'is no JSON'],
  ])('%s, but a warning', async (_name, answer, words) => {
    fake.instead = () => answer;
    const { of } = await found('syncthing', 'mirror');
    expect(of).toEqual([expect.stringMatching(new RegExp(`^warning Syncthing .*${words}`))]);
  });
});

test('it is a problem that Syncthing is set up and does not run: nothing is mirrored', async () => {
  fake.instead = () => ({ problem: 'connect ECONNREFUSED' });
  const { of } = await found('syncthing', 'mirror');
  expect(of).toEqual([expect.stringMatching(/^problem Syncthing does not answer .*ECONNREFUSED/)]);
});

test.each(['local', 'unknown'])('nobody is asked where syncthing.link is %s', async (link) => {
  await world.write(world.layout.settings, `[queue]\nid = "q-1"\n[syncthing]\nlink = "${link}"\n`);
  let asked = 0;
  fake.instead = () => {
    asked += 1;
    return undefined;
  };
  expect((await found('syncthing', 'mirror')).of).toEqual([]);
  expect(asked).toBe(0);
});
