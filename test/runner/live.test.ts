// What is published while a script runs: when, what, and never beside the final publication.
import { describe, expect, test } from 'vitest';
import type { Disk } from '../../src/store/disk.ts';
import { makeOrder } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { JOB } from '../helpers/snapshots.ts';
import { oneMachine } from './one-machine.ts';
import { runningJob } from './running-job.ts';

describe('the log of a running script', () => {
  test('is published at once, then not before the interval is over, and then whole', async () => {
    const job = runningJob();
    job.append(job.logFile, 'one\n');
    await job.live();
    expect(job.published('stdout.log')).toBe('one\n');
    job.append(job.logFile, 'two\n');
    job.disk.clock.advance(29_999);
    await job.live();
    expect(job.published('stdout.log')).toBe('one\n');
    job.disk.clock.advance(1);
    await job.live();
    expect(job.published('stdout.log')).toBe('one\ntwo\n');
  });

  test('is not written again while it does not grow', async () => {
    const job = runningJob();
    job.append(job.logFile, 'one\n');
    await job.live();
    const before = job.disk.files.facts(job.inRecord('stdout.log'))?.signature;
    await job.nextLive();
    expect(job.disk.files.facts(job.inRecord('stdout.log'))?.signature).toBe(before);
    job.append(job.logFile, 'two\n');
    await job.nextLive();
    expect(job.disk.files.facts(job.inRecord('stdout.log'))?.signature).not.toBe(before);
  });

  test('is not there before the script has said anything', async () => {
    const job = runningJob();
    job.append(job.logFile, '');
    await job.live();
    expect(job.published('stdout.log')).toBeUndefined();
  });

  test('is published as head and tail once it is larger than log_max_mb, and again as it grows', async () => {
    const job = runningJob({ settings: { log_max_mb: 0.1 } });
    job.append(job.logFile, 'a line of the log\n'.repeat(10_000));
    await job.live();
    const leftOut = (text: string | undefined) => Number(/jobq: (\d+) bytes/.exec(text ?? '')?.[1]);
    const first = job.published('stdout.log');
    expect(first).toMatch(/\n\[jobq: \d+ bytes are left out here, from byte \d+ on; .*\]\n/);
    expect(first).toContain(`the whole log is ${job.logFile} on STATION]`);
    job.append(job.logFile, `${'another line\n'.repeat(1000)}the end\n`);
    await job.nextLive();
    const second = job.published('stdout.log') ?? '';
    expect(second.endsWith('the end\n')).toBe(true);
    expect(leftOut(second)).toBeGreaterThan(leftOut(first));
    expect(second.length).toBeLessThan(100_200);
  });

  test('of the next attempt is published even when it has the very same size', async () => {
    const job = runningJob();
    job.append(job.logFile, 'one\n');
    await job.live();
    job.jobs.set(JOB, { ...job.jobs.get(JOB)!, attempt: 2 });
    job.append(job.logFile.replace(/1(.stdout)/, '2$1'), 'two\n');
    await job.live();
    expect(job.published('stdout.log')).toBe('two\n');
  });
});

