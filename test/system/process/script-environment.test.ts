// What a script gets of the runner's environment.
import path from 'node:path';
import { expect, test } from 'vitest';
import { scriptEnvironment } from '../../../src/system/process/script-environment.ts';

const runner = {
  PATH: '/bin',
  HOME: '/home/a',
  LC_ALL: 'C',
  LC_TIME: 'de',
  XLC_ALL: 'no',
  UGII_BASE_DIR: 'nx',
  ACME_LICENSE_FILE: '27000@host',
  SECRET: 'token',
  JOBQ_QUEUE_DIR: '/queue',
  'odd.name': 'odd',
};

function made(env_inherit: string[], platform = 'linux', variables: Record<string, string> = runner) {
  return scriptEnvironment({ env_inherit, env: {}, path_prepend: [] }, variables, platform);
}

test.each([
  { name: 'nothing unless it is named', patterns: [], names: [] },
  { name: 'names as they are', patterns: ['HOME', 'TZ'], names: ['HOME'] },
  { name: 'a star at the end', patterns: ['LC_*'], names: ['LC_ALL', 'LC_TIME'] },
  { name: 'a star at the beginning', patterns: ['*_LICENSE_FILE'], names: ['ACME_LICENSE_FILE'] },
  { name: 'a star for nothing at all', patterns: ['HOME*'], names: ['HOME'] },
  { name: 'a star in the middle', patterns: ['UG*DIR'], names: ['UGII_BASE_DIR'] },
  {
    name: 'no other sign that has a meaning somewhere',
    patterns: ['L._ALL', 'odd.name', 'odd?name'],
    names: ['odd.name'],
  },
  { name: 'upper and lower case as they are', patterns: ['home'], names: [] },
])('inherits $name', ({ patterns, names }) => {
  expect(Object.keys(made(patterns)).sort()).toEqual(names);
});

test.each([
  { platform: 'linux', names: ['HOME', 'secret'] },
  { platform: 'win32', names: ['HOME'] },
])('withholds what is not to be inherited on $platform, whatever the list says', ({ platform, names }) => {
  const variables = { HOME: '/home/a', SECRET: 'token', secret: 'other on Linux' };
  const given = { env_inherit: ['*'], withheld: ['SECRET'], env: {}, path_prepend: [] };
  expect(Object.keys(scriptEnvironment(given, variables, platform))).toEqual(names);
  expect(scriptEnvironment({ ...given, env: { SECRET: 'given' } }, variables, platform)).toMatchObject({
    SECRET: 'given',
  });
});

test('never inherits what is the runner’s own, whatever the list says', () => {
  const all = made(['*', 'JOBQ_QUEUE_DIR']);
  expect(all).toEqual(
    Object.fromEntries(Object.entries(runner).filter(([name]) => name !== 'JOBQ_QUEUE_DIR')),
  );
  expect(made(['*'], 'win32', { jobq_side: 'runner', Path: 'C:\\' })).toEqual({ Path: 'C:\\' });
});

test('upper and lower case are alike on Windows', () => {
  const windows = { Path: 'C:\\bin', SystemRoot: 'C:\\Windows', ProgramW6432: 'C:\\P' };
  expect(made(['PATH', 'systemroot', 'programw*'], 'win32', windows)).toEqual(windows);
});

test('what is set for the script wins, also under a name in other letters on Windows', () => {
  const wish = { env_inherit: ['*'], env: { TEMP: 'mine', JOBQ_JOB_ID: 'job-1' }, path_prepend: [] };
  expect(scriptEnvironment(wish, { Temp: 'theirs' }, 'win32')).toEqual({
    TEMP: 'mine',
    JOBQ_JOB_ID: 'job-1',
  });
  expect(scriptEnvironment(wish, { Temp: 'theirs' }, 'linux')).toEqual({ ...wish.env, Temp: 'theirs' });
});

test.each([
  { name: 'PATH', variables: { PATH: 'old' }, key: 'PATH', rest: ['old'] },
  { name: 'Path', variables: { Path: 'old' }, key: 'Path', rest: ['old'] },
  { name: 'no PATH at all', variables: {}, key: 'PATH', rest: [] },
])('directories come before $name', ({ variables, key, rest }) => {
  const wish = { env_inherit: ['*'], env: {}, path_prepend: ['/a', '/b'] };
  expect(scriptEnvironment(wish, variables, 'linux')).toEqual({
    [key]: ['/a', '/b', ...rest].join(path.delimiter),
  });
});
