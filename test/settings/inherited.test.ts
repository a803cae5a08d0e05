// What a script gets of the runner's environment when nobody says otherwise, and how missing licences look in a log.
import { describe, expect, test } from 'vitest';
import { logPatternProblem } from '../../src/job/log-pattern.ts';
import { inheritedVariables, LICENCE_ERRORS } from '../../src/settings/inherited.ts';

/** By the meaning of `*` alone, so that the lists are tested and not the one who applies them. */
function inherits(platform: string, name: string): boolean {
  const fold = (text: string) => (platform === 'win32' ? text.toUpperCase() : text);
  return inheritedVariables(platform).some((pattern) => {
    const [before = '', after] = fold(pattern).split('*');
    if (after === undefined) return fold(name) === before;
    return (
      name.length >= before.length + after.length &&
      fold(name).startsWith(before) &&
      fold(name).endsWith(after)
    );
  });
}

const SOLVERS = [
  'UGII_BASE_DIR',
  'UGII_TMP_DIR',
  'SPLM_LICENSE_SERVER',
  'SALT_LICENSE_SERVER',
  'SALT_TIMEOUT',
  'SPLM_ANY',
  'LM_LICENSE_FILE',
];
const PYTHON = ['CONDA_PREFIX', 'OMP_NUM_THREADS'];
const WINDOWS = [
  'SystemRoot',
  'SystemDrive',
  'windir',
  'ComSpec',
  'Path',
  'PATHEXT',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
  'ProgramFiles',
  'ProgramFiles(x86)',
  'CommonProgramW6432',
  'COMPUTERNAME',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_ARCHITECTURE',
];
const LINUX = ['PATH', 'HOME', 'USER', 'LANG', 'LC_NUMERIC', 'TZ', 'TMPDIR', 'DISPLAY', 'LD_LIBRARY_PATH'];

describe('a script inherits', () => {
  test.each([...SOLVERS, ...PYTHON, ...WINDOWS])('on Windows %s', (name) => {
    expect(inherits('win32', name)).toBe(true);
  });

  test.each([...SOLVERS, ...PYTHON, ...LINUX])('on Linux %s', (name) => {
    expect(inherits('linux', name)).toBe(true);
  });
});

describe('a script does not inherit', () => {
  const secrets = [
    'AWS_SECRET_ACCESS_KEY',
    'GITHUB_TOKEN',
    'NPM_TOKEN',
    'SSH_AUTH_SOCK',
    'SYNCTHING_API_KEY',
    'JOBQ_SYNCTHING_API_KEY',
    'PASSWORD',
    'NODE_OPTIONS',
    'PYTHONPATH',
  ];
  test.each(['win32', 'linux'])('secrets, nor what would change programs, on %s', (platform) => {
    expect(secrets.filter((name) => inherits(platform, name))).toEqual([]);
  });

  test('what only the other platform has', () => {
    expect(['SystemRoot', 'APPDATA', 'ComSpec'].filter((name) => inherits('linux', name))).toEqual([]);
    expect(['HOME', 'LD_LIBRARY_PATH', 'DISPLAY'].filter((name) => inherits('win32', name))).toEqual([]);
  });
});

describe('a missing licence', () => {
  const patterns = LICENCE_ERRORS.map((text) => new RegExp(text));

  test('is looked for with patterns that orders could use, too', () => {
    expect(LICENCE_ERRORS.flatMap((text) => logPatternProblem(text) ?? [])).toEqual([]);
  });

  test.each([
    'NX: Licensed number of users already reached. (-4,342)',
    'No such feature exists.',
    'error: No license available for NX_NASTRAN',
    'No licenses available',
    'Cannot connect to license server system. (-15,570)',
    'cannot connect to the Licence Server',
    'The license server is down or not responding',
    'License manager on 29000@host does not respond',
    'FLEXnet Licensing error:-4,132',
    'FlexNet Licensing error: -97,121',
  ])('shows in: %s', (line) => {
    expect(patterns.some((pattern) => pattern.test(line))).toBe(true);
  });

  test.each([
    'Licence checked out: NX_NASTRAN',
    'license server 29000@host is up',
    'FLEXnet Licensing error:-40,1',
    'users already reached the end of the study',
    'connected to license server',
    'trial 4 of 15: no such element',
  ])('does not show in: %s', (line) => {
    expect(patterns.filter((pattern) => pattern.test(line)).map(String)).toEqual([]);
  });
});