describe('the live outputs', () => {
  test('are the files that the settings name, whole, each time they changed', async () => {
    const job = runningJob();
    await job.write('3_results/history.csv', 'trial,value\n');
    await job.write('3_results/deep/other.csv', 'x\n');
    await job.write('other.csv', 'x\n');
    await job.live();
    expect(job.disk.files.list(job.record)?.map(({ name }) => name)).toEqual(['3_results']);
    expect(job.disk.files.list(job.inRecord('3_results'))?.map(({ name }) => name)).toEqual(['history.csv']);
    const before = job.disk.files.facts(job.inRecord('3_results/history.csv'))?.signature;
    await job.nextLive();
    expect(job.disk.files.facts(job.inRecord('3_results/history.csv'))?.signature).toBe(before);
    job.append(job.inWork('3_results/history.csv'), '1,3.5\n');
    await job.nextLive();
    expect(job.published('3_results/history.csv')).toBe('trial,value\n1,3.5\n');
  });

  test('are what the order names, where it does', async () => {
    const job = runningJob({ order: { live_outputs: ['**/*.{txt,json}'] } });
    for (const name of ['3_results/a.csv', 'a.txt', 'deep/er/b.json', 'deep/er/c.bin'])
      await job.write(name, name);
    await job.live();
    expect(['3_results/a.csv', 'a.txt', 'deep/er/b.json', 'deep/er/c.bin'].map(job.published)).toEqual([
      undefined,
      'a.txt',
      'deep/er/b.json',
      undefined,
    ]);
    const none = runningJob({ order: { live_outputs: [] } });
    await none.write('3_results/a.csv', 'x');
    await none.live();
    expect(none.disk.files.list(none.record)).toEqual([]);
  });

  test('are none of the files that are not published in the end either, nor what cannot keep its name', async () => {
    const job = runningJob({
      order: { live_outputs: ['**'], publish: { exclude: ['*.tmp'] } },
      inputs: { 'run.py': 'print()\n', 'seed.csv': 'x\n' },
    });
    job.append(job.inWork('seed.csv'), 'y\n');
    for (const name of ['a.tmp', 'a.txt', 'job.json', 'a:b', 'CON', 'post/x', '.jobq-x/a', 'A.txt'])
      await job.write(name, name);
    job.append(job.logFile, 'a log\n');
    await job.live();
    const names = job.disk.files.list(job.record)?.map(({ name }) => name);
    expect(names).toEqual(['A.txt', 'seed.csv', 'stdout.log']);
    expect(job.published('stdout.log')).toBe('a log\n');
  });

  test('are not larger than live_max_mb: that is told once', async () => {
    const job = runningJob({ settings: { live_max_mb: 0.1 } });
    await job.write('3_results/a.csv', 'x'.repeat(100_001));
    await job.write('3_results/b.csv', 'x'.repeat(100_000));
    await job.live();
    await job.nextLive();
    expect(job.published('3_results/a.csv')).toBeUndefined();
    expect(job.published('3_results/b.csv')).toHaveLength(100_000);
    expect(job.lines).toMatchObject([{ level: 'warn', facts: { job_id: JOB, what: '3_results/a.csv' } }]);
  });

  test('are never published half: what changes while it is read waits for the next time', async () => {
    const disk = memoryDisk();
    const file = `/work/${JOB}/3_results/a.csv`;
    let writes = 1;
    const read: Disk['files']['read'] = (name) => {
      const bytes = disk.files.read(name);
      if (name === file && writes-- > 0) job.append(file, 'second half\n');
      return bytes;
    };
    const seen = { ...disk, files: { ...disk.files, read } };
    const job = runningJob({ disk, seen });
    await job.write('3_results/a.csv', 'first half\n');
    await job.live();
    expect(job.published('3_results/a.csv')).toBeUndefined();
    expect(job.disk.files.list('/queue/.jobq-staging')).toEqual([]);
    await job.nextLive();
    expect(job.published('3_results/a.csv')).toBe('first half\nsecond half\n');
  });

  test('that cannot be read are told once for each reason, keep nothing else back, and are tried again', async () => {
    const disk = memoryDisk();
    let held = 'EBUSY';
    const read: Disk['files']['read'] = (name) => {
      const holds = name.endsWith('a.csv') && held !== '';
      if (holds) throw Object.assign(new Error(`${held}: ${name} ${Math.random()}`), { code: held });
      return disk.files.read(name);
    };
    const job = runningJob({ disk, seen: { ...disk, files: { ...disk.files, read } } });
    await job.write('3_results/a.csv', 'a');
    await job.write('3_results/b.csv', 'b');
    job.append(job.logFile, 'log\n');
    await job.live();
    await job.nextLive();
    held = 'EACCES';
    await job.nextLive();
    const told = job.lines.map(({ level, facts }) => [
      level,
      facts['what'],
      String(facts['reason']).slice(0, 6),
    ]);
    expect(told).toEqual([
      ['warn', '3_results/a.csv', 'EBUSY:'],
      ['warn', '3_results/a.csv', 'EACCES'],
    ]);
    expect([job.published('3_results/b.csv'), job.published('stdout.log')]).toEqual(['b', 'log\n']);
    held = '';
    await job.nextLive();
    expect(job.published('3_results/a.csv')).toBe('a');
  });

  test('that fail do not keep a runner that waits until it is idle', async () => {
    const disk = memoryDisk();
    const list: Disk['files']['list'] = () => {
      throw new Error('the disk is gone');
    };
    const job = runningJob({ disk, seen: { ...disk, files: { ...disk.files, list } } });
    await job.live();
    expect(job.lines).toHaveLength(1);
    expect(job.chores.isAnyPending()).toBe(false);
  });
});

