// What a script says of its progress, and what its study says beneath that.
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Follower } from '../../src/runner/progress-follower.ts';
import { follow, logTail, newFollower, takeStudy } from '../../src/runner/progress-follower.ts';
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
    return follow(disk.files, follower, file, '/work');
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
