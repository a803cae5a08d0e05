// The client, the search for the API and the nudge against one real Syncthing: its answers are as the port says.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Answer, Syncthing } from '../../../src/link/api.ts';
import type { Api } from '../../../src/link/find-api.ts';
import { findApi } from '../../../src/link/find-api.ts';
import { newNudge } from '../../../src/link/nudge.ts';
import { syncthingOver } from '../../../src/link/syncthing.ts';
import { tellingFiles } from '../../../src/link/telling-files.ts';
import { carriedTrees } from '../../../src/link/trees.ts';
import { layoutOf } from '../../../src/store/layout.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemFiles } from '../../../src/system/files.ts';
import { systemLocalHttp } from '../../../src/system/local-http.ts';
import type { Instance } from './instance.ts';
import { makeHome, start } from './instance.ts';
import { whyNoSyncthing } from './mirror-end.ts';

beforeEach((context) => {
  const why = whyNoSyncthing();
  context.skip(why !== undefined, why);
});

let dir = '';
let running: Instance | undefined;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'jobq-client-'));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

const at = (...parts: string[]) => path.join(dir, ...parts);

/** As a person would set it: only where Syncthing keeps its configuration. */
function found(home: string): Api {
  const settings = { url: undefined, api_key: undefined, api_key_file: undefined, home };
  const api = findApi({
    settings,
    variables: {},
    platform: 'linux',
    files: systemFiles,
    homeDir: '/nowhere',
  });
  if ('problem' in api) throw new Error(api.problem);
  return api;
}

const clientOf = (api: Api) => syncthingOver(systemLocalHttp, api);

function good<T>(answer: Answer<T>): T {
  if ('problem' in answer) throw new Error(answer.problem);
  return answer.value;
}

async function until(what: string, fact: () => Promise<boolean>): Promise<void> {
  const end = systemClock.monotonic() + 30_000;
  while (!(await fact())) {
    if (systemClock.monotonic() > end) throw new Error(`not within 30 s: ${what}`);
    await systemClock.sleep(50);
  }
}

/** Writes as the store does, and waits until what is told has been asked for. */
async function writesNudged(syncthing: Syncthing): Promise<void> {
  const layout = layoutOf(at('queue'));
  const { folders } = good(await syncthing.config());
  const carried = carriedTrees(folders, {
    layout,
    realPath: systemFiles.realPath,
    homeDir: '/nowhere',
    platform: 'linux',
  });
  expect(Object.keys(carried).sort()).toEqual(['inbox', 'outbox', 'requests', 'runners']);
  const nudge = newNudge({ ground: () => ({ syncthing, carried }), layout, clock: systemClock });
  const files = tellingFiles(systemFiles, nudge.tell);
  writeFileSync(at('staged'), '{}');
  mkdirSync(at('queue', 'inbox', 'j'), { recursive: true });
  await files.rename(at('staged'), at('queue', 'inbox', 'j', 'job.json'));
  await nudge.settled(30_000);
  expect(await syncthing.knows('q', 'inbox/j/job.json')).toEqual({ value: true });
  await files.removeTree(at('queue', 'inbox', 'j'));
  await nudge.settled(30_000);
  expect(await syncthing.knows('q', 'inbox/j/job.json')).toEqual({ value: false });
  nudge.close();
}

const statusOf = (answer: object) => ('status' in answer ? answer.status : undefined);

