// `jobq syncthing setup` over two real instances that know nothing of each other but what it tells them.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/system/clock.ts';
import type { Machine } from './machine.ts';
import { openMachine } from './machine.ts';
import { whyNoSyncthing } from './mirror-end.ts';

let home = '';
const machines: Machine[] = [];

beforeEach((context) => {
  const why = whyNoSyncthing();
  context.skip(why !== undefined, why);
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'jobq-setup-')));
});
afterEach(async () => {
  await Promise.all(machines.splice(0).map(({ end }) => end.stop()));
  if (home !== '') rmSync(home, { recursive: true, force: true });
});

async function open(role: Machine['role']): Promise<Machine> {
  const machine = await openMachine(home, role);
  machines.push(machine);
  return machine;
}

async function openBoth(): Promise<[Machine, Machine]> {
  return [await open('linux'), await open('windows')];
}

const setup = ({ jobq, role, root }: Machine, ...args: string[]) =>
  jobq('syncthing', 'setup', '--role', role, '--queue', root, ...args);

const configOf = ({ end }: Machine) => end.rest<object>('GET', 'config');

async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = systemClock.monotonic() + 60_000;
  while (!(await look())) {
    if (systemClock.monotonic() > deadline) throw new Error(`waited in vain until ${what}`);
    await systemClock.sleep(50);
  }
}

const arrives = (file: string, text: string) =>
  until(`${file} arrives`, () => existsSync(file) && readFileSync(file, 'utf8') === text);

