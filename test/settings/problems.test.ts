// Every way a setting can be wrong: the sentence, the line and the field it names.
import { describe, expect, test } from 'vitest';
import type { Handed } from './given.ts';
import { errorOf, FACTS, load, WINDOWS } from './given.ts';

interface Case {
  name: string;
  handed: Handed;
  file?: string;
  field?: string;
  message: string;
  remedy?: string;
}

const inFile: Case[] = [
  {
    name: 'an unknown section',
    handed: { toml: '\n[runer]\nslots = 1' },
    file: 'jobq.toml:2',
    field: 'runer',
    message: 'is not a known section (did you mean runner?)',
  },
  {
    name: 'a key outside any section',
    handed: { toml: 'slots = 1' },
    file: 'jobq.toml:1',
    field: 'slots',
    message: 'is not a known section (did you mean runner.slots?)',
  },
  {
    name: 'a section that is none',
    handed: { toml: 'runner = 1' },
    file: 'jobq.toml:1',
    field: 'runner',
    message: 'should be a section, written as [runner]',
  },
  {
    name: 'an unknown key',
    handed: { toml: '[runner]\nid = "a"\nsolts = 1' },
    file: 'jobq.toml:3',
    field: 'runner.solts',
    message: 'jobq.toml:3, runner.solts: is not a known key (did you mean runner.slots?)',
  },
  {
    name: 'a key in the wrong section',
    handed: { toml: '[queue]\nslots = 1' },
    file: 'jobq.toml:2',
    field: 'queue.slots',
    message: 'did you mean runner.slots?',
  },
  {
    name: 'a key that Object has',
    handed: { toml: '[runner]\ntoString = 1' },
    file: 'jobq.toml:2',
    field: 'runner.toString',
    message: 'is not a known key',
  },
  {
    name: 'a text for a number',
    handed: { toml: '[runner]\nslots = "2"' },
    file: 'jobq.toml:2',
    field: 'runner.slots',
    message: 'should be a number, but is "2"',
  },
  {
    name: 'a fraction for a whole number',
    handed: { toml: '[runner]\nslots = 1.5' },
    file: 'jobq.toml:2',
    field: 'runner.slots',
    message: 'should be a whole number, but is 1.5',
  },
  {
    name: 'no number',
    handed: { toml: '[runner]\nkeep_days = inf' },
    file: 'jobq.toml:2',
    field: 'runner.keep_days',
    message: 'should be a number, but is Infinity',
  },
  {
    name: 'a heartbeat that would starve',
    handed: { toml: '[runner]\nheartbeat_interval_s = 3' },
    file: 'jobq.toml:2',
    field: 'runner.heartbeat_interval_s',
    message: 'should be at least 10, but is 3',
  },
  {
    name: 'a time that no timer can wait',
    handed: { toml: '[runner]\npoll_interval_s = 3e6' },
    file: 'jobq.toml:2',
    field: 'runner.poll_interval_s',
    message: 'should be at most 2147483, but is 3000000',
  },
  {
    name: 'an unknown word',
    handed: { toml: '[syncthing]\nlink = "up"' },
    file: 'jobq.toml:2',
    field: 'syncthing.link',
    message: 'should be "auto" or "local" or "unknown", but is "up"',
  },
  {
    name: 'an element of a list',
    handed: { toml: '[runner]\nenv_allowed = [\n  "A",\n  2,\n]' },
    file: 'jobq.toml:2',
    field: 'runner.env_allowed[1]',
    message: 'should be a text, but is 2',
  },
  {
    name: 'an unknown field of an interpreter',
    handed: { toml: '[runner.interpreters.py]\npath = "py"\n\narg_after_script = []' },
    file: 'jobq.toml:4',
    field: 'runner.interpreters.py.arg_after_script',
    message: 'is not known (did you mean args_after_script?)',
  },
  {
    name: 'an interpreter without a program',
    handed: { toml: '[runner.interpreters.py]\nenv = { A = "1" }' },
    file: 'jobq.toml:1',
    field: 'runner.interpreters.py.path',
    message: 'is missing',
  },
  {
    name: 'an interpreter whose name no order can give',
    handed: { toml: '[runner.interpreters."a b"]\npath = "py"' },
    file: 'jobq.toml:1',
    field: 'runner.interpreters.a b',
    message: 'should be letters, digits, - and _',
  },
  {
    name: 'an interpreter that is a relative path',
    handed: { toml: '[runner]\ninterpreters.python.path = "bin/python"' },
    file: 'jobq.toml:2',
    field: 'runner.interpreters.python.path',
    message: 'should be an absolute path, but is: "bin/python"',
  },
  {
    name: 'a default interpreter that is not there',
    handed: { toml: '[runner]\ndefault_interpreter = "nx"' },
    file: 'jobq.toml:2',
    field: 'runner.default_interpreter',
    message: '"nx" is none of runner.interpreters (python)',
  },
  {
    name: 'a relative path',
    handed: { toml: '[runner]\nwork_root = "work"' },
    file: 'jobq.toml:2',
    field: 'runner.work_root',
    message: 'should be an absolute path, but is: "work"',
  },
  {
    name: 'a home that is not expanded',
    handed: { toml: '[runner]\nstate_dir = "~/jobq"' },
    file: 'jobq.toml:2',
    field: 'runner.state_dir',
    message: '("~" is not expanded)',
  },
  {
    name: 'a path of Windows on Linux',
    handed: { toml: "[runner]\nwork_root = 'D:\\jobq'", facts: FACTS },
    file: 'jobq.toml:2',
    field: 'runner.work_root',
    message: 'should be an absolute path',
  },
  {
    name: 'a path of Windows that names only a drive',
    handed: { toml: "[runner]\nwork_root = 'D:jobq'", facts: WINDOWS },
    file: 'jobq.toml:2',
    field: 'runner.work_root',
    message: 'should be an absolute path',
  },
  {
    name: 'a path in double quotes whose backslash became a line feed',
    handed: { toml: '[runner]\nwork_root = "C:\\new"', facts: WINDOWS },
    file: 'jobq.toml:2',
    field: 'runner.work_root',
    message: 'write paths in single quotes',
  },
  {
    name: 'a program that is a relative path',
    handed: { toml: '[watcher]\npost_command = ["./post.py", "-x"]' },
    file: 'jobq.toml:2',
    field: 'watcher.post_command[0]',
    message: 'should be an absolute path',
  },
  {
    name: 'the word auto as the name of a runner',
    handed: { toml: '[runner]\nid = "auto"' },
    file: 'jobq.toml:2',
    field: 'runner.id',
    message: 'stands for no runner in particular',
  },
  {
    name: 'the name of a runner that Windows cannot hold as a file',
    handed: { toml: '[runner]\nid = "con"' },
    file: 'jobq.toml:2',
    field: 'runner.id',
    message: 'Windows reserves',
  },
  {
    name: 'the id of a queue that is no folder name',
    handed: { toml: '[queue]\nid = "a/b"' },
    file: 'jobq.toml:2',
    field: 'queue.id',
    message: 'slash',
  },
  {
    name: 'bad TOML',
    handed: { toml: '[runner]\n\nslots = = 2' },
    file: 'jobq.toml:3',
    message: 'jobq.toml:3: is not valid TOML: column 9',
  },
  {
    name: 'a key twice',
    handed: { toml: '[runner]\nslots = 1\nslots = 2' },
    file: 'jobq.toml:3',
    message: 'jobq.toml:3: runner.slots is there twice: first in line 2, and again here',
    remedy: 'Leave one of the two: line 2 or line 3.',
  },
  {
    name: 'a header twice',
    handed: { toml: '[notify]\n\n[log]\n[notify]\ndefault = []' },
    file: 'jobq.toml:4',
    message: 'jobq.toml:4: [notify] is there twice: first in line 1, and again here',
    remedy:
      'Put the keys that stand below line 4 below line 1, and remove line 4; tables such as [notify.x] may stay.',
  },
  {
    name: 'a header after a full name',
    handed: { toml: 'notify.at_once = 2\n[notify]\ndefault = []' },
    file: 'jobq.toml:2',
    message: '[notify] is there twice: first in line 1',
    remedy:
      'Put the keys that stand below line 2 beside line 1, with their full names (notify.…), and remove line 2; tables such as [notify.x] may stay.',
  },
  {
    name: 'a table after the same in one line',
    handed: { toml: '[notify]\nchannels = { "#a" = [] }\n[notify.channels]\n"#b" = []' },
    file: 'jobq.toml:3',
    message: '[notify.channels] is there twice: first in line 2',
  },
  {
    name: 'a table below one that was set in one line',
    handed: { toml: '[notify]\nchannels = { "#a" = [] }\n[log]\n[notify.channels.x]' },
    file: 'jobq.toml:4',
    message: '[notify.channels.x] is there twice: first in line 2',
  },
  {
    name: 'a key twice in one table',
    handed: { toml: '[notify]\nchannels = { x = [], x = [] }' },
    file: 'jobq.toml:2',
    message: 'is not valid TOML: column 22: trying to redefine',
  },
  {
    name: 'a full name below a table',
    handed: { toml: '[notify.targets.a]\nkind = "slack"\nurl_env = "A"\nrunner.slots = 2' },
    file: 'jobq.toml:4',
    field: 'notify.targets.a.runner',
    message: 'stands below [notify.targets.a] and belongs to it there',
    remedy: 'Move it up: keys with their full names, such as runner.slots, stand above the first [section].',
  },
  {
    name: 'a Windows path in double quotes',
    handed: { toml: '[runner]\nwork_root = "D:\\jobq"', facts: WINDOWS },
    file: 'jobq.toml:2',
    message: 'write Windows paths in single quotes',
  },
  {
    name: 'a key that would change every object',
    handed: { toml: '[runner]\n__proto__ = { slots = 2 }' },
    file: 'jobq.toml:2',
    message: 'is not valid TOML',
  },
  {
    name: 'bytes that are no text',
    handed: { toml: new Uint8Array([0x5b, 0xff, 0xfe, 0xfd]) },
    file: 'jobq.toml',
    message: 'jobq.toml: is not valid UTF-8 text',
  },
];

