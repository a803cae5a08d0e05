// Secrets come from variables and files when they are needed, and are in no text that is told.
import { describe, expect, test } from 'vitest';
import { concealer } from '../../src/notify/conceal.ts';
import { secretsOf } from '../../src/notify/secrets.ts';
import type { NotifyTarget } from '../../src/settings/notify-targets.ts';
import { target } from './given.ts';

const slack = target('kind = "slack", url_env = "URL"');
const slackFile = target('kind = "slack", url_file = "/etc/url"');
const wake = target('kind = "openclaw-wake", url = "http://127.0.0.1:18789/hooks", secret_env = "TOKEN"');
const hook = target(
  'kind = "webhook", url = "https://a.example/in?api_key=abcdef123&v=1", secret_file = "/etc/key"',
);
const ADDRESS = 'https://hooks.example/services/T00000/B11111/sEcReT';

function found(settings: NotifyTarget, variables: Record<string, string> = {}, text?: string | Error) {
  const read = () => {
    if (text instanceof Error) throw text;
    return text === undefined ? undefined : Buffer.from(text);
  };
  return secretsOf(settings, { variables, files: { read } });
}

describe('secrets', () => {
  test.each([
    {
      name: 'from a variable',
      given: found(slack, { URL: ADDRESS }),
      secrets: { url: ADDRESS, secret: undefined },
    },
    {
      name: 'from a file, with a line feed',
      given: found(slackFile, {}, `\uFEFF${ADDRESS}\r\n`),
      secrets: { url: ADDRESS },
    },
    {
      name: 'beside an open address',
      given: found(wake, { TOKEN: ' tok ' }),
      secrets: { url: 'http://127.0.0.1:18789/hooks', secret: 'tok' },
    },
    {
      name: 'of a command',
      given: found(target('kind = "command", command = ["x"]')),
      secrets: { url: '', secret: undefined },
    },
  ])('$name', ({ given, secrets }) => {
    expect(given).toMatchObject(secrets);
  });

  test.each([
    { name: 'no variable', given: found(slack), problem: 'the variable that url_env names is not there' },
    {
      name: 'an empty variable',
      given: found(wake, { TOKEN: ' ' }),
      problem: 'the variable that secret_env names is empty',
    },
    { name: 'no file', given: found(slackFile), problem: 'the file that url_file names is not there' },
    {
      name: 'a file that cannot be read',
      given: found(slackFile, {}, new Error('EACCES /etc/url')),
      problem: 'the file that url_file names is not there',
    },
    {
      name: 'several lines',
      given: found(hook, {}, 'sEcReT\nother'),
      problem: 'the file that secret_file names holds more than one word of plain characters',
    },
    {
      name: 'no address',
      given: found(slack, { URL: 'sEcReT' }),
      problem: 'what url_env or url_file leads to is not an address',
    },
    { name: 'another scheme', given: found(slack, { URL: 'file:///sEcReT' }), problem: 'is not an address' },
    {
      name: 'a password',
      given: found(slack, { URL: 'https://me:sEcReT@a/' }),
      problem: 'is not an address',
    },
  ])('$name is told without the value', ({ given, problem }) => {
    expect(given).toEqual({ problem: expect.stringContaining(problem) });
    expect(JSON.stringify(given)).not.toContain('sEcReT');
  });
});

describe('a text', () => {
  const conceal = (settings: NotifyTarget, url: string, secret?: string) =>
    concealer(settings, { url, secret });

  test.each([
    ['the whole address', `at ${ADDRESS}: no`, 'at ***: no'],
    ['its path', 'POST /services/T00000/B11111/sEcReT 404', 'POST *** 404'],
    ['a part of it', 'unknown webhook B11111 or sEcReT', 'unknown webhook *** or ***'],
    ['encoded', `u=${encodeURIComponent(ADDRESS)}`, 'u=***'],
    ['the host alone', 'hooks.example is down', 'hooks.example is down'],
  ])('does not show %s of a secret address', (_name, text, shown) => {
    expect(conceal(slack, ADDRESS)(text)).toBe(shown);
  });

  test('does not show a token, however short, nor as JSON or encoded', () => {
    const shown = conceal(wake, 'http://127.0.0.1:18789/hooks', 'a"b/c');
    expect(shown('Bearer a"b/c, {"token":"a\\"b/c"}, a%22b%2Fc')).toBe('Bearer ***, {"token":"***"}, ***');
    expect(shown('http://127.0.0.1:18789/hooks')).toBe('http://127.0.0.1:18789/hooks');
  });

  test('does not show values in the query of an open address', () => {
    expect(
      conceal(hook, 'https://a.example/in?api_key=abcdef123&v=1', 'k')('api_key=abcdef123&v=1, abcdef123'),
    ).toBe('***, ***');
  });

  test.each([
    ['in other letters', 'you sent SERVICES/b11111', 'you sent ***/***'],
    ['a piece of it', 'token cReTtOk… is unknown', '***'],
    ['a piece in other letters', 'token CRETTOK… is unknown', '***'],
    ['in base64', `basic ${Buffer.from('me:sEcReTtOkEn').toString('base64')}`, '***'],
    ['in base64, behind more', `x ${Buffer.from('me_:sEcReTtOkEn').toString('base64url')}`, '***'],
    ['in hex', `x ${Buffer.from('sEcReTtOkEn').toString('hex').toUpperCase()}`, '***'],
    ['a piece that is encoded', 'x %63%52%65%54tOk', '***'],
    ['but a word of its address', 'no service here', 'no service here'],
    ['what is none', 'no such hook', 'no such hook'],
  ])('does not show a secret %s', (_name, text, shown) => {
    expect(conceal(slack, 'https://hooks.example/services/B11111/sEcReTtOkEn')(text)).toBe(shown);
    const token = conceal(wake, 'http://127.0.0.1:18789/hooks', 'sEcReTtOkEn');
    expect(token(text)).toBe(shown === '***' ? shown : text);
  });
});
