// A job whose script puts a FIFO where a file belongs: on the real disk, where reading one would wait for ever.
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { recall } from '../../src/runner/memory.ts';
import { readAttempt } from '../../src/runner/read-attempt.ts';
import { systemFiles } from '../../src/system/files.ts';
import { fakeClock } from '../helpers/memory-disk.ts';
import { JOB } from '../helpers/snapshots.ts';
import { tempDir } from '../system/temp-dir.ts';
import { runningJob } from './running-job.ts';

test('a job with FIFOs as database, result, progress.json and log is published without them', async (context) => {
  if (process.platform === 'win32') context.skip('Windows has no FIFOs in directories');
  const disk = { files: systemFiles, clock: fakeClock() };
  const job = runningJob({ disk, root: tempDir(), order: { live_outputs: ['**/*'] } });
  await job.write('3_results/a.csv', 'x');
  const fifos = [
    job.inWork('3_results/study.db'),
    job.inWork('b.csv'),
    job.inWork('progress.json'),
    job.logFile,
  ];
  execFileSync('mkfifo', fifos);
  // whoever waits for one is let go after a while, so that the test fails and does not hang
  const letGo =
    'for _ in 1 2 3 4 5 6 7 8; do sleep 2; for f; do exec 3<>"$f"; sleep 0.1; exec 3>&-; done; done';
  const rescuer = spawn('sh', ['-c', letGo, 'sh', ...fifos], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void process.kill(-(rescuer.pid ?? 0), 'SIGKILL'));
  const look = () => readAttempt(job.runner, JOB, job.jobs.get(JOB), recall(job.runner.memory, JOB, 0));
  expect(await look()).toMatchObject({ held: true });
  await job.live();
  expect(job.published('3_results/a.csv')).toBe('x');
  job.runner.launcher.isHeld = () => Promise.resolve(false);
  const at = '2026-02-10T14:30:22Z';
  const exit = { exit_code: 0, signal: null, ended_by: 'itself', started_at: at, finished_at: at };
  job.append(path.join(job.attemptDir, 'command.json'), '{}');
  job.append(path.join(job.attemptDir, 'exit.json'), JSON.stringify(exit));
  expect(await look()).toMatchObject({ exit: { exit_code: 0 }, logTail: [] });
  job.end();
  const record = await job.publish();
  const reason = 'is not a regular file: it was not published';
  expect(record['output_notes']).toEqual(
    ['3_results/study.db', 'b.csv', 'progress.json'].map((name) => ({ path: name, reason })),
  );
  expect(job.published('SHA256SUMS')?.match(/ \S+$/gm)).toEqual([
    ' 3_results/a.csv',
    ' job.json',
    ' stdout.log',
  ]);
});
