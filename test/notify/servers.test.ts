// The sender against real servers of this machine that misbehave, over a real disk and the real clock: whatever they do,
// a message arrives in the end or is given up with a reason, and nobody else waits for it.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Notifier, NotifierParts } from '../../src/notify/notifier.ts';
import { openNotifier, testTarget } from '../../src/notify/notifier.ts';
import { newChores } from '../../src/system/chores.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemFiles } from '../../src/system/files.ts';
import { systemHttp } from '../../src/system/http.ts';
import { systemRun } from '../../src/system/process/run.ts';
import { systemRandom } from '../../src/system/random.ts';
import type { Answer } from '../system/local-server.ts';
import { BAD, serve, status } from '../system/local-server.ts';
import { tempDir, until } from '../system/temp-dir.ts';
import { keptLog, messageOf, notifySettings } from './given.ts';

const [a, b] = [messageOf('job-a'), messageOf('job-b')];
const QUICK = 'backoff_s = 0.01\nbackoff_max_s = 0.05';
/** For servers that are well: a machine that is busy must not look like one that hangs. */
const PATIENT = 'timeout_s = 20';
const IMPATIENT = 'timeout_s = 0.3';

async function sender(toml: string, variables: Record<string, string> = {}, patience = PATIENT) {
  const parts: NotifierParts = {
    disk: { files: systemFiles, clock: systemClock },
    file: path.join(tempDir(), 'notify.jsonl'),
    settings: notifySettings(`${toml}\n${patience}\n${QUICK}`),
    variables,
    http: systemHttp,
    run: systemRun,
    random: systemRandom,
    chores: newChores(systemClock, () => {}),
    log: keptLog(),
  };
  return { parts, notifier: await openNotifier(parts) };
}

/** Ticks until nothing waits. */
async function sent(notifier: Notifier): Promise<void> {
  await until('every message is sent or given up', () => {
    notifier.tick(systemClock.now());
    return notifier.pending().length === 0;
  });
  await notifier.settled();
}

const hook = (name: string, url: string) => `targets.${name} = { kind = "webhook", url = "${url}" }`;
const ok = status(200, 'ok');

/** Enqueues, sends, and holds every request to the same id. */
async function arrives(answers: Answer[], patience?: string): Promise<number> {
  const { url, received } = await serve(...answers);
  const { notifier } = await sender(hook('x', url), {}, patience);
  await notifier.enqueue(a);
  await sent(notifier);
  expect(notifier.dead()).toEqual([]);
  for (const { headers, body } of received) {
    expect(headers['x-jobq-message-id']).toBe(a.id);
    expect(JSON.parse(body)).toMatchObject({ id: a.id });
  }
  return received.length;
}

describe('a message arrives although the server', () => {
  test.each<[string, Answer[]]>([
    ['never answers at first', [BAD.neverAnswers, ok]],
    ['trickles at first', [BAD.trickles, ok]],
  ])('%s', async (_name, answers) => {
    expect(await arrives(answers, IMPATIENT)).toBeGreaterThan(1);
  });

  test.each<[string, Answer[], number]>([
    ['resets in the body', [BAD.resetsInTheBody, ok], 2],
    ['ends too soon', [BAD.endsTooSoon, ok], 2],
    ['is no HTTP server at first', [BAD.isNoHttp, ok], 2],
    ['fails twice', [status(500), status(503), ok], 3],
    ['says too many', [status(429, '{}', { 'retry-after': '1' }), ok], 2],
    [
      'says too many until a date',
      [status(429, '', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }), ok],
      2,
    ],
    ['never ends its answer', [BAD.neverEnds], 1],
    ['says more than it said it would', [BAD.saysMoreThanItSaid], 1],
    ['answers 202', [status(202)], 1],
  ])('%s', async (_name, answers, requests) => {
    expect(await arrives(answers)).toBe(requests);
  });
});

describe('a message is given up at once when the server', () => {
  test.each<[string, Answer, string]>([
    [
      'redirects',
      status(302, '', { location: 'http://127.0.0.1:9/elsewhere' }),
      'status 302: it redirects to 127.0.0.1:9,',
    ],
    ['refuses', status(401, 'no'), 'status 401: no'],
    ['does not know it', status(404), 'status 404'],
  ])('%s', async (_name, answer, reason) => {
    const { url, received } = await serve(answer);
    const { notifier } = await sender(hook('x', url));
    await notifier.enqueue(a);
    await sent(notifier);
    expect(notifier.dead()).toMatchObject([{ reason: expect.stringContaining(reason) }]);
    expect(received).toHaveLength(1);
  });

  test.each<[string, string, Answer]>([
    ['Slack and does not say ok', 'kind = "slack", url_env = "URL"', status(200, '<html>sign in</html>')],
    ['Discord and sends no JSON', 'kind = "discord", url_env = "URL"', status(200, '{"id": ')],
    ['ntfy and sends an endless page', 'kind = "ntfy", url_env = "URL", topic = "t"', BAD.neverEnds],
  ])('should be %s', async (_name, target, answer) => {
    const { url } = await serve(answer);
    const { notifier } = await sender(`targets.x = { ${target} }`, { URL: url });
    await notifier.enqueue(a);
    await sent(notifier);
    expect(notifier.dead()).toMatchObject([{ reason: expect.stringContaining('it did not answer') }]);
  });
});