const elsewhere: Case[] = [
  {
    name: 'an unknown variable',
    handed: { variables: { JOBQ_RUNNER_SLOT: '2' } },
    field: 'JOBQ_RUNNER_SLOT',
    message: 'environment, JOBQ_RUNNER_SLOT: is not a variable of jobq (did you mean JOBQ_RUNNER_SLOTS?)',
  },
  {
    name: 'a variable that is no number',
    handed: { variables: { JOBQ_RUNNER_SLOTS: 'two' } },
    field: 'runner.slots',
    message: 'JOBQ_RUNNER_SLOTS, runner.slots: should be a number, but is "two"',
  },
  {
    name: 'an empty variable that should be a number',
    handed: { variables: { JOBQ_RUNNER_SLOTS: '' } },
    field: 'runner.slots',
    message: 'should be a number, but is ""',
  },
  {
    name: 'a variable that is no JSON',
    handed: { variables: { JOBQ_RUNNER_INTERPRETERS: '{python' } },
    field: 'runner.interpreters',
    message: 'should be a table, but is "{python"',
  },
  {
    name: 'a flag out of range',
    handed: { flags: [{ flag: '--slots', key: 'runner.slots', value: '0' }] },
    field: 'runner.slots',
    message: '--slots, runner.slots: should be at least 1, but is 0',
  },
  {
    name: 'a host whose name cannot be an id',
    handed: { facts: { ...FACTS, host: 'Auto' } },
    field: 'runner.id',
    message: 'default, runner.id: stands for no runner in particular',
  },
  {
    name: 'a default interpreter from the environment that is not there',
    handed: { variables: { JOBQ_RUNNER_DEFAULT_INTERPRETER: 'nx' } },
    field: 'runner.default_interpreter',
    message: 'JOBQ_RUNNER_DEFAULT_INTERPRETER, runner.default_interpreter: "nx" is none',
  },
];

