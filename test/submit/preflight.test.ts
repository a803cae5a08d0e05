// Each rule of the preflight over a study with one thing wrong; several at once; links and names on the real disk.

import { once } from 'node:events';
import * as nodeFs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Preflight, PreflightOptions } from '../../src/submit/preflight.ts';
import { preflight } from '../../src/submit/preflight.ts';
import { describeProblem } from '../../src/submit/problems.ts';
import type { Bench } from './study.ts';
import { memoryBench, realBench, STUDY, writeStudy } from './study.ts';

type Options = Partial<PreflightOptions>;
const LIMITS: PreflightOptions = { maxPathLength: 150 };

function said({ errors, warnings }: Preflight): string[] {
  return [
    ...errors.map((found) => `error ${found.rule}: ${describeProblem(found)}`),
    ...warnings.map((found) => `warning ${found.rule}: ${describeProblem(found)}`),
  ];
}

interface Case {
  name: string;
  add?: Record<string, string | null>;
  drop?: string[];
  options?: Options;
  says: string[];
}

const long = `1_setup/${'d'.repeat(70)}/${'f'.repeat(70)}.prt`;

const cases: Case[] = [
  { name: 'a study in order', says: [] },
  {
    name: 'no script',
    drop: ['run_optimization.py'],
    says: ['error script: run_optimization.py: there is no such script in the study'],
  },
  {
    name: 'a script in other case',
    options: { script: 'Run_Optimization.py' },
    says: ['error script: Run_Optimization.py: there is no such script, but there is run_optimization.py'],
  },
  {
    name: 'a script outside the study',
    options: { script: '../run.py' },
    says: ['error script: ../run.py: the script is no portable path inside the study: it has the part ".."'],
  },
  {
    name: 'an absolute script',
    options: { script: 'C:/run.py' },
    says: ['error script: C:/run.py: the script is no portable path inside the study: it names a drive'],
  },
  {
    name: 'no README.md',
    drop: ['README.md'],
    says: ['error readme: README.md: is missing, and there is no description'],
  },
  {
    name: 'a description for a README.md',
    drop: ['README.md'],
    options: { description: 'Bends a beam' },
    says: [],
  },
  { name: 'a readme.md', drop: ['README.md'], add: { 'readme.md': '# Beam' }, says: [] },
  {
    name: 'absolute paths in code, comments and texts',
    add: {
      'run_optimization.py': '#!/usr/bin/python3\n# /home/me/x\np = "/home/me/y"\n',
      'README.md': 'In `C:\\NX`.',
    },
    says: [
      'error absolute-path: run_optimization.py:3: names the absolute path /home/me/y',
      'warning absolute-path: README.md:1: names the absolute path C:\\NX',
      'warning absolute-path: run_optimization.py:2: names the absolute path /home/me/x',
    ],
  },
  {
    name: 'absolute paths that are allowed',
    add: { 'run_optimization.py': 'p = r"C:\\NX\\y"\n' },
    options: { allowAbsolutePaths: true },
    says: ['warning absolute-path: run_optimization.py:1: names the absolute path C:\\NX\\y'],
  },
  {
    name: 'a text full of absolute paths',
    add: {
      'a.json': JSON.stringify(
        Array.from({ length: 25 }, (_, n) => `C:/x/${n}`),
        null,
        1,
      ),
    },
    says: [
      ...Array.from(
        { length: 20 },
        (_, n) => `error absolute-path: a.json:${n + 2}: names the absolute path C:/x/${n}`,
      ),
      'error absolute-path: a.json:22: names 5 more absolute paths',
    ],
  },
  {
    name: 'an absolute path in an argument',
    options: { args: ['--start', 'C:\\NX\\a.prt'] },
    says: ['warning absolute-path: job.json: args[1] names the absolute path C:\\NX\\a.prt'],
  },
  {
    name: 'paths in a model, in results and in a big text',
    add: {
      '1_setup/beam.prt': 'C:\\NX\\x',
      '3_results/log.json': '["C:/x/y"]',
      'big.json': `["C:/x/y"]${' '.repeat(2_000_000)}`,
    },
    says: ['warning earlier-results: 3_results: holds 1 files of an earlier run'],
  },
  {
    name: 'a name Linux cannot hold',
    options: { maxPathLength: 400 },
    add: { [`${'é'.repeat(128)}.txt`]: '' },
    says: [`error name: ${'é'.repeat(128)}.txt: has a name of 260 bytes, over the 255 that Linux can hold`],
  },
  {
    name: 'names Windows cannot hold',
    add: { 'a:b.txt': '', 'nul.txt': '', 'end./x.txt': '' },
    says: [
      'error name: a:b.txt: has the character :, which Windows cannot hold',
      'error name: end.: has a part that ends in a dot or a space ("end.")',
      'error name: nul.txt: has a name that Windows reserves ("nul.txt")',
    ],
  },
  {
    name: 'names that differ in case',
    add: { 'Sub/a.txt': '', 'sub/b.txt': '', 'sub/B.txt': '' },
    says: [
      'error case-clash: Sub: differs only in case from sub',
      'error case-clash: sub/B.txt: differs only in case from sub/b.txt',
    ],
  },
  {
    name: 'a path over the limit',
    add: { [long]: '' },
    says: [`error path-length: ${long}: has a path of ${long.length} characters, over 150`],
  },
  {
    name: 'names the mirror ignores',
    add: { '.DS_Store': '', '1_setup/Thumbs.db': '', '.stfolder/x': '' },
    says: [
      'warning left-out: .DS_Store: is left out: a name that is never mirrored',
      'warning left-out: .stfolder: is left out: a name that is never mirrored',
      'warning left-out: 1_setup/Thumbs.db: is left out: a name that is never mirrored',
    ],
  },
  {
    name: 'a conflict copy',
    add: { '1_setup/beam.sync-conflict-20260210-120000-ABCDEFG.prt': '' },
    says: [
      'error conflict-copy: 1_setup/beam.sync-conflict-20260210-120000-ABCDEFG.prt: is a copy that the mirror made of a file both sides changed',
    ],
  },
  {
    name: 'what an earlier order left',
    add: { 'Job.json': '{}', SHA256SUMS: '', 'SHA256SUMS.sig': '', '1_setup/job.json': '{}' },
    says: [
      'warning job-json: Job.json: is left out: the order gets a new one',
      'warning left-out: SHA256SUMS: is left out: the seal of an earlier order',
      'warning left-out: SHA256SUMS.sig: is left out: the signature of an earlier seal',
    ],
  },
  { name: 'what tools leave', add: { '__pycache__/a.pyc': 'x', '.git/config': '/home/me/x' }, says: [] },
  {
    name: 'results of an earlier run',
    add: { '2_iterations/1.prt': '', '3_results/study.db': '', '3_results/best.csv': '' },
    says: [
      'warning earlier-results: 2_iterations: holds 1 files of an earlier run',
      'warning earlier-results: 3_results: holds 2 files of an earlier run',
    ],
  },
  { name: 'empty result folders', add: { '2_iterations': null, '3_results': null }, says: [] },
  {
    name: 'a simulation without mesh and parts',
    drop: ['1_setup/beam.fem', '1_setup/beam.prt', '1_setup/beam_i.prt'],
    says: [
      'error nx-files: 1_setup/beam.sim: is a simulation, but the study has no .fem file',
      'error nx-files: 1_setup/beam.sim: is a simulation, but the study has no .prt file',
    ],
  },
  {
    name: 'a simulation without idealized part',
    drop: ['1_setup/beam_i.prt'],
    says: ['warning nx-files: 1_setup/beam.sim: is a simulation, but no idealized part (*_i.prt) is there'],
  },
  {
    name: 'a spec that does not parse',
    add: { 'atomizer_spec.json': '{\n "trials": 20,\n}' },
    says: [
      'error spec: atomizer_spec.json:3: is not valid JSON: line 3, column 1: Expected double-quoted property name',
    ],
  },
  {
    name: 'expected outputs that are no portable paths',
    options: { expect: ['3_results/best.csv', '/tmp/x', 'a\\b'] },
    says: [
      'error expect: /tmp/x: the expected output is no portable path: it is not relative',
      'error expect: a\\b: the expected output is no portable path: it has the character \\, which Windows cannot hold',
    ],
  },
  {
    name: 'many things at once',
    drop: ['README.md', '1_setup/beam.fem'],
    add: { 'aux.py': 'p = "/home/me/x"' },
    options: { script: 'go.py' },
    says: [
      'error name: aux.py: has a name that Windows reserves ("aux.py")',
      'error script: go.py: there is no such script in the study',
      'error readme: README.md: is missing, and there is no description',
      'error absolute-path: aux.py:1: names the absolute path /home/me/x',
      'error nx-files: 1_setup/beam.sim: is a simulation, but the study has no .fem file',
    ],
  },
];

