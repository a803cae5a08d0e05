// Post-processing with real processes on a real disk: time limits, retries, what they are told and what they leave.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Layout } from '../../../src/store/layout.ts';
import { layoutOf } from '../../../src/store/layout.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemFiles } from '../../../src/system/files.ts';
import { systemRun } from '../../../src/system/process/run.ts';
import type { Watcher } from '../../../src/watcher/watcher.ts';
import { lives, tempDir, until } from '../../system/temp-dir.ts';
import { archivedDir, entry, fillQueue, watcherOn } from './bench.ts';

const JOB = 'wing';
const disk = { files: systemFiles, clock: systemClock };
const node = (program: string) => [process.execPath, '--eval', program];

/** Leaves a grandchild that would never end. */
const STUCK = node(
  `const child = require('node:child_process').spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
   child.unref(); console.log('pid', child.pid); setInterval(() => {}, 1000)`,
);
const FLAKY = node(
  `const { writeFileSync } = require('node:fs');
   if (process.env.JOBQ_POST_TRY === '1') { console.log('not yet'); process.exit(4); }
   let text = ''; process.stdin.on('data', (piece) => { text += piece; }).on('end', () => {
     const { job_id } = JSON.parse(text);
     writeFileSync('told.json', JSON.stringify({ job_id, type: process.env.JOBQ_TYPE, name: process.env.JOBQ_POST_NAME, cwd: process.env.JOBQ_WORK_DIR === process.cwd() }));
   })`,
);

async function untilArchived(layout: Layout, watcher: Watcher): Promise<string> {
  const deadline = systemClock.monotonic() + 25_000;
  for (;;) {
    const dir = archivedDir(disk, layout, JOB);
    if (dir !== undefined) return dir;
    if (systemClock.monotonic() > deadline) throw new Error('it is not archived');
    await watcher.tick();
    await watcher.settled();
    await systemClock.sleep(20);
  }
}

test('a stuck one is ended with all it started, a failing one is tried again, and the job is archived', async () => {
  const layout = layoutOf(path.join(tempDir(), 'queue'));
  await fillQueue(disk, layout, { [JOB]: { type: 'optimization' } });
  const watcher = watcherOn(disk, layout, systemRun, {
    post: {
      flaky: entry('', { command: FLAKY, tries: 3, backoff_s: 0.2 }),
      stuck: entry('', { command: STUCK, tries: 2, backoff_s: 0.2, timeout_s: 3 }),
    },
  });
  const dir = await untilArchived(layout, watcher);
  const read = (file: string) => readFileSync(path.join(dir, 'post', file), 'utf8');
  const pids = [...read('stuck.log').matchAll(/^pid (\d+)$/gm)].map(([, pid]) => Number(pid));
  expect(pids).toHaveLength(2);
  for (const pid of pids) await until('it is ended', () => !lives(pid));
  expect(JSON.parse(read('result.json'))).toMatchObject({
    status: 'failed',
    timed_out: true,
    processors: [
      { name: 'flaky', status: 'completed', exit_code: 0, tries: 2, files: ['told.json'] },
      { name: 'stuck', status: 'failed', timed_out: true, tries: 2, files: [] },
    ],
  });
  expect(read('flaky.log')).toMatch(/^not yet\n\n--- try 2, .*Z ---\n$/);
  expect(JSON.parse(read('told.json'))).toEqual({
    job_id: JOB,
    type: 'optimization',
    name: 'flaky',
    cwd: true,
  });
});

test('one gets no secret of the watcher: only what it may inherit, and variables of its own', async () => {
  const layout = layoutOf(path.join(tempDir(), 'queue'));
  await fillQueue(disk, layout, { [JOB]: {} });
  const show = node('console.log(JSON.stringify(process.env))');
  const secret = { TEAM_WEBHOOK: 'https://team.example/sEcReT', JOBQ_SYNCTHING_API_KEY: 'sEcReT-kEy' };
  for (const [name, value] of Object.entries({ ...secret, OTHER: 'no', REPORT_DIR: '/reports' }))
    vi.stubEnv(name, value);
  const settings = {
    post_env_inherit: ['PATH', 'REPORT_*', 'TEAM_*', 'JOBQ_*'],
    post: {
      plain: entry('', { command: show }),
      told: entry('', { command: show, env: { TEAM_WEBHOOK: 'http://mine/' } }),
    },
  };
  try {
    const watcher = watcherOn(disk, layout, systemRun, settings, ['TEAM_WEBHOOK']);
    await untilArchived(layout, watcher);
  } finally {
    vi.unstubAllEnvs();
  }
  const text = (name: string) =>
    readFileSync(path.join(archivedDir(disk, layout, JOB) ?? '', 'post', `${name}.log`), 'utf8');
  const got = JSON.parse(text('plain')) as Record<string, string>;
  expect(got).toMatchObject({ REPORT_DIR: '/reports', PATH: process.env['PATH'], JOBQ_JOB_ID: JOB });
  expect(Object.keys(got)).not.toContain('OTHER');
  expect(text('plain')).not.toContain('sEcReT');
  expect(JSON.parse(text('told'))).toMatchObject({ TEAM_WEBHOOK: 'http://mine/' });
  expect(text('told')).not.toContain('sEcReT');
});
