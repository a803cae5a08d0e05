// The client against servers of this machine: what each method asks, what it makes of an answer, and that nothing that
// a server may send makes it throw or wait. The real Syncthing is asked in test/integration/mirror.
import { describe, expect, test } from 'vitest';
import type { FolderConfig, Syncthing, Answer as Told } from '../../src/link/api.ts';
import { syncthingOver } from '../../src/link/syncthing.ts';
import { systemLocalHttp } from '../../src/system/local-http.ts';
import type { Answer } from '../system/local-server.ts';
import { BAD, serve, status } from '../system/local-server.ts';

const KEY = 'sEcReT-key';
const LIMITS = { timeoutMs: 20_000, maxBytes: 200_000 };

async function against(...answers: Answer[]) {
  const server = await serve(...answers);
  return { ...server, syncthing: syncthingOver(systemLocalHttp, { url: server.url, key: KEY }, LIMITS) };
}

const json = (value: unknown): Answer => status(200, JSON.stringify(value));

const FOLDER = {
  id: 'q',
  label: 'queue',
  path: '~/q',
  type: 'sendonly',
  paused: false,
  devices: [{ deviceID: 'A', introducedBy: '' }],
  fsWatcherEnabled: true,
  fsWatcherDelayS: 10,
  maxConflicts: 10,
  ignorePerms: false,
  rescanIntervalS: 3600,
};

type Call = (syncthing: Syncthing) => Promise<Told<unknown>>;

const asked: [name: string, call: Call, answer: unknown, expected: unknown, request: object][] = [
  [
    'config',
    (s) => s.config(),
    {
      version: 36,
      folders: [FOLDER],
      devices: [{ deviceID: 'A', name: 'a', paused: true, compression: 'x' }],
    },
    { folders: [FOLDER], devices: [{ deviceID: 'A', name: 'a', paused: true, compression: 'x' }] },
    { method: 'GET', path: '/rest/config', body: '' },
  ],
  [
    'connections',
    (s) => s.connections(),
    {
      connections: { A: { connected: true, paused: false, inBytesTotal: 5, outBytesTotal: 7, type: 'tcp' } },
      total: {},
    },
    { A: { connected: true, paused: false, inBytesTotal: 5, outBytesTotal: 7 } },
    { path: '/rest/system/connections' },
  ],
  [
    'lastSeen',
    (s) => s.lastSeen(),
    { A: { lastSeen: '2026-11-23T16:05:05Z', lastConnectionDurationS: 0 } },
    { A: '2026-11-23T16:05:05Z' },
    { path: '/rest/stats/device' },
  ],
  [
    'folderStatus',
    (s) => s.folderStatus('ä b'),
    {
      state: 'syncing',
      error: '',
      needTotalItems: 3,
      needBytes: 9,
      pullErrors: 1,
      receiveOnlyTotalItems: 2,
      errors: 1,
    },
    { state: 'syncing', error: '', needItems: 3, needBytes: 9, pullErrors: 1, changedHere: 2 },
    { path: '/rest/db/status?folder=%C3%A4%20b' },
  ],
  [
    'folderStatus with the older name of an error',
    (s) => s.folderStatus('q'),
    { state: 'error', invalid: 'folder marker missing', needTotalItems: 0, needBytes: 0, pullErrors: 0 },
    {
      state: 'error',
      error: 'folder marker missing',
      needItems: 0,
      needBytes: 0,
      pullErrors: 0,
      changedHere: 0,
    },
    { path: '/rest/db/status?folder=q' },
  ],
  [
    'completion, deletions counted',
    (s) => s.completion('q', 'A'),
    { completion: 95, needItems: 2, needDeletes: 1, needBytes: 4, sequence: 1 },
    { needItems: 3, needBytes: 4 },
    { path: '/rest/db/completion?folder=q&device=A' },
  ],
  [
    'completion of 2.x',
    (s) => s.completion('q', 'A'),
    { completion: 100, needItems: 0, needDeletes: 0, needBytes: 0, remoteState: 'notSharing' },
    { needItems: 0, needBytes: 0, remoteState: 'notSharing' },
    {},
  ],
  [
    'remoteNeed, files only',
    (s) => s.remoteNeed('q', 'A'),
    {
      files: [
        { name: 'outbox\\j\\model.bin', size: 9, type: 'FILE_INFO_TYPE_FILE', deleted: false },
        { name: 'outbox/j', size: 128, type: 'FILE_INFO_TYPE_DIRECTORY', deleted: false },
        { name: 'outbox/k', size: 0, type: 'FILE_INFO_TYPE_FILE', deleted: true },
      ],
      page: 1,
    },
    [{ name: 'outbox/j/model.bin', size: 9 }],
    { path: '/rest/db/remoteneed?folder=q&device=A&page=1&perpage=5000' },
  ],
  ['remoteNeed of nothing', (s) => s.remoteNeed('q', 'A'), { files: null, page: 1 }, [], {}],
  [
    'ignores',
    (s) => s.ignores('q'),
    { ignore: ['*.tmp'], expanded: ['x'] },
    ['*.tmp'],
    { path: '/rest/db/ignores?folder=q' },
  ],
  ['ignores where there are none', (s) => s.ignores('q'), { ignore: null, error: null }, [], {}],
  [
    'setIgnores',
    (s) => s.setIgnores('q', ['a', '!b']),
    { ignore: ['a', '!b'], expanded: [] },
    undefined,
    { method: 'POST', path: '/rest/db/ignores?folder=q', body: '{"ignore":["a","!b"]}' },
  ],
  [
    'defaults',
    (s) => s.defaults('device'),
    { name: '', x: [1] },
    { name: '', x: [1] },
    { path: '/rest/config/defaults/device' },
  ],
  [
    'knows',
    (s) => s.knows('q', 'j/a.txt'),
    { local: { name: 'j/a.txt', deleted: false }, global: {} },
    true,
    { path: '/rest/db/file?folder=q&file=j%2Fa.txt' },
  ],
  ['knows, of a deleted one', (s) => s.knows('q', 'a'), { local: { name: 'a', deleted: true } }, false, {}],
  [
    'knows, of one that only others have',
    (s) => s.knows('q', 'a'),
    { local: { name: '' }, global: { name: 'a' } },
    false,
    {},
  ],
];

