// One end of a mirror: a real Syncthing that is started, killed, stopped and started again, and is configured while it
// runs. Of the other end it knows the device id and the address.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Instance } from './instance.ts';
import { makeHome, start, startAgain } from './instance.ts';

export interface SharedFolder {
  id: string;
  path: string;
  type: 'sendreceive' | 'sendonly' | 'receiveonly';
  /** Device ids, the own one among them. */
  devices: readonly string[];
  fsWatcherDelayS: number;
}

export interface MirrorEnd {
  deviceId: string;
  /** Where others reach it. */
  address: string;
  /** The API. */
  url: string;
  key: string;
  /** As it was when it ended. */
  start(): Promise<void>;
  /** Asks it to end, and kills it when it does not. */
  stop(): Promise<void>;
  /** SIGKILL to all of it, at once. */
  kill(): Promise<void>;
  /** SIGSTOP: it says nothing any more, and its connections stay open. */
  freeze(): void;
  thaw(): void;
  /** Throws unless the answer is a good one. */
  rest<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH', what: string, body?: unknown): Promise<T>;
  /** Another one; without an address it waits to be called. */
  know(deviceId: string, address?: string): Promise<void>;
  share(folder: SharedFolder): Promise<void>;
  /** What it sends to others at most, in kB a second; 0 for no limit. */
  limitSending(kbps: number): Promise<void>;
  log(): string;
}

/** Why there is no Syncthing to test with; undefined when there is one. */
export function whyNoSyncthing(): string | undefined {
  if (process.platform !== 'linux') return 'the instances are handled as process groups, which needs Linux';
  const { status } = spawnSync('syncthing', ['--version'], { stdio: 'ignore', timeout: 20_000 });
  return status === 0 ? undefined : 'needs Syncthing: apt-get install --no-install-recommends syncthing';
}

export async function openEnd(dir: string): Promise<MirrorEnd> {
  const home = await makeHome(dir);
  const log = path.join(home.home, 'syncthing.log');
  let running: Instance | undefined = await start({ home });
  const stop = async () => {
    await running?.stop();
    running = undefined;
  };
  const rest: MirrorEnd['rest'] = (method, what, body) =>
    ask(`${home.url}rest/${what}`, method, home.key, body);
  return {
    deviceId: home.deviceId,
    address: `tcp://127.0.0.1:${home.listenPort}`,
    url: home.url,
    key: home.key,
    start: async () => {
      running ??= await startAgain(home);
    },
    stop,
    kill: async () => {
      running?.signal('SIGKILL');
      await stop();
    },
    freeze: () => running?.signal('SIGSTOP'),
    thaw: () => running?.signal('SIGCONT'),
    rest,
    know: (deviceId, address = 'dynamic') =>
      rest('PUT', `config/devices/${deviceId}`, {
        deviceID: deviceId,
        name: 'the other end',
        addresses: [address],
      }),
    // by REST, which fills in the defaults: written into config.xml 1.19 takes zero for what is missing
    share: ({ devices, ...folder }) =>
      rest('PUT', `config/folders/${folder.id}`, {
        ...folder,
        label: folder.id,
        devices: devices.map((deviceID) => ({ deviceID })),
        rescanIntervalS: 3600,
        ignorePerms: true,
      }),
    limitSending: (kbps) =>
      rest('PATCH', 'config/options', { maxSendKbps: kbps, limitBandwidthInLan: kbps > 0 }),
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
  };
}

async function ask<T>(url: string, method: string, key: string, body: unknown): Promise<T> {
  const answer = await fetch(url, {
    method,
    headers: { 'X-API-Key': key, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return (text.trim() === '' ? undefined : JSON.parse(text)) as T;
}
