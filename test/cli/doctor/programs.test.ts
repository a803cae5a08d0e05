import { describe, expect, test } from 'vitest';
import { findProgram } from '../../../src/cli/doctor/find-program.ts';
import type { RunnerPrograms } from '../../../src/cli/doctor/programs.ts';
import { judgeRunnerPrograms } from '../../../src/cli/doctor/programs.ts';
import { put } from '../../helpers/make-order.ts';
import { memoryDisk } from '../../helpers/memory-disk.ts';

describe('finding a program', () => {
  const disk = memoryDisk();
  for (const file of ['/usr/bin/python3', '/opt/env/bin/python3', '/opt/tool']) put(disk, file, 'x');
  for (const file of ['C:\\Py\\python.exe', 'C:\\bin\\tool.cmd', 'C:\\bin\\run.com']) put(disk, file, 'x');
  disk.volume.symlinkSync('/usr/bin/python3', '/usr/bin/python');
  disk.files.makeDir('/usr/bin/folder');
  const linux = { platform: 'linux', variables: { PATH: '/nowhere:/usr/bin' } };
  const windows = { platform: 'win32', variables: { Path: 'C:\\nowhere;C:\\Py;C:\\bin' } };

  test.each([
    { name: 'in PATH', on: linux, program: 'python3', found: { file: '/usr/bin/python3' } },
    { name: 'through a link', on: linux, program: 'python', found: { file: '/usr/bin/python' } },
    { name: 'by its path', on: linux, program: '/opt/tool', found: { file: '/opt/tool' } },
    { name: 'nowhere', on: linux, program: 'tool', found: undefined },
    { name: 'a folder is none', on: linux, program: 'folder', found: undefined },
    {
      name: 'no PATH at all',
      on: { platform: 'linux', variables: {} },
      program: 'python3',
      found: undefined,
    },
    {
      name: 'Path and .exe on Windows',
      on: windows,
      program: 'python',
      found: { file: 'C:\\Py\\python.exe' },
    },
    { name: 'with its ending', on: windows, program: 'python.exe', found: { file: 'C:\\Py\\python.exe' } },
    { name: '.com', on: windows, program: 'run', found: { file: 'C:\\bin\\run.com' } },
    { name: 'a batch file', on: windows, program: 'tool', found: { batch: 'C:\\bin\\tool.cmd' } },
    {
      name: 'a batch file by name',
      on: windows,
      program: 'C:\\bin\\tool.cmd',
      found: { batch: 'C:\\bin\\tool.cmd' },
    },
    {
      name: 'a path on Windows',
      on: windows,
      program: 'C:\\Py\\python',
      found: { file: 'C:\\Py\\python.exe' },
    },
  ])('$name', ({ on, program, found }) => {
    expect(findProgram(disk.files, on, program)).toEqual(found);
  });

  test('the folders of the interpreter come first', () => {
    expect(findProgram(disk.files, linux, 'python3', ['/opt/env/bin'])).toEqual({
      file: '/opt/env/bin/python3',
    });
  });
});

describe('the programs of a runner', () => {
  const python = { name: 'python', program: 'python3', found: { file: '/usr/bin/python3' } };
  const FACTS: RunnerPrograms = {
    interpreters: [python],
    defaultInterpreter: 'python',
    licence: { name: 'licence_command', program: 'lmutil', found: { file: '/opt/lmutil' } },
    solverVariables: [],
  };
  const found = (facts: Partial<RunnerPrograms>) =>
    judgeRunnerPrograms({ ...FACTS, ...facts }).map(({ check, level }) => `${check}: ${level}`);
  const nx = { name: 'nx-journal', program: 'run_journal.exe', found: undefined };
  const store = { file: 'C:\\Users\\a\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe' };

  test.each([
    { name: 'all there', facts: {}, findings: ['interpreter python: ok', 'licences: ok'] },
    {
      name: 'the default interpreter is missing',
      facts: { interpreters: [{ ...python, found: undefined }] },
      findings: ['interpreter python: problem', 'licences: ok'],
    },
    {
      name: 'the Python of the Microsoft Store',
      facts: { interpreters: [{ ...python, found: store }] },
      findings: ['interpreter python: warning', 'licences: ok'],
    },
    {
      name: 'another interpreter is missing, and NX knows no licence',
      facts: { interpreters: [python, nx] },
      findings: [
        'interpreter python: ok',
        'interpreter nx-journal: warning',
        'NX variables: note',
        'licences: ok',
      ],
    },
    {
      name: 'NX with its variables',
      facts: {
        interpreters: [python, { ...nx, found: { file: 'C:\\nx.exe' } }],
        solverVariables: ['UGII_BASE_DIR'],
      },
      findings: ['interpreter python: ok', 'interpreter nx-journal: ok', 'NX variables: ok', 'licences: ok'],
    },
    {
      name: 'no licence command',
      facts: { licence: undefined },
      findings: ['interpreter python: ok', 'licences: note'],
    },
    {
      name: 'a licence command that is a batch file',
      facts: { licence: { name: 'licence_command', program: 'lm', found: { batch: 'C:\\lm.cmd' } } },
      findings: ['interpreter python: ok', 'licences: problem'],
    },
  ])('$name', ({ facts, findings }) => {
    expect(found(facts)).toEqual(findings);
  });
});