async function benchOf({ add = {}, drop = [] }: Pick<Case, 'add' | 'drop'>): Promise<Bench> {
  const kept = Object.entries(STUDY).filter(([name]) => !drop.includes(name));
  return memoryBench({ ...Object.fromEntries(kept), ...add });
}

describe('preflight', () => {
  test.each(cases)('$name', async ({ add = {}, drop = [], options, says }) => {
    const { disk, study } = await benchOf({ add, drop });
    expect(said(preflight(disk.files, study, { ...LIMITS, ...options }))).toEqual(says);
  });

  test('every problem says why and what to do', async () => {
    const { disk, study } = await benchOf({ drop: ['README.md'] });
    const [found] = preflight(disk.files, study, LIMITS).errors;
    expect(found).toEqual({
      rule: 'readme',
      file: 'README.md',
      message: 'is missing, and there is no description',
      why: expect.stringContaining('other machine') as string,
      remedy: expect.stringContaining('--description') as string,
    });
  });

  test('lists files, sizes and directories that are empty once everything is left out', async () => {
    const { disk, study } = await memoryBench({
      'run_optimization.py': 'x',
      'README.md': 'four',
      '3_results': null,
      'a/b': null,
      'c/.DS_Store': '',
      'd/__pycache__/x.pyc': '',
    });
    const seen = preflight(disk.files, study, LIMITS);
    expect(seen.files.map((file) => file.path)).toEqual(['README.md', 'run_optimization.py']);
    expect(seen.emptyDirs).toEqual(['3_results', 'a/b', 'c', 'd']);
    expect(seen.bytes).toBe(5);
  });

  test('no folder, a file, an empty folder, the queue inside', async () => {
    const { disk, study, layout } = await memoryBench();
    const seen = (dir: string) => said(preflight(disk.files, dir, { ...LIMITS, queueRoot: layout.root }));
    expect(seen('/no/where')).toEqual(['error study-missing: /no/where: there is no such folder']);
    expect(seen(`${study}/README.md`)).toEqual([`error study-missing: ${study}/README.md: is not a folder`]);
    expect(seen(layout.archive)).toEqual(['error study-empty: .: holds no file that could be sent']);
    expect(seen('/home/me')).toEqual(['error study-holds-queue: queue: is the queue itself']);
    expect(seen(layout.root)).toEqual(['error study-holds-queue: .: is the queue itself']);
  });

  test('a disk that is too small', async () => {
    const { disk, study, layout } = await memoryBench({ ...STUDY, '1_setup/big.prt': 'x'.repeat(3_000_000) });
    const seen = (free: number | undefined, freeSpaceMarginMb: number) =>
      said(
        preflight({ ...disk.files, freeBytes: () => free }, study, {
          ...LIMITS,
          queueRoot: layout.root,
          freeSpaceMarginMb,
        }),
      );
    expect(seen(10_000_000, 5)).toEqual([]);
    expect(seen(undefined, 5)).toEqual([]);
    expect(seen(7_000_000, 5)).toEqual([
      'error free-space: .: needs 4 MB, and 5 MB must stay free, but the disk of the queue has only 7 MB left',
    ]);
  });
});

