// Databases of a running script: when a copy is made and published, and what the study in one adds to the progress.
import { describe, expect, test } from 'vitest';
import { liveIsOver } from '../../src/runner/live.ts';
import type { Run, RunRequest } from '../../src/system/process/run.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { JOB } from '../helpers/snapshots.ts';
import { runningJob } from './running-job.ts';

const DATABASE = 'SQLite format 3\0 and so on';
const STUDY = { finished: 10, best: 1.5, total: 40, durations_s: [20] };
const PROGRESS = { trial: 10, trials: 40, percent: 25, best: 1.5, eta_s: 600 };

/** A Python that copies and answers at once, and notes what it was asked. */
function fakePython(disk: MemoryDisk, answer: () => object = () => ({ study: STUDY })) {
  const asked: { task: string; source: string; timeoutMs: number }[] = [];
  const put = (file: string, bytes: Uint8Array) => {
    const out = disk.files.openNew(file);
    out.write(bytes);
    out.close();
  };
  const run: Run = ({ command, outputFile, timeoutMs }: RunRequest) => {
    const [, , , source = '', scratch = '', task = '', wanted = ''] = command;
    asked.push({ task: `${task} ${wanted}`, source, timeoutMs });
    if (task === 'copy') put(scratch, Buffer.from(`copy of ${disk.files.read(source)?.toString()}`));
    put(outputFile, Buffer.from(`a warning\n${JSON.stringify(answer())}\r\n`));
    return Promise.resolve({ exit_code: 0, signal: null, timed_out: false });
  };
  return { run, asked };
}

function withPython(given: Parameters<typeof runningJob>[0] = {}, answer?: () => object) {
  const disk = memoryDisk();
  const { run, asked } = fakePython(disk, answer);
  return { job: runningJob({ disk, run, ...given }), asked };
}

describe('a database', () => {
  test('is published as a copy, under its own name, only when it changed', async () => {
    const { job, asked } = withPython();
    await job.write('3_results/study.db', DATABASE);
    await job.live();
    expect(job.published('3_results/study.db')).toBe(`copy of ${DATABASE}`);
    expect(asked).toEqual([
      { task: 'copy study', source: job.inWork('3_results/study.db'), timeoutMs: 30_000 },
    ]);
    expect(job.disk.files.list(job.attemptDir)?.map(({ name }) => name)).toEqual(['study-reader.py']);
    await job.nextLive();
    expect(asked).toHaveLength(1);
    job.append(job.inWork('3_results/study.db'), ', more');
    await job.nextLive();
    expect(job.published('3_results/study.db')).toBe(`copy of ${DATABASE}, more`);
    await job.write('3_results/study.db-wal', 'a commit in WAL mode');
    await job.nextLive();
    expect(asked).toHaveLength(3);
  });

  test('is published without the files beside it, and in the end as it is, with them', async () => {
    const { job } = withPython({ order: { live_outputs: ['**'] } });
    const names = ['history.db', 'history.db-journal', 'history.db-shm', 'history.db-wal'];
    for (const name of names) await job.write(name, name === 'history.db' ? DATABASE : name);
    await job.live();
    expect(job.disk.files.list(job.record)?.map(({ name }) => name)).toEqual(['history.db']);
    job.end();
    await job.publish();
    expect(job.published('history.db')).toBe(DATABASE);
    expect(names.slice(1).map(job.published)).toEqual(names.slice(1));
  });

  test('that is larger than live_max_mb is not published, but its study is read', async () => {
    const { job, asked } = withPython({ settings: { live_max_mb: 0.1 } });
    await job.write('3_results/study.db', DATABASE + 'x'.repeat(100_000));
    await job.live();
    await job.nextLive();
    expect(job.published('3_results/study.db')).toBeUndefined();
    expect(asked.map(({ task }) => task)).toEqual(['read study']);
    expect(job.progress()).toEqual(PROGRESS);
    expect(job.lines.map(({ facts }) => facts['what'])).toEqual(['3_results/study.db']);
  });

  test('that is no study is copied all the same', async () => {
    const { job, asked } = withPython({ order: { live_outputs: ['*.db'] } }, () => ({}));
    await job.write('history.db', DATABASE);
    await job.live();
    expect(asked.map(({ task }) => task)).toEqual(['copy -']);
    expect(job.published('history.db')).toBe(`copy of ${DATABASE}`);
    expect(job.progress()).toEqual({});
  });

  test('that is none, whatever its name, is published like any other file', async () => {
    const { job, asked } = withPython();
    await job.write('3_results/study.db', 'SQLite format 2, perhaps');
    await job.live();
    expect([job.published('3_results/study.db'), asked]).toEqual(['SQLite format 2, perhaps', []]);
  });

  test('whose copy is made when the attempt is over is not published any more, and the end waits for it', async () => {
    const disk = memoryDisk();
    const { run } = fakePython(disk);
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    const job = runningJob({ disk, run: (request) => waiting.then(() => run(request)) });
    await job.write('3_results/study.db', DATABASE);
    job.begin();
    for (let turns = 0; turns < 50; turns++) await Promise.resolve();
    job.end();
    let isOver = false;
    const over = liveIsOver(job.runner, JOB).then(() => (isOver = true));
    for (let turns = 0; turns < 50; turns++) await Promise.resolve();
    expect(isOver).toBe(false);
    goOn();
    await over;
    expect(job.disk.files.list(job.record)).toEqual([]);
  });
});