test.each(asked)('%s', async (_name, call, answer, expected, request) => {
  const { syncthing, received } = await against(json(answer));
  expect(await call(syncthing)).toEqual({ value: expected });
  expect(received).toMatchObject([{ headers: { 'x-api-key': KEY }, ...request }]);
});

const told: [name: string, call: Call, request: object][] = [
  ['scan of a folder', (s) => s.scan('q', []), { method: 'POST', path: '/rest/db/scan?folder=q' }],
  [
    'scan of some paths',
    (s) => s.scan('q', ['a&b/ü', 'c=d']),
    { method: 'POST', path: '/rest/db/scan?folder=q&sub=a%26b%2F%C3%BC&sub=c%3Dd' },
  ],
  [
    'put',
    (s) => s.put('folder', 'a/b', { id: 'a/b' }),
    {
      method: 'PUT',
      path: '/rest/config/folders/a%2Fb',
      body: '{"id":"a/b"}',
      headers: { 'content-type': 'application/json' },
    },
  ],
  [
    'patch',
    (s) => s.patch('device', 'A', { paused: true }),
    { method: 'PATCH', path: '/rest/config/devices/A', body: '{"paused":true}' },
  ],
];

test.each(told)('%s, which is answered with nothing', async (_name, call, request) => {
  const { syncthing, received } = await against(status(200));
  expect(await call(syncthing)).toEqual({ value: undefined });
  expect(received).toMatchObject([request]);
});

test('system takes version and device from two answers, and the problem of either', async () => {
  const answerOf: Answer = (response, { path }) =>
    json(path.endsWith('version') ? { version: 'v2.1.3', os: 'linux' } : { myID: 'A' })(
      response,
      undefined as never,
    );
  const both = await against(answerOf);
  expect(await both.syncthing.system()).toEqual({ value: { version: 'v2.1.3', myId: 'A' } });
  const half = await against((response, request) =>
    request.path.endsWith('version') ? status(500, 'no')(response, request) : answerOf(response, request),
  );
  expect(await half.syncthing.system()).toEqual({ status: 500, problem: 'answers 500: no' });
});

test('fields that are not named here are kept, for what is written back', async () => {
  const folder = { ...FOLDER, pullerDelayS: 1, order: 'random', versioning: { type: '' } };
  const { syncthing } = await against(json({ folders: [folder], devices: [] }));
  expect(await syncthing.config()).toEqual({ value: { folders: [folder], devices: [] } });
});

test('a folder of a type that is not known yet is left out', async () => {
  const { syncthing } = await against(
    json({ folders: [{ ...FOLDER, type: 'telepathic' }, FOLDER], devices: [] }),
  );
  const config = await syncthing.config();
  const ids = 'value' in config ? config.value.folders.map(({ type }: FolderConfig) => type) : [];
  expect(ids).toEqual(['sendonly']);
});

/** Every method that reads something out of its answer. */
const readers = new Map(asked.map(([name, call]) => [name, call]));
readers.set('system', (s) => s.system());

