// What a runner finds when it comes back, with the built program and real scripts: after a power failure, after an
// upgrade, beside another runner of its id, and when an order comes back that was run already.
import { spawn } from 'node:child_process';
import { cpSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attemptProcesses, powerFailure } from './crash/assault.ts';
import { breachesOf } from './crash/checks.ts';
import type { JobEvidence } from './crash/evidence.ts';
import { gather } from './crash/evidence.ts';
import { readJournal } from './crash/journal.ts';
import type { JobPlan } from './crash/plan.ts';
import { submitOptions } from './crash/plan.ts';
import type { Life, World } from './crash/world.ts';
import { openWorld } from './crash/world.ts';
import { readJson } from './queue.ts';

beforeEach((context) => context.skip(process.platform !== 'linux', 'finds its processes in /proc'));

const PLAN: JobPlan = {
  name: 'study',
  language: 'python',
  onInterrupt: 'fail',
  maxAttempts: 3,
  steps: 10,
  pauseS: 0.1,
  company: 'none',
  exit: 0,
  submitAfterMs: 0,
};

let opened: World | undefined;
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

/** A queue with both daemons up, and one job whose script has made some steps. */
async function running(plan: JobPlan, steps = 2): Promise<{ world: World; job: string }> {
  const world = await openWorld({ slots: 2, keepDays: 1 });
  opened = world;
  for (const role of ['runner', 'watcher'] as const) world.start(role);
  const job = await world.submit(...submitOptions(plan));
  await world.until('the script runs', () => told(world, 'step') >= steps);
  return { world, job };
}

function told(world: World, event: string): number {
  return readJournal(world.journal).filter((line) => line.event === event).length;
}

/** What is known of the job once it is at rest. */
async function atRest(world: World, job: string, plan: JobPlan, killed: JobEvidence['killed'] = []) {
  await world.until('the job is at rest', () => world.isAtRest(job));
  const [evidence] = gather(world, new Map([[job, plan]]), killed);
  const [archived] = evidence?.archived ?? [];
  if (!evidence || !archived) throw new Error(world.story());
  return { breaches: breachesOf(evidence), record: archived.record, log: archived.log };
}

test('after a power failure a run is resumed, and a stranger that got the id of its script is left alone', async () => {
  const plan: JobPlan = { ...PLAN, onInterrupt: 'resume', company: 'grandchild' };
  const { world, job } = await running(plan);
  await world.until('all of its processes live', () => attemptProcesses(world).length === 4);
  const killed = await powerFailure(world);
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
  try {
    afterReboot(path.join(world.work, '.jobq-attempts', job, '1'), stranger.pid ?? 0);
    for (const role of ['runner', 'watcher'] as const) world.start(role);
    const { breaches, record } = await atRest(world, job, plan, killed);
    expect(breaches, `${world.story()}`).toEqual([]);
    expect(record).toMatchObject({
      state: 'completed',
      attempts: [
        { attempt: 1, outcome: { kind: 'interrupted' } },
        { attempt: 2, outcome: { kind: 'completed' } },
      ],
    });
    expect(record.attempts?.[0]?.outcome?.killed).toBeUndefined();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  } finally {
    stranger.kill('SIGKILL');
  }
});

/** What stands in an attempt's directory, with the ids of an earlier start of the machine. */
function afterReboot(attemptDir: string, pid: number): void {
  const rewrite = (name: string, change: (value: Record<string, unknown>) => object) => {
    const file = path.join(attemptDir, name);
    writeFileSync(file, JSON.stringify(change(readJson(file))));
  };
  const before = ({ started }: { started: string }) => ({
    pid,
    started: started.replace(/@.*/, '@an-earlier-boot'),
  });
  rewrite('supervisor.json', (value) => ({ ...value, pid, boot_id: 'an-earlier-boot' }));
  rewrite('processes.json', (value) => ({
    ...value,
    script: before(value['script'] as { started: string }),
    seen: [],
  }));
}

