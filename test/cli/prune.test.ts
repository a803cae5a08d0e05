// prune: what goes, what stays, what is left alone, and that all that asks the archive goes on working.
import { describe, expect, test } from 'vitest';
import { errorShape, listShape, pruneShape, showShape, statusShape } from '../../src/cli/shapes.ts';
import { sha256Of } from '../../src/store/disk.ts';
import { put } from '../helpers/make-order.ts';
import type { World } from './world.ts';
import { archive, end, QUEUE, queueWorld, STUDY, submitted } from './world.ts';

/** All archived jobs of these tests were archived on 2026-02-10 at 16:00. */
const DAY_MS = 86_400_000;

/** A job in the archive, with results and post-processing, and the requests gone. */
async function archived(
  world: World,
  name: string,
  ...options: string[]
): Promise<[id: string, dir: string]> {
  const id = await submitted(world, name, ...options);
  await end(world, id, 'completed', { log: 'x'.repeat(1000) });
  const dir = await archive(world, id);
  put(world.disk, `${dir}/post/result.json`, '{"status": "completed"}');
  put(world.disk, `${dir}/post/plots/a.png`, 'p'.repeat(500));
  await world.disk.files.removeTree(world.layout.requests(id));
  return [id, dir];
}

async function oldWorld(): Promise<{ world: World; id: string; dir: string }> {
  const world = await queueWorld();
  const [id, dir] = await archived(world, 'wfe');
  world.disk.clock.advance(10 * DAY_MS);
  return { world, id, dir };
}

function filesBelow(world: World, dir: string): string[] {
  const files = Object.keys(world.disk.volume.toJSON()).filter((file) => file.startsWith(`${dir}/`));
  return files.map((file) => file.slice(dir.length + 1)).toSorted();
}

const prune = async (world: World, ...options: string[]) => {
  const ran = await world.json('prune', '--older-than', '9d', ...options);
  return { code: ran.code, ...pruneShape.parse(ran.json) };
};

const TOMBSTONE = [
  'SHA256SUMS',
  'job.json',
  'order/SHA256SUMS',
  'order/job.json',
  'post/result.json',
  'pruned.json',
];
const INPUTS = ['order/README.md', 'order/run_optimization.py'];
const RESULTS = ['post/plots/a.png', 'stdout.log'];

describe('what prune removes', () => {
  test.each([
    { options: [], left: TOMBSTONE },
    { options: ['--keep', 'none'], left: TOMBSTONE },
    { options: ['--keep', 'inputs'], left: [...TOMBSTONE, ...INPUTS] },
    { options: ['--keep', 'results'], left: [...TOMBSTONE, ...RESULTS] },
  ])('$options', async ({ options, left }) => {
    const { world, id, dir } = await oldWorld();
    const before = filesBelow(world, dir);
    const bytes = (files: string[]) =>
      files.reduce((sum, file) => sum + (world.disk.files.facts(`${dir}/${file}`)?.size ?? 0), 0);
    const gone = before.filter((file) => !left.includes(file));
    const wanted = { files: gone.length, bytes: bytes(gone) };
    const value = await prune(world, ...options);
    expect(value).toMatchObject({ code: 0, dry_run: false, ...wanted, kept: [], failed: [] });
    expect(value.jobs).toMatchObject([{ job_id: id, state: 'completed' }]);
    expect(filesBelow(world, dir)).toEqual(left.toSorted());
  });

  test('--dry-run says the same and removes nothing', async () => {
    const { world, dir } = await oldWorld();
    const before = filesBelow(world, dir);
    const dry = await prune(world, '--dry-run');
    expect(filesBelow(world, dir)).toEqual(before);
    const { stdout } = await world.run('prune', '--older-than', '9d', '--dry-run');
    expect(stdout).toMatch(/would free \d.* in 4 files of 1 archived job; nothing was removed/);
    const wet = await prune(world);
    expect(dry).toEqual({ ...wet, dry_run: true });
    expect((await world.run('prune', '--older-than', '9d')).stdout).toContain('nothing to free');
  });

  test('only what was archived longer ago, and ended as wished', async () => {
    const { world, id } = await oldWorld();
    const young = await submitted(world, 'young');
    await end(world, young, 'failed');
    const name = `${young}_20260220-143000`;
    await world.disk.files.rename(world.layout.record(young), world.layout.archived(name));
    await world.disk.files.rename(world.layout.order(young), `${world.layout.archived(name)}/order`);
    expect((await prune(world, '--dry-run')).jobs.map(({ job_id }) => job_id)).toEqual([id]);
    expect((await prune(world, '--dry-run', '--state', 'failed')).jobs).toEqual([]);
    const all = await world.json('prune', '--older-than', '0h', '--state', 'failed', '--dry-run');
    expect(pruneShape.parse(all.json).jobs).toMatchObject([{ job_id: young, state: 'failed' }]);
  });

  test('both parts one after the other, each with its own note', async () => {
    const { world, id, dir } = await oldWorld();
    await prune(world, '--keep', 'inputs');
    world.disk.clock.advance(DAY_MS);
    await prune(world, '--keep', 'results');
    expect(filesBelow(world, dir)).toEqual(TOMBSTONE);
    const note = JSON.parse(String(world.disk.files.read(`${dir}/pruned.json`))) as object;
    expect(note).toMatchObject({
      results: {
        pruned_at: '2026-02-20T14:31:22.000Z',
        pruned_by: 'ada@desk',
        files: 2,
        bytes: 1500,
        seal_sha256: sha256Of(world.disk.files.read(`${dir}/SHA256SUMS`) ?? ''),
      },
      inputs: {
        pruned_at: '2026-02-21T14:31:22.000Z',
        files: 2,
        seal_sha256: sha256Of(world.disk.files.read(`${dir}/order/SHA256SUMS`) ?? ''),
      },
    });
    const shown = showShape.parse((await world.json('show', id)).json);
    expect(shown).toMatchObject({ pruned: note, results: { files: 0 }, inputs: { files: 0 } });
  });
});