describe('without a Python that works, a database', () => {
  test('is not published, that is told once, and all else goes on', async () => {
    const job = runningJob();
    await job.write('3_results/study.db', DATABASE);
    await job.write('3_results/history.csv', 'x');
    job.append(job.logFile, 'log\n');
    await job.live();
    await job.nextLive();
    expect(job.lines).toEqual([
      {
        level: 'warn',
        message: 'not published or read for now',
        facts: { job_id: JOB, what: '3_results/study.db', reason: 'python3: spawn ENOENT' },
      },
    ]);
    expect(job.disk.files.list(job.inRecord('3_results'))?.map(({ name }) => name)).toEqual(['history.csv']);
    expect(job.published('stdout.log')).toBe('log\n');
  });

  test('is tried again less and less often, until it was read', async () => {
    let problem: string | undefined = 'database is locked';
    const { job, asked } = withPython({}, () => ({ problem, study: null }));
    await job.write('3_results/study.db', DATABASE);
    const tries: number[] = [];
    for (let interval = 0; interval < 100; interval++) {
      const before = asked.length;
      await job.nextLive();
      if (asked.length > before) tries.push(interval);
    }
    expect(tries).toEqual([0, 1, 3, 7, 15, 31, 63, 95]);
    // once it was read, a failure is a first failure again
    problem = undefined;
    while (job.published('3_results/study.db') === undefined) await job.nextLive();
    problem = 'database is locked';
    job.append(job.inWork('3_results/study.db'), 'more');
    const before = asked.length;
    for (let interval = 0; interval < 4; interval++) await job.nextLive();
    expect(asked).toHaveLength(before + 3);
  });
});

describe('the study', () => {
  test('tells the progress of a script that says nothing; what the script says wins', async () => {
    const { job } = withPython({ order: { args: ['--trials', '50'] } }, () => ({
      study: { ...STUDY, total: null },
    }));
    await job.write('3_results/study.db', DATABASE);
    await job.live();
    expect(job.progress()).toEqual({ ...PROGRESS, trials: 50, percent: 20, eta_s: 800 });
  });

  test('is looked for where the settings say, also where no copy of it is published', async () => {
    const { job, asked } = withPython({ settings: { study_db: 'my.db', live_outputs: [] } });
    await job.write('my.db', DATABASE);
    await job.live();
    await job.nextLive();
    expect(asked.map(({ task, source }) => [task, source])).toEqual([['read study', job.inWork('my.db')]]);
    expect(job.progress()).toEqual(PROGRESS);
    expect(job.published('my.db')).toBeUndefined();
  });

  test('is read once more in the end, when it changed, without the time that is left', async () => {
    let study = { ...STUDY };
    const { job, asked } = withPython({}, () => ({ study }));
    await job.write('3_results/study.db', DATABASE);
    await job.live();
    study = { ...STUDY, finished: 40, best: 0.5 };
    job.append(job.inWork('3_results/study.db'), 'more');
    job.end();
    const { progress } = await job.publish();
    expect(progress).toEqual({ trial: 40, trials: 40, percent: 100, best: 0.5 });
    expect(asked.map(({ task }) => task)).toEqual(['copy study', 'read study']);
    expect(job.published('3_results/study.db')).toBe(`${DATABASE}more`);
  });

  test('that did not change since is not read again in the end', async () => {
    const { job, asked } = withPython();
    await job.write('3_results/study.db', DATABASE);
    await job.live();
    job.end();
    expect((await job.publish())['progress']).toEqual({ trial: 10, trials: 40, percent: 25, best: 1.5 });
    expect(asked).toHaveLength(1);
  });

  test('that cannot be read in the end keeps nothing from being published', async () => {
    const { job } = withPython({}, () => ({ problem: 'unable to open database file' }));
    await job.write('3_results/study.db', DATABASE);
    job.end();
    expect(await job.publish()).toMatchObject({ state: 'completed', results: { files: 1 }, progress: {} });
    expect(job.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});
