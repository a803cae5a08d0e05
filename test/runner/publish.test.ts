// The final publication: what is in the record, what is left out and said to be, and what is gone from it.
import { describe, expect, test } from 'vitest';
import { recall } from '../../src/runner/memory.ts';
import { follow } from '../../src/runner/progress-follower.ts';
import { JOB } from '../helpers/snapshots.ts';
import type { RunningJobParts } from './running-job.ts';
import { runningJob } from './running-job.ts';

const FILES = {
  '3_results/history.csv': 'trial,value\n',
  '3_results/study.db': 'not really one',
  '2_iterations/iter1/a.op2': '12345',
  '2_iterations/iter2/b.op2': '678',
  '2_iterations/iter2/b.f06': 'f06',
  'notes.txt': 'notes',
};

async function publish(
  given: RunningJobParts = {},
  files: Record<string, string> = FILES,
  dirs: string[] = [],
) {
  const job = runningJob({ settings: { keep_days: 7, keep_failed_days: 30 }, ...given });
  for (const [name, text] of Object.entries(files)) await job.write(name, text);
  for (const dir of dirs) job.disk.files.makeDir(job.inWork(dir));
  job.append(job.logFile, 'hello\n');
  job.end();
  const record = await job.publish();
  const sealed = (job.published('SHA256SUMS') ?? '').split('\n').flatMap((line) => line.slice(66) || []);
  const results = record['results'] as { files: number; empty_dirs: string[] };
  return {
    job,
    record,
    notes: record['output_notes'],
    results,
    files: sealed.filter((name) => name !== 'job.json'),
  };
}

const OUTPUTS = [...Object.keys(FILES), 'stdout.log'].sort();

describe('the results are', () => {
  test.each<{ name: string; order?: object; exclude?: string[]; files: string[] }>([
    { name: 'everything, where nobody says otherwise', files: OUTPUTS },
    {
      name: 'only what publish.include names, and the log',
      order: { publish: { include: ['3_results/**'] } },
      files: ['3_results/history.csv', '3_results/study.db', 'stdout.log'],
    },
    {
      name: 'nothing but the log where publish.include is empty',
      order: { publish: { include: [] } },
      files: ['stdout.log'],
    },
    {
      name: 'not what publish.exclude names',
      order: { publish: { exclude: ['**/*.op2'] } },
      files: OUTPUTS.filter((file) => !file.endsWith('.op2')),
    },
    {
      name: 'not what the settings exclude',
      exclude: ['2_iterations/**'],
      files: OUTPUTS.filter((file) => !file.startsWith('2_')),
    },
    {
      name: 'what the settings exclude, where the order says what it excludes',
      order: { publish: { exclude: ['notes.txt'] } },
      exclude: ['2_iterations/**'],
      files: OUTPUTS.filter((file) => file !== 'notes.txt'),
    },
    {
      name: 'not what is both included and excluded',
      order: { publish: { include: ['3_results/**'], exclude: ['**/*.db'] } },
      files: ['3_results/history.csv', 'stdout.log'],
    },
    {
      name: 'what is expected, whatever the patterns say, and all below a directory that is expected',
      order: { expect: ['notes.txt', '2_iterations/iter2'], publish: { include: [], exclude: ['**'] } },
      files: ['2_iterations/iter2/b.f06', '2_iterations/iter2/b.op2', 'notes.txt', 'stdout.log'],
    },
    {
      name: 'the log, which no pattern can leave out',
      order: { publish: { exclude: ['*', '**'] } },
      files: ['stdout.log'],
    },
  ])('$name', async ({ order = {}, exclude = [], files }) => {
    const settings = { results_exclude: exclude, live_outputs: [] };
    const published = await publish({ order: { ...order }, settings });
    expect(published.files).toEqual(files);
    expect(published.results.files).toBe(files.length);
  });

  test('never the inputs that nobody changed, even where a pattern or `expect` names them', async () => {
    const order = { expect: ['run.py'], publish: { include: ['**'] } };
    const { files, notes } = await publish({ order, inputs: { 'run.py': 'print()\n', 'x.fem': 'fem' } }, {});
    expect([files, notes]).toEqual([['stdout.log'], undefined]);
  });

  test('empty directories as well, by the same patterns', async () => {
    const order = { publish: { exclude: ['2_iterations/**'] } };
    const { results } = await publish({ order }, {}, ['2_iterations/iter3', '3_results/plots']);
    expect(results.empty_dirs).toEqual(['3_results/plots']);
  });
});

