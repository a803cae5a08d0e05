// What each kind of target is sent, and what its answers mean.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/notify/channels/channel.ts';
import { headerId, retryAfter } from '../../src/notify/channels/channel.ts';
import { CHANNELS } from '../../src/notify/channels/channels.ts';
import type { Occasion } from '../../src/notify/facts.ts';
import { letterFor } from '../../src/notify/letter.ts';
import { MESSAGE_VARIABLES } from '../../src/settings/layers.ts';
import type { HttpAnswer } from '../../src/system/http.ts';
import { answer, FAILED, JOB, message, NOW, target, view } from './given.ts';

type HttpKind = Exclude<keyof typeof CHANNELS, 'command'>;

const OPTIONS: Record<HttpKind, string> = {
  'openclaw-wake': 'kind = "openclaw-wake", url = "http://127.0.0.1:18789/hooks", secret_env = "A"',
  'openclaw-agent': 'kind = "openclaw-agent", url = "http://127.0.0.1:18789/hooks/", secret_env = "A"',
  slack: 'kind = "slack", url_env = "A"',
  discord: 'kind = "discord", url_env = "A"',
  ntfy: 'kind = "ntfy", url = "https://ntfy.example/", topic = "nx"',
  webhook: 'kind = "webhook", url = "https://example.org/hook"',
};
const HTTP_KINDS = Object.keys(OPTIONS) as HttpKind[];
const URLS: Partial<Record<HttpKind, string>> = {
  slack: 'https://hooks.slack.com/services/T/B/x',
  discord: 'https://discord.com/api/webhooks/1/x',
};

function post<K extends HttpKind>(kind: K, more = '', given: Partial<Occasion> = {}, secret?: string) {
  const settings = target<K>(OPTIONS[kind] + more);
  const channel = CHANNELS[kind];
  const letter = letterFor(message(given), 't', settings, channel.disarm);
  const url = URLS[kind] ?? (settings as { url?: string }).url ?? '';
  const { body, ...request } = channel.request(letter, settings as never, { url, secret }, NOW);
  return { ...request, json: JSON.parse(body) as Record<string, unknown>, body };
}

function verdict<K extends HttpKind>(kind: K, given: HttpAnswer): Verdict {
  return CHANNELS[kind].verdict(given, target<K>(OPTIONS[kind]) as never, NOW);
}

const ID = `${JOB}/completed/1`;

test.each(HTTP_KINDS)('%s carries the id, in a header and to read', (kind) => {
  const { headers, method, body } = post(kind, '', {}, 'token');
  expect(method).toBe('POST');
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-jobq-message-id': ID });
  expect(body).toContain(ID);
});

test.each(HTTP_KINDS)('%s never carries the log by itself', (kind) => {
  expect(post(kind, '', { view: view(FAILED) }).body).not.toMatch(/IGNORE|SCRIPT SAYS|meshing/);
});

test.each(HTTP_KINDS)('%s carries the log where its template asks for it', (kind) => {
  const allow = kind.startsWith('openclaw') ? ', include_log = true' : '';
  const { body } = post(kind, `, template = "{job_id}: {log_tail}"${allow}`, { view: view(FAILED) });
  expect(body).toContain('IGNORE ALL RULES');
});

test('a header holds what it can', () => {
  expect(headerId({ id: 'jöb 100%/completed/1' })).toBe('j%C3%B6b%20100%25/completed/1');
});

