// Submitting: what the order says, ids, dry runs, dependencies, runners, files that change, old staging.
import * as nodeFs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JobqError } from '../../src/errors.ts';
import { StudyRefused } from '../../src/submit/problems.ts';
import type { CopyProgress } from '../../src/submit/request.ts';
import { submitStudy } from '../../src/submit/submit.ts';
import type { Files } from '../../src/system/files.ts';
import type { Bench } from './study.ts';
import {
  ask,
  everything,
  flawOf,
  ME,
  memoryBench,
  orderJson,
  orders,
  realBench,
  STUDY,
  writeStudy,
} from './study.ts';

const ID = 'job-20260210-143022-beam-wfe';

async function refusal(work: Promise<unknown>): Promise<JobqError> {
  const error: unknown = await work.then(
    () => new Error('was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof JobqError)) throw error;
  return error;
}

const bytesOf = (content: Record<string, string | null>) =>
  Object.values(content).reduce((sum, text) => sum + (text?.length ?? 0), 0);

function writePresence({ fs, layout }: Bench, runnerId: string): void {
  const presence = {
    runner_id: runnerId,
    seq: 1,
    boot_id: 'b',
    ledger_id: 'l',
    host: 'h',
    pid: 1,
    version: '0',
    slots: 1,
    running: [],
    waiting: [],
    clock: '2026-02-10T14:00:00Z',
    heartbeat_interval_s: 30,
  };
  fs.writeFileSync(layout.presence(runnerId), JSON.stringify(presence));
}

describe('an order', () => {
  test('is sealed, whole, and says what was asked for in the order of SYS_19', async () => {
    const bench = await memoryBench({ ...STUDY, '3_results': null });
    const result = await submitStudy(
      bench.disk,
      bench.layout,
      ME,
      ask(bench, { args: ['--start'], channel: '#beam' }),
    );
    expect(result).toEqual({
      job_id: ID,
      order: bench.layout.order(ID),
      files: 7,
      bytes: bytesOf(STUDY),
      warnings: [],
      existing: false,
      dry_run: false,
    });
    expect(await flawOf(bench, ID)).toBeUndefined();
    expect(bench.disk.files.facts(path.join(result.order, '3_results'))?.kind).toBe('directory');
    const order = orderJson(bench, ID);
    expect(order).toEqual({
      job_id: ID,
      created_at: '2026-02-10T14:30:22.000Z',
      created_by: 'study-builder',
      project: 'beam-wfe',
      channel: '#beam',
      type: 'optimization',
      script: 'run_optimization.py',
      args: ['--start'],
      status: 'submitted',
      notify: { on_complete: true, on_fail: true },
      schema_version: 1,
      inputs: { files: 7, bytes: bytesOf(STUDY), empty_dirs: ['3_results'] },
      run_on: 'auto',
    });
    expect(Object.keys(order).slice(0, 10).join(' ')).toBe(
      'job_id created_at created_by project channel type script args status notify',
    );
    expect(everything(bench, bench.layout.staging)).toEqual([]);
  });

  test('says the rest when it is given', async () => {
    const bench = await memoryBench();
    await submitStudy(bench.disk, bench.layout, ME, ask(bench, { name: 'first' }));
    const more = {
      name: 'second',
      project: 'm1',
      type: 'analysis',
      script: 'run_optimization.py',
      description: 'Bends',
      priority: 'high',
      dependsOn: ['job-20260210-143022-first'],
      hold: true,
      timeoutS: 60,
      expect: ['3_results/best.csv'],
      interpreter: 'nx',
      idempotencyKey: 'k',
      metadata: { mass: 3 },
      runOn: 'win-1',
    } as const;
    const { job_id, warnings } = await submitStudy(bench.disk, bench.layout, ME, ask(bench, more));
    expect(orderJson(bench, job_id)).toMatchObject({
      project: 'm1',
      type: 'analysis',
      description: 'Bends',
      priority: 'high',
      depends_on: ['job-20260210-143022-first'],
      hold: true,
      timeout_s: 60,
      expect: ['3_results/best.csv'],
      interpreter: 'nx',
      idempotency_key: 'k',
      metadata: { mass: 3 },
      run_on: 'win-1',
    });
    expect(warnings.map((found) => found.message)).toEqual([
      'run_on names the runner win-1, which was never seen here',
    ]);
  });

  test('gets a README.md from the description, and leaves out what the study must not bring', async () => {
    const { 'README.md': _, ...rest } = STUDY;
    const bench = await memoryBench({
      ...rest,
      'job.json': '{"priority":"critical"}',
      SHA256SUMS: 'x',
      '.DS_Store': '',
    });
    const result = await submitStudy(
      bench.disk,
      bench.layout,
      ME,
      ask(bench, { description: 'Bends a beam\n' }),
    );
    expect(await flawOf(bench, ID)).toBeUndefined();
    const readme = '# beam-wfe\n\nBends a beam\n';
    expect(bench.disk.files.read(path.join(result.order, 'README.md'))?.toString()).toBe(readme);
    expect(result).toMatchObject({ files: 7, bytes: bytesOf(rest) + readme.length });
    expect(result.warnings.map((found) => found.file).sort()).toEqual([
      '.DS_Store',
      'SHA256SUMS',
      'job.json',
    ]);
    expect(orderJson(bench, ID)).not.toHaveProperty('priority');
  });

  test.each([
    { name: 'no runner known', known: [], runsOn: 'auto' },
    { name: 'one runner known', known: ['win-1'], runsOn: 'win-1' },
    { name: 'two runners known', known: ['win-1', 'win-2'], runsOn: 'auto' },
  ])('runs on $runsOn with $name', async ({ known, runsOn }) => {
    const bench = await memoryBench();
    for (const id of known) writePresence(bench, id);
    await submitStudy(bench.disk, bench.layout, ME, ask(bench));
    expect(orderJson(bench, ID)['run_on']).toBe(runsOn);
  });

  test('tells how far the copy is', async () => {
    const bench = await memoryBench({ ...STUDY, '1_setup/big.prt': 'x'.repeat(3_000_000) });
    const told: CopyProgress[] = [];
    await submitStudy(
      bench.disk,
      bench.layout,
      ME,
      ask(bench, { onProgress: (progress) => told.push(progress) }),
    );
    expect(told.filter(({ file }) => file === '1_setup/big.prt').length).toBeGreaterThan(2);
    const done = told.map((progress) => progress.done_bytes);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({
      done_bytes: bytesOf(STUDY) + 3_000_000,
      total_bytes: bytesOf(STUDY) + 3_000_000,
    });
  });
});

describe('ids', () => {
  test.each([
    {
      name: 'outbox',
      make: (bench: Bench) => writeStudy({ fs: bench.fs, study: bench.layout.order(ID) }, { x: '' }),
    },
    { name: 'an empty folder in outbox', make: (bench: Bench) => bench.fs.mkdirSync(bench.layout.order(ID)) },
    { name: 'inbox', make: (bench: Bench) => bench.fs.mkdirSync(bench.layout.record(ID)) },
    { name: 'requests', make: (bench: Bench) => bench.fs.mkdirSync(bench.layout.requests(ID)) },
    {
      name: 'archive',
      make: (bench: Bench) => bench.fs.mkdirSync(bench.layout.archived(`${ID}_20260211-000000`)),
    },
  ])('already in $name are not used again', async ({ make }) => {
    const bench = await memoryBench();
    make(bench);
    const { job_id } = await submitStudy(bench.disk, bench.layout, ME, ask(bench));
    expect(job_id).toBe(`${ID}-2`);
    expect(await flawOf(bench, `${ID}-2`)).toBeUndefined();
  });

  test('submitted at the same moment differ', async () => {
    const bench = await memoryBench();
    const results = await Promise.all(
      [1, 2, 3].map(() => submitStudy(bench.disk, bench.layout, ME, ask(bench))),
    );
    expect(results.map((result) => result.job_id).sort()).toEqual([ID, `${ID}-2`, `${ID}-3`]);
    for (const id of orders(bench)) expect(await flawOf(bench, id)).toBeUndefined();
  });
});

describe('refused', () => {
  test('with every problem on a line of its own, and nothing written', async () => {
    const bench = await memoryBench({ 'go.py': 'p = "/home/me/x"\n' });
    const before = everything(bench, bench.layout.root);
    const more = {
      dependsOn: ['job-1', '../x'],
      timeoutS: -1,
      name: 'No Name',
      idempotencyKey: '',
      runOn: 'a b',
    };
    const error = await refusal(submitStudy(bench.disk, bench.layout, ME, ask(bench, more)));
    expect(error).toBeInstanceOf(StudyRefused);
    expect(error.exitCode).toBe(4);
    expect(error.message.split('\n')).toEqual([
      `${bench.study} was not submitted, 9 problems:`,
      '  run_optimization.py: there is no such script in the study',
      '  README.md: is missing, and there is no description',
      '  go.py:1: names the absolute path /home/me/x',
      '  job.json: the name "No Name" should be lower-case letters, digits and single dashes, such as no-name',
      '  job.json: depends_on job-1: there is no such job in outbox/, inbox/ or archive/',
      '  job.json: depends_on ../x: it has a slash',
      expect.stringMatching(/^ {2}job\.json: run_on should be letters, digits/),
      expect.stringMatching(/^ {2}job\.json: timeout_s /),
      '  job.json: idempotency_key is empty',
    ]);
    const json = JSON.parse(JSON.stringify(error)) as { problems: { rule: string }[] };
    expect(json.problems.map((found) => found.rule).slice(0, 3)).toEqual([
      'script',
      'readme',
      'absolute-path',
    ]);
    expect(everything(bench, bench.layout.root)).toEqual(before);
  });

  test('with more in job.json than any runner reads', async () => {
    const bench = await memoryBench();
    const error = await refusal(
      submitStudy(bench.disk, bench.layout, ME, ask(bench, { description: 'x'.repeat(1_000_000) })),
    );
    expect(error.message).toMatch(/job\.json: has 1\d{6} bytes: no runner reads one of more than 1000000/);
  });

  test('for a file that may not be read, before anything is copied', async () => {
    const bench = await memoryBench();
    const files: Files = { ...bench.disk.files };
    files.openRead = (file) => {
      if (file.endsWith('beam.prt')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
      return bench.disk.files.openRead(file);
    };
    const error = await refusal(submitStudy({ ...bench.disk, files }, bench.layout, ME, ask(bench)));
    expect(error.message).toContain('1_setup/beam.prt: cannot be read (EACCES)');
  });

  test('a study that is not there is "not found"', async () => {
    const bench = await memoryBench();
    const error = await refusal(submitStudy(bench.disk, bench.layout, ME, ask({ study: '/no/where' })));
    expect([error.code, error.message]).toEqual([
      'not-found',
      '/no/where was not submitted, 1 problem:\n  /no/where: there is no such folder',
    ]);
  });

  test.each(['outbox/.jobq-queue', 'archive'])('a queue without %s', async (missing) => {
    const bench = await memoryBench();
    bench.fs.rmSync(path.join(bench.layout.root, missing), { recursive: true });
    expect((await refusal(submitStudy(bench.disk, bench.layout, ME, ask(bench)))).code).toBe(
      'queue-unusable',
    );
  });

  test('dependencies in a circle', async () => {
    const bench = await memoryBench();
    for (const [id, on] of [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'b'],
    ] as const) {
      writeStudy(
        { fs: bench.fs, study: bench.layout.order(id) },
        { 'job.json': JSON.stringify({ depends_on: [on] }) },
      );
    }
    const error = await refusal(submitStudy(bench.disk, bench.layout, ME, ask(bench, { dependsOn: ['a'] })));
    expect(error.message).toContain('depends_on a: it waits in a circle: b -> c -> b');
  });

  test('dependencies in outbox, inbox and archive are known', async () => {
    const bench = await memoryBench();
    bench.fs.mkdirSync(bench.layout.order('job-a'));
    bench.fs.mkdirSync(bench.layout.record('job-b'));
    bench.fs.mkdirSync(bench.layout.archived('job-c_20260211-000000'));
    const wanted = ask(bench, { dependsOn: ['job-a', 'job-b', 'job-c'] });
    expect((await submitStudy(bench.disk, bench.layout, ME, wanted)).job_id).toBe(ID);
  });
});

describe('a dry run', () => {
  test('answers the same and writes nothing', async () => {
    const bench = await memoryBench();
    const before = everything(bench, bench.layout.root);
    const result = await submitStudy(
      bench.disk,
      bench.layout,
      ME,
      ask(bench, { dryRun: true, idempotencyKey: 'k' }),
    );
    expect(everything(bench, bench.layout.root)).toEqual(before);
    const real = await submitStudy(bench.disk, bench.layout, ME, ask(bench, { idempotencyKey: 'k' }));
    expect(result).toEqual({ ...real, dry_run: true });
    const after = everything(bench, bench.layout.root);
    const again = await submitStudy(
      bench.disk,
      bench.layout,
      ME,
      ask(bench, { dryRun: true, idempotencyKey: 'k' }),
    );
    expect(again).toMatchObject({ job_id: ID, existing: true, dry_run: true });
    expect(everything(bench, bench.layout.root)).toEqual(after);
  });
});

/** Runs `change` when this file was opened for the second time: the first is the preflight. */
function whenCopied(files: Files, name: string, change: () => void): Files {
  let opened = 0;
  return {
    ...files,
    openRead: (file) => {
      const source = files.openRead(file);
      if (file.endsWith(name) && ++opened === 2) change();
      return source;
    },
  };
}

describe('a study that changes while it is copied', () => {
  test.each([
    { name: 'the file itself', change: '1_setup/beam.prt' },
    { name: 'a file copied before', change: '1_setup/beam.fem' },
    { name: 'a file copied later', change: 'run_optimization.py' },
  ])('is refused: $name', async ({ change }) => {
    const bench = await memoryBench();
    const files = whenCopied(bench.disk.files, 'beam.prt', () =>
      writeStudy(bench, { [change]: 'print("longer now")' }),
    );
    const error = await refusal(submitStudy({ ...bench.disk, files }, bench.layout, ME, ask(bench)));
    expect(error.message).toContain(`${change}: changed while it was copied`);
    expect(orders(bench)).toEqual([]);
    expect(everything(bench, bench.layout.staging)).toEqual([]);
  });
});

describe('what interrupted submissions left', () => {
  test('is removed after a day, and nothing else', async () => {
    const bench = await memoryBench();
    const { fs, layout, clock } = bench;
    for (const name of ['submit-old/x', 'submit-new/x', 'other/x']) {
      writeStudy({ fs, study: layout.staging }, { [name]: '' });
    }
    const hours = (count: number) => new Date(clock.at - count * 3_600_000);
    fs.utimesSync(path.join(layout.staging, 'submit-old'), hours(25), hours(25));
    fs.utimesSync(path.join(layout.staging, 'other'), hours(25), hours(25));
    fs.utimesSync(path.join(layout.staging, 'submit-new'), hours(23), hours(23));
    await submitStudy(bench.disk, layout, ME, ask(bench));
    expect(fs.readdirSync(layout.staging).sort()).toEqual(['other', 'submit-new']);
  });
});

describe('on the real disk', () => {
  let home: string;
  let bench: Bench;
  beforeEach(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'jobq-submit-'));
    bench = await realBench(home);
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  test('followed links become files', async () => {
    nodeFs.symlinkSync('beam.prt', path.join(bench.study, '1_setup/copy.prt'));
    await submitStudy(bench.disk, bench.layout, ME, ask(bench, { followSymlinks: true }));
    expect(await flawOf(bench, ID)).toBeUndefined();
    const copy = path.join(bench.layout.order(ID), '1_setup/copy.prt');
    expect(nodeFs.lstatSync(copy).isFile() && nodeFs.readFileSync(copy, 'utf8')).toBe('part');
  });

  test('an id taken in the last moment by another process is not replaced', async () => {
    const real = bench.disk.files;
    let taken = false;
    const files: Files = {
      ...real,
      rename: async (from, to) => {
        if (to === bench.layout.order(ID) && !taken) {
          taken = true;
          writeStudy({ fs: nodeFs, study: to }, { 'job.json': '{}' });
        }
        await real.rename(from, to);
      },
    };
    const { job_id } = await submitStudy({ ...bench.disk, files }, bench.layout, ME, ask(bench));
    expect(job_id).toBe(`${ID}-2`);
    expect(await flawOf(bench, job_id)).toBeUndefined();
    expect(nodeFs.readFileSync(path.join(bench.layout.order(ID), 'job.json'), 'utf8')).toBe('{}');
  });
});