describe('what is left out', () => {
  test('is counted in the record, a note for each pattern, with where it is and for how long', async () => {
    const order = {
      publish: { include: ['2_*/**', '3_*/**'], exclude: ['**/*.op2', '**/*.none', '**/iter2/*'] },
    };
    const { notes, job } = await publish({ order });
    const stay = `all of it stays in ${job.workDir} on STATION until 7 days after the job is archived`;
    expect(notes).toEqual([
      {
        path: '**/*.op2',
        reason: `2 files, 8 bytes, fit this pattern of publish.exclude: not published; ${stay}`,
      },
      {
        path: '**/iter2/*',
        reason: `1 file, 3 bytes, fits this pattern of publish.exclude: not published; ${stay}`,
      },
      {
        path: '2_*/**, 3_*/**',
        reason: `1 file, 5 bytes, fits no pattern of publish.include: not published; ${stay}`,
      },
    ]);
  });

  test('stays longer when the job failed', async () => {
    const job = runningJob({ settings: { keep_failed_days: 30, results_exclude: ['*.txt'] } });
    await job.write('a.txt', 'a');
    job.end({ outcome: { kind: 'failed', message: 'exit code 1' } });
    const { output_notes } = await job.publish();
    expect(output_notes).toMatchObject([
      { path: '*.txt', reason: expect.stringContaining('until 30 days') as string },
    ]);
    expect(JSON.stringify(output_notes)).toContain('pattern of results_exclude');
  });

  test('of a log that is too large is said as well; the log itself is whole in the work directory', async () => {
    const job = runningJob({ settings: { log_max_mb: 0.1, keep_days: 7 } });
    const log = 'a line of the log\n'.repeat(20_000);
    job.append(job.logFile, log);
    job.end();
    const { output_notes, results } = await job.publish();
    const published = job.published('stdout.log') ?? '';
    expect(published.length).toBeLessThan(100_200);
    const leftOut = /\[jobq: (\d+) bytes are left out here/.exec(published)?.[1];
    expect(output_notes).toEqual([
      {
        path: 'stdout.log',
        reason: `${leftOut} of its ${log.length} bytes were not published, from the middle; the whole stays in ${job.logFile} on STATION until 7 days after the job is archived`,
      },
    ]);
    expect(results).toMatchObject({ files: 1, bytes: published.length });
    expect(job.disk.files.read(job.logFile)?.toString()).toBe(log);
  });
});

describe('what was published while the script ran', () => {
  test('is replaced by what there is in the end, and gone where there is none', async () => {
    const job = runningJob({ order: { live_outputs: ['**/*.csv'] } });
    for (const name of ['3_results/kept.csv', '3_results/gone.csv', 'dir/deep/gone.csv'])
      await job.write(name, 'x');
    job.append(job.logFile, 'hello\n');
    await job.live();
    await job.write('3_results/kept.csv', 'y');
    await job.disk.files.removeTree(job.inWork('dir'));
    await job.disk.files.removeFile(job.inWork('3_results/gone.csv'));
    job.end();
    await job.publish();
    expect(job.published('3_results/kept.csv')).toBe('y');
    expect(job.disk.files.list(job.record)?.map(({ name }) => name)).toEqual([
      '3_results',
      'SHA256SUMS',
      'job.json',
      'stdout.log',
    ]);
    expect(job.disk.files.list(job.inRecord('3_results'))?.map(({ name }) => name)).toEqual(['kept.csv']);
  });

  test('under another case is gone before the outputs are copied: on Windows it would be the output itself', async () => {
    const steps: string[] = [];
    const job = runningJob({ order: { live_outputs: ['**/*.csv'] } });
    const { files } = job.runner.disk;
    job.runner.disk = {
      ...job.disk,
      files: {
        ...files,
        removeFile: (file) => {
          steps.push(`remove ${file}`);
          return files.removeFile(file);
        },
        rename: (from, to) => {
          steps.push(`rename ${to}`);
          return files.rename(from, to);
        },
      },
    };
    await job.write('Results/a.csv', 'x');
    await job.live();
    await job.disk.files.removeTree(job.inWork('Results'));
    await job.write('results/a.csv', 'y');
    job.end();
    await job.publish();
    expect(steps.filter((step) => /results/i.test(step)).slice(-2)).toEqual([
      `remove ${job.inRecord('Results/a.csv')}`,
      `rename ${job.inRecord('results/a.csv')}`,
    ]);
    expect(job.disk.files.facts(job.inRecord('Results'))).toBeUndefined();
  });

  test('as a file is no hindrance for a directory of its name', async () => {
    const job = runningJob({ order: { live_outputs: ['*'] } });
    await job.write('a', 'x');
    await job.live();
    await job.disk.files.removeFile(job.inWork('a'));
    await job.write('a/b', 'y');
    job.end();
    await job.publish();
    expect(job.published('a/b')).toBe('y');
  });
});

test('the time that is left is not told of what is over', async () => {
  const job = runningJob();
  await job.live();
  job.end();
  for (const each of job.runner.memory.values()) each.follower.progress = { percent: 90, eta_s: 12 };
  expect((await job.publish())['progress']).toEqual({ percent: 90 });
});

test('what the script said where its log was passed over is in the record', async () => {
  const job = runningJob();
  const filler = `${'x'.repeat(1023)}\n`.repeat(12 * 1024);
  job.append(job.logFile, `jobq_progress: 40\n${filler}jobq_status: done\n`);
  const { follower } = recall(job.runner.memory, JOB, 0);
  follow(job.disk.files, follower, { logFile: job.logFile, workDir: job.workDir, isOver: true });
  expect(follower.progress).toEqual({ message: 'done' });
  job.end();
  expect((await job.publish())['progress']).toEqual({ percent: 40, message: 'done' });
});