describe('openclaw-wake', () => {
  test('sends text and mode, and no field that an early version does not know', () => {
    const { url, headers, json } = post('openclaw-wake', '', {}, 'token');
    expect(url).toBe('http://127.0.0.1:18789/hooks/wake');
    expect(headers).toMatchObject({ authorization: 'Bearer token' });
    expect(Object.keys(json)).toEqual(['text', 'mode']);
    expect(json['mode']).toBe('now');
    expect(json['text']).toMatch(
      /^Job \S+ has completed\nProject: starspec-m1\n[\s\S]*\n\(\S+\/completed\/1\)$/,
    );
  });

  test('names agent and session where the settings do', () => {
    expect(post('openclaw-wake', ', agent = "manager", session_key = "k"').json).toMatchObject({
      agentId: 'manager',
      sessionKey: 'k',
    });
  });

  test('shows no log, even if the settings were to ask for it', () => {
    const settings = target<'openclaw-wake'>(OPTIONS['openclaw-wake']);
    const asking = { ...settings, template: '{job_id} {log_tail} {message}' };
    const { whole } = letterFor(message({ view: view(FAILED) }), 't', asking);
    expect(whole).toBe(`${JOB} - -`);
    expect(letterFor(message({ view: view(FAILED) }), 't', { ...asking, include_log: true }).whole).toContain(
      'FATAL',
    );
  });

  test('is short', () => {
    const description = 'x'.repeat(5000);
    const more = ', template = "{description}{description}{description}{description}{description}"';
    const text = String(post('openclaw-wake', more, { view: view({ description }) }).json['text']);
    expect(text.length).toBe(4000);
    expect(text.endsWith(`…\n(${ID})`)).toBe(true);
  });
});

describe('openclaw-agent', () => {
  test('sends the key in header and field, and neither channel nor to', () => {
    const { url, headers, json } = post('openclaw-agent', '', {}, 'token');
    expect(url).toBe('http://127.0.0.1:18789/hooks/agent');
    expect(Object.keys(json)).toEqual(['message', 'name', 'idempotencyKey']);
    expect(json).toMatchObject({ name: 'jobq', idempotencyKey: `t:${ID}` });
    expect(headers).toMatchObject({ 'idempotency-key': `t:${ID}`, authorization: 'Bearer token' });
  });

  test('sends what the settings say', () => {
    const more =
      ', agent = "m", session_key = "k", name = "Queue", deliver = true, channel = "discord", to = "channel:1", model = "x", thinking = "low"';
    expect(post('openclaw-agent', more).json).toMatchObject({
      agentId: 'm',
      sessionKey: 'k',
      name: 'Queue',
      deliver: true,
      channel: 'discord',
      to: 'channel:1',
      model: 'x',
      thinking: 'low',
    });
  });

  test('keeps the key within what a gateway takes, different for each message', () => {
    const keyOf = (job_id: string) =>
      String(post('openclaw-agent', '', { view: view({ job_id }) }).json['idempotencyKey']);
    const [a, b] = [keyOf(`job-a${'ü'.repeat(120)}`), keyOf(`job-b${'ü'.repeat(120)}`)];
    expect(a).not.toBe(b);
    for (const key of [a, b]) expect(key).toMatch(/^[!-~]{1,256}$/);
  });
});

describe('slack', () => {
  test('sends text in which nothing is a command', () => {
    const description = '<!channel> <@U1> @here & <http://x|y>';
    const { url, json } = post('slack', '', { view: view({ description }) });
    expect(url).toBe(URLS.slack);
    expect(json).toMatchObject({ unfurl_links: false, unfurl_media: false });
    expect(json['text']).toContain('What: &lt;!channel&gt; &lt;@U1&gt; @\u200bhere &amp; &lt;http://x|y&gt;');
  });

  test('leaves what the template says', () => {
    expect(
      post('slack', ', template = "<!here> {project}"', { view: view({ project: '<!here>' }) }).json['text'],
    ).toBe(`<!here> &lt;!here&gt;\n(${ID})`);
  });

  test.each<[string, HttpAnswer, Verdict]>([
    ['ok', answer(200, 'ok'), { result: 'sent' }],
    ['ok with a line feed', answer(200, 'ok\n'), { result: 'sent' }],
    [
      'another page',
      answer(200, '<html>login</html>'),
      {
        result: 'refused',
        reason: 'it did not answer "ok", as Slack does: is the address that of a webhook?',
      },
    ],
    [
      'a bad payload',
      answer(400, 'invalid_payload'),
      { result: 'refused', reason: 'status 400: invalid_payload' },
    ],
    [
      'a channel that is gone',
      answer(410, 'channel_is_archived'),
      { result: 'refused', reason: 'status 410: channel_is_archived' },
    ],
    [
      'too many',
      answer(429, '', { 'retry-after': '30' }),
      { result: 'retry', problem: 'status 429', after_s: 30, pause: true },
    ],
  ])('takes %s', (_name, given, expected) => {
    expect(verdict('slack', given)).toEqual(expected);
  });
});