/** What answered whole but was not understood keeps its status: somebody is there. */
const whole = (problem: RegExp) => (/JSON|shape/.test(problem.source) ? { status: 200 } : {});

describe('an answer that is none is a problem', () => {
  test.each<[string, Answer, RegExp]>([
    ['nothing', status(200, ''), /no JSON/],
    ['half of it', status(200, '{"folders": [{"id": "q", "la'), /no JSON/],
    ['a page', status(200, '<html>hello</html>'), /no JSON/],
    ['bytes', (response) => void response.end(Buffer.from([0, 255, 254, 0x80])), /no JSON/],
    ['a number', json(5), /another shape/],
    ['null', json(null), /another shape/],
    ['a list', json([]), /another shape/],
    ['nested without end', status(200, '['.repeat(100_000)), /no JSON/],
    ['an answer that is cut short', BAD.endsTooSoon, /aborted|ECONNRESET/],
    ['an answer without end', BAD.neverEnds, /longer than/],
  ])('%s, for every method', async (_name, answer, problem) => {
    const { syncthing } = await against(answer);
    for (const [name, call] of readers)
      expect([name, await call(syncthing)]).toEqual([
        name,
        { ...whole(problem), problem: expect.stringMatching(problem) },
      ]);
  });

  test.each<[string, Call, unknown, string]>([
    [
      'a folder without a path',
      (s) => s.config(),
      { folders: [{ ...FOLDER, path: 1 }], devices: [] },
      'folders.0.path',
    ],
    ['a device without an id', (s) => s.config(), { folders: [], devices: [{}] }, 'devices.0.deviceID'],
    ['a connection that is a word', (s) => s.connections(), { connections: { A: 'up' } }, 'connections.A'],
    ['a need in words', (s) => s.completion('q', 'A'), { needItems: '3', needBytes: 0 }, 'needItems'],
  ])('%s, with the place', async (_name, call, answer, place) => {
    const { syncthing } = await against(json(answer));
    expect(await call(syncthing)).toEqual({ status: 200, problem: expect.stringContaining(`at ${place}`) });
  });

  test('100 MB are not held', async () => {
    const piece = Buffer.alloc(1_000_000, ' ');
    let sent = 0;
    const { syncthing } = await against((response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && sent < 100 && response.write(piece)) sent++;
        if (sent === 100) response.end();
      };
      response.on('drain', more);
      more();
    });
    expect(await syncthing.config()).toEqual({ problem: 'the answer is longer than 200000 bytes' });
    expect(sent).toBeLessThan(100);
  });
});

describe('a refusal keeps its status and its words, and hides the key', () => {
  test.each<[Answer, number, string]>([
    [status(403, 'Not Authorized\n'), 403, 'answers 403: Not Authorized; is its API key right?'],
    [status(500, 'no such folder\r\n'), 500, 'answers 500: no such folder'],
    [status(404), 404, 'answers 404'],
    [
      status(307, 'x', { location: 'https://127.0.0.1/' }),
      307,
      'sends elsewhere (307), which is not followed: http or https?',
    ],
    [status(400, `you said ${KEY}\u001b[31m`), 400, 'answers 400: you said *** [31m'],
    [status(500, 'x'.repeat(1000)), 500, `answers 500: ${'x'.repeat(200)}`],
  ])('case %#', async (answer, code, problem) => {
    const { syncthing } = await against(answer);
    expect(await syncthing.scan('q', [])).toEqual({ status: code, problem });
  });

  test('a file that is not in the index is no problem', async () => {
    const { syncthing } = await against(
      status(404, 'No such object in the index\n'),
      status(404, 'no such folder\n'),
      status(500, 'no'),
    );
    expect(await syncthing.knows('q', 'x')).toEqual({ value: false });
    expect(await syncthing.knows('q', 'x')).toEqual({ status: 404, problem: 'answers 404: no such folder' });
    expect(await syncthing.knows('q', 'x')).toEqual({ status: 500, problem: 'answers 500: no' });
  });
});

test('no method waits longer than the limit, and all are given up at once', async () => {
  const { url, received } = await serve(BAD.neverAnswers);
  const slow = syncthingOver(systemLocalHttp, { url, key: KEY }, { timeoutMs: 200, maxBytes: 1000 });
  expect(await slow.scan('q', [])).toEqual({ problem: 'no whole answer within 0.2 s' });
  const over = new AbortController();
  const held = syncthingOver(systemLocalHttp, { url, key: KEY }, { ...LIMITS, signal: over.signal });
  const asking = [held.config(), held.scan('q', [])];
  over.abort();
  expect(await Promise.all(asking)).toEqual([{ problem: 'given up' }, { problem: 'given up' }]);
  expect(received.length).toBe(1);
});
