// Syncthing's REST API, as the port has it, over HTTP. It knows addresses and answers, no queue and no job.
import type { HttpProblem } from '../system/http.ts';
import type { LocalAnswer, LocalHttp, LocalRequest } from '../system/local-http.ts';
import {
  readCompletion,
  readConfig,
  readConnections,
  readFolderStatus,
  readIgnores,
  readKnown,
  readLastSeen,
  readMyId,
  readObject,
  readRemoteNeed,
  readVersion,
} from './answers.ts';
import type { Answer, Refusal, Syncthing } from './api.ts';
import type { Api } from './find-api.ts';

export interface SyncthingLimits {
  /** For each exchange as a whole. */
  timeoutMs: number;
  maxBytes: number;
  /** Gives up whatever is being asked: who ends need not wait for an answer. */
  signal?: AbortSignal | undefined;
}

export const SYNCTHING_LIMITS: SyncthingLimits = { timeoutMs: 5_000, maxBytes: 16_000_000 };

/** As many as a page of an answer may hold within the limit of bytes. */
const NEEDED_FILES_MAX = 5_000;

/** How a file that is not in the index is told from a folder that is not there: both are 404. */
const NOT_IN_INDEX = /no such object/i;

type Method = LocalRequest['method'];
type Query = readonly (readonly [name: string, value: string])[];

interface Question {
  method?: Method;
  path: string;
  query?: Query;
  body?: object;
}

type Ask = <T>(question: Question, read: (body: string) => Answer<T>) => Promise<Answer<T>>;

const done = (): Answer<void> => ({ value: undefined });

export function syncthingOver(
  http: LocalHttp,
  api: Api,
  limits: SyncthingLimits = SYNCTHING_LIMITS,
): Syncthing {
  const ask = askOver(http, api, limits);
  return {
    ...looking(ask),
    scan: (folder, subs) => {
      const query = [['folder', folder], ...subs.map((sub) => ['sub', sub] as const)] as const;
      return ask({ method: 'POST', path: 'db/scan', query }, done);
    },
    setIgnores: (folder, lines) =>
      ask(
        { method: 'POST', path: 'db/ignores', query: [['folder', folder]], body: { ignore: lines } },
        readIgnores,
      ).then((answer) => ('problem' in answer ? answer : done())),
    put: (what, id, value) => ask({ method: 'PUT', path: configPath(what, id), body: value }, done),
    patch: (what, id, value) => ask({ method: 'PATCH', path: configPath(what, id), body: value }, done),
  };
}

type Looking = Omit<Syncthing, 'scan' | 'setIgnores' | 'put' | 'patch'>;

function looking(ask: Ask): Looking {
  return {
    system: async () => {
      const [version, myId] = await Promise.all([
        ask({ path: 'system/version' }, readVersion),
        ask({ path: 'system/status' }, readMyId),
      ]);
      if ('problem' in version) return version;
      if ('problem' in myId) return myId;
      return { value: { version: version.value, myId: myId.value } };
    },
    config: () => ask({ path: 'config' }, readConfig),
    connections: () => ask({ path: 'system/connections' }, readConnections),
    lastSeen: () => ask({ path: 'stats/device' }, readLastSeen),
    folderStatus: (folder) => ask({ path: 'db/status', query: [['folder', folder]] }, readFolderStatus),
    completion: (folder, device) => ask({ path: 'db/completion', query: of(folder, device) }, readCompletion),
    remoteNeed: (folder, device) => {
      const query = [...of(folder, device), ['page', '1'], ['perpage', String(NEEDED_FILES_MAX)]] as const;
      return ask({ path: 'db/remoteneed', query }, readRemoteNeed);
    },
    knows: async (folder, name) => {
      const query = [
        ['folder', folder],
        ['file', name],
      ] as const;
      const answer = await ask({ path: 'db/file', query }, readKnown);
      return 'problem' in answer && NOT_IN_INDEX.test(answer.problem) ? { value: false } : answer;
    },
    ignores: (folder) => ask({ path: 'db/ignores', query: [['folder', folder]] }, readIgnores),
    defaults: (what) => ask({ path: `config/defaults/${what}` }, readObject),
  };
}

function of(folder: string, device: string): Query {
  return [
    ['folder', folder],
    ['device', device],
  ];
}

function configPath(what: 'folder' | 'device', id: string): string {
  return `config/${what}s/${encodeURIComponent(id)}`;
}

function askOver(http: LocalHttp, { url, key, cert }: Api, limits: SyncthingLimits): Ask {
  return async ({ method = 'GET', path, query = [], body }, read) => {
    const asked = query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
    const headers = { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) };
    const answer = await http({
      method,
      url: `${url}rest/${path}${asked && `?${asked}`}`,
      headers,
      body: body && JSON.stringify(body),
      cert,
      ...limits,
    });
    const refusal = refusalOf(answer, key);
    if (refusal) return refusal;
    const { status, body: text } = answer as LocalAnswer;
    const told = read(text);
    return 'problem' in told ? { status, ...told } : told;
  };
}

const WORDS_MAX = 200;

function refusalOf(answer: LocalAnswer | HttpProblem, key: string): Refusal | undefined {
  if ('problem' in answer) return { problem: answer.problem };
  const { status, body } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400)
    return { status, problem: `sends elsewhere (${status}), which is not followed: http or https?` };
  const words = body
    .replaceAll(key, '***')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, WORDS_MAX);
  const hint = status === 401 || status === 403 ? '; is its API key right?' : '';
  return { status, problem: `answers ${status}${words && `: ${words}`}${hint}` };
}