describe('on the real disk', () => {
  let home: string;
  let bench: Bench;
  beforeEach(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'jobq-preflight-'));
    bench = await realBench(home);
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const seen = (followSymlinks: boolean) =>
    preflight(bench.disk.files, bench.study, { ...LIMITS, followSymlinks });
  const link = (target: string, name: string) => nodeFs.symlinkSync(target, path.join(bench.study, name));

  test('links are refused unless they are to be followed', () => {
    link('1_setup/beam.prt', 'part.prt');
    link('1_setup', 'models');
    expect(said(seen(false))).toEqual([
      'error symlink: models: is a symbolic link',
      'error symlink: part.prt: is a symbolic link',
    ]);
    const followed = seen(true);
    expect(said(followed)).toEqual([]);
    expect(followed.files.map((file) => file.path)).toEqual(
      [
        ...Object.keys(STUDY),
        ...Object.keys(STUDY)
          .filter((file) => file.startsWith('1_setup/'))
          .map((file) => file.replace('1_setup', 'models')),
        'part.prt',
      ].sort(),
    );
    expect(followed.files.find((file) => file.path === 'part.prt')?.size).toBe(4);
  });

  test('links out of the study, to nothing and in circles are refused', () => {
    writeStudy({ fs: nodeFs, study: path.join(home, 'Beam WFE 2') }, { 'x.prt': 'x' });
    link('../Beam WFE 2/x.prt', 'out.prt');
    link('..', 'up');
    link('nothing', 'nowhere');
    link('self', 'self');
    link('..', '1_setup/top');
    const outside = nodeFs.realpathSync(home);
    expect(said(seen(true))).toEqual([
      'error symlink: 1_setup/top: is a symbolic link to a folder it is in: a loop',
      'error symlink: nowhere: is a symbolic link that leads nowhere or to itself',
      `error symlink: out.prt: is a symbolic link out of the study, to ${outside}/Beam WFE 2/x.prt`,
      'error symlink: self: is a symbolic link that leads nowhere or to itself',
      `error symlink: up: is a symbolic link out of the study, to ${outside}`,
    ]);
  });

  test('two folders that link to each other end as a loop', () => {
    writeStudy(bench, { 'a/x.txt': '', 'b/y.txt': '' });
    link('../b', 'a/b');
    link('../a', 'b/a');
    expect(said(seen(true))).toEqual([
      'error symlink: a/b/a: is a symbolic link to a folder it is in: a loop',
      'error symlink: b/a/b: is a symbolic link to a folder it is in: a loop',
    ]);
  });

  test('a study that is itself reached by a link is fine', () => {
    nodeFs.symlinkSync(bench.study, path.join(home, 'current'));
    expect(said(preflight(bench.disk.files, path.join(home, 'current'), LIMITS))).toEqual([]);
  });

  test('a socket is refused and never opened', async ({ skip }) => {
    if (process.platform === 'win32') skip('no sockets in folders there');
    const server = createServer().listen(path.join(bench.study, 'socket'));
    await once(server, 'listening');
    for (const follow of [false, true]) {
      expect(said(seen(follow))).toEqual([
        'error special-file: socket: is no regular file (a pipe, a socket or a device)',
      ]);
    }
    server.close();
    await once(server, 'close');
  });

  test('a name that is no UTF-8 is refused', ({ skip }) => {
    if (process.platform !== 'linux') skip('names are always Unicode there');
    nodeFs.writeFileSync(
      Buffer.concat([Buffer.from(`${bench.study}/b`), Buffer.from([0xe4]), Buffer.from('r.prt')]),
      '',
    );
    expect(said(seen(false))).toEqual([
      'error unreadable: b\ufffdr.prt: cannot be found under the name it is listed by',
    ]);
  });

  test('the study in the fixtures passes', () => {
    const fixture = path.join(import.meta.dirname, '../../fixtures/studies/cantilever');
    const description = 'lightest cantilever';
    expect(preflight(bench.disk.files, fixture, { ...LIMITS, description }).errors).toEqual([]);
  });
});
