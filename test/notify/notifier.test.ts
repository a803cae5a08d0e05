// The sender, over a disk in memory and targets that answer as told: durable, at least once, in order, and quiet about
// secrets.
import { describe, expect, test } from 'vitest';
import { askAgain } from '../../src/notify/again.ts';
import { readDeliveries } from '../../src/notify/ledger.ts';
import { testTarget } from '../../src/notify/notifier.ts';
import type { HttpAnswer, HttpProblem, HttpRequest } from '../../src/system/http.ts';
import type { RunRequest } from '../../src/system/process/run.ts';
import { desk, drain, HOOKS, LEDGER, turn } from './desk.ts';
import { answer, FAILED, fakeHttp, message, messageOf, view } from './given.ts';

const [a, b, c] = [messageOf('job-a'), messageOf('job-b'), messageOf('job-c')];
const DAY_MS = 86_400_000;
const ONE = 'targets.x = { kind = "webhook", url = "http://x.example/" }';
const good = () => fakeHttp(() => answer(200));

/** `host id` of each request. */
const sentTo = (requests: readonly HttpRequest[]) =>
  requests.map(
    ({ url, headers }) => `${new URL(url).hostname[0]} ${headers['x-jobq-message-id']?.split('/')[0]}`,
  );

describe('a message', () => {
  test('is durable before enqueue is over, and sent at the next tick', async () => {
    const http = good();
    const at = desk(http);
    const notifier = await at.open();
    expect(await notifier.enqueue(a)).toEqual(['x', 'y']);
    expect(readDeliveries(at.disk.files, LEDGER).open.size).toBe(2);
    expect(http.requests).toEqual([]);
    await turn(at, notifier);
    expect(sentTo(http.requests)).toEqual(['x job-a', 'y job-a']);
    expect(notifier.pending()).toEqual([]);
    expect(at.heard).toEqual([`sent x ${a.id}`, `sent y ${a.id}`]);
  });

  test('is sent once, however often it is enqueued, and over a restart', async () => {
    const http = good();
    const at = desk(http);
    const notifier = await at.open();
    await Promise.all([notifier.enqueue(a), notifier.enqueue(a)]);
    await turn(at, notifier);
    expect(await notifier.enqueue(a)).toEqual([]);
    const again = await at.open();
    expect(await again.enqueue(a)).toEqual([]);
    await turn(at, again);
    expect(http.requests).toHaveLength(2);
  });

  test('that was queued before a restart is sent after it', async () => {
    const http = good();
    const at = desk(http);
    await (await at.open()).enqueue(a);
    await drain(at, await at.open());
    expect(sentTo(http.requests)).toEqual(['x job-a', 'y job-a']);
  });

  test('that nobody wants leaves no trace', async () => {
    const at = desk(good());
    const notifier = await at.open();
    expect(await notifier.enqueue(message({ order: { notify: { on_complete: false } } }))).toEqual([]);
    expect(String(at.disk.files.read(LEDGER))).toBe('');
  });
});