describe('what prune leaves alone', () => {
  const cases: { name: string; hold: (world: World, id: string, dir: string) => unknown; reason: string }[] =
    [
      {
        name: 'an order that is not moved yet',
        hold: (world, id, dir) => world.disk.files.rename(`${dir}/order`, world.layout.order(id)),
        reason: 'still in outbox/',
      },
      {
        name: 'a record that is here',
        hold: (world, id) => put(world.disk, `${world.layout.record(id)}/job.json`, '{}'),
        reason: 'still in inbox/',
      },
      {
        name: 'requests that are not removed yet',
        hold: (world, id) => put(world.disk, `${world.layout.requests(id)}/archived.json`, '{}'),
        reason: 'still in requests/',
      },
      {
        name: 'a copy that is collected',
        hold: (world, id) => put(world.disk, `${world.layout.collected(id)}/job.json`, '{}'),
        reason: 'the watcher is working on it',
      },
      {
        name: 'a copy that is being made',
        hold: (world, id) => put(world.disk, `${world.layout.copying(id)}/job.json`, '{}'),
        reason: 'the watcher is working on it',
      },
      {
        name: 'post-processing',
        hold: (world, id) => put(world.disk, `${world.layout.processing(id)}/job.json`, '{}'),
        reason: 'the watcher is working on it',
      },
      {
        name: 'a retry that is to come',
        hold: (world, id, dir) =>
          put(
            world.disk,
            `${dir}/retry.json`,
            JSON.stringify({ retried_as: `${id}-r1`, not_before: '2026-03-01T00:00:00Z' }),
          ),
        reason: '-r1',
      },
      {
        name: 'an open order that depends on it',
        hold: (world, id) => submitted(world, 'next', '--depends-on', id),
        reason: '-next depends on it',
      },
      {
        name: 'an open order that depends on the job it repeats',
        hold: async (world, id, dir) => {
          const order = JSON.parse(String(world.disk.files.read(`${dir}/order/job.json`))) as object;
          const repeat = `${world.layout.archived(`${id}-r1_20260210-170000`)}`;
          await world.disk.files.rename(dir, repeat);
          await world.write(`${repeat}/order/job.json`, JSON.stringify({ ...order, retry_of: id }));
          put(world.disk, `${dir}/job.json`, '{}');
          put(
            world.disk,
            `${world.layout.order('job-next')}/job.json`,
            JSON.stringify({ job_id: 'job-next', script: 'a.py', depends_on: [id] }),
          );
        },
        reason: 'job-next depends on it',
      },
      {
        name: 'a directory without a seal',
        hold: (world, _id, dir) => world.disk.files.removeFile(`${dir}/SHA256SUMS`),
        reason: 'it has no seal',
      },
      {
        name: 'a result that has the name of the note',
        hold: async (world, _id, dir) => {
          const seal = String(world.disk.files.read(`${dir}/SHA256SUMS`));
          await world.write(`${dir}/SHA256SUMS`, `${seal}${sha256Of('mine')}  pruned.json\n`);
          put(world.disk, `${dir}/pruned.json`, 'mine');
        },
        reason: 'one of its results is named pruned.json',
      },
    ];
  test.each(cases)('$name', async ({ hold, reason }) => {
    const { world, id, dir } = await oldWorld();
    await hold(world, id, dir);
    const before = world.disk.volume.toJSON();
    const dry = await prune(world, '--dry-run');
    const value = await prune(world);
    expect(value).toMatchObject({
      code: 0,
      jobs: [],
      bytes: 0,
      kept: [{ reason: expect.stringContaining(reason) }],
    });
    expect(dry.kept).toEqual(value.kept);
    expect(world.disk.volume.toJSON()).toEqual(before);
    expect((await world.run('prune', '--older-than', '9d')).stdout).toContain(reason);
  });

  test('a link in the archive, and what it leads to', async () => {
    const { world, dir } = await oldWorld();
    await world.disk.files.rename(dir, '/home/ada/elsewhere');
    world.disk.volume.symlinkSync('/home/ada/elsewhere', dir);
    const before = filesBelow(world, '/home/ada/elsewhere');
    expect(await prune(world)).toMatchObject({ code: 0, jobs: [], kept: [], failed: [] });
    expect(filesBelow(world, '/home/ada/elsewhere')).toEqual(before);
    expect(world.disk.files.facts(dir)).toMatchObject({ kind: 'other' });
  });

  test('what a link among the results leads to', async () => {
    const { world, dir } = await oldWorld();
    put(world.disk, '/home/ada/precious/data.bin', 'precious');
    world.disk.volume.symlinkSync('/home/ada/precious', `${dir}/link`);
    await prune(world);
    expect(world.disk.files.facts(`${dir}/link`)).toBeUndefined();
    expect(String(world.disk.files.read('/home/ada/precious/data.bin'))).toBe('precious');
  });
});