describe('four folders', () => {
  test('with nothing but two ids what is written on either side arrives on the other', async () => {
    const [linux, windows] = await openBoth();
    // the way a person goes: this side without an id, the other with this one's, this side again
    const first = await setup(linux);
    const second = await setup(windows, '--peer', String(first['own_device']));
    await setup(linux, '--peer', String(second['own_device']));
    // nothing finds the other here without the address
    await linux.end.rest('PATCH', `config/devices/${windows.end.deviceId}`, {
      addresses: [windows.end.address],
    });

    await arrives(
      windows.at('outbox', '.jobq-queue'),
      readFileSync(linux.at('outbox', '.jobq-queue'), 'utf8'),
    );
    mkdirSync(linux.at('outbox', 'job-1'));
    writeFileSync(linux.at('outbox', 'job-1', '.jobq-tmp-1'), 'never mirrored');
    writeFileSync(linux.at('outbox', 'job-1', 'job.json'), '{}');
    mkdirSync(windows.at('inbox', 'job-1'));
    writeFileSync(windows.at('inbox', 'job-1', 'job.json'), '{"status": "running"}');
    await arrives(windows.at('outbox', 'job-1', 'job.json'), '{}');
    await arrives(linux.at('inbox', 'job-1', 'job.json'), '{"status": "running"}');
    expect(existsSync(windows.at('outbox', 'job-1', '.jobq-tmp-1'))).toBe(false);

    for (const machine of [linux, windows]) await isAsItShouldBe(machine);
  });

  test('the id, label and lines that a person chose are kept, and a wrong type is mended while files are there', async () => {
    const linux = await open('linux');
    writeFileSync(linux.at('outbox', 'there-before'), 'x');
    await linux.end.share({
      id: 'orders',
      path: linux.at('outbox'),
      type: 'receiveonly',
      devices: [linux.end.deviceId],
      fsWatcherDelayS: 10,
    });
    await linux.end.rest('POST', 'db/ignores?folder=orders', { ignore: ['// mine', '*.bak'] });
    const { changes } = (await setup(linux)) as { changes: { what: string; field: string }[] };
    const told = changes
      .map(({ what, field }) => `${what}: ${field}`)
      .filter((each) => !each.includes('jobq-q-1'));
    expect(told).toEqual([
      'folder orders: type',
      'folder orders: fsWatcherDelayS',
      'folder orders: rescanIntervalS',
      '.stignore of outbox: lines',
    ]);
    expect(await linux.end.rest('GET', 'config/folders/orders')).toMatchObject({
      id: 'orders',
      label: 'orders',
      type: 'sendonly',
      fsWatcherDelayS: 1,
      maxConflicts: 10,
      rescanIntervalS: 300,
    });
    const lines = readFileSync(linux.at('outbox', '.stignore'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('!.jobq-queue');
    expect(lines.slice(-2)).toEqual(['// mine', '*.bak']);
    expect((await setup(linux))['changes']).toEqual([]);
  });
});

/** What Syncthing says of its folders afterwards, that all is well, and that nothing is changed a second time. */
async function isAsItShouldBe(machine: Machine): Promise<void> {
  const { role, root, jobq, end } = machine;
  const sent = role === 'linux' ? ['outbox', 'requests'] : ['inbox', 'runners'];
  for (const tree of ['outbox', 'requests', 'inbox', 'runners']) {
    expect(await end.rest('GET', `config/folders/jobq-q-1-${tree}`)).toMatchObject({
      path: machine.at(tree),
      type: sent.includes(tree) ? 'sendonly' : 'receiveonly',
      paused: false,
      fsWatcherEnabled: true,
      fsWatcherDelayS: 1,
      maxConflicts: 10,
      ignorePerms: true,
      rescanIntervalS: 300,
      // of a folder that is written without it, 1.19 has none
      minDiskFree: { value: 1, unit: '%' },
      autoNormalize: true,
    });
  }
  const look = () => jobq('syncthing', 'status', '--queue', root);
  await until(
    `${role} has nothing to complain of`,
    async () => (await look())['findings']?.toString() === '',
  );
  const status = await look();
  expect(status).toMatchObject({
    ok: true,
    role,
    own_device: end.deviceId,
    devices: [{ connected: true, paused: false }],
  });
  const other = machines.find((each) => each !== machine)?.end.deviceId ?? '';
  const before = await configOf(machine);
  expect(await setup(machine, '--peer', other)).toMatchObject({ changes: [], applied: false, left: [] });
  expect(await setup(machine)).toMatchObject({ changes: [], applied: false, left: [] });
  expect(await configOf(machine)).toEqual(before);
}

describe('one folder around the queue', () => {
  test('is left alone on both sides, and goes on', async () => {
    const [linux, windows] = await openBoth();
    await windows.end.know(linux.end.deviceId);
    await linux.end.know(windows.end.deviceId, windows.end.address);
    for (const { end, root } of [linux, windows]) {
      await end.share({
        id: 'job-queue',
        path: root,
        type: 'sendreceive',
        devices: machines.map((each) => each.end.deviceId),
        fsWatcherDelayS: 1,
      });
    }
    for (const [machine, other] of [
      [linux, windows],
      [windows, linux],
    ] as const) {
      const before = await configOf(machine);
      const done = await setup(machine, '--peer', other.end.deviceId);
      expect(done).toMatchObject({ changes: [], applied: false });
      expect(done['left']).toEqual([expect.stringMatching(/^folder job-queue .* left as it is.* slower/)]);
      expect(await configOf(machine)).toEqual(before);
    }
    writeFileSync(linux.at('outbox', 'job.json'), '{}');
    await arrives(windows.at('outbox', 'job.json'), '{}');
    expect(existsSync(windows.at('archive'))).toBe(false);
    const { findings } = await linux.jobq('syncthing', 'status', '--queue', linux.root);
    expect((findings as { rule: string }[]).map(({ rule }) => rule)).toEqual(['one-folder']);
  });
});

test('an id that is used elsewhere stops it before anything is changed', async () => {
  const linux = await open('linux');
  mkdirSync(path.join(home, 'elsewhere'));
  await linux.end.share({
    id: 'jobq-q-1-inbox',
    path: path.join(home, 'elsewhere'),
    type: 'sendreceive',
    devices: [linux.end.deviceId],
    fsWatcherDelayS: 1,
  });
  const before = await configOf(linux);
  await expect(setup(linux)).rejects.toThrow(/ends with 10: .*jobq-q-1-inbox already, at /s);
  expect(await configOf(linux)).toEqual(before);
});
