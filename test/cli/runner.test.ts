// What the owner of the runner's machine asks of it, whether or not its daemon runs.
import { describe, expect, test } from 'vitest';
import { errorShape, runnerNowShape } from '../../src/cli/shapes.ts';
import { VERB_GROUPS } from '../../src/cli/verbs/groups.ts';
import { runnerLayoutOf } from '../../src/store/layout.ts';
import { readOwner } from '../../src/store/owner.ts';
import type { World } from './world.ts';
import { end, queueWorld, RUNNING, report, seen, submitted } from './world.ts';

const AT = runnerLayoutOf('/home/ada/state', '/home/ada/work');

async function runnerWorld(variables: Record<string, string> = {}): Promise<World> {
  const world = await queueWorld();
  world.environment.variables = {
    JOBQ_RUNNER_ID: 'station',
    JOBQ_RUNNER_STATE_DIR: AT.state,
    JOBQ_RUNNER_WORK_ROOT: AT.work,
    ...variables,
  };
  return world;
}

const now = async (world: World, ...argv: string[]) =>
  runnerNowShape.parse((await world.json('runner', ...argv)).json);
const wishIn = (world: World) => readOwner(world.disk.files, AT);
const BY = { at: '2026-02-10T14:30:22.000Z', by: 'ada@desk' };

describe('pause', () => {
  test('leaves the wish where the daemon finds it, and says what it means', async () => {
    const world = await runnerWorld();
    world.machine.has.hoursAhead = 1;
    const { code, stdout } = await world.run('runner', 'pause', '--until', '19:00', '--reason', 'meshing');
    expect(code).toBe(0);
    expect(wishIn(world)).toEqual({
      paused: { ...BY, reason: 'meshing', until: '2026-02-10T18:00:00.000Z' },
    });
    expect(stdout).toContain('paused until 2026-02-10 19:00: nothing starts, what runs goes on\n');
    expect(stdout).toContain(
      '  paused    until 2026-02-10 19:00, since 2026-02-10 15:30 by ada@desk: meshing\n',
    );
  });

  test('without an end lasts until resume', async () => {
    const world = await runnerWorld();
    expect((await world.run('runner', 'pause')).stdout).toContain('paused until `jobq runner resume`');
    expect(wishIn(world)).toEqual({ paused: BY });
    expect(await now(world, 'status')).toMatchObject({ changed: false, paused: BY, draining: null });
  });

  test('asks what runs to end only when told so', async () => {
    const world = await runnerWorld();
    const { stdout } = await world.run('runner', 'pause', '--interrupt');
    expect(stdout).toContain('what runs is asked to end, and on_interrupt says what becomes of it');
    expect(stdout).toContain('; what runs is interrupted');
    expect(wishIn(world)).toEqual({ paused: { ...BY, interrupt: true } });
  });

  test('replaces an earlier pause and keeps a drain', async () => {
    const world = await runnerWorld();
    await world.run('runner', 'drain');
    await world.run('runner', 'pause', '--until', '3h', '--interrupt');
    expect(await now(world, 'pause', '--reason', 'again')).toMatchObject({ changed: true });
    expect(wishIn(world)).toEqual({ paused: { ...BY, reason: 'again' }, draining: BY });
  });

  test('is over when its end has passed', async () => {
    const world = await runnerWorld();
    expect(await now(world, 'pause', '--until', '2h')).toMatchObject({
      paused: { until: '2026-02-10T16:30:22.000Z' },
    });
    world.disk.clock.advance(2 * 3_600_000);
    expect(await now(world, 'status')).toMatchObject({ paused: null });
  });

  test('refuses an end that is none, and changes nothing', async () => {
    const world = await runnerWorld();
    const { code, json } = await world.json('runner', 'pause', '--until', 'soon');
    expect(code).toBe(2);
    expect(errorShape.parse(json).error).toMatchObject({ code: 'usage', field: '--until' });
    expect(wishIn(world)).toEqual({});
  });

  test('replaces a wish that cannot be read', async () => {
    const world = await runnerWorld();
    await world.write(AT.owner, 'nonsense');
    expect(await now(world, 'status')).toMatchObject({
      paused: { reason: 'owner.json cannot be read' },
      problems: [{ kind: 'unreadable', file: AT.owner }],
    });
    expect((await world.run('runner', 'status')).stdout).toContain(`problem ${AT.owner}: cannot be read`);
    expect(await now(world, 'resume')).toMatchObject({ changed: true, paused: null, problems: [] });
  });
});