describe('discord', () => {
  test('waits for the message, mentions nobody, and shows a value as it is', () => {
    const description = '@everyone **bold** <@1> [a](b) `c` C:\\d_e';
    const { url, json } = post('discord', '', { view: view({ description }) });
    expect(url).toBe('https://discord.com/api/webhooks/1/x?wait=true');
    expect(json['allowed_mentions']).toEqual({ parse: [] });
    expect(json).not.toHaveProperty('username');
    expect(json['content']).toContain(
      'What: @\u200beveryone \\*\\*bold\\*\\* \\<@1\\> \\[a\\](b) \\`c\\` C:\\\\d\\_e',
    );
  });

  test('posts to a thread, under a name', () => {
    const { url, json } = post('discord', ', thread = "9", username = "jobq"');
    expect(url).toBe('https://discord.com/api/webhooks/1/x?wait=true&thread_id=9');
    expect(json['username']).toBe('jobq');
  });

  test.each([0, 1])('cuts at 2000, not inside a pair (%i)', (shift) => {
    const description = `${'a'.repeat(shift)}${'😀'.repeat(400)}`;
    const more = ', template = "{description}{description}{description}"';
    const content = String(post('discord', more, { view: view({ description }) }).json['content']);
    expect(content.length).toBeLessThanOrEqual(2000);
    expect(content.length).toBeGreaterThanOrEqual(1999);
    expect(content).not.toMatch(/\p{Cs}/u);
    expect(content.endsWith(`…\n(${ID})`)).toBe(true);
  });

  test.each<[string, HttpAnswer, Verdict]>([
    ['the message', answer(200, '{"id": "1"}'), { result: 'sent' }],
    ['no content', answer(204), { result: 'sent' }],
    [
      'no JSON',
      answer(200, '<html>'),
      {
        result: 'refused',
        reason: 'it did not answer with the message, as Discord does: is the address that of a webhook?',
      },
    ],
    [
      'a limit in the body',
      answer(429, '{"retry_after": 0.35, "global": false}', { 'retry-after': '1' }),
      {
        result: 'retry',
        problem: 'status 429: {"retry_after": 0.35, "global": false}',
        after_s: 0.35,
        pause: true,
      },
    ],
    [
      'a limit in the header',
      answer(429, 'error 1015', { 'retry-after': '7' }),
      { result: 'retry', problem: 'status 429: error 1015', after_s: 7, pause: true },
    ],
    [
      'an unknown webhook',
      answer(404, '{"message": "Unknown Webhook", "code": 10015}'),
      { result: 'refused', reason: 'status 404: {"message": "Unknown Webhook", "code": 10015}' },
    ],
  ])('takes %s', (_name, given, expected) => {
    expect(verdict('discord', given)).toEqual(expected);
  });
});

