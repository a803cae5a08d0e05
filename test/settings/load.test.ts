// Which layer wins, where each value says it is from, and what the defaults are.
import { describe, expect, test } from 'vitest';
import type { RunnerPolicy } from '../../src/queue/runner-snapshot.ts';
import type { WatcherPolicy } from '../../src/queue/watcher-snapshot.ts';
import { SETTING_KEYS } from '../../src/settings/keys.ts';
import { RESERVED_VARIABLES } from '../../src/settings/layers.ts';
import { bytes, FACTS, load, WINDOWS } from './given.ts';

const slotsFlag = (value: unknown) => [{ flag: '--slots', key: 'runner.slots', value } as const];

describe('defaults', () => {
  test('are all there without a file, each with its source', () => {
    const { settings, sources } = load();
    expect(settings).toMatchObject({
      queue: {
        id: undefined,
        run_on: undefined,
        created_by: 'u',
        max_path_length: 150,
        free_space_margin_mb: 500,
      },
      runner: {
        id: 'station-7',
        slots: 1,
        heartbeat_interval_s: 30,
        progress_interval_s: 10,
        poll_interval_s: 2,
        inputs_timeout_s: 86400,
        keep_days: 7,
        grace_s: 30,
        timeout_s: 0,
        work_root: undefined,
        state_dir: undefined,
        default_interpreter: 'python',
        env_allowed: [],
        interpreters: { python: { path: 'python3', args_before_script: [], args_after_script: [] } },
      },
      watcher: {
        unsealed_quiet_s: 60,
        second_look_s: 2,
        poll_interval_s: 2,
        post_command: [],
        post_timeout_s: 3600,
        lost_after_s: 300,
        lost_unknown_after_s: 3600,
      },
      syncthing: { link: 'auto', nudge: true, poll_interval_s: 5, half_open_after_s: 120 },
      notify: {},
    });
    for (const key of SETTING_KEYS) expect([key, sources[key]]).toEqual([key, 'default']);
    expect(sources['runner.interpreters.python']).toBe('default');
  });

  test('fit what the decisions ask for', () => {
    const { settings } = load();
    const runner: RunnerPolicy = settings.runner;
    const watcher: WatcherPolicy = settings.watcher;
    expect([runner.slots, watcher.second_look_s]).toEqual([1, 2]);
  });

  test('name folders after the queue', () => {
    const toml = '[queue]\nid = "q-1"';
    expect(load({ toml }).settings.runner).toMatchObject({
      work_root: '/home/u/.local/share/jobq/q-1/work',
      state_dir: '/home/u/.local/share/jobq/q-1/runner',
    });
    expect(load({ toml, facts: WINDOWS }).settings.runner).toMatchObject({
      work_root: 'C:\\Users\\u\\AppData\\Local\\jobq\\q-1\\work',
      interpreters: { python: { path: 'python' } },
    });
  });

  test('are not shared between two loads', () => {
    load().settings.runner.env_allowed.push('X');
    expect(load().settings.runner.env_allowed).toEqual([]);
  });
});

describe('precedence', () => {
  const toml = '# head\n[runner]\n\nslots = 2\n';
  const variables = { JOBQ_RUNNER_SLOTS: '3' };

  test.each([
    { name: 'the file beats the default', handed: { toml }, slots: 2, source: 'jobq.toml:4' },
    {
      name: 'the environment beats the file',
      handed: { toml, variables },
      slots: 3,
      source: 'JOBQ_RUNNER_SLOTS',
    },
    {
      name: 'a flag beats both',
      handed: { toml, variables, flags: slotsFlag('4') },
      slots: 4,
      source: '--slots',
    },
    { name: 'a flag may hold a number', handed: { toml, flags: slotsFlag(5) }, slots: 5, source: '--slots' },
    {
      name: 'an unused flag is none',
      handed: { toml, flags: slotsFlag(undefined) },
      slots: 2,
      source: 'jobq.toml:4',
    },
  ])('$name', ({ handed, slots, source }) => {
    const loaded = load(handed);
    expect(loaded.settings.runner.slots).toBe(slots);
    expect(loaded.sources['runner.slots']).toBe(source);
  });

  test('interpreters are merged by name', () => {
    const { settings, sources } = load({
      toml: '[runner.interpreters.nx-journal]\npath = "run_journal.exe"\nargs_after_script = ["-args"]\n',
      variables: { JOBQ_RUNNER_INTERPRETERS: '{"python": {"path": "/opt/py/bin/python"}}' },
    });
    expect(settings.runner.interpreters).toEqual({
      python: {
        path: '/opt/py/bin/python',
        args_before_script: [],
        args_after_script: [],
        path_prepend: [],
        env: {},
      },
      'nx-journal': {
        path: 'run_journal.exe',
        args_before_script: [],
        args_after_script: ['-args'],
        path_prepend: [],
        env: {},
      },
    });
    expect(sources['runner.interpreters.python']).toBe('JOBQ_RUNNER_INTERPRETERS');
    expect(sources['runner.interpreters.nx-journal']).toBe('jobq.toml:1');
  });
});

describe('the environment', () => {
  test.each([
    { value: 'A, B', list: ['A', 'B'] },
    { value: '["A,1", "B"]', list: ['A,1', 'B'] },
    { value: '', list: [] },
  ])('reads the list $value', ({ value, list }) => {
    expect(load({ variables: { JOBQ_RUNNER_ENV_ALLOWED: value } }).settings.runner.env_allowed).toEqual(list);
  });

  test('does not complain about variables that are not settings', () => {
    const names = [...RESERVED_VARIABLES, 'PATH', 'jobq_runner_slotz'];
    expect(() => load({ variables: Object.fromEntries(names.map((name) => [name, 'x'])) })).not.toThrow();
    expect(() => load({ variables: { JOBQ_NOTHING: undefined } })).not.toThrow();
  });

  test('has names without case on Windows', () => {
    const { settings, sources } = load({ variables: { Jobq_Runner_Slots: '3' }, facts: WINDOWS });
    expect([settings.runner.slots, sources['runner.slots']]).toEqual([3, 'JOBQ_RUNNER_SLOTS']);
    expect(load({ variables: { Jobq_Runner_Slots: '3' }, facts: FACTS }).settings.runner.slots).toBe(1);
  });
});

describe('a file written by Notepad', () => {
  const text = '[runner]\r\n# one\r\nslots = 2\r\n';
  const utf16 = (value: string) => new Uint8Array(Buffer.from(value, 'utf16le'));

  test.each([
    { name: 'CRLF', toml: bytes(text) },
    { name: 'a byte order mark', toml: bytes(`\uFEFF${text}`) },
    { name: 'UTF-16 with a byte order mark', toml: utf16(`\uFEFF${text}`) },
    { name: 'UTF-16 without one', toml: utf16(text) },
  ])('is read with $name', ({ toml }) => {
    const { settings, sources } = load({ toml });
    expect([settings.runner.slots, sources['runner.slots']]).toEqual([2, 'jobq.toml:3']);
  });

  test('may be empty', () => {
    expect(load({ toml: '' }).settings).toEqual(load().settings);
  });
});
