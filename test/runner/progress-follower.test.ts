// What a script says of its progress, and what its study says beneath that.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Follower } from '../../src/runner/progress-follower.ts';
import { catchUp, follow, logTail, newFollower, takeStudy } from '../../src/runner/progress-follower.ts';
import type { Files } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

function following() {
  const disk = memoryDisk();
  const follower: Follower = newFollower();
  const say = (text: string, attempt = 1) => {
    const file = path.posix.join(`/work/attempt-${attempt}`, 'stdout.log');
    disk.files.makeDir(path.dirname(file));
    const out = disk.files.openAppend(file);
    out.write(Buffer.from(text));
    out.close();
    return follow(disk.files, follower, { logFile: file, workDir: '/work' });
  };
  return { disk, follower, say };
}

const STUDY = { trial: 7, trials: 40, percent: 17.5, best: 3.5, eta_s: 60 };

test('a script that says nothing has the progress of its study', () => {
  const { follower, say } = following();
  takeStudy(follower, STUDY);
  expect(follower.progress).toEqual(STUDY);
  expect(say('a line\n')).toBe(true); // another log than before: what was known is of another attempt
  takeStudy(follower, STUDY);
  expect(say('another line\n')).toBe(false);
  expect(follower.progress).toEqual(STUDY);
});

test('what the script says wins, field by field, whoever spoke last', () => {
  const { follower, say } = following();
  say('jobq_status: meshing\njobq_trial: 8 best=2\n');
  takeStudy(follower, STUDY);
  expect(follower.progress).toEqual({ ...STUDY, message: 'meshing', trial: 8, best: 2 });
  takeStudy(follower, { ...STUDY, trial: 9, eta_s: 30 });
  expect(follower.progress).toEqual({ ...STUDY, message: 'meshing', trial: 8, best: 2, eta_s: 30 });
});

test('progress.json is what the script says, too', () => {
  const { disk, follower, say } = following();
  takeStudy(follower, STUDY);
  put(disk, '/work/progress.json', '{"eta_s": 5, "stage": "solve"}');
  say('');
  takeStudy(follower, STUDY);
  expect(follower.progress).toEqual({ ...STUDY, eta_s: 5, stage: 'solve' });
});

test('another attempt begins anew: its log is read from its beginning, and the study is read again', () => {
  const { follower, say } = following();
  say('jobq_progress: 80\nthe end of a long log\n');
  takeStudy(follower, STUDY);
  expect(say('jobq_status: again\n', 2)).toBe(true);
  expect(follower.progress).toEqual({ message: 'again' });
  expect(logTail(follower)).toEqual(['jobq_status: again']);
});

describe('a log that is written faster than it is read', () => {
  const MB = 1 << 20;
  const FILLER = `${'x'.repeat(1023)}\n`;
  const lines = (mb: number) => FILLER.repeat(mb * 1024);
  const log = (...parts: string[]) => {
    const disk = memoryDisk();
    put(disk, '/log', parts.join(''));
    const reads: number[] = [];
    const readFrom: Files['readFrom'] = (file, offset, length) => {
      const piece = disk.files.readFrom(file, offset, length);
      reads.push(piece?.length ?? 0);
      return piece;
    };
    const files = { ...disk.files, readFrom };
    const follower = newFollower();
    const look = (isOver: boolean) => follow(files, follower, { logFile: '/log', workDir: '/work', isOver });
    const sum = () => reads.splice(0).reduce((all, each) => all + each, 0);
    return { disk: { ...disk, files }, follower, look, bytesRead: sum };
  };

  test('is followed piece by piece while it grows', () => {
    const { follower, look, bytesRead } = log('jobq_progress: 1\n', lines(20), 'jobq_progress: 99\n');
    look(false);
    expect([follower.progress.percent, bytesRead() / MB]).toEqual([1, 8]);
    look(false);
    look(false);
    expect(follower.progress.percent).toBe(99);
  });

  test('is read at its end once it is over, and no more than within any other look', () => {
    const last = Array.from({ length: 50 }, (_, at) => `line ${at}`);
    const { follower, look, bytesRead } = log(lines(30), 'jobq_progress: 99\n', last.join('\n'));
    look(true);
    expect(logTail(follower)).toEqual(last.slice(-40));
    expect(follower.progress.percent).toBe(99);
    expect(bytesRead() / MB).toBeLessThanOrEqual(9);
    look(true);
    expect(bytesRead()).toBe(0);
  });

  test('begins at its end with a whole line, and has one where nothing ends a line', () => {
    const { follower, look } = log(lines(4), `jobq_progress: 7 ${'y'.repeat(12 * MB)}`);
    look(true);
    expect(logTail(follower)).toEqual(['y'.repeat(4096)]);
    const long = log(lines(9), `${'z'.repeat(500)}jobq_progress: 55\n`, lines(8).slice(18));
    long.look(true);
    expect(long.follower.progress).toEqual({});
    expect(logTail(long.follower)).toEqual(Array(40).fill(FILLER.trimEnd()));
  });

  test('is searched beside the ticks for what was passed over', async () => {
    const { disk, follower, look } = log(
      'jobq_status: meshing\njobq_progress: 10\n',
      lines(12),
      'jobq_trial: 5/10 best=2\njobq_status: middle\n',
      lines(20),
      'jobq_status: done\n',
    );
    put(disk, '/work/progress.json', '{"stage": "solve"}');
    look(false);
    look(true);
    expect(follower.progress).toEqual({ percent: 10, message: 'done', stage: 'solve' });
    await catchUp(disk, follower, '/work');
    expect(follower.progress).toMatchObject({
      message: 'done',
      trial: 5,
      trials: 10,
      best: 2,
      stage: 'solve',
    });
    expect(logTail(follower).at(-1)).toBe('jobq_status: done');
    const before = follower.progress;
    await catchUp(disk, follower, '/work');
    expect(follower.progress).toBe(before);
  });
});