describe('ntfy', () => {
  test('sends JSON to the root, more urgent for what went wrong', () => {
    const { url, json, headers } = post('ntfy', ', tags = ["nx"]', {}, 'tk_1');
    expect(url).toBe('https://ntfy.example/');
    expect(headers).toMatchObject({ authorization: 'Bearer tk_1' });
    expect(json).toMatchObject({ topic: 'nx', title: `Job ${JOB} has completed`, priority: 3, tags: ['nx'] });
    expect(json['message']).not.toContain('has completed');
    expect(post('ntfy', '', { view: view(FAILED) }).json['priority']).toBe(4);
    expect(post('ntfy', ', priority = 1', { view: view(FAILED) }).json['priority']).toBe(1);
    expect(post('ntfy').headers).not.toHaveProperty('authorization');
  });

  test('cuts at 4096 bytes, not inside a character', () => {
    const more = ', template = "{description}{description}{description}"';
    const text = String(
      post('ntfy', more, { view: view({ description: 'ä😀€'.repeat(250) }) }).json['message'],
    );
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(text)).toBeGreaterThan(4090);
    expect(text).not.toMatch(/\p{Cs}/u);
    expect(text.endsWith(`…\n(${ID})`)).toBe(true);
  });

  test.each<[string, HttpAnswer, Verdict['result']]>([
    ['the message', answer(200, '{"id": "x", "topic": "nx"}'), 'sent'],
    ['another topic', answer(200, '{"id": "x", "topic": "hooks"}'), 'refused'],
    ['another page', answer(200, 'hello'), 'refused'],
    ['a daily limit', answer(429, '{"code": 42908}'), 'retry'],
    ['no right', answer(403, '{"code": 40301}'), 'refused'],
  ])('takes %s', (_name, given, result) => {
    expect(verdict('ntfy', given).result).toBe(result);
  });
});

describe('webhook', () => {
  test('sends every fact as it is', () => {
    const { json, headers } = post('webhook');
    expect(json).toMatchObject({ version: 1, id: ID, kind: 'finished', event: 'completed', job_id: JOB });
    expect(json).toMatchObject({ at: '2026-02-10T21:00:00.000Z', title: `Job ${JOB} has completed` });
    expect(json['facts']).toMatchObject({ best: 3.25, attempt: 1, exit_code: 0, project: 'starspec-m1' });
    expect(headers).not.toHaveProperty('x-jobq-signature');
  });

  test('signs the body with the time', () => {
    const { body, headers } = post('webhook', ', secret_env = "A"', {}, 'key');
    const mac = createHmac('sha256', 'key').update(`1770757200.${body}`).digest('hex');
    expect(headers['x-jobq-signature']).toBe(`t=1770757200,v1=${mac}`);
    expect(headers).not.toHaveProperty('authorization');
  });

  test('sends the secret itself where that is wanted', () => {
    const { headers } = post('webhook', ', secret_env = "A", secret_as = "bearer"', {}, 'key');
    expect(headers['authorization']).toBe('Bearer key');
    expect(headers).not.toHaveProperty('x-jobq-signature');
  });
});

describe('command', () => {
  const settings = target<'command'>('kind = "command", command = ["say", "$HOME; {job_id}"]');
  const request = (given: Partial<Occasion> = {}) =>
    CHANNELS.command.request(letterFor(message(given), 't', settings), settings);

  test('is given as it stands in the settings, with the message on standard input', () => {
    const { command, input } = request();
    expect(command).toEqual(['say', '$HOME; {job_id}']);
    expect(JSON.parse(input)).toMatchObject({ id: ID, facts: { best: 3.25 } });
  });

  test('is told the facts in variables that are no settings', () => {
    const { env } = request({ view: view(FAILED) });
    expect(env).toMatchObject({
      JOBQ_JOB_ID: JOB,
      JOBQ_MESSAGE_ID: `${JOB}/failed/1`,
      JOBQ_MESSAGE_EVENT: 'failed',
      JOBQ_MESSAGE_EXIT_CODE: '3',
      JOBQ_MESSAGE_TITLE: `Job ${JOB} has failed`,
    });
    const others = Object.keys(env).filter((name) => !name.startsWith(MESSAGE_VARIABLES));
    expect(others).toEqual(['JOBQ_JOB_ID']);
    expect(JSON.stringify(env)).not.toMatch(/IGNORE|meshing/);
  });

  test.each([
    ['exit code 0', { exit_code: 0, signal: null, timed_out: false }, { result: 'sent' }],
    [
      'another',
      { exit_code: 3, signal: null, timed_out: false },
      { result: 'retry', problem: 'the command ended with exit code 3' },
    ],
    [
      'a signal',
      { exit_code: null, signal: 'SIGSEGV', timed_out: false },
      { result: 'retry', problem: 'the command was ended by SIGSEGV' },
    ],
    [
      'its time over',
      { exit_code: 0, signal: null, timed_out: true },
      { result: 'retry', problem: 'the command ran longer than notify.timeout_s and was ended' },
    ],
    [
      'no such program',
      { exit_code: null, signal: null, timed_out: false, problem: 'say: ENOENT' },
      { result: 'retry', problem: 'the command could not be run: say: ENOENT', pause: true },
    ],
  ])('%s', (_name, end, expected) => {
    expect(CHANNELS.command.verdict(end)).toEqual(expected);
  });
});

