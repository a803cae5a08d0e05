// Settings of the mirror: what is accepted, and that its key is shown by nothing.
import { describe, expect, test } from 'vitest';
import { settingRows } from '../../src/settings/describe.ts';
import { errorOf, load } from './given.ts';

const toml = (lines: string) => `[syncthing]\n${lines}`;

test.each(['auto', 'local', 'unknown'])('link may be %s', (link) => {
  expect(load({ toml: toml(`link = "${link}"`) }).settings.syncthing.link).toBe(link);
});

test.each(['http://127.0.0.1:8384', 'https://nas.example/st/', 'http://[::1]:8384/'])(
  'url may be %s',
  (url) => {
    expect(load({ toml: toml(`url = "${url}"`) }).settings.syncthing.url).toBe(url);
  },
);

test.each([
  ['link = "up"', 'link'],
  ['url = "127.0.0.1:8384"', 'url'],
  ['url = "ftp://h/"', 'url'],
  ['url = "http://h/?a=b"', 'url'],
  ['url = "http://me:pw@h/"', 'without user name and password'],
  ['home = "relative"', 'absolute path'],
  ['api_key_file = "~/k"', 'absolute path'],
  ['nudge = "yes"', 'nudge'],
  ['poll_interval_s = 0', 'poll_interval_s'],
  ['half_open_after_s = 0', 'half_open_after_s'],
])('%s is refused', (line, told) => {
  expect(errorOf({ toml: toml(line) }).message).toContain(told);
});

test('a password in the address is not repeated', () => {
  expect(JSON.stringify(errorOf({ toml: toml('url = "http://me:sEcReT@h/"') }))).not.toContain('sEcReT');
});

describe('the key', () => {
  const keyRow = (...given: Parameters<typeof load>) =>
    settingRows(load(...given)).find(({ key }) => key === 'syncthing.api_key');

  test('is taken from a variable before the file, and masked with its source', () => {
    const both = { toml: toml('api_key = "sEcReT-1"'), variables: { JOBQ_SYNCTHING_API_KEY: 'sEcReT-2' } };
    expect(load(both).settings.syncthing.api_key).toBe('sEcReT-2');
    expect(keyRow(both)).toMatchObject({ value: '***', source: 'JOBQ_SYNCTHING_API_KEY' });
    expect(JSON.stringify(settingRows(load(both)))).not.toContain('sEcReT');
  });

  test('that is not set is shown as unset', () => {
    expect(keyRow()).toMatchObject({ value: null, source: 'default' });
  });

  test.each(['"sEcReT two"', '""', '"sEcReT€"', '["sEcReT"]', '5318008', '"sEcReT\\n"'])(
    'that cannot be one (%s) is refused without being repeated',
    (value) => {
      const error = errorOf({ toml: toml(`api_key = ${value}`) });
      expect(error).toMatchObject({ code: 'usage', field: 'syncthing.api_key' });
      expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/sEcReT|5318008/);
    },
  );
});
