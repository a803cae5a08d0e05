// submit and seal.
import { describe, expect, test } from 'vitest';
import { errorShape, sealShape, submitShape } from '../../src/cli/shapes.ts';
import { put } from '../helpers/make-order.ts';
import type { World } from './world.ts';
import { end, queueWorld, STUDY, seen, submitted } from './world.ts';

const orderOf = (world: World, jobId: string) =>
  JSON.parse(String(world.disk.files.read(`${world.layout.order(jobId)}/job.json`))) as Record<
    string,
    unknown
  >;

describe('submit', () => {
  test('prints the job id and nothing else', async () => {
    const world = await queueWorld();
    const { code, stdout, stderr } = await world.run('submit', '../studies/wing');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('job-20260210-143022-wing\n');
    expect(world.disk.files.facts(`${world.layout.order(stdout.trim())}/SHA256SUMS`)).toBeDefined();
  });

  test('brings every option into the order', async () => {
    const world = await queueWorld();
    const first = await submitted(world, 'first');
    await seen(world, 'station');
    const words = `submit ${STUDY} --name full --project p --channel c --description d --script run_optimization.py
      --type t --arg --trials --arg --json --priority high --depends-on first --hold --timeout 90 --expect a.csv
      --expect b.csv --idempotency-key k --metadata x=1 --metadata y=a=b --run-on station --interpreter nx`;
    const { json } = await world.json(...words.split(/\s+/));
    const { job_id, existing, dry_run, files } = submitShape.parse(json);
    expect({ existing, dry_run, files }).toEqual({ existing: false, dry_run: false, files: 2 });
    expect(orderOf(world, job_id)).toMatchObject({
      project: 'p',
      channel: 'c',
      description: 'd',
      type: 't',
      args: ['--trials', '--json'],
      priority: 'high',
      depends_on: [first],
      hold: true,
      timeout_s: 90,
      expect: ['a.csv', 'b.csv'],
      idempotency_key: 'k',
      metadata: { x: '1', y: 'a=b' },
      run_on: 'station',
      interpreter: 'nx',
      created_by: 'ada',
    });
  });

  test('takes run_on from the settings when no flag tells', async () => {
    const world = await queueWorld();
    world.environment.variables = { JOBQ_QUEUE_RUN_ON: 'night' };
    expect(orderOf(world, await submitted(world, 'a'))['run_on']).toBe('night');
    expect(orderOf(world, await submitted(world, 'b', '--run-on', 'auto'))['run_on']).toBe('auto');
  });

  test('tells warnings on standard error, and in the value', async () => {
    const world = await queueWorld();
    put(world.disk, `${STUDY}/.DS_Store`, 'x');
    const human = await world.run('submit', STUDY);
    expect(human.stdout).toMatch(/^job-\S+\n$/);
    expect(human.stderr).toContain('jobq: 1 warning:\n  .DS_Store: is left out');
    expect(human.stderr).toContain('what to do: ');
    const { json, stderr } = await world.json('submit', STUDY);
    expect(stderr).toBe('');
    expect(submitShape.parse(json).warnings).toMatchObject([{ rule: 'left-out', file: '.DS_Store' }]);
  });

  test('names every problem with place, reason and remedy, and submits nothing', async () => {
    const world = await queueWorld();
    await world.write(`${STUDY}/run_optimization.py`, "\nopen('C:\\\\models\\\\x.prt')\n");
    await world.disk.files.removeFile(`${STUDY}/README.md`);
    const human = await world.run('submit', STUDY);
    expect(human).toMatchObject({ code: 4, stdout: '' });
    expect(human.stderr).toContain(`jobq: ${STUDY} was not submitted, 2 problems:\n`);
    expect(human.stderr).toContain('README.md: is missing');
    expect(human.stderr).toContain('run_optimization.py:2: names the absolute path');
    expect(human.stderr.match(/^ {4}why: /gm)).toHaveLength(2);
    expect(human.stderr.match(/^ {4}what to do: /gm)).toHaveLength(2);
    const { code, json } = await world.json('submit', STUDY);
    expect(code).toBe(4);
    expect(errorShape.parse(json).error).toMatchObject({
      code: 'invalid-job',
      problems: [{ rule: 'readme' }, { rule: 'absolute-path', line: 2 }],
    });
    expect((await world.json('list')).json).toMatchObject({ jobs: [] });
    expect((await world.run('submit', STUDY, '--allow-absolute-paths', '--description', 'd')).code).toBe(0);
  });

  test('says reason and remedy of the same problem once', async () => {
    const world = await queueWorld();
    await world.write(`${STUDY}/run_optimization.py`, "a = 'C:/x/y.prt'\nb = 'D:/x/z.prt'\n");
    const { stderr } = await world.run('submit', STUDY);
    expect(stderr).toMatch(/\.py:1: .*\n {2}run_optimization\.py:2: .*\n {4}why: .*\n {4}what to do: .*\n$/);
  });

  test('with --dry-run writes nothing', async () => {
    const world = await queueWorld();
    const before = world.disk.volume.toJSON();
    const { code, stdout } = await world.run('submit', STUDY, '--dry-run', '--wait');
    expect(code).toBe(0);
    expect(stdout).toContain('job-20260210-143022-wing would be submitted: 2 files');
    expect(submitShape.parse((await world.json('submit', STUDY, '--dry-run')).json).dry_run).toBe(true);
    expect(world.disk.volume.toJSON()).toEqual(before);
  });

  test('with the same key and content answers with the first job, with other content refuses', async () => {
    const world = await queueWorld();
    const first = await submitted(world, 'a', '--idempotency-key', 'k');
    const again = await world.run('submit', STUDY, '--name', 'a', '--idempotency-key', 'k');
    expect(again).toMatchObject({
      code: 0,
      stdout: `${first}\n`,
      stderr: expect.stringContaining('was there already'),
    });
    const other = await world.json('submit', STUDY, '--name', 'a', '--idempotency-key', 'k', '--hold');
    expect(other.code).toBe(10);
    expect(errorShape.parse(other.json).error).toMatchObject({ code: 'conflict', field: 'idempotency_key' });
  });

  test.each([
    { named: 'nothing', value: 'zzz', code: 4, message: 'no such job' },
    { named: 'several jobs', value: 'job-', code: 3, message: 'fits 2 jobs' },
  ])('refuses --depends-on that names $named', async ({ value, code, message }) => {
    const world = await queueWorld();
    await submitted(world, 'one');
    await submitted(world, 'two');
    const ran = await world.run('submit', STUDY, '--depends-on', value);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(message);
  });

  test.each([
    { wish: [], says: 'this job will be cancelled' },
    { wish: ['release'], says: 'this job starts all the same' },
    { wish: ['wait'], says: 'this job waits until that is tried again with success' },
  ])('warns of a dependency that has failed for good, with $wish', async ({ wish, says }) => {
    const world = await queueWorld();
    const first = await submitted(world, 'first');
    await end(world, first, 'failed');
    const what = wish.flatMap((each) => ['--on-dependency-failure', each]);
    const { code, json } = await world.json(
      'submit',
      STUDY,
      '--name',
      'next',
      '--depends-on',
      first,
      ...what,
    );
    expect(code).toBe(0);
    expect(submitShape.parse(json).warnings).toMatchObject([
      { rule: 'depends-on', message: expect.stringContaining(says) as string },
    ]);
    expect(submitShape.parse(json).warnings[0]?.message).toContain(
      `depends_on ${first}: it has failed already`,
    );
  });

  test('does not warn of a dependency that has completed, is open, or is tried again', async () => {
    const world = await queueWorld();
    const ids = [await submitted(world, 'a'), await submitted(world, 'b'), await submitted(world, 'c')];
    await end(world, ids[0] ?? '', 'completed');
    await end(world, ids[1] ?? '', 'failed');
    await world.run('retry', ids[1] ?? '');
    const depends = ids.flatMap((id) => ['--depends-on', id]);
    const { json } = await world.json('submit', STUDY, '--name', 'next', ...depends);
    expect(submitShape.parse(json).warnings).toEqual([]);
  });

  test('of a study that is not there ends with 3', async () => {
    const { code, json } = await (await queueWorld()).json('submit', 'nowhere');
    expect(code).toBe(3);
    expect(errorShape.parse(json).error.code).toBe('not-found');
  });

  test('is refused on the side that does not write orders', async () => {
    const world = await queueWorld();
    await world.disk.files.removeTree(world.layout.archive);
    const { code, stderr } = await world.run('submit', STUDY);
    expect(code).toBe(7);
    expect(stderr).toContain('Linux side');
  });

  test('shows how far a big copy is, on a terminal only', async () => {
    const world = await queueWorld();
    world.terminal.stderr = true;
    expect((await world.run('submit', STUDY, '--name', 'small')).stderr).toBe('');
    world.terminal.stderr = false;
    put(world.disk, `${STUDY}/model.bin`, 'm'.repeat(50_000_001));
    expect((await world.run('submit', STUDY, '--name', 'quiet')).stderr).toBe('');
    world.terminal.stderr = true;
    world.disk.clock.turn = () => Promise.resolve(world.disk.clock.advance(50));
    const { stderr, stdout } = await world.run('submit', STUDY, '--name', 'shown');
    expect(stderr).toMatch(/copying: \d+ % of 50 MB, model\.bin/);
    expect(stderr.split('\r').length).toBeLessThan(20);
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
    expect(stdout).toMatch(/^job-\S+\n$/);
  });
});