describe('after a prune', () => {
  test('the job is listed and shown, and says that it was pruned', async () => {
    const { world, id, dir } = await oldWorld();
    expect(statusShape.parse((await world.json('status', id)).json)).toMatchObject({
      pruned: [],
      results_sealed: true,
    });
    await prune(world);
    expect(statusShape.parse((await world.json('status', id)).json)).toMatchObject({
      state: 'completed',
      pruned: ['inputs', 'results'],
      results_dir: dir,
      results_sealed: false,
      archived_as: dir.split('/').at(-1),
    });
    expect(listShape.parse((await world.json('list', '--archived')).json).jobs).toMatchObject([
      { job_id: id },
    ]);
    expect((await world.run('status', id)).stdout).toContain(`${dir} (pruned)`);
    expect((await world.run('status')).stdout).toMatch(/wfe +completed +\S+ \S+ +pruned/);
    expect((await world.run('wait', id)).code).toBe(0);
    expect(await world.run('logs', id)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('was pruned'),
    });
  });

  test('its idempotency key stands for it and for no other content', async () => {
    const world = await queueWorld();
    const [id] = await archived(world, 'wfe', '--idempotency-key', 'k1');
    world.disk.clock.advance(10 * DAY_MS);
    expect((await prune(world)).jobs).toHaveLength(1);
    const again = await world.json('submit', STUDY, '--name', 'wfe', '--idempotency-key', 'k1');
    expect(again.json).toMatchObject({ job_id: id, existing: true });
    await world.write(`${STUDY}/README.md`, '# another\n');
    expect((await world.json('submit', STUDY, '--name', 'wfe', '--idempotency-key', 'k1')).code).toBe(10);
  });

  test('a new job can depend on it, and its inputs are not tried again', async () => {
    const { world, id } = await oldWorld();
    await prune(world);
    const next = await submitted(world, 'next', '--depends-on', id);
    expect(statusShape.parse((await world.json('status', next)).json).state).toBe('submitted');
    const retry = await world.run('retry', id);
    expect(retry.code).not.toBe(0);
    expect(world.disk.files.facts(world.layout.order(`${id}-r1`))).toBeUndefined();
  });
});

