// One exchange against servers of this machine that misbehave: it always ends, and never with more than it may hold.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../src/system/http.ts';
import { systemHttp } from '../../src/system/http.ts';
import type { Answer } from './local-server.ts';
import { BAD, serve, status } from './local-server.ts';

const SHORT_MS = 300;
const ENOUGH_MS = 20_000;

/** Resolves once nobody is connected any more. */
function letGo(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () =>
      server.getConnections((error, open) => {
        if (error) reject(error);
        else if (open === 0) resolve();
        else setImmediate(look);
      });
    look();
  });
}

function post(url: string, more: Partial<HttpRequest> = {}) {
  return systemHttp({ method: 'POST', url, headers: {}, body: '{}', timeoutMs: ENOUGH_MS, ...more });
}

test('a request goes out whole, and its answer comes back whole', async () => {
  const { url, received } = await serve(status(202, 'grüße', { 'x-back': 'yes' }));
  const headers = { 'content-type': 'application/json', authorization: 'Bearer t' };
  const answer = await post(`${url}hooks?a=b`, { headers, body: '{"a":"ä"}' });
  expect(answer).toMatchObject({ status: 202, body: 'grüße', headers: { 'x-back': 'yes' } });
  expect(received).toMatchObject([{ method: 'POST', path: '/hooks?a=b', body: '{"a":"ä"}', headers }]);
  // a connection that is kept would be dead when the next message comes
  expect(received[0]?.headers).toMatchObject({ connection: 'close', 'user-agent': 'jobq' });
});

test('a question has no body', async () => {
  const { url, received } = await serve(status(200, 'ok'));
  expect(await systemHttp({ method: 'GET', url, headers: {}, timeoutMs: ENOUGH_MS })).toMatchObject({
    body: 'ok',
  });
  expect(received[0]).toMatchObject({ method: 'GET', body: '' });
});

describe('an exchange ends', () => {
  test.each<[string, Answer]>([
    ['that never answers', BAD.neverAnswers],
    ['that trickles', BAD.trickles],
  ])('with a server %s', async (_name, answer) => {
    const { url, server } = await serve(answer);
    expect(await post(url, { timeoutMs: SHORT_MS })).toEqual({ problem: 'no whole answer within 0.3 s' });
    await letGo(server);
  });

  test.each<[string, Answer, RegExp]>([
    ['that resets in the body', BAD.resetsInTheBody, /closed|ECONNRESET|does not match/],
    ['that ends too soon', BAD.endsTooSoon, /closed|does not match/],
    ['that is no HTTP server', BAD.isNoHttp, /HPE_|HTTP/],
  ])('with a server %s', async (_name, answer, problem) => {
    const { url } = await serve(answer);
    expect(await post(url)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('with a server that is not there', async () => {
    const { url, server } = await serve(status(200));
    server.close();
    await once(server, 'close');
    expect(await post(url)).toEqual({ problem: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('an answer is held within limits', () => {
  test('one that never ends, which is let go', async () => {
    const { url, server } = await serve(BAD.neverEnds);
    const answer = await post(url);
    expect(answer).toMatchObject({ status: 200 });
    const { body } = answer as { body: string };
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536);
    expect(body).toMatch(/^ä{30000,}$/);
    await letGo(server);
  });

  test('one that unfolds', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { url, received } = await serve((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    const { body } = (await post(url)) as { body: string };
    expect(body.length).toBe(65_536);
    expect(received[0]?.headers['accept-encoding']).toBe('identity');
  });

  test('one that says more than it said it would', async () => {
    const { url } = await serve(BAD.saysMoreThanItSaid);
    expect(await post(url)).toMatchObject({ status: 200, body: 'ok' });
  });
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (code) => {
  const other = await serve(status(200, 'ok'));
  const { url } = await serve(status(code, 'moved', { location: other.url }));
  expect(await post(url, { headers: { authorization: 'Bearer t' } })).toMatchObject({
    status: code,
    headers: { location: other.url },
  });
  expect(other.received).toEqual([]);
});

describe('what cannot be asked', () => {
  test.each<[string, Partial<HttpRequest>]>([
    ['a header over two lines', { headers: { authorization: 'Bearer sEcReT\nX: y' } }],
    ['a header of other letters', { headers: { authorization: 'Bearer sEcReT€' } }],
    ['an address with a password', { url: 'http://me:sEcReT@127.0.0.1:9/' }],
    ['no address', { url: 'sEcReT' }],
    ['another scheme', { url: 'ftp://127.0.0.1/sEcReT' }],
    ['a file', { url: 'file:///sEcReT' }],
    ['a port that is never asked', { url: 'http://127.0.0.1:6000/sEcReT' }],
  ])('%s is a problem that tells nothing of it', async (_name, request) => {
    const answer = await post('http://127.0.0.1:9/', request);
    expect(answer).toEqual({ problem: expect.stringMatching(/./) });
    expect(JSON.stringify(answer)).not.toContain('sEcReT');
  });
});
