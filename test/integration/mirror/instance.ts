// One real Syncthing on loopback with a fresh home, and nothing of the outside world: no discovery, no relay, no upgrade.
// It knows no queue; a pair is two of these that name each other.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import path from 'node:path';
import { systemClock } from '../../../src/system/clock.ts';
import { systemLocalHttp } from '../../../src/system/local-http.ts';
import { startGroup } from './group.ts';

/** Keys and ports, made before anything runs, so that two can know of each other. */
export interface Home {
  home: string;
  deviceId: string;
  key: string;
  guiPort: number;
  listenPort: number;
  /** Of the API. */
  url: string;
}

export interface FolderGiven {
  id: string;
  path: string;
  type?: 'sendreceive' | 'sendonly' | 'receiveonly';
  fsWatcherEnabled?: boolean;
  fsWatcherDelayS?: number;
  paused?: boolean;
}

export interface StartOptions {
  home: Home;
  folders?: readonly FolderGiven[];
  /** Every folder is shared with it. Without an address it is waited for: only one of two should dial. */
  peer?: { deviceId: string; address?: string };
  tls?: boolean;
}

export interface Instance extends Home {
  pid: number;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM to all of its processes, SIGKILL after a limit. */
  stop(): Promise<void>;
}

const ENV = { ...process.env, STNOUPGRADE: '1', STNORESTART: '1' };
const LIMIT_MS = 60_000;

/** A port of loopback that nobody uses at the moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function makeHome(home: string): Promise<Home> {
  mkdirSync(home, { recursive: true });
  const run = (...args: string[]) =>
    execFileSync('syncthing', args, {
      env: { ...ENV, HOME: home },
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: LIMIT_MS,
    });
  run('generate', `--home=${home}`, '--no-default-folder', '--skip-port-probing');
  const deviceId = run('serve', `--home=${home}`, '--device-id').trim();
  const [guiPort, listenPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${guiPort}/`;
  return { home, deviceId, key: `key-of-${path.basename(home)}`, guiPort, listenPort, url };
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function folderXml(given: FolderGiven, deviceIds: readonly string[]): string {
  const { id, type = 'sendreceive', fsWatcherEnabled = true, fsWatcherDelayS = 10, paused = false } = given;
  // a folder written by hand gets no defaults in 1.19.2
  return `<folder id="${escaped(id)}" label="" path="${escaped(given.path)}" type="${type}" rescanIntervalS="3600"
      fsWatcherEnabled="${fsWatcherEnabled}" fsWatcherDelayS="${fsWatcherDelayS}" autoNormalize="true">
    ${deviceIds.map((device) => `<device id="${device}"/>`).join('')}
    <minDiskFree unit="%">1</minDiskFree><maxConflicts>10</maxConflicts><paused>${paused}</paused>
  </folder>`;
}

function configXml({ home, folders = [], peer, tls = false }: StartOptions): string {
  const devices = [home.deviceId, ...(peer ? [peer.deviceId] : [])];
  const other = peer
    ? `<device id="${peer.deviceId}" name="peer"><address>${peer.address ?? 'dynamic'}</address></device>`
    : '';
  return `<configuration version="36">
  ${folders.map((folder) => folderXml(folder, devices)).join('\n')}
  <device id="${home.deviceId}" name="own"><address>dynamic</address></device>${other}
  <gui enabled="true" tls="${tls}"><address>127.0.0.1:${home.guiPort}</address><apikey>${home.key}</apikey></gui>
  <options>
    <listenAddress>tcp://127.0.0.1:${home.listenPort}</listenAddress>
    <globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>false</localAnnounceEnabled>
    <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><stunKeepaliveStartS>0</stunKeepaliveStartS>
    <urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
    <crashReportingEnabled>false</crashReportingEnabled><startBrowser>false</startBrowser>
    <reconnectionIntervalS>5</reconnectionIntervalS><setLowPriority>false</setLowPriority>
    <maxFolderConcurrency>-1</maxFolderConcurrency>
  </options>
</configuration>
`;
}

/** Writes the configuration anew and starts it; resolves when the API answers. */
export async function start(options: StartOptions): Promise<Instance> {
  for (const { path: dir } of options.folders ?? [])
    mkdirSync(path.join(dir, '.stfolder'), { recursive: true });
  writeFileSync(path.join(options.home.home, 'config.xml'), configXml(options));
  return startAgain(options.home, options);
}

/** Starts it with the configuration that it has. */
export async function startAgain(given: Home, { tls = false }: { tls?: boolean } = {}): Promise<Instance> {
  const home = { ...given, url: tls ? given.url.replace('http:', 'https:') : given.url };
  const log = path.join(home.home, 'syncthing.log');
  const args = ['serve', `--home=${home.home}`, '--no-browser', '--no-restart', '--no-default-folder'];
  const group = startGroup('syncthing', args, { env: { ...ENV, HOME: home.home }, log });
  try {
    await answers(home, group.isAlive);
  } catch (error) {
    await group.end();
    throw new Error(`${String(error)}\n${readFileSync(log, 'utf8').slice(-4000)}`);
  }
  return { ...home, pid: group.pid, signal: (signal) => void group.signal(signal), stop: () => group.end() };
}

async function answers({ url, key, home }: Home, isAlive: () => boolean): Promise<void> {
  const end = systemClock.monotonic() + LIMIT_MS;
  for (;;) {
    const answer = await ping(url, key, home);
    if (answer === 200) return;
    if (!isAlive() || systemClock.monotonic() > end) throw new Error(`Syncthing does not answer: ${answer}`);
    await systemClock.sleep(20);
  }
}

async function ping(url: string, key: string, home: string): Promise<number | string> {
  const cert = url.startsWith('https') ? certOf(home) : undefined;
  const headers = { 'x-api-key': key };
  const wanted = {
    method: 'GET',
    url: `${url}rest/system/ping`,
    headers,
    cert,
    timeoutMs: 5_000,
    maxBytes: 1_000,
  } as const;
  const answer = await systemLocalHttp(wanted);
  return 'problem' in answer ? answer.problem : answer.status;
}

function certOf(home: string): string | undefined {
  try {
    return readFileSync(path.join(home, 'https-cert.pem'), 'utf8');
  } catch {
    return undefined;
  }
}