describe('several messages', () => {
  test('go to each target in order, one after the other', async () => {
    const http = fakeHttp(({ url }, nth) => answer(url.includes('y.') && nth < 8 ? 503 : 200));
    const at = desk(http);
    const notifier = await at.open();
    for (const each of [a, b, c]) await notifier.enqueue(each);
    await drain(at, notifier);
    const arrived = (host: string) => [
      ...new Set(sentTo(http.requests).filter((sent) => sent.startsWith(host))),
    ];
    expect(arrived('x')).toEqual(['x job-a', 'x job-b', 'x job-c']);
    expect(arrived('y')).toEqual(['y job-a', 'y job-b', 'y job-c']);
    // a target that does not answer holds up nobody else
    expect(
      sentTo(http.requests)
        .slice(0, 5)
        .filter((sent) => sent.startsWith('x')),
    ).toHaveLength(3);
  });

  test('go to not more targets at once than wanted, and every target has its turn', async () => {
    const names = ['p', 'q', 'r', 's', 't'];
    const targets = names.map(
      (name) => `targets.${name} = { kind = "webhook", url = "http://${name}.example/" }`,
    );
    let now = 0;
    let most = 0;
    const turns: string[] = [];
    const http = async ({ url }: HttpRequest) => {
      turns.push(new URL(url).hostname.charAt(0));
      most = Math.max(most, ++now);
      for (let step = 0; step < 20; step++) await Promise.resolve();
      now -= 1;
      return answer(200);
    };
    const at = desk(http, [...targets, 'at_once = 2'].join('\n'));
    const notifier = await at.open();
    for (const each of [a, b]) await notifier.enqueue(each);
    await drain(at, notifier);
    expect(most).toBe(2);
    expect(turns.slice(0, 5).toSorted()).toEqual(names);
    expect(turns).toHaveLength(10);
  });

  test('never two at once to one target, however often it ticks', async () => {
    let release = () => {};
    const requests: string[] = [];
    const http = ({ url }: HttpRequest) => {
      requests.push(url);
      return new Promise<HttpAnswer>((resolve) => {
        release = () => resolve(answer(200));
      });
    };
    const at = desk(http, ONE);
    const notifier = await at.open();
    for (const each of [a, b]) await notifier.enqueue(each);
    for (let nth = 0; nth < 3; nth++) notifier.tick(at.disk.clock.now());
    expect(requests).toHaveLength(1);
    release();
    await notifier.settled();
    notifier.tick(at.disk.clock.now());
    expect(requests).toHaveLength(2);
    release();
    await notifier.settled();
  });
});

describe('while one message is not taken', () => {
  /** Hands in the first of these, then all, with a target that never takes the first. */
  async function stuckOn(reply: HttpAnswer | HttpProblem, messages = [a, b, c]) {
    const id = messages[0]?.id;
    const http = fakeHttp(({ headers }) => (headers['x-jobq-message-id'] === id ? reply : answer(200)));
    const at = desk(http, ONE);
    const notifier = await at.open();
    for (const each of messages) await notifier.enqueue(each);
    const turns = async (sender = notifier) => {
      for (let nth = 0; nth < 6; nth++) await turn(at, sender);
    };
    await turns();
    return { at, notifier, turns, sent: () => at.heard.filter((line) => line.startsWith('sent')) };
  }

  test.each<[string, HttpAnswer]>([
    ['500', answer(500)],
    ['408', answer(408)],
    ['503 without a time', answer(503)],
    ['500 with a time', answer(500, '', { 'retry-after': '60' })],
  ])('the others go: %s', async (_name, reply) => {
    const { notifier, sent } = await stuckOn(reply);
    expect(sent()).toEqual([`sent x ${b.id}`, `sent x ${c.id}`]);
    expect(notifier.pending().map(({ message: { id } }) => id)).toEqual([a.id]);
  });

  test.each<[string, HttpAnswer | HttpProblem]>([
    ['no connection', { problem: 'connect ECONNREFUSED' }],
    ['429', answer(429)],
    ['503 with a time', answer(503, '', { 'retry-after': '60' })],
  ])('the others wait with it where the target takes none: %s', async (_name, reply) => {
    const { at, sent, turns } = await stuckOn(reply);
    expect(sent()).toEqual([]);
    await turns(await at.open()); // nor do they after a restart
    expect(sent()).toEqual([]);
  });

  test('what is told of the same job after it waits, so that nothing is told the wrong way round', async () => {
    const recovered = message({ kind: 'recovered', view: view({ job_id: 'job-a' }) });
    const { sent } = await stuckOn(answer(500), [a, recovered, b]);
    expect(sent()).toEqual([`sent x ${b.id}`]);
  });

  test('what came of another is still the first to be written down, once it can be', async () => {
    const at = desk(good(), ONE);
    const { openAppend } = at.disk.files;
    const notifier = await at.open();
    for (const each of [a, b]) await notifier.enqueue(each);
    at.disk.files.openAppend = () => {
      throw new Error('EROFS');
    };
    await turn(at, notifier);
    at.disk.files.openAppend = openAppend;
    await drain(at, notifier);
    expect(at.heard).toEqual([`sent x ${a.id}`, `sent x ${b.id}`]);
  });
});

