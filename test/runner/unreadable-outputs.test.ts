// Outputs that cannot be read: waited for while another program may hold them, then published without.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { recall } from '../../src/runner/memory.ts';
import { readAttempt } from '../../src/runner/read-attempt.ts';
import { PATIENCE_MS } from '../../src/runner/unreadable-outputs.ts';
import type { Files } from '../../src/system/files.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { JOB } from '../helpers/snapshots.ts';
import type { RunningJobParts } from './running-job.ts';
import { runningJob } from './running-job.ts';

const READING = ['openRead', 'read', 'readFrom', 'list'] as const;

/** A disk on which the calls fail for the paths that end so. */
function held(calls: readonly (keyof Files)[] = READING) {
  const disk = memoryDisk();
  const codes = new Map<string, string>();
  const failing = Object.fromEntries(
    calls.map((call) => [
      call,
      (...args: string[]) => {
        for (const [end, code] of codes)
          if (args.some((arg) => String(arg).endsWith(path.normalize(end))))
            throw Object.assign(new Error(`${code}: ${args[0]}`), { code });
        return (disk.files[call] as (...given: string[]) => unknown)(...args);
      },
    ]),
  );
  const seen = { files: { ...disk.files, ...failing } as Files, clock: disk.clock };
  return { disk, seen, codes };
}

async function ended(
  codes: Record<string, string>,
  calls?: readonly (keyof Files)[],
  given?: RunningJobParts,
) {
  const { disk, seen, codes: now } = held(calls);
  const job = runningJob({ disk, seen, ...given });
  for (const name of ['3_results/a.csv', '3_results/b.csv', 'secret/c.csv']) await job.write(name, 'x');
  job.append(job.logFile, 'hello\n');
  return {
    ...job,
    codes: Object.assign(now, {
      take: () => {
        for (const [at, code] of Object.entries(codes)) now.set(at, code);
      },
    }),
  };
}

const note = (name: string, code: string) => ({
  path: name,
  reason: `cannot be read (${code}): it was not published; it stays in the work directory`,
});

describe('an output that cannot be read', () => {
  test.each([
    ['a file', '/work/job/3_results/a.csv', '3_results/a.csv', 'EACCES'],
    ['a file that is held', '3_results/a.csv', '3_results/a.csv', 'EBUSY'],
    ['a directory', '/secret', 'secret', 'EACCES'],
    ['the log', '/1/stdout.log', 'stdout.log', 'EACCES'],
  ])('%s is waited for, and then put aside: the rest is published', async (_what, where, name, code) => {
    const end = where.replace('/work/job', '');
    const job = await ended({ [end]: code });
    job.codes.take();
    job.end();
    await expect(job.publish()).rejects.toThrow(code);
    job.disk.clock.advance(PATIENCE_MS - 1);
    await expect(job.publish()).rejects.toThrow(code);
    expect(job.published('SHA256SUMS')).toBeUndefined();
    job.disk.clock.advance(1);
    const record = await job.publish();
    expect(record['output_notes']).toEqual([note(name, code)]);
    expect(record['results']).toMatchObject({ files: 3 });
    expect(job.published('3_results/b.csv')).toBe('x');
    expect(job.published('SHA256SUMS')).not.toContain(name);
  });

  test('is published when it is let go in time, and nothing is said of it', async () => {
    const job = await ended({ '3_results/a.csv': 'EBUSY' });
    job.codes.take();
    job.end();
    await expect(job.publish()).rejects.toThrow('EBUSY');
    job.disk.clock.advance(PATIENCE_MS - 1);
    job.codes.clear();
    const record = await job.publish();
    expect(record['output_notes']).toBeUndefined();
    expect(job.published('3_results/a.csv')).toBe('x');
  });

  test('is waited for beside the others, not after them', async () => {
    const job = await ended({ '3_results/a.csv': 'EACCES', '3_results/b.csv': 'EPERM', '/secret': 'EACCES' });
    job.codes.take();
    job.end();
    await expect(job.publish()).rejects.toThrow('EACCES');
    job.disk.clock.advance(PATIENCE_MS);
    const record = await job.publish();
    expect(record['output_notes']).toEqual([
      note('secret', 'EACCES'),
      note('3_results/a.csv', 'EACCES'),
      note('3_results/b.csv', 'EPERM'),
    ]);
  });

  test.each(['ENAMETOOLONG', 'ELOOP'])('is put aside at once where no time helps (%s)', async (code) => {
    const job = await ended({ '/secret': code, '3_results/a.csv': code });
    job.codes.take();
    job.end();
    const record = await job.publish();
    expect(record['output_notes']).toEqual([note('secret', code), note('3_results/a.csv', code)]);
  });

  test('is gone from the record, where it was published while the script ran', async () => {
    const order = { live_outputs: ['**/*.csv'] };
    const job = await ended({ '3_results/a.csv': 'EACCES' }, READING, { order });
    await job.live();
    expect(job.published('3_results/a.csv')).toBe('x');
    job.codes.take();
    job.end();
    await expect(job.publish()).rejects.toThrow('EACCES');
    job.disk.clock.advance(PATIENCE_MS);
    job.codes.take();
    await job.publish();
    expect(job.disk.files.facts(job.inRecord('3_results/a.csv'))).toBeUndefined();
    expect(job.published('3_results/b.csv')).toBe('x');
  });

  test('is one that opens and whose disk fails', async () => {
    const { disk, codes } = held();
    const openRead: Files['openRead'] = (file) => {
      const source = disk.files.openRead(file);
      const read = () => {
        throw Object.assign(new Error('EIO: the disk fails'), { code: 'EIO' });
      };
      return codes.has(path.basename(file)) ? { ...source, read } : source;
    };
    const job = runningJob({ disk, seen: { ...disk, files: { ...disk.files, openRead } } });
    for (const name of ['a.csv', 'b.csv']) await job.write(name, 'x');
    codes.set('a.csv', '');
    job.end();
    await expect(job.publish()).rejects.toThrow('EIO');
    job.disk.clock.advance(PATIENCE_MS / 2);
    await expect(job.publish()).rejects.toThrow('EIO');
    job.disk.clock.advance(PATIENCE_MS / 2);
    expect((await job.publish())['output_notes']).toEqual([note('a.csv', 'EIO')]);
    expect(job.published('b.csv')).toBe('x');
  });

  test('that is an input of the order is put aside, too', async () => {
    const job = await ended({ 'run.py': 'EACCES' }, READING, { inputs: { 'run.py': 'print()' } });
    await job.write('run.py', 'changed to something longer');
    job.codes.take();
    job.end();
    await expect(job.publish()).rejects.toThrow('EACCES');
    job.disk.clock.advance(PATIENCE_MS);
    expect((await job.publish())['output_notes']).toEqual([note('run.py', 'EACCES')]);
  });
});