describe('the settings refuse', () => {
  test.each([...inFile, ...elsewhere])('$name', ({ handed, file, field, message, remedy }) => {
    const error = errorOf(handed);
    expect(error.remedy).toBe(remedy ?? error.remedy);
    expect(error.message).toContain(message);
    expect({ code: error.code, file: error.file, field: error.field }).toEqual({
      code: 'usage',
      file,
      field,
    });
  });

  test('a wrong value that a stronger layer overrules', () => {
    const error = errorOf({ toml: '[runner]\nslots = 0', variables: { JOBQ_RUNNER_SLOTS: '2' } });
    expect(error.file).toBe('jobq.toml:2');
  });

  test('several things at once, the first with its place', () => {
    const error = errorOf({
      toml: '[runner]\nslots = 0\nidd = "x"\n[watcher]\nlost_after_s = "long"',
      variables: { JOBQ_X: '1' },
    });
    expect(error.message.split('\n')).toEqual([
      '4 settings are wrong:',
      '  jobq.toml:3, runner.idd: is not a known key (did you mean runner.id?)',
      '  environment, JOBQ_X: is not a variable of jobq',
      '  jobq.toml:2, runner.slots: should be at least 1, but is 0',
      '  jobq.toml:5, watcher.lost_after_s: should be a number, but is "long"',
    ]);
    expect([error.file, error.field]).toEqual(['jobq.toml:3', 'runner.idd']);
  });
});

describe('the remedy', () => {
  test.each([
    {
      name: 'says what a known key means',
      toml: '[runner]\nslots = 0',
      remedy: 'runner.slots is how many jobs',
    },
    {
      name: 'lists the keys of a section',
      toml: '[syncthing]\nx = 0',
      remedy:
        'the keys of [syncthing] are link, url, api_key, api_key_file, home, nudge, poll_interval_s, half_open_after_s.',
    },
    { name: 'lists the sections', toml: '[x]', remedy: 'the sections are queue, runner, watcher' },
    { name: 'names the whole path of the file', toml: '[x]', remedy: 'Correct /q/jobq.toml' },
  ])('$name', ({ toml, remedy }) => {
    expect(errorOf({ toml }).remedy).toContain(remedy);
  });
});

test('accepts absolute paths of the machine it is on', () => {
  expect(load({ toml: "[runner]\nwork_root = 'D:\\jobq'", facts: WINDOWS }).settings.runner.work_root).toBe(
    'D:\\jobq',
  );
  expect(load({ toml: "[runner]\nwork_root = '/srv/w'" }).settings.runner.work_root).toBe('/srv/w');
});