describe('a message that cannot be sent', () => {
  const at500 = (times: number) => fakeHttp((_request, nth) => answer(nth <= times ? 500 : 200));

  test('waits longer each time, over restarts, and is sent with the same id', async () => {
    const http = at500(3);
    const at = desk(http, ONE);
    const waits: number[] = [];
    let notifier = await at.open();
    await notifier.enqueue(a);
    for (let nth = 0; nth < 3; nth++) {
      await turn(at, notifier);
      const [waiting] = notifier.pending();
      expect(waiting).toMatchObject({ tries: nth + 1, problem: 'status 500' });
      const wait = (waiting?.nextMs ?? 0) - at.disk.clock.now();
      waits.push(wait);
      notifier = await at.open();
      at.disk.clock.advance(wait - 1);
      await turn(at, notifier);
      expect(http.requests).toHaveLength(nth + 1);
      at.disk.clock.advance(1);
    }
    await turn(at, notifier);
    expect(waits).toEqual([5000, 10_000, 20_000]);
    expect(new Set(sentTo(http.requests))).toEqual(new Set(['x job-a']));
    expect(notifier.pending()).toEqual([]);
    expect(at.log.lines.filter((line) => line.includes('"warn"'))).toHaveLength(1);
  });

  test.each<[string, HttpAnswer | HttpProblem, number]>([
    ['a broken connection', { problem: 'connect ECONNREFUSED' }, 5000],
    ['too many, in seconds', answer(429, '', { 'retry-after': '77' }), 77_000],
    ['busy, until a date', answer(503, '', { 'retry-after': 'Tue, 10 Feb 2026 14:32:22 GMT' }), 120_000],
    ['too many for ever', answer(429, '', { 'retry-after': '99999999' }), 3_600_000],
  ])('waits as it is asked to: %s', async (_name, reply, waitMs) => {
    const at = desk(
      fakeHttp(() => reply),
      ONE,
    );
    const notifier = await at.open();
    await notifier.enqueue(a);
    await turn(at, notifier);
    expect((notifier.pending()[0]?.nextMs ?? 0) - at.disk.clock.now()).toBe(waitMs);
  });

  test('is given up at once when it is refused, and the next one goes', async () => {
    const http = fakeHttp((_request, nth) => (nth === 1 ? answer(404, 'no such hook') : answer(200)));
    const at = desk(http, ONE);
    const notifier = await at.open();
    for (const each of [a, b]) await notifier.enqueue(each);
    await drain(at, notifier);
    expect(notifier.dead()).toMatchObject([
      { target: 'x', message: { id: a.id }, reason: 'status 404: no such hook' },
    ]);
    expect(at.heard).toEqual([`dead x ${a.id}`, `sent x ${b.id}`]);
    expect(at.log.lines.join('\n')).toContain('"message given up"');
    expect((await at.open()).dead()).toHaveLength(1);
  });

  test('is given up after its time, and not before', async () => {
    const http = fakeHttp(() => answer(500));
    const at = desk(http, `${ONE}\nretry_max_h = 2`);
    const notifier = await at.open();
    const begunMs = at.disk.clock.now();
    await notifier.enqueue(a);
    await drain(at, notifier);
    const [given] = notifier.dead();
    expect(given?.reason).toMatch(/^given up after \d+ tries: status 500$/);
    expect((given?.deadMs ?? 0) - begunMs).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect((given?.deadMs ?? 0) - begunMs).toBeLessThan(2.5 * 3_600_000);
  });

  test('after a weekend without a watcher is tried more than once', async () => {
    const http = at500(2);
    const at = desk(http, ONE);
    await (await at.open()).enqueue(a);
    at.disk.clock.advance(72 * 3_600_000);
    const notifier = await at.open();
    await drain(at, notifier);
    expect(notifier.dead()).toEqual([]);
    expect(http.requests).toHaveLength(3);
  });

  test('is tried at once when the clock was set back by days', async () => {
    const http = at500(1);
    const at = desk(http, ONE);
    at.disk.clock.advance(10 * DAY_MS); // the other clock of the fake only goes forward from here on
    const notifier = await at.open();
    await notifier.enqueue(a);
    await turn(at, notifier);
    at.disk.clock.advance(-3 * DAY_MS);
    await turn(at, notifier);
    expect(http.requests).toHaveLength(2);
  });
});