test('a server that hangs holds up nobody else', async () => {
  const quick = await serve(ok);
  let release = () => {};
  const slow = await serve((response) => {
    release = () => response.end();
  }, ok);
  const { notifier } = await sender([hook('slow', slow.url), hook('quick', quick.url)].join('\n'));
  for (const message of [a, b]) await notifier.enqueue(message);
  await until('the quick one has both, while the slow one is still asked', () => {
    notifier.tick(systemClock.now());
    return slow.received.length === 1 && notifier.pending().every(({ target }) => target === 'slow');
  });
  expect(quick.received).toHaveLength(2);
  release();
  await sent(notifier);
  expect(slow.received.map(({ headers }) => headers['x-jobq-message-id'])).toEqual([a.id, b.id]);
});

test('what was sent is known after a restart, what was not is sent', async () => {
  const { url, received } = await serve(ok, status(500), ok);
  const { parts, notifier } = await sender(hook('x', url));
  for (const message of [a, b]) await notifier.enqueue(message);
  await until('two requests were answered', () => {
    if (received.length < 2) notifier.tick(systemClock.now());
    return received.length === 2;
  });
  await notifier.settled();
  const again = await openNotifier({ ...parts, chores: newChores(systemClock, () => {}) });
  for (const message of [a, b]) expect(await again.enqueue(message)).toEqual([]);
  await sent(again);
  expect(received.map(({ headers }) => headers['x-jobq-message-id'])).toEqual([a.id, b.id, b.id]);
});

test('every kind reaches a server that is well', async () => {
  const { url, received } = await serve((response, { path: asked, body }) => {
    const { topic } = JSON.parse(body) as { topic?: string };
    if (asked.startsWith('/slack')) response.end('ok');
    else response.end(JSON.stringify({ id: '1', ok: true, topic }));
  });
  const { notifier } = await sender(
    `
    targets.wake = { kind = "openclaw-wake", url = "${url}hooks", secret_env = "TOKEN" }
    targets.agent = { kind = "openclaw-agent", url = "${url}hooks", secret_env = "TOKEN" }
    targets.slack = { kind = "slack", url_env = "SLACK" }
    targets.discord = { kind = "discord", url_env = "DISCORD" }
    targets.ntfy = { kind = "ntfy", url = "${url}", topic = "nx", secret_env = "TOKEN" }
    targets.hook = { kind = "webhook", url = "${url}hook", secret_env = "TOKEN" }
  `,
    { TOKEN: 'tok', SLACK: `${url}slack/T/B/x`, DISCORD: `${url}discord/1/x` },
  );
  await notifier.enqueue(a);
  await sent(notifier);
  expect(notifier.dead()).toEqual([]);
  expect(received.map(({ path: asked }) => asked).toSorted()).toEqual([
    '/',
    '/discord/1/x?wait=true',
    '/hook',
    '/hooks/agent',
    '/hooks/wake',
    '/slack/T/B/x',
  ]);
});

describe('a command', () => {
  const script = (text: string) => `command = ['${process.execPath}', '-e', '''${text}''']`;
  const PRINT = 'process.stdin.pipe(process.stdout); console.log(process.env.JOBQ_MESSAGE_ID)';

  test('is given the message', async () => {
    const { parts, notifier } = await sender(`targets.say = { kind = "command", ${script(PRINT)} }`);
    await notifier.enqueue(a);
    await sent(notifier);
    expect(notifier.dead()).toEqual([]);
    const output = String(systemFiles.read(path.join(path.dirname(parts.file), 'notify-say.log')));
    const [id, payload = ''] = output
      .split('\n')
      .toSorted((x, y) => x.length - y.length)
      .slice(1);
    expect(id).toBe(a.id);
    expect(JSON.parse(payload)).toMatchObject({ id: a.id, title: a.title });
  });

  test('that hangs is ended', async () => {
    const { parts } = await sender(
      `targets.say = { kind = "command", ${script('setInterval(() => {}, 1000)')} }`,
      {},
      IMPATIENT,
    );
    expect(await testTarget(parts, 'say')).toEqual({
      result: 'retry',
      problem: 'the command ran longer than notify.timeout_s and was ended',
    });
  });

  test('that is tested leaves what the last message printed as it is', async () => {
    const { parts } = await sender(`targets.say = { kind = "command", ${script('console.log("tested")')} }`);
    const beside = (name: string) => path.join(path.dirname(parts.file), name);
    systemFiles.openNew(beside('notify-say.log')).close();
    expect(await testTarget(parts, 'say')).toEqual({ result: 'sent' });
    expect(String(systemFiles.read(beside('notify-say.test.log')))).toBe('tested\n');
    expect(String(systemFiles.read(beside('notify-say.log')))).toBe('');
  });

  test('that is not there is told', async () => {
    const { parts } = await sender('targets.say = { kind = "command", command = ["jobq-no-such-program"] }');
    expect(await testTarget(parts, 'say')).toMatchObject({
      result: 'retry',
      problem: expect.stringMatching(/^the command could not be run: .*ENOENT/),
    });
  });
});