test('a runner publishes while the script runs, and no sooner', async () => {
  const machine = await oneMachine();
  const { disk, layout, processes } = machine;
  await makeOrder(disk, layout, { job_id: JOB });
  const inRecord = (name: string) => disk.files.read(`${layout.record(JOB)}/${name}`)?.toString('utf8');
  expect(await machine.until(() => inRecord('3_results/history.csv') !== undefined, { stepMs: 30_000 })).toBe(
    true,
  );
  expect(inRecord('job.json')).toContain('"state": "running"');
  expect(inRecord('stdout.log')).toContain('jobq_trial: 1/2');
  expect(processes.starts.get(JOB)).toBe(1);
  expect(inRecord('SHA256SUMS')).toBeUndefined();
});

describe('a live publication', () => {
  /** A disk on which work stops before every turn, until it is let go on. */
  function stopping() {
    const disk = memoryDisk();
    let goOn = () => {};
    let stopped = new Promise<void>((resolve) => (goOn = resolve));
    let stops = 0;
    const turn = async () => {
      stops += 1;
      await stopped;
    };
    return {
      disk,
      seen: { files: disk.files, clock: { ...disk.clock, turn } },
      stops: () => stops,
      goOn: () => {
        goOn();
        stopped = Promise.resolve();
      },
    };
  }

  test('does not hold up the tick, and is alone', async () => {
    const { disk, seen, stops, goOn } = stopping();
    const job = runningJob({ disk, seen });
    job.append(job.logFile, 'one\n');
    job.begin();
    expect(job.chores.isUnderWay(`live ${JOB}`)).toBe(true);
    const before = stops();
    job.disk.clock.advance(120_000);
    job.begin();
    await Promise.resolve();
    expect(stops()).toBe(before);
    goOn();
    await job.chores.settled();
    expect(job.published('stdout.log')).toBe('one\n');
    // the interval counts from its end
    job.append(job.logFile, 'two\n');
    await job.live();
    expect(job.published('stdout.log')).toBe('one\n');
    await job.nextLive();
    expect(job.published('stdout.log')).toBe('one\ntwo\n');
  });

  test('is over before the final one begins', async () => {
    const { disk, seen, goOn } = stopping();
    const job = runningJob({ disk, seen });
    job.append(job.logFile, 'one\n');
    job.begin();
    job.append(job.logFile, 'two\n');
    await job.write('3_results/b.csv', 'b');
    job.end();
    let isSealed = false;
    const publishing = job.publish().then((record) => {
      isSealed = true;
      return record;
    });
    for (let turns = 0; turns < 50; turns++) await Promise.resolve();
    expect([isSealed, job.disk.files.list(job.record)]).toEqual([false, []]);
    goOn();
    expect(await publishing).toMatchObject({ state: 'completed', results: { files: 2 } });
    const sealed = job.published('SHA256SUMS')?.match(/ {2}\S+/g);
    expect(sealed).toEqual(['  3_results/b.csv', '  job.json', '  stdout.log']);
    expect(job.published('stdout.log')).toBe('one\ntwo\n');
  });

  test('publishes nothing more once the attempt is over', async () => {
    const { disk, seen, goOn } = stopping();
    const job = runningJob({ disk, seen });
    job.append(job.logFile, 'one\n');
    await job.write('3_results/a.csv', 'a');
    job.begin();
    job.end();
    goOn();
    await job.chores.settled();
    expect(job.disk.files.list(job.record)?.map(({ name }) => name)).toEqual(['stdout.log']);
  });
});