describe('a target that is gone from the settings', () => {
  test('takes its messages with it, and only those', async () => {
    const http = fakeHttp(() => answer(500));
    const at = desk(http);
    const notifier = await at.open();
    await notifier.enqueue(a);
    await turn(at, notifier);
    const one = { ...desk(http, ONE), disk: at.disk };
    const later = await desk(http, ONE, { disk: at.disk, file: LEDGER }).open();
    await turn(one, later);
    expect(later.dead()).toMatchObject([
      { target: 'y', reason: 'its target is not in the settings any more' },
    ]);
    expect(later.pending()).toMatchObject([{ target: 'x' }]);
  });
});

describe('a dead message', () => {
  test('is sent again when somebody asks, at one target or at all', async () => {
    const http = fakeHttp((_request, nth) => answer(nth <= 4 ? 404 : 200));
    const at = desk(http);
    const notifier = await at.open();
    for (const each of [a, b]) {
      await notifier.enqueue(each);
      await turn(at, notifier);
    }
    expect(notifier.dead()).toHaveLength(4);
    await askAgain(at.disk, LEDGER, { id: a.id });
    await askAgain(at.disk, LEDGER, { id: b.id, target: 'y' });
    await askAgain(at.disk, LEDGER, { id: 'nothing' });
    await turn(at, notifier);
    expect(notifier.pending().map(({ target, message: { id } }) => [target, id])).toEqual([
      ['x', a.id],
      ['y', a.id],
      ['y', b.id],
    ]);
    await drain(at, notifier);
    expect(sentTo(http.requests).slice(4).toSorted()).toEqual(['x job-a', 'y job-a', 'y job-b']);
    expect(notifier.dead()).toMatchObject([{ target: 'x', message: { id: b.id } }]);
    expect(at.disk.files.list('/state/notify-again')).toEqual([]);
  });

  test.each([
    { wish: { target: 'y' }, targets: ['y', 'y'] },
    { wish: {}, targets: ['x', 'y', 'x', 'y'] },
  ])('is one of those that fit $wish', async ({ wish, targets }) => {
    const at = desk(fakeHttp(() => answer(404)));
    const notifier = await at.open();
    for (const each of [a, b]) {
      await notifier.enqueue(each);
      await turn(at, notifier);
    }
    await askAgain(at.disk, LEDGER, wish);
    await turn(at, notifier);
    expect(notifier.pending().map(({ target }) => target)).toEqual(targets);
  });

  test('a wish that cannot be read is taken away', async () => {
    const at = desk(good());
    at.disk.files.makeDir('/state/notify-again');
    at.disk.volume.writeFileSync('/state/notify-again/w.json', '{"id": 5}');
    await turn(at, await at.open());
    expect(at.disk.files.list('/state/notify-again')).toEqual([]);
  });
});