describe('a runner that is stopped and replaced by a new one', () => {
  test.each([
    { name: 'takes up the run that goes on', isOver: false },
    { name: 'takes the end of a run that ended meanwhile', isOver: true },
  ])('$name, with its log and exit code', async ({ isOver }) => {
    const plan: JobPlan = { ...PLAN, steps: 15, exit: 7, company: 'child' };
    const { world, job } = await running(plan);
    const before = world.alive('runner');
    if (!before) throw new Error('no runner');
    const processes = attemptProcesses(world);
    await world.end(before, 'SIGTERM');
    expect(before.child.exitCode, `${before.output()}`).toBe(0);
    expect(attemptProcesses(world)).toEqual(processes);
    if (isOver) await world.until('the script has ended', () => attemptProcesses(world).length === 0);
    const after = world.start('runner');
    const { breaches, record, log } = await atRest(world, job, plan);
    expect(breaches, `${world.story()}`).toEqual([]);
    expect(record).toMatchObject({
      state: 'failed',
      attempt: 1,
      outcome: { kind: 'failed', exit_code: 7 },
      runner: { pid: after.child.pid },
      progress: { trial: plan.steps },
    });
    const steps = Array.from({ length: plan.steps }, (_, index) => `jobq_trial: ${index + 1}/${plan.steps}`);
    expect(log.trim().split('\n')).toEqual(['attempt 1 begins (begin)', ...steps, 'attempt 1 ends with 7']);
  });
});

test('an order that is deleted and put back, during its run and after it, is run once', async () => {
  const { world, job } = await running(PLAN);
  const order = path.join(world.queue, 'outbox', job);
  const kept = path.join(world.home, 'kept');
  cpSync(order, kept, { recursive: true });
  rmSync(order, { recursive: true });
  const steps = told(world, 'step');
  await world.until('the run goes on', () => told(world, 'step') > steps + 1);
  putBack();
  const { breaches, record } = await atRest(world, job, PLAN);
  expect(breaches, `${world.story()}`).toEqual([]);
  expect(record).toMatchObject({ state: 'completed', attempt: 1 });
  putBack();
  for (const life of world.lives) await world.end(life, 'SIGTERM');
  expect((await world.jobq('runner', '--once')).value).toMatchObject({ ended: [], failed: [] });
  expect((await world.jobq('watcher', '--once')).value).toMatchObject({ archived: [], failed: [] });
  expect((await world.jobq('runner', '--once')).value).toMatchObject({ ended: [], failed: [] });
  expect(told(world, 'start')).toBe(1);
  expect(world.archived(job)).toHaveLength(1);
  expect((await world.jobq('status', job)).value).toMatchObject({ state: 'completed' });

  /** As a mirror does it: whole, by rename. */
  function putBack(): void {
    const copy = path.join(world.queue, '.jobq-staging', 'come-back');
    cpSync(kept, copy, { recursive: true });
    renameSync(copy, order);
  }
});

test('of several runners with one id one runs, whatever path they know the queue by; the next takes over from a dead one', async () => {
  const world = await openWorld({ slots: 2 });
  opened = world;
  const link = path.join(world.home, 'another-path');
  symlinkSync(world.queue, link);
  const elsewhere = {
    JOBQ_RUNNER_STATE_DIR: path.join(world.home, 'another-state'),
    JOBQ_RUNNER_WORK_ROOT: path.join(world.home, 'another-work'),
  };
  const job = await world.submit(...submitOptions(PLAN));
  world.start('watcher');
  const runners = [{}, { queue: link }, { variables: elsewhere }, {}].map((how) =>
    world.start('runner', how),
  );
  await world.until('all but one have given up', () => living(runners).length === 1);
  await world.until('the script runs', () => told(world, 'step') > 2);
  for (const { child, output } of runners.filter((life) => !living(runners).includes(life)))
    expect({ exit: child.exitCode, output: output() }).toEqual({
      exit: 10,
      output: expect.stringContaining('runs already') as string,
    });
  const [holder] = living(runners);
  if (!holder) throw new Error('no runner');
  await world.end(holder, 'SIGKILL');
  // the ledger of the one that ran is the ledger of the next
  world.start('runner', runners.indexOf(holder) === 2 ? { variables: elsewhere } : {});
  await world.until('the job is at rest', () => world.isAtRest(job));
  expect(told(world, 'start')).toBe(1);
  const [name = ''] = world.archived(job);
  const record = readJson(path.join(world.queue, 'archive', name, 'job.json'));
  expect(record).toMatchObject({ state: 'completed', attempt: 1 });
});

function living(lives: readonly Life[]): Life[] {
  return lives.filter(({ child }) => child.exitCode === null && child.signalCode === null);
}