describe('submit --wait', () => {
  test('prints the id first and the card at the end, and exits like wait', async () => {
    const world = await queueWorld();
    const id = 'job-20260210-143022-wing';
    world.onSleep = (nth) => (nth === 3 ? end(world, id, 'failed') : undefined);
    const { code, stdout } = await world.run('submit', STUDY, '--wait');
    expect(code).toBe(5);
    expect(stdout.startsWith(`${id}\n${id}  failed\n`)).toBe(true);
  });

  test('as JSON is one value with both results', async () => {
    const world = await queueWorld();
    world.onSleep = (nth) => (nth === 3 ? end(world, 'job-20260210-143022-wing', 'completed') : undefined);
    const { code, json } = await world.json('submit', STUDY, '--wait');
    expect(code).toBe(0);
    expect(submitShape.parse(json).wait).toMatchObject({
      stopped: 'reached',
      jobs: [{ state: 'completed' }],
    });
  });

  test('gives up after --wait-timeout', async () => {
    const world = await queueWorld();
    const { code, json } = await world.json('submit', STUDY, '--wait', '--wait-timeout', '2');
    expect(code).toBe(6);
    expect(submitShape.parse(json).wait).toMatchObject({ stopped: 'timed-out' });
  });
});

describe('seal', () => {
  const byHand = (world: World, id: string, fields: object = {}) => {
    put(world.disk, `${world.layout.order(id)}/run.py`, 'print(1)\n');
    put(
      world.disk,
      `${world.layout.order(id)}/job.json`,
      JSON.stringify({ job_id: id, script: 'run.py', mood: 'good', ...fields }),
    );
  };

  test.each([
    { how: 'the directory from where one stands', cwd: '.', named: 'outbox/job-20260210-120000-hand' },
    { how: 'the directory from inside outbox/', cwd: 'outbox', named: './job-20260210-120000-hand/' },
    { how: 'a part of the id', cwd: '.', named: 'hand' },
  ])('takes $how', async ({ cwd, named }) => {
    const world = await queueWorld();
    byHand(world, 'job-20260210-120000-hand');
    world.environment.cwd = cwd === '.' ? world.layout.root : `${world.layout.root}/${cwd}`;
    const { code, json } = await world.json('seal', named);
    expect(code).toBe(0);
    expect(sealShape.parse(json)).toMatchObject({
      job_id: 'job-20260210-120000-hand',
      files: 1,
      bytes: 9,
      run_on: 'auto',
    });
    expect(orderOf(world, 'job-20260210-120000-hand')).toMatchObject({
      mood: 'good',
      sealed_by: 'ada@desk',
      run_on: 'auto',
    });
    expect(
      world.disk.files.facts(`${world.layout.order('job-20260210-120000-hand')}/SHA256SUMS`),
    ).toBeDefined();
  });

  test('chooses the runner as submit does, unless the order names one', async () => {
    const world = await queueWorld();
    await seen(world, 'station');
    byHand(world, 'job-a');
    byHand(world, 'job-b', { run_on: 'night' });
    expect((await world.json('seal', 'job-a')).json).toMatchObject({ run_on: 'station' });
    expect((await world.run('seal', 'job-b')).stdout).toBe(
      'sealed job-b: 1 file, 9 bytes, to run on night\n',
    );
  });

  test('refuses an order that breaks a rule, one that is sealed, and one that is not there', async () => {
    const world = await queueWorld();
    byHand(world, 'job-a', { script: 'gone.py' });
    const broken = await world.json('seal', 'job-a');
    expect(broken.code).toBe(4);
    expect(errorShape.parse(broken.json).error).toMatchObject({
      field: 'script',
      file: 'outbox/job-a/job.json',
    });
    const id = await submitted(world, 'done');
    expect((await world.run('seal', id)).code).toBe(4);
    expect((await world.run('seal', 'outbox/none')).code).toBe(3);
  });
});
