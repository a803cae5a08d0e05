// The post-processors of the settings: what an entry may say, and every way it can be wrong.
import { describe, expect, test } from 'vitest';
import { errorOf, load } from './given.ts';

const section = (toml: string) => ({ toml: `[watcher]\n${toml}` });
const entry = (text: string) => section(`\npost.p = { ${text} }`);

describe('post-processors', () => {
  test('have what is said of them, and nothing else but their rank', () => {
    const { watcher } = load(
      section(`
        post_tries = 5
        post.report = { command = ["report", "-x"], types = ["optimization"], projects = ["m1*"], paths = ["3_results/*.db"], timeout_s = 60, tries = 2, backoff_s = 0, order = -1, stop_on_failure = true, env = { A = "1" } }
        [watcher.post.upload]
        command = ["/opt/upload"]
      `),
    ).settings;
    expect(watcher.post).toEqual({
      report: {
        command: ['report', '-x'],
        types: ['optimization'],
        projects: ['m1*'],
        paths: ['3_results/*.db'],
        timeout_s: 60,
        tries: 2,
        backoff_s: 0,
        order: -1,
        stop_on_failure: true,
        env: { A: '1' },
      },
      upload: { command: ['/opt/upload'], order: 0, stop_on_failure: false },
    });
    expect([watcher.post_tries, watcher.post_backoff_s, watcher.post_concurrency]).toEqual([5, 60, 1]);
  });

  test('inherit what a script of a runner does, unless it is said', () => {
    expect(load().settings.watcher.post_env_inherit).toEqual(load().settings.runner.env_inherit);
    expect(load(section('post_env_inherit = ["PATH"]')).settings.watcher.post_env_inherit).toEqual(['PATH']);
  });

  test('from two layers are merged by name', () => {
    const { settings, sources } = load({
      ...entry('command = ["a"]'),
      variables: { JOBQ_WATCHER_POST: '{"q": {"command": ["b"]}}' },
    });
    expect(Object.keys(settings.watcher.post)).toEqual(['p', 'q']);
    expect([sources['watcher.post.p'], sources['watcher.post.q']]).toEqual([
      'jobq.toml:3',
      'JOBQ_WATCHER_POST',
    ]);
  });

  test('may call jobq: what they are told is not taken for settings', () => {
    const told = ['PROJECT', 'TYPE', 'STATE', 'OUTCOME', 'ERROR_CLASS', 'POST_NAME', 'POST_TRY'];
    const variables = Object.fromEntries(told.map((name) => [`JOBQ_${name}`, 'x']));
    expect(load({ variables }).settings.watcher.post).toEqual({});
  });

  test.each([
    { name: 'no command', text: 'order = 1', field: 'watcher.post.p.command', reason: 'is missing' },
    { name: 'no program', text: 'command = []', field: 'watcher.post.p.command', reason: 'names no program' },
    {
      name: 'a program by a relative path',
      text: 'command = ["./post.py"]',
      field: 'watcher.post.p.command[0]',
      reason: 'should be an absolute path',
    },
    {
      name: 'a command line as one text',
      text: 'command = "post.py -x"',
      field: 'watcher.post.p.command',
      reason: 'should be a list of texts, but is "post.py -x"',
    },
    {
      name: 'a misspelled option',
      text: 'command = ["a"], timeout = 3',
      field: 'watcher.post.p.timeout',
      reason: 'is not known (did you mean timeout_s?)',
    },
    {
      name: 'a pattern that leaves the job',
      text: 'command = ["a"], paths = ["../x"]',
      field: 'watcher.post.p.paths[0]',
      reason: 'leaves the directory of the job',
    },
    {
      name: 'a filter that nothing passes',
      text: 'command = ["a"], types = []',
      field: 'watcher.post.p.types',
      reason: 'no job would fit',
    },
    {
      name: 'no patterns',
      text: 'command = ["a"], paths = []',
      field: 'watcher.post.p.paths',
      reason: 'no job would fit',
    },
    {
      name: 'no try at all',
      text: 'command = ["a"], tries = 0',
      field: 'watcher.post.p.tries',
      reason: 'should be at least 1',
    },
    {
      name: 'half a try',
      text: 'command = ["a"], tries = 1.5',
      field: 'watcher.post.p.tries',
      reason: 'should be a whole number',
    },
    {
      name: 'a variable without a name',
      text: 'command = ["a"], env = { "A=B" = "x" }',
      field: 'watcher.post.p.env.A=B',
      reason: 'is not the name of a variable',
    },
    {
      name: 'a rank that is a word',
      text: 'command = ["a"], order = "first"',
      field: 'watcher.post.p.order',
      reason: 'but is "first"',
    },
  ])('$name is refused with its place', ({ text, field, reason }) => {
    const error = errorOf(entry(text));
    expect(error).toMatchObject({ code: 'usage', field, file: 'jobq.toml:3' });
    expect(error.message).toContain(reason);
    expect(error.remedy).toContain('watcher.post is programs that process results');
  });

  test.each(['post_command', 'output', 'Output'])('cannot be called %s', (name) => {
    const error = errorOf(section(`\npost.${name} = { command = ["a"] }`));
    expect(error.message).toContain('is kept for watcher.post_command');
  });

  test('need a name that a file can have', () => {
    expect(errorOf(section('\npost."a/b" = { command = ["a"] }')).message).toContain('should be letters');
  });

  test.each(['post_tries = 0', 'post_concurrency = 0', 'post_timeout_s = 0', 'post_backoff_s = -1'])(
    '%s is refused',
    (line) => {
      expect(errorOf(section(line))).toMatchObject({ code: 'usage', file: 'jobq.toml:2' });
    },
  );
});
