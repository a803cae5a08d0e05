// What becomes of processes on Windows: a tree that is ended, one that is left running, and a supervisor that dies.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { afterEach, describe, expect, test } from 'vitest';
import { readJson } from '../integration/queue.ts';
import type { Station } from './station.ts';
import {
  BY_NODE,
  killWindows,
  livesOnWindows,
  needsWindows,
  newStation,
  nodeSettings,
  nodeStudy,
  readNow,
  until,
} from './station.ts';

let station: Station | undefined;
afterEach(() => station?.close());

function open(context: TestContext, settings: Record<string, string> = {}): Station {
  needsWindows(context);
  station = newStation({ ...nodeSettings(), ...settings });
  return station;
}

/** Writes its id and goes on for a minute: what a solver looks like from outside. */
const SOLVER = `
  import { writeFileSync } from 'node:fs';
  writeFileSync(process.argv[2], String(process.pid));
  setTimeout(() => {}, 60_000);
`;

/** node -> cmd -> node. `after` is what the script does once the solver runs. */
const withSolver = (after: string) => `
  import { spawn } from 'node:child_process';
  import { existsSync, writeFileSync } from 'node:fs';
  writeFileSync('solver.mjs', ${JSON.stringify(SOLVER)});
  writeFileSync('script.pid', String(process.pid));
  spawn('cmd.exe', ['/d', '/c', process.execPath, 'solver.mjs', 'solver.pid'], { stdio: 'ignore' });
  console.log('waiting for the solver');
  const timer = setInterval(() => {
    if (!existsSync('solver.pid')) return;
    clearInterval(timer);
    console.log('the solver runs');
    ${after}
  }, 50);
`;

const pidIn = ({ workDir }: Station, job: string, file: string) =>
  Number(readFileSync(path.join(workDir(job), file), 'utf8'));

/** How the supervisor of the attempt holds its processes together. */
function containedBy({ attempt }: Station, job: string): string {
  const seen = readJson(path.join(attempt(job), 'supervisor.json'));
  return JSON.stringify(seen['contained']);
}

describe('processes on Windows', () => {
  test('a script that runs over its time is ended with what cmd started below it', (context) => {
    const here = open(context);
    const study = nodeStudy(here.home, 'tree', withSolver('setTimeout(() => {}, 60_000);'));
    const job = here.submit(study, 'tree', ...BY_NODE, '--timeout', '5');
    expect(here.runOnce()).toMatchObject({ value: { ended: [{ job_id: job, outcome: 'timed-out' }] } });
    expect(livesOnWindows(pidIn(here, job, 'script.pid'))).toBe(false);
    expect(livesOnWindows(pidIn(here, job, 'solver.pid'))).toBe(false);
    const outcome = here.record(job)['outcome'] as { log_tail: string[]; killed?: unknown[] };
    expect(outcome.log_tail).toContain('the solver runs');
    expect(outcome.killed?.length).toBeGreaterThan(0);
  });

  test('a script that ends and leaves its solver running is waited for, then the solver is ended', (context) => {
    const here = open(context, { JOBQ_RUNNER_LINGER_S: '2' });
    const study = nodeStudy(here.home, 'linger', withSolver('process.exit(0);'));
    const job = here.submit(study, 'linger', ...BY_NODE);
    expect(here.runOnce()).toMatchObject({ value: { ended: [{ job_id: job, outcome: 'completed' }] } });
    const by = containedBy(here, job);
    if (by.includes('only taskkill')) {
      killWindows(pidIn(here, job, 'solver.pid'));
      context.skip(`what a script leaves running goes unseen here: ${by}`);
    }
    expect(livesOnWindows(pidIn(here, job, 'solver.pid'))).toBe(false);
    const { message, killed } = here.record(job)['outcome'] as { message: string; killed: unknown[] };
    expect(message).toContain('linger_s');
    expect(killed.length).toBeGreaterThan(0);
  });

  test('a script asked through its cancel file ends itself in its grace', async (context) => {
    const here = open(context, { JOBQ_RUNNER_GRACE_S: '20' });
    const polite = `
      import { existsSync } from 'node:fs';
      console.log('ready');
      setInterval(() => { if (existsSync(process.env.JOBQ_CANCEL_FILE)) { console.log('bye'); process.exit(3); } }, 50);
    `;
    const job = here.submit(nodeStudy(here.home, 'polite', polite), 'polite', ...BY_NODE);
    const daemon = here.daemon();
    const log = path.join(here.attempt(job), 'stdout.log');
    await until('the script runs', () => readNow(log).includes('ready'));
    here.onLinux('cancel', job, '--reason', 'enough');
    const record = path.join(here.queue, 'inbox', job, 'job.json');
    await until('the record says so', () => readNow(record).includes('"cancelled"'));
    expect(here.record(job)).toMatchObject({
      state: 'cancelled',
      outcome: {
        exit_code: 3,
        message: expect.stringMatching(/^cancelled: enough; the script ended itself when asked/) as string,
      },
    });
    here.onWindows('runner', 'stop');
    await daemon.over;
  });

  test('when the supervisor dies its script dies with it, and another attempt goes on', async (context) => {
    const here = open(context);
    const script = `
      import { existsSync, writeFileSync } from 'node:fs';
      const first = !existsSync('first.pid');
      if (first) writeFileSync('first.pid', String(process.pid));
      console.log(first ? 'first' : 'again ' + process.argv.slice(2).join(' '));
      if (first) setTimeout(() => {}, 60_000);
    `;
    const study = nodeStudy(here.home, 'resume', script);
    const job = here.submit(study, 'resume', ...BY_NODE, '--on-interrupt', 'resume', '--resume-arg=--resume');
    const daemon = here.daemon();
    const attempt = here.attempt(job);
    await until('the script runs', () => readNow(path.join(attempt, 'stdout.log')).includes('first'));
    killWindows(readJson(path.join(attempt, 'supervisor.json'))['pid'] as number);
    const record = path.join(here.queue, 'inbox', job, 'job.json');
    await until('the job ends', () => readNow(record).includes('"state": "completed"'));
    expect(livesOnWindows(pidIn(here, job, 'first.pid'))).toBe(false);
    const { attempts, outcome } = here.record(job) as { attempts: object[]; outcome: { log_tail: string[] } };
    expect(attempts).toMatchObject([
      { attempt: 1, outcome: { kind: 'interrupted' } },
      { attempt: 2, outcome: { kind: 'completed' } },
    ]);
    expect(outcome.log_tail).toEqual(['again --resume']);
    here.onWindows('runner', 'stop');
    await daemon.over;
  });
});