describe('prune that is cut off or refused', () => {
  test('notes before the first file goes, and ends the same when done again', async () => {
    const { world, dir } = await oldWorld();
    const { removeFile, removeTree } = world.disk.files;
    const removed: string[] = [];
    const cut = (remove: typeof removeFile) => async (file: string) => {
      if (!file.startsWith(dir)) return remove(file);
      expect(world.disk.files.facts(`${dir}/pruned.json`)).toBeDefined();
      if (removed.length === 1) throw new Error('killed');
      removed.push(file);
      return remove(file);
    };
    Object.assign(world.disk.files, { removeFile: cut(removeFile), removeTree: cut(removeTree) });
    const first = await prune(world);
    expect(first).toMatchObject({ code: 7, jobs: [], failed: [{ error: 'killed' }] });
    const note = world.disk.files.read(`${dir}/pruned.json`);
    Object.assign(world.disk.files, { removeFile, removeTree });
    world.disk.clock.advance(1000);
    expect(await prune(world)).toMatchObject({ code: 0, files: 3 });
    expect(filesBelow(world, dir)).toEqual(TOMBSTONE);
    expect(world.disk.files.read(`${dir}/pruned.json`)).toEqual(note);
  });

  test('what was noted before a cut keeps its time when more is pruned', async () => {
    const { world, dir } = await oldWorld();
    const { removeFile } = world.disk.files;
    world.disk.files.removeFile = (file) =>
      file.startsWith(`${dir}/`) ? Promise.reject(new Error('killed')) : removeFile(file);
    expect((await prune(world, '--keep', 'results')).failed).toHaveLength(1);
    world.disk.files.removeFile = removeFile;
    world.disk.clock.advance(DAY_MS);
    expect((await prune(world)).jobs).toHaveLength(1);
    expect(JSON.parse(String(world.disk.files.read(`${dir}/pruned.json`)))).toMatchObject({
      inputs: { pruned_at: '2026-02-20T14:31:22.000Z', files: 2 },
      results: { pruned_at: '2026-02-21T14:31:22.000Z' },
    });
  });

  test.each(['ENOSPC', 'EROFS'])('an archive that answers %s is reported, and nothing goes', async (code) => {
    const { world } = await oldWorld();
    const [other] = await archived(world, 'other');
    world.disk.clock.advance(1000);
    const before = world.disk.volume.toJSON();
    const { rename } = world.disk.files;
    world.disk.files.rename = (from, to) =>
      to.startsWith(`${QUEUE}/archive`)
        ? Promise.reject(Object.assign(new Error(`${code}: no`), { code }))
        : rename(from, to);
    const value = await prune(world);
    expect(value).toMatchObject({ code: 7, jobs: [], bytes: 0 });
    expect(value.failed).toMatchObject([{ error: `the archive cannot be written to: ${code}: no` }]);
    expect(world.disk.volume.toJSON()).toEqual(before);
    expect(other).not.toBe('');
  });

  test.each([
    { age: '3m', message: '3m would be minutes; months: 90d' },
    { age: '90s', message: 'should be an age' },
    { age: '23h', message: 'less than a day' },
  ])('an age of $age, which is hardly meant', async ({ age, message }) => {
    const { world } = await oldWorld();
    const before = world.disk.volume.toJSON();
    const { code, json } = await world.json('prune', '--older-than', age);
    expect(code).toBe(2);
    expect(errorShape.parse(json).error.message).toContain(message);
    expect(world.disk.volume.toJSON()).toEqual(before);
  });

  test('less than a day only where that is asked for', async () => {
    const { world } = await oldWorld();
    expect((await world.run('prune', '--older-than', '1h', '--yes')).code).toBe(0);
    expect((await world.run('prune', '--older-than', '1h', '--dry-run')).code).toBe(0);
  });

  test('without an age, or on the side without an archive', async () => {
    const { world } = await oldWorld();
    const ageless = await world.json('prune');
    expect(ageless.code).toBe(2);
    expect(errorShape.parse(ageless.json).error.field).toBe('--older-than');
    expect((await world.json('prune', '--older-than', 'long ago')).code).toBe(2);
    await world.disk.files.removeTree(world.layout.archive);
    expect((await world.json('prune', '--older-than', '1d')).code).toBe(7);
  });
});
