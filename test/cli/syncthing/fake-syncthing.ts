// A Syncthing that answers REST from memory, as far as jobq asks it; for the world of the command-line tests.
import type { Config, Connection, FolderConfig } from '../../../src/link/api.ts';
import type { LocalHttp, LocalRequest } from '../../../src/system/local-http.ts';
import { put } from '../../helpers/make-order.ts';
import { OWN, PLAIN } from '../../link/configured.ts';
import type { World } from '../world.ts';

export const KEY = 'the-key';
export const URL_ = 'http://127.0.0.1:8384/';

type Fields = Record<string, unknown>;

export interface FakeSyncthing {
  version: string;
  config: { folders: FolderConfig[]; devices: Config['devices'][number][] };
  ignores: Record<string, string[]>;
  connections: Record<string, Connection>;
  lastSeen: Record<string, string>;
  /** By folder; what is not told is idle and whole. */
  statuses: Record<string, Fields>;
  needs: Record<string, Fields>;
  /** Requests that changed something. */
  changed: string[];
  /** Called before an answer; what it answers counts instead. */
  instead: (request: LocalRequest) => { status: number; body: string } | { problem: string } | undefined;
}

const STATUS = {
  state: 'idle',
  error: '',
  pullErrors: 0,
  needTotalItems: 0,
  needBytes: 0,
  receiveOnlyTotalItems: 0,
};

/** Puts it where this user's Syncthing is looked for. */
export function fakeSyncthing(world: World): FakeSyncthing {
  const fake: FakeSyncthing = {
    version: 'v1.19.2',
    config: { folders: [], devices: [{ deviceID: OWN, name: 'desk', paused: false }] },
    ignores: {},
    connections: {},
    lastSeen: {},
    statuses: {},
    needs: {},
    changed: [],
    instead: () => undefined,
  };
  const gui = `<gui enabled="true" tls="false"><address>127.0.0.1:8384</address><apikey>${KEY}</apikey></gui>`;
  put(
    world.disk,
    '/home/ada/.config/syncthing/config.xml',
    `<configuration version="36">${gui}</configuration>`,
  );
  world.localHttp = httpOf(fake);
  return fake;
}

function httpOf(fake: FakeSyncthing): LocalHttp {
  return async (request) => {
    const instead = fake.instead(request);
    if (instead) return instead;
    if (request.headers['x-api-key'] !== KEY) return { status: 403, body: 'Forbidden' };
    const { pathname, searchParams } = new URL(request.url);
    const place = pathname.replace('/rest/', '');
    if (request.method !== 'GET') fake.changed.push(`${request.method} ${place}`);
    const answer = answerOf(fake, request, place, searchParams);
    return answer === undefined
      ? { status: 404, body: 'no such thing' }
      : { status: 200, body: JSON.stringify(answer) };
  };
}

function answerOf(
  fake: FakeSyncthing,
  request: LocalRequest,
  place: string,
  query: URLSearchParams,
): unknown {
  const folder = query.get('folder') ?? '';
  const answers: Record<string, () => unknown> = {
    'system/version': () => ({ version: fake.version }),
    'system/status': () => ({ myID: OWN }),
    config: () => fake.config,
    'system/connections': () => ({ connections: fake.connections }),
    'stats/device': () =>
      Object.fromEntries(Object.entries(fake.lastSeen).map(([id, lastSeen]) => [id, { lastSeen }])),
    'db/status': () => ({ ...STATUS, ...fake.statuses[folder] }),
    'db/completion': () => ({ needItems: 0, needDeletes: 0, needBytes: 0, ...fake.needs[folder] }),
    'db/ignores': () => ignores(fake, request, folder),
    'config/defaults/folder': () => PLAIN,
    'config/defaults/device': () => ({ name: '', addresses: ['dynamic'], paused: false }),
  };
  return answers[place] ? answers[place]() : written(fake, request, place);
}

function ignores(fake: FakeSyncthing, { method, body = '' }: LocalRequest, folder: string): unknown {
  if (method === 'POST') fake.ignores[folder] = (JSON.parse(body) as { ignore: string[] }).ignore;
  return { ignore: fake.ignores[folder] ?? null, expanded: null };
}

function written(fake: FakeSyncthing, { method, body = '' }: LocalRequest, place: string): unknown {
  const [, kind, encoded = ''] = /^config\/(folder|device)s\/(.+)$/.exec(place) ?? [];
  if (kind === undefined) return undefined;
  const id = decodeURIComponent(encoded);
  const value = JSON.parse(body) as Fields;
  const replaced = <T extends object>(list: T[], isIt: (each: T) => boolean): T[] => {
    const before = list.find(isIt);
    const after = (method === 'PATCH' ? { ...before, ...value } : value) as T;
    return before ? list.map((each) => (each === before ? after : each)) : [...list, after];
  };
  const { config } = fake;
  if (kind === 'folder') config.folders = replaced(config.folders, (each) => each.id === id);
  else config.devices = replaced(config.devices, (each) => each.deviceID === id);
  return {};
}