describe('drain', () => {
  test('leaves its wish beside a pause', async () => {
    const world = await runnerWorld();
    await world.run('runner', 'pause');
    const { stdout } = await world.run('runner', 'drain', '--reason', 'update');
    expect(stdout).toContain('draining: nothing starts, and the daemon ends once nothing runs');
    expect(stdout).toContain('  draining  since 2026-02-10 14:30 by ada@desk: update\n');
    expect(wishIn(world)).toEqual({ paused: BY, draining: { ...BY, reason: 'update' } });
  });
});

describe('resume', () => {
  test('ends pause and drain', async () => {
    const world = await runnerWorld();
    await world.run('runner', 'pause');
    await world.run('runner', 'drain');
    expect(await now(world, 'resume')).toMatchObject({ changed: true, paused: null, draining: null });
    expect(wishIn(world)).toEqual({});
  });

  test('of a runner that was neither says so, and is no error', async () => {
    const world = await runnerWorld();
    const { code, stdout } = await world.run('runner', 'resume');
    expect(code).toBe(0);
    expect(stdout).toContain('was neither paused nor draining');
    expect(await now(world, 'resume')).toMatchObject({ changed: false });
  });

  test('after a pause that is over has nothing to change', async () => {
    const world = await runnerWorld();
    await world.run('runner', 'pause', '--until', '1h');
    world.disk.clock.advance(3_600_001);
    expect(await now(world, 'resume')).toMatchObject({ changed: false });
  });
});

describe('status', () => {
  test('shows what runs, what waits and why, and how long ago the daemon gave a sign of life', async () => {
    const world = await runnerWorld();
    const runs = await submitted(world, 'runs');
    const ended = await submitted(world, 'ended');
    const waits = await submitted(world, 'waits');
    await report(world, runs, RUNNING);
    await end(world, ended, 'completed');
    await seen(world, 'station', [runs, ended]);
    const presence = { ...((await now(world, 'status')).presence as object) };
    const waiting = [{ job_id: waits, for: 'licence NX_NASTRAN (0 of 4 free, 1 needed)' }];
    await world.write(
      world.layout.presence('station'),
      JSON.stringify({ ...presence, waiting, clock: '2026-02-10T14:33:10Z' }),
    );
    const status = await now(world, 'status');
    expect(status).toMatchObject({ runner: 'station', last_sign_s: 12, waiting, presence: { host: 'cad' } });
    expect(status.running.map(({ job_id }) => job_id)).toEqual([runs]);
    const { stdout } = await world.run('runner', 'status');
    expect(stdout).toMatch(
      /^station {2}on cad, jobq 1\.2\.3\n {2}daemon {4}runs, last sign of life 12 s ago\n/,
    );
    expect(stdout).toMatch(/Running\njob .*\n\S+-runs +running/);
    expect(stdout).toMatch(
      /Waiting\njob +waits for\n\S+-waits +licence NX_NASTRAN \(0 of 4 free, 1 needed\)\n/,
    );
  });

  test('tells whether the daemon runs by its lock, whatever its last sign of life says', async () => {
    const world = await runnerWorld();
    await world.write(AT.ledger, '');
    expect(await now(world, 'status')).toMatchObject({
      daemon_runs: true,
      last_sign_s: null,
      presence: null,
    });
    expect((await world.run('runner', 'status')).stdout).toContain('daemon    runs, no sign of life yet\n');
    world.held = (file) => file !== world.layout.runnerLock('station');
    await seen(world, 'station');
    world.disk.clock.advance(Date.parse('2026-02-10T14:45:00Z') - world.disk.clock.now() + 5000);
    expect(await now(world, 'status')).toMatchObject({ daemon_runs: false, last_sign_s: 5 });
    expect((await world.run('runner', 'pause')).stdout).toContain(
      'daemon    does not run (last sign of life 5 s ago): what is asked of it counts from its next start\n',
    );
  });

  test('asks whether this is the right machine when no runner was here', async () => {
    const world = await runnerWorld();
    world.held = () => false;
    expect(await now(world, 'status')).toMatchObject({ ran_here: false, daemon_runs: false, presence: null });
    expect((await world.run('runner', 'pause')).stdout).toContain('is this the machine of the runner?');
    await world.write(AT.ledger, '');
    expect(await now(world, 'status')).toMatchObject({ ran_here: true });
    const { stdout } = await world.run('runner', 'status');
    expect(stdout).toContain('does not run (no sign of life yet)');
    expect(stdout).toContain('Nothing runs.');
  });

  test('tells when the schedule opens, by the local clock', async () => {
    const world = await runnerWorld({ JOBQ_RUNNER_SCHEDULE: 'mon-fri 19:00-07:00' });
    expect(await now(world, 'status')).toMatchObject({ schedule: 'closed until 19:00' });
    expect((await world.run('runner', 'status')).stdout).toContain('  schedule  closed until 19:00\n');
    world.machine.weekMinuteIs = 0;
    expect(await now(world, 'status')).toMatchObject({ schedule: 'closed until mon 19:00' });
    world.machine.weekMinuteIs = 24 * 60;
    expect(await now(world, 'status')).toMatchObject({ schedule: 'closed until 19:00' });
    world.machine.weekMinuteIs = (24 + 20) * 60;
    expect(await now(world, 'status')).toMatchObject({ schedule: null });
  });

  test('tells the space for work directories, now or as the daemon saw it last', async () => {
    const world = await runnerWorld();
    const disks = { [AT.work]: 12_345_678_901 };
    world.disk.files.freeBytes = (dir) => disks[dir];
    expect(await now(world, 'status')).toMatchObject({ disk_free_mb: 12_345 });
    expect((await world.run('runner', 'status')).stdout).toContain('  disk      12 GB free\n');
    world.disk.files.freeBytes = () => undefined;
    expect(await now(world, 'status')).toMatchObject({ disk_free_mb: null });
    await seen(world, 'station');
    const presence = (await now(world, 'status')).presence as object;
    await world.write(world.layout.presence('station'), JSON.stringify({ ...presence, disk_free_mb: 77 }));
    expect(await now(world, 'status')).toMatchObject({ disk_free_mb: 77 });
  });
});