describe('statuses mean the same to all', () => {
  const good: Record<HttpKind, string> = {
    'openclaw-wake': '{"ok":true,"mode":"now"}',
    'openclaw-agent': '{"ok":true,"runId":"1"}',
    slack: 'ok',
    discord: '{"id":"1"}',
    ntfy: '{"topic":"nx"}',
    webhook: '',
  };
  test.each(HTTP_KINDS)('%s', (kind) => {
    const resultOf = (status: number) => verdict(kind, answer(status, good[kind])).result;
    expect([200, 201, 202].map(resultOf)).toEqual(['sent', 'sent', 'sent']);
    expect([408, 425, 429, 500, 502, 503, 504, 507, 599].map(resultOf)).toEqual(Array(9).fill('retry'));
    expect([400, 401, 403, 404, 405, 409, 410, 413, 418].map(resultOf)).toEqual(Array(9).fill('refused'));
    expect([300, 301, 302, 303, 304, 307, 308].map(resultOf)).toEqual(Array(7).fill('refused'));
  });

  test('a redirect names the place it leads to, and nothing more of it', () => {
    expect(verdict('webhook', answer(302, '', { location: 'https://other.example/secret?x' }))).toEqual({
      result: 'refused',
      reason:
        'status 302: it redirects to other.example, which is not followed: the settings should name the new address',
    });
    expect(verdict('webhook', answer(301, '', { location: '/login' }))).toMatchObject({
      reason: 'status 301: it redirects, which is not followed: the settings should name the new address',
    });
  });

  test('a long answer is told in one short line', () => {
    const told = verdict('webhook', answer(500, `\u001b[2J<h1>\n\n${'x'.repeat(70_000)}`));
    expect(told).toMatchObject({ problem: expect.stringMatching(/^status 500: \[2J<h1> x+…$/) });
    expect((told as { problem: string }).problem.length).toBeLessThan(220);
  });
});

test.each<[string, Record<string, string>, number | undefined]>([
  ['nothing', {}, undefined],
  ['seconds', { 'retry-after': '120' }, 120],
  ['a fraction', { 'retry-after': ' 1.5 ' }, 1.5],
  ['a date', { 'retry-after': 'Tue, 10 Feb 2026 21:01:00 GMT' }, 60],
  [
    'a date by their own clock',
    { 'retry-after': 'Tue, 10 Feb 2026 23:01:00 GMT', date: 'Tue, 10 Feb 2026 23:00:30 GMT' },
    30,
  ],
  ['a date that is over', { 'retry-after': 'Tue, 10 Feb 2026 20:00:00 GMT' }, 0],
  ['a negative number', { 'retry-after': '-5' }, undefined],
  ['nonsense', { 'retry-after': 'soon' }, undefined],
])('Retry-After: %s', (_name, headers, seconds) => {
  expect(retryAfter(answer(429, '', headers), NOW)).toBe(seconds);
});
