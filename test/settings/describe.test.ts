// The commented file, the Markdown table and the rows of `jobq settings` say what the table says.
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { commentedSettings, settingRows, settingsTable } from '../../src/settings/describe.ts';
import { ROWS, SECTIONS, SETTING_KEYS } from '../../src/settings/keys.ts';
import { FACTS, load, WINDOWS } from './given.ts';

const KEY_LINE = /^#\s*(?=["'\w.-]+\s*=)/gm;
const uncommented = (text: string) => text.replace(KEY_LINE, '');

describe('the commented file', () => {
  const file = commentedSettings('q-"1"');

  test('sets the id and nothing else', () => {
    expect(parse(file)).toEqual({ queue: { id: 'q-"1"' } });
  });

  test('loads as the defaults', () => {
    const { settings } = load({ toml: commentedSettings('q-1') });
    expect(settings).toEqual(load({ toml: '[queue]\nid = "q-1"' }).settings);
  });

  test('has a line for every key, which is TOML when it is uncommented', () => {
    const table = parse(uncommented(file)) as Record<string, Record<string, unknown>>;
    for (const { section, name } of ROWS) {
      expect([section, name, table[section]]).toEqual([
        section,
        name,
        expect.objectContaining({ [name]: expect.anything() }),
      ]);
    }
    const plain = ROWS.filter(({ row }) => row.examples === undefined);
    expect(plain.map(({ key, section, name }) => [key, table[section]?.[name]])).toEqual(
      plain.map(({ key, row }) => [key, row.default]),
    );
  });

  test.each([FACTS, WINDOWS])('is accepted on $platform when every key is uncommented', (facts) => {
    const { settings } = load({ toml: uncommented(commentedSettings('q-1')), facts });
    expect(settings.runner.interpreters['nx-journal']).toMatchObject({ args_after_script: ['-args'] });
  });

  test('tells unit, default and meaning of a key', () => {
    expect(file).toContain(
      '# time a script has to end by itself after a cancel, before its processes are ended\n# (s; default: 30)\n# runner.grace_s = 30\n',
    );
  });

  test.each(SECTIONS.filter((section) => section !== 'queue'))(
    'takes a section [%s] at its end',
    (section) => {
      expect(() => load({ toml: `${commentedSettings('q-1')}\n[${section}]\n` })).not.toThrow();
    },
  );

  test('takes a table of a section of which a key was uncommented', () => {
    const toml = `${commentedSettings('q-1').replace('# notify.timeout_s', 'notify.timeout_s')}
[notify.targets.team]
kind = "slack"
url_env = "A"
`;
    expect(load({ toml }).settings.notify).toMatchObject({
      timeout_s: 15,
      targets: { team: { on: expect.any(Array) as unknown } },
    });
  });
});

describe('the Markdown table', () => {
  const lines = settingsTable().trimEnd().split('\n');

  test('has one line for every key, in order', () => {
    expect(lines.slice(2).map((line) => /^\| `([\w.]+)` \|/.exec(line)?.[1])).toEqual(SETTING_KEYS);
  });

  test('has five cells in every line', () => {
    for (const line of lines) expect([line, line.split('|').length]).toEqual([line, 7]);
  });

  test('shows no place-holder as HTML', () => {
    for (const line of lines) expect(line.replaceAll(/`[^`]*`/g, '')).not.toMatch(/[<>]/);
    expect(lines.join('\n')).toContain('| `<data dir>/<queue id>/work` |');
  });
});

describe('the rows of jobq settings', () => {
  test('have value and source of every key, and of every interpreter', () => {
    const rows = settingRows(
      load({ toml: '[runner]\nslots = 2\ninterpreters.python.path = "py"\n\ninterpreters.nx.path = "nx"' }),
    );
    expect(rows.find(({ key }) => key === 'runner.slots')).toMatchObject({
      value: 2,
      source: 'jobq.toml:2',
      variable: 'JOBQ_RUNNER_SLOTS',
      unit: 'jobs',
    });
    expect(rows.find(({ key }) => key === 'queue.id')).toMatchObject({ value: null, source: 'default' });
    expect(
      rows.filter(({ key }) => key.startsWith('runner.interpreters')).map(({ key, source }) => [key, source]),
    ).toEqual([
      ['runner.interpreters.python', 'jobq.toml:3'],
      ['runner.interpreters.nx', 'jobq.toml:5'],
    ]);
  });
});

test('every row says what it means and where its figure is from', () => {
  for (const { key, row } of ROWS) {
    expect([key, row.meaning, row.source, row.unit]).toEqual([
      key,
      expect.stringMatching(/./),
      expect.stringMatching(/./),
      expect.stringMatching(/./),
    ]);
    expect([key, row.default === undefined || typeof row.default === 'function' ? row.examples : []]).toEqual(
      [key, expect.any(Array)],
    );
  }
});