describe('stop', () => {
  test('waits until the daemon has let its lock go', async () => {
    const world = await runnerWorld();
    let runs = true;
    world.held = (file) => runs && file === world.layout.runnerLock('station');
    world.onSleep = (nth) => {
      runs = nth < 3;
    };
    const { code, stdout } = await world.run('runner', 'stop');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'runner station has stopped\n' });
  });

  test('gives up after --timeout', async () => {
    const world = await runnerWorld();
    const before = world.disk.clock.monotonic();
    expect((await world.run('runner', 'stop', '--timeout', '2')).code).toBe(6);
    expect(world.disk.clock.monotonic() - before).toBeLessThan(5000);
    expect((await world.run('runner', 'stop')).code).toBe(6);
    expect(world.disk.clock.monotonic() - before).toBeGreaterThan(30_000);
  });
});

describe('the actions', () => {
  test.each(['status', 'pause', 'resume', 'drain'])('%s is refused where no queue is', async (action) => {
    const world = await runnerWorld();
    world.environment.cwd = '/';
    expect((await world.run('runner', action)).code).toBe(7);
  });

  test('are those of the help', async () => {
    const verb = VERB_GROUPS.flatMap(({ verbs }) => verbs).find(({ name }) => name === 'runner');
    const world = await runnerWorld();
    const lock = world.layout.runnerLock('station');
    world.held = (file) => file !== lock;
    const choices = verb?.arguments[0]?.choices ?? [];
    expect(choices).toContain('run');
    const others = choices.filter((action) => action !== 'run');
    expect(others.length).toBeGreaterThan(4);
    for (const action of others) {
      const { code, stderr } = await world.run('runner', action);
      expect([action, code, stderr]).toEqual([action, 0, '']);
    }
  });

  test.each([[], ['run']])('%s: the daemon is meant, which cannot be started here', async (...argv) => {
    expect((await (await runnerWorld()).run('runner', ...argv)).stderr).toContain('no daemon in this test');
  });

  test.each([
    { argv: ['stopp'], message: "'stopp' is invalid" },
    { argv: ['status', '--once'], message: '--once means nothing with `jobq runner status`' },
    { argv: ['drain', '--until', '3h'], message: '--until means nothing with `jobq runner drain`' },
    { argv: ['resume', '--reason', 'x'], message: '--reason means nothing with `jobq runner resume`' },
    { argv: ['--interrupt'], message: '--interrupt means nothing with `jobq runner run`' },
    {
      argv: ['pause', '--accept-lost-ledger'],
      message: '--accept-lost-ledger means nothing with `jobq runner pause`',
    },
    { argv: ['status', '--timeout', '5'], message: '--timeout means nothing with `jobq runner status`' },
    { argv: ['stop', '--once'], message: '--once means nothing with `jobq runner stop`' },
    { argv: ['pause', 'resume'], message: 'too many arguments' },
  ])('$argv is refused', async ({ argv, message }) => {
    const world = await runnerWorld();
    const { code, stderr } = await world.run('runner', ...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(wishIn(world)).toEqual({});
  });
});
