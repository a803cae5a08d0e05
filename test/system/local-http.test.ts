// One exchange without fetch, against servers of this machine that misbehave: it always ends, never throws, and never
// holds more than it may. https is tried with the real Syncthing.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { LocalRequest } from '../../src/system/local-http.ts';
import { systemLocalHttp } from '../../src/system/local-http.ts';
import type { Answer } from './local-server.ts';
import { BAD, serve, status } from './local-server.ts';
import { until } from './temp-dir.ts';

const SHORT_MS = 300;
const ENOUGH_MS = 20_000;
const MAX_BYTES = 100_000;

function ask(url: string, more: Partial<LocalRequest> = {}) {
  return systemLocalHttp({
    method: 'GET',
    url,
    headers: {},
    timeoutMs: ENOUGH_MS,
    maxBytes: MAX_BYTES,
    ...more,
  });
}

/** Resolves once nobody is connected any more. */
async function letGo(server: Server): Promise<void> {
  let open = Number.POSITIVE_INFINITY;
  const look = () => server.getConnections((_error, count) => (open = count));
  await until('nobody is connected', () => {
    look();
    return open === 0;
  });
}

test.each(['POST', 'PUT', 'PATCH'] as const)(
  'a %s goes out whole, and its answer comes back whole',
  async (method) => {
    const { url, received } = await serve(status(202, 'grüße'));
    const headers = { 'x-api-key': 'k' };
    expect(await ask(`${url}rest/db/scan?a=b`, { method, headers, body: '{"a":"ä"}' })).toEqual({
      status: 202,
      body: 'grüße',
    });
    expect(received).toMatchObject([
      {
        method,
        path: '/rest/db/scan?a=b',
        body: '{"a":"ä"}',
        headers: { ...headers, 'content-length': '10' },
      },
    ]);
    expect(received[0]?.headers).toMatchObject({ connection: 'close', 'accept-encoding': 'identity' });
  },
);

test('a question has no body, an order without one says so', async () => {
  const { url, received } = await serve(status(200, ''));
  await ask(url);
  await ask(url, { method: 'POST' });
  expect(received.map(({ method, body, headers }) => [method, body, headers['content-length']])).toEqual([
    ['GET', '', undefined],
    ['POST', '', '0'],
  ]);
});

describe('an exchange ends', () => {
  test.each<[string, Answer]>([
    ['that never answers', BAD.neverAnswers],
    ['that trickles', BAD.trickles],
  ])('in time with a server %s', async (_name, answer) => {
    const { url, server } = await serve(answer);
    expect(await ask(url, { timeoutMs: SHORT_MS })).toEqual({ problem: 'no whole answer within 0.3 s' });
    await letGo(server);
  });

  test.each<[string, Answer, RegExp]>([
    ['that resets in the body', BAD.resetsInTheBody, /aborted|ECONNRESET/],
    ['that ends too soon', BAD.endsTooSoon, /aborted|ECONNRESET/],
    ['that is no HTTP server', BAD.isNoHttp, /HPE_/],
    ['that says more than it said', BAD.saysMoreThanItSaid, /./],
  ])('with a server %s', async (_name, answer, problem) => {
    const { url, server } = await serve(answer);
    const got = await ask(url);
    expect('problem' in got ? got.problem : got.body).toMatch(problem);
    expect('problem' in got || got.body === 'ok').toBe(true);
    await letGo(server);
  });

  test('with a server that is not there', async () => {
    const { url, server } = await serve(status(200));
    server.close();
    await once(server, 'close');
    expect(await ask(url)).toEqual({ problem: expect.stringContaining('ECONNREFUSED') });
  });

  test('with a server that changes the protocol', async () => {
    const { url, server } = await serve((response) => {
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    });
    expect(await ask(url)).toEqual({ problem: expect.stringMatching(/./) });
    await letGo(server);
  });

  test('when it is given up, before and during', async () => {
    const { url, server, received } = await serve(BAD.neverAnswers);
    const over = new AbortController();
    const asked = ask(url, { signal: over.signal });
    await until('it has been asked', () => received.length === 1);
    over.abort();
    expect(await asked).toEqual({ problem: 'given up' });
    await letGo(server);
    expect(await ask(url, { signal: over.signal })).toEqual({ problem: 'given up' });
    expect(received.length).toBe(1);
  });
});

describe('an answer beyond its limit is a problem', () => {
  test('one that never ends, which is let go', async () => {
    const { url, server } = await serve(BAD.neverEnds);
    expect(await ask(url)).toEqual({ problem: 'the answer is longer than 100000 bytes' });
    await letGo(server);
  });

  test('to the byte', async () => {
    const { url } = await serve(status(200, 'x'.repeat(10)), status(200, 'x'.repeat(11)));
    expect(await ask(url, { maxBytes: 10 })).toMatchObject({ status: 200 });
    expect(await ask(url, { maxBytes: 10 })).toHaveProperty('problem');
  });

  test('and one that would unfold stays folded', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { url } = await serve((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    const answer = await ask(url);
    expect(Buffer.byteLength('body' in answer ? answer.body : '')).toBeLessThan(3 * bomb.length);
  });
});

test('nobody is asked with a password in the address', async () => {
  const { url, received } = await serve(status(200, 'ok'));
  expect(await ask(url.replace('://', '://me:sEcReT@'))).toHaveProperty('problem');
  expect(await ask(url.replace('://', '://me@'))).toHaveProperty('problem');
  expect(received).toEqual([]);
});

test('a redirect is not followed', async () => {
  const other = await serve(status(200, 'ok'));
  const { url } = await serve(status(307, 'moved', { location: other.url }));
  expect(await ask(url, { headers: { 'x-api-key': 'k' } })).toEqual({ status: 307, body: 'moved' });
  expect(other.received).toEqual([]);
});

describe('what cannot be asked is a problem that repeats nothing of it', () => {
  test.each<[string, Partial<LocalRequest>]>([
    ['a header over two lines', { headers: { 'x-api-key': 'sEcReT\nX: y' } }],
    ['a header of other letters', { headers: { 'x-api-key': 'sEcReT€' } }],
    ['an address with a password', { url: 'http://me:sEcReT@127.0.0.1:9/' }],
    ['no address', { url: 'sEcReT' }],
    ['another scheme', { url: 'ftp://127.0.0.1/sEcReT' }],
    ['a path with a blank', { url: 'http://127.0.0.1:9/sEcReT\u0000' }],
    ['a certificate that is none', { url: 'https://127.0.0.1:9/', cert: 'sEcReT' }],
  ])('%s', async (_name, request) => {
    const answer = await ask('http://127.0.0.1:9/', request);
    expect(answer).toEqual({ problem: expect.stringMatching(/./) });
    expect(JSON.stringify(answer)).not.toContain('sEcReT');
  });
});