describe('a ledger that cannot be written', () => {
  test('keeps enqueue from saying that it is durable', async () => {
    const http = good();
    const at = desk(http, ONE);
    const notifier = await at.open();
    at.parts.disk.files.openAppend = () => {
      throw new Error('ENOSPC');
    };
    await expect(notifier.enqueue(a)).rejects.toThrow('ENOSPC');
    await turn(at, notifier);
    expect(http.requests).toEqual([]);
  });

  test('is written later: what was answered is not sent again meanwhile', async () => {
    const http = good();
    const at = desk(http, ONE);
    const notifier = await at.open();
    for (const each of [a, b]) await notifier.enqueue(each);
    const { openAppend } = at.disk.files;
    at.disk.files.openAppend = () => {
      throw new Error('ENOSPC');
    };
    for (let nth = 0; nth < 4; nth++) {
      await turn(at, notifier);
      at.disk.clock.advance(60_000);
    }
    expect(sentTo(http.requests)).toEqual(['x job-a']);
    expect(at.log.lines.join('\n')).toContain('the ledger of messages cannot be written');
    at.disk.files.openAppend = openAppend;
    await drain(at, notifier);
    expect(sentTo(http.requests)).toEqual(['x job-a', 'x job-b']);
    expect((await at.open()).pending()).toEqual([]);
  });
});

describe('a command', () => {
  const COMMAND = 'targets.say = { kind = "command", command = ["say", "done"] }\ntimeout_s = 7';

  test('is run beside the ledger, its output kept, and tried again when it fails', async () => {
    const requests: RunRequest[] = [];
    const run = (request: RunRequest) => {
      requests.push(request);
      return Promise.resolve({ exit_code: requests.length === 1 ? 1 : 0, signal: null, timed_out: false });
    };
    const at = desk(good(), COMMAND, { run });
    const notifier = await at.open();
    await notifier.enqueue(a);
    at.disk.volume.writeFileSync('/state/notify-say.log', 'old');
    await turn(at, notifier);
    expect(notifier.pending()[0]?.problem).toBe('the command ended with exit code 1');
    expect(at.disk.files.facts('/state/notify-say.log')).toBeUndefined();
    await drain(at, notifier);
    expect(requests).toHaveLength(2);
    expect(requests[1]).toMatchObject({
      command: ['say', 'done'],
      cwd: '/state',
      outputFile: '/state/notify-say.log',
      timeoutMs: 7000,
      env: { JOBQ_MESSAGE_ID: a.id },
    });
  });

  test('that cannot even be started is tried again', async () => {
    const at = desk(good(), COMMAND, {
      run: () => Promise.reject(new Error('ENOSPC: no room for its output')),
    });
    const notifier = await at.open();
    await notifier.enqueue(a);
    await turn(at, notifier);
    expect(notifier.pending()[0]?.problem).toBe('ENOSPC: no room for its output');
  });
});

