// The daemon on Windows: stopped and killed while a script runs, and a job that comes back.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { afterEach, describe, expect, test } from 'vitest';
import { readJson } from '../integration/queue.ts';
import type { Station } from './station.ts';
import {
  BY_NODE,
  killWindows,
  needsWindows,
  newStation,
  nodeSettings,
  nodeStudy,
  readNow,
  until,
} from './station.ts';

let station: Station | undefined;
afterEach(() => station?.close());

function open(context: TestContext): Station {
  needsWindows(context);
  station = newStation(nodeSettings());
  return station;
}

/** Works until a file tells it to end, and says how often it was started. */
const UNTIL_TOLD = `
  import { appendFileSync, existsSync } from 'node:fs';
  appendFileSync('starts.txt', 'started\\n');
  console.log('ready');
  setInterval(() => { if (existsSync('end')) { console.log('told to end'); process.exit(0); } }, 50);
`;

async function running(here: Station) {
  const job = here.submit(nodeStudy(here.home, 'told', UNTIL_TOLD), 'told', ...BY_NODE);
  const log = path.join(here.attempt(job), 'stdout.log');
  const daemon = here.daemon();
  await until('the script runs', () => readNow(log).includes('ready'));
  const presence = path.join(here.queue, 'runners', 'station.json');
  await until('presence lists it', () => readNow(presence).includes(job));
  return { job, daemon, presence };
}

async function endsWell(here: Station, job: string) {
  const again = here.daemon();
  cpSync(path.join(here.workDir(job), 'README.md'), path.join(here.workDir(job), 'end'));
  const seal = path.join(here.queue, 'inbox', job, 'SHA256SUMS');
  await until('the record is sealed', () => existsSync(seal));
  expect(here.record(job)).toMatchObject({ state: 'completed', attempt: 1, outcome: { exit_code: 0 } });
  expect(readNow(path.join(here.workDir(job), 'starts.txt'))).toBe('started\n');
  expect((here.record(job)['outcome'] as { log_tail: string[] }).log_tail).toEqual(['ready', 'told to end']);
  here.onWindows('runner', 'stop');
  await again.over;
}

describe('the daemon on Windows', () => {
  test('stops when it is asked to, leaves the script running and takes it up again', async (context) => {
    const here = open(context);
    const { job, daemon } = await running(here);
    expect(here.onWindows('runner', 'stop')).toMatchObject({ status: 0 });
    await daemon.over;
    expect(daemon.output()).toContain('runner has stopped');
    await endsWell(here, job);
  });

  test('is killed while a script runs, and the next one takes it up', async (context) => {
    const here = open(context);
    const { job, daemon, presence } = await running(here);
    killWindows(readJson(presence)['pid'] as number);
    await daemon.over;
    await endsWell(here, job);
  });

  test('writes its log into a file', async (context) => {
    const here = open(context);
    const { daemon } = await running(here);
    here.onWindows('runner', 'stop');
    await daemon.over;
    const lines = readNow(path.join(here.home, 'log', 'runner.log'))
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain('runner is up');
  });

  test('does not run a job again whose directory comes back', (context) => {
    const here = open(context);
    const once = "import { appendFileSync } from 'node:fs'; appendFileSync('starts.txt', 'started\\n');";
    const job = here.submit(nodeStudy(here.home, 'once', once), 'once', ...BY_NODE);
    const order = path.join(here.queue, 'outbox', job);
    const kept = path.join(here.home, 'kept');
    cpSync(order, kept, { recursive: true });
    expect(here.runOnce()).toMatchObject({ value: { ended: [{ job_id: job, outcome: 'completed' }] } });
    here.onLinux('watcher', '--once');
    here.runOnce(); // deletes the record that is archived
    here.onLinux('watcher', '--once');
    expect(existsSync(order)).toBe(false);
    cpSync(kept, order, { recursive: true });
    expect(here.runOnce()).toMatchObject({ value: { ended: [], failed: [] } });
    expect(readdirSync(path.join(here.queue, 'inbox')).filter((name) => name.startsWith('job-'))).toEqual([]);
    expect(readNow(path.join(here.workDir(job), 'starts.txt'))).toBe('started\n');
  });
});