test('what keeps a result out of the record, and not from being read, is never given up', async () => {
  const job = await ended({ '3_results/a.csv': 'EACCES' }, ['rename']);
  job.codes.take();
  job.end();
  for (let tries = 0; tries < 3; tries++) {
    await expect(job.publish()).rejects.toThrow('EACCES');
    job.disk.clock.advance(PATIENCE_MS);
  }
  job.codes.clear();
  expect((await job.publish())['output_notes']).toBeUndefined();
});

test('a path that is too long in the record only is put aside, an empty directory as well', async () => {
  const job = await ended({}, ['rename', 'makeDir']);
  for (const name of ['a', 'empty']) job.disk.files.makeDir(job.inWork(name));
  await job.write('a/deep.txt', 'x');
  job.codes.set('deep.txt', 'ENAMETOOLONG').set(job.inRecord('empty'), 'ENAMETOOLONG');
  job.end();
  const record = await job.publish();
  expect(record['output_notes']).toEqual([note('a/deep.txt', 'ENAMETOOLONG'), note('empty', 'ENAMETOOLONG')]);
  expect(record['results']).toMatchObject({ empty_dirs: [] });
});

describe('an attempt that is over', () => {
  const attempt = async (where: string, calls: readonly (keyof Files)[]) => {
    const given = { order: { expect: ['3_results/a.csv'] } };
    const job = await ended({ [where]: 'EACCES' }, calls, given);
    const at = '2026-02-10T14:30:22Z';
    const exit = { exit_code: 0, signal: null, ended_by: 'itself', started_at: at, finished_at: at };
    job.append(path.join(job.attemptDir, 'exit.json'), JSON.stringify(exit));
    job.append(path.join(job.attemptDir, 'command.json'), '{}');
    job.append(job.inWork('progress.json'), '{"percent": 50}');
    job.runner.launcher.isHeld = () => Promise.resolve(false);
    const memory = recall(job.runner.memory, JOB, 0);
    job.codes.take();
    return { job, memory, look: () => readAttempt(job.runner, JOB, job.jobs.get(JOB), memory) };
  };

  test('is so while its progress.json cannot be read', async () => {
    const { look, memory } = await attempt('progress.json', ['read']);
    expect(await look()).toMatchObject({ logTail: ['hello'], missing: [], exit: { exit_code: 0 } });
    expect(memory.follower.progress).toEqual({});
  });

  test('is not waited for as long as it is not', async () => {
    const { look, job } = await attempt('/1/stdout.log', ['readFrom']);
    job.runner.launcher.isHeld = () => Promise.resolve(true);
    expect(await look()).toMatchObject({ held: true, exit: undefined });
  });

  test.each([
    ['log', '/1/stdout.log', ['readFrom'], { logTail: [], missing: [] }],
    ['expected output', '3_results/a.csv', ['facts'], { missing: ['3_results/a.csv'], logTail: ['hello'] }],
  ] as const)('is decided when its %s has been waited for', async (_what, where, calls, seen) => {
    const { look, job } = await attempt(where, calls);
    await expect(look()).rejects.toThrow('EACCES');
    job.disk.clock.advance(PATIENCE_MS);
    expect(await look()).toMatchObject(seen);
  });
});