describe('no secret is seen', () => {
  const TOML = `
    targets.team = { kind = "discord", url_env = "TEAM_URL" }
    targets.wake = { kind = "openclaw-wake", url = "http://127.0.0.1:1/hooks", secret_env = "TOKEN" }
    targets.key = { kind = "webhook", url = "http://x.example/?token=qUeRySeCrEt", secret_file = "/secret/key" }
  `;
  const variables = {
    TEAM_URL: 'https://discord.example/api/webhooks/1234567/sEcReTtOkEn',
    TOKEN: 'tk_sEcReT',
  };
  const KEY = 'fIlEsEcReT';
  const everySecret = /sEcReT|fIlEsEcReT|qUeRySeCrEt|webhooks\/1234567/i;

  /** What the other side knows of the secrets, as it was told. */
  const known = ({ url, headers }: HttpRequest) =>
    `${url} ${headers['authorization'] ?? ''} ${url.includes('x.example') ? KEY : ''}`;

  function leaky() {
    const replies: ((request: HttpRequest) => HttpAnswer | HttpProblem)[] = [
      ({ url, headers }) => ({ problem: `fetch ${url} with ${JSON.stringify(headers)} failed` }),
      // cut after 200 characters, in the middle of one
      (request) => answer(500, `${'x'.repeat(150)} cannot POST ${known(request).repeat(3)}`),
      ({ url, headers }) => answer(429, JSON.stringify({ url, headers }), { 'retry-after': '1' }),
      (request) => answer(403, `no ${known(request)}`),
      ({ url }) => answer(307, '', { location: `${url}/moved` }),
    ];
    return fakeHttp((request, nth) => {
      const reply = replies[nth % replies.length];
      return reply ? reply(request) : answer(200);
    });
  }

  test('in the log, in the ledger, in what waits and what is dead', async () => {
    const http = leaky();
    const at = desk(http, TOML, { variables });
    at.disk.files.makeDir('/secret');
    at.disk.volume.writeFileSync('/secret/key', `${KEY}\n`);
    const notifier = await at.open();
    const seen: unknown[] = [];
    for (const each of [a, b, c, message({ view: view(FAILED) })]) {
      await notifier.enqueue(each);
      for (let nth = 0; nth < 4; nth++) {
        await turn(at, notifier);
        seen.push(structuredClone(notifier.pending()), structuredClone(notifier.dead()));
        at.disk.clock.advance(60_000);
      }
    }
    const told = [...at.log.lines, String(at.disk.files.read(LEDGER)), JSON.stringify(seen)].join('\n');
    expect(http.requests.length).toBeGreaterThan(10);
    expect(JSON.stringify(http.requests)).toMatch(everySecret);
    expect(told).toContain('***');
    expect(told).not.toMatch(everySecret);
  });

  test('in part, where an answer is cut to be told', async () => {
    const [start] = variables.TOKEN.match(/^.{4}/) ?? [''];
    for (let length = 170; length < 200; length++) {
      const http = fakeHttp(() => answer(500, `${'x'.repeat(length)} ${variables.TOKEN} and more to be cut`));
      const verdict = await testTarget(desk(http, TOML, { variables }).parts, 'wake');
      expect(JSON.stringify(verdict)).not.toContain(start);
    }
  });

  test('in a test of a target', async () => {
    const http = leaky();
    const { parts } = desk(http, TOML, { variables });
    const verdicts = [];
    for (let nth = 0; nth < 10; nth++) verdicts.push(await testTarget(parts, nth % 2 ? 'team' : 'wake'));
    expect(JSON.stringify(verdicts)).toContain('***');
    expect(JSON.stringify(verdicts)).not.toMatch(everySecret);
  });

  test('and one that is not there is waited for', async () => {
    const at = desk(good(), 'targets.team = { kind = "discord", url_env = "tk_sEcReT" }');
    const notifier = await at.open();
    await notifier.enqueue(a);
    await turn(at, notifier);
    expect(notifier.pending()[0]?.problem).toBe('the variable that url_env names is not there');
    expect([...at.log.lines, String(at.disk.files.read(LEDGER))].join()).not.toMatch(everySecret);
  });
});

describe('a test of a target', () => {
  test('sends something that says so, past the ledger', async () => {
    const http = good();
    const at = desk(http);
    expect(await testTarget(at.parts, 'x')).toEqual({ result: 'sent' });
    expect(http.requests[0]?.body).toContain('A test message of jobq for x');
    expect(http.requests[0]?.timeoutMs).toBe(15_000);
    expect(at.disk.files.facts(LEDGER)).toBeUndefined();
  });

  test.each([
    { toml: HOOKS, remedy: 'Take one of x, y.' },
    { toml: '', remedy: 'Add a target to the settings.' },
  ])('knows no other name ($remedy)', async ({ toml, remedy }) => {
    const unknown = testTarget(desk(good(), toml).parts, 'constructor');
    await expect(unknown).rejects.toMatchObject({ code: 'not-found', remedy });
  });
});