test('every method, against one instance whose peer is away', async () => {
  const [home, other] = [await makeHome(at('own')), await makeHome(at('other'))];
  const { deviceId: peer } = other;
  // its watcher is off: it finds nothing unless it is asked
  const folders = [
    { id: 'q', path: at('queue'), fsWatcherEnabled: false },
    { id: 'paused', path: at('paused'), paused: true },
  ];
  running = await start({ home, folders, peer: { deviceId: peer } });
  const api = found(home.home);
  expect(api).toEqual({ url: running.url, key: running.key, cert: undefined });
  const syncthing = clientOf(api);

  const { version, myId } = good(await syncthing.system());
  expect(version).toMatch(/^v[12]\.\d+/);
  expect(myId).toBe(home.deviceId);
  const config = good(await syncthing.config());
  expect(config.devices.map(({ deviceID }) => deviceID).sort()).toEqual([myId, peer].sort());
  expect(config.folders).toContainEqual(
    expect.objectContaining({
      id: 'q',
      path: at('queue'),
      type: 'sendreceive',
      paused: false,
      maxConflicts: 10,
    }),
  );
  expect(good(await syncthing.connections())[peer]).toEqual({
    connected: false,
    paused: false,
    inBytesTotal: 0,
    outBytesTotal: 0,
  });
  expect(good(await syncthing.lastSeen())[peer]).toMatch(/^\d{4}-\d\d-\d\dT/);

  await until('the first scan is over', async () => good(await syncthing.folderStatus('q')).state === 'idle');
  await writesNudged(syncthing);

  writeFileSync(at('queue', 'a ü&b.txt'), 'hello');
  expect(await syncthing.knows('q', 'a ü&b.txt')).toEqual({ value: false });
  expect(await syncthing.scan('q', ['a ü&b.txt'])).toEqual({ value: undefined });
  expect(await syncthing.knows('q', 'a ü&b.txt')).toEqual({ value: true });
  expect(good(await syncthing.remoteNeed('q', peer))).toEqual([{ name: 'a ü&b.txt', size: 5 }]);
  const need = good(await syncthing.completion('q', peer));
  expect(need.needItems).toBeGreaterThan(0);
  expect(need.needBytes).toBeGreaterThanOrEqual(5);
  expect(good(await syncthing.folderStatus('q'))).toEqual({
    state: expect.stringMatching(/./),
    error: '',
    pullErrors: 0,
    changedHere: 0,
    needItems: 0,
    needBytes: 0,
  });

  expect(await syncthing.ignores('q')).toEqual({ value: [] });
  expect(await syncthing.setIgnores('q', ['(?d)*.lock', '!x'])).toEqual({ value: undefined });
  expect(await syncthing.ignores('q')).toEqual({ value: ['(?d)*.lock', '!x'] });

  const folder = good(await syncthing.defaults('folder'));
  expect(folder).toMatchObject({ fsWatcherDelayS: 10, maxConflicts: 10 });
  expect(good(await syncthing.defaults('device'))).toMatchObject({ addresses: ['dynamic'] });
  expect(await syncthing.put('folder', 'n', { ...folder, id: 'n', path: at('n') })).toEqual({
    value: undefined,
  });
  expect(await syncthing.patch('folder', 'n', { type: 'sendonly', fsWatcherDelayS: 1 })).toEqual({
    value: undefined,
  });
  expect(await syncthing.patch('device', peer, { name: 'renamed' })).toEqual({ value: undefined });
  const changed = good(await syncthing.config());
  expect(changed.folders).toContainEqual(
    expect.objectContaining({ id: 'n', type: 'sendonly', fsWatcherDelayS: 1, maxConflicts: 10 }),
  );
  expect(changed.devices).toContainEqual(expect.objectContaining({ deviceID: peer, name: 'renamed' }));

  expect(await syncthing.scan('none', [])).toEqual({ status: 500, problem: 'answers 500: no such folder' });
  expect(await syncthing.scan('paused', [])).toEqual({
    status: 500,
    problem: 'answers 500: folder is paused',
  });
  expect(await syncthing.folderStatus('none')).toMatchObject({ status: 404 });
  expect(await syncthing.completion('none', peer)).toMatchObject({ status: 404 });
  expect(await syncthing.completion('q', 'nobody')).toMatchObject({ status: 400 });
  expect(await syncthing.remoteNeed('none', peer)).toMatchObject({ status: 404 });
  // 1.19 complains, 1.29 says that a folder it does not have ignores nothing
  expect([500, undefined]).toContain(statusOf(await syncthing.ignores('none')));
  expect(await syncthing.knows('q', 'nothing')).toEqual({ value: false });
  expect(await syncthing.knows('none', 'x')).toMatchObject({ problem: expect.stringMatching(/./) });
  expect(await syncthing.patch('folder', 'none', {})).toMatchObject({ status: 404 });
  const stranger = clientOf({ ...api, key: 'wrong' });
  expect(await stranger.config()).toMatchObject({ status: 403, problem: expect.stringContaining('API key') });

  await running.stop();
  expect(await syncthing.system()).toEqual({ problem: expect.stringContaining('ECONNREFUSED') });
});

test('over https with its own certificate, and no other', async () => {
  const home = await makeHome(at('own'));
  running = await start({ home, tls: true });
  const api = found(home.home);
  expect(api.url).toBe(`https://127.0.0.1:${home.guiPort}/`);
  expect(good(await clientOf(api).system()).myId).toBe(home.deviceId);
  const device = readFileSync(path.join(home.home, 'cert.pem'), 'utf8');
  for (const cert of [undefined, device])
    expect(await clientOf({ ...api, cert }).system()).toEqual({
      problem: expect.stringContaining('self-signed'),
    });
  const plain = clientOf({ ...api, url: api.url.replace('https:', 'http:') });
  expect(await plain.system()).toMatchObject({ status: 307, problem: expect.stringContaining('https') });
});
