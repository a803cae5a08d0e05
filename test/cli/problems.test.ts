// What a person should look at, as status, list, show and doctor tell it.
import { expect, test } from 'vitest';
import { doctorShape, glanceShape, listShape, showShape, statusShape } from '../../src/cli/shapes.ts';
import { sha256Of } from '../../src/store/disk.ts';
import { put } from '../helpers/make-order.ts';
import type { World } from './world.ts';
import { archive, end, queueWorld, RUNNING, report, seen, submitted } from './world.ts';

const MARK = '.sync-conflict-20260210-150000-ABCDEFG';

async function findingsOf(world: World, check: string) {
  world.ask = () => Promise.resolve({ exit_code: 1, output: '', complaint: 'no such service' });
  const { checks } = doctorShape.parse((await world.json('doctor')).json);
  return checks.filter((each) => each.check === check);
}

async function conflictWorld() {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe');
  await report(world, id, RUNNING, 'theirs');
  const copy = `inbox/${id}/stdout${MARK}.log`;
  put(world.disk, `${world.layout.root}/${copy}`, 'ours');
  return { world, id, copy, kept: `inbox/${id}/stdout.log` };
}

test('a conflict copy: status and list tell sizes and times, show the digests, too', async () => {
  const { world, id, copy, kept } = await conflictWorld();
  const cheap = { kind: 'conflict-copy', file: copy, conflict: { copy: { bytes: 4 }, kept: { bytes: 6 } } };
  const hashed: string[] = [];
  const { openRead } = world.disk.files;
  world.disk.files.openRead = (file) => {
    hashed.push(file);
    return openRead(file);
  };
  expect(statusShape.parse((await world.json('status', id)).json).problems).toMatchObject([cheap]);
  expect(glanceShape.parse((await world.json('status')).json).problems).toMatchObject([cheap]);
  expect(listShape.parse((await world.json('list')).json).problems).toMatchObject([cheap]);
  expect(hashed).toEqual([]);
  const [problem] = showShape.parse((await world.json('show', id)).json).problems;
  expect(problem).toMatchObject({
    file: copy,
    job_id: id,
    conflict: {
      copy: { file: copy, sha256: sha256Of('ours') },
      kept: { file: kept, sha256: sha256Of('theirs') },
      kept_by: 'ABCDEFG',
      at: '2026-02-10 15:00:00',
    },
  });
  const { stdout } = await world.run('show', id);
  expect(stdout).toContain(
    `problem ${copy}: both sides changed one file, stdout.log, where only the runner's`,
  );
  expect(stdout).toMatch(new RegExp(`kept: 6 bytes, modified .*, sha256 ${sha256Of('theirs')}`));
});

test('a conflict copy: doctor says which rule is broken, and by whom', async () => {
  const { world, copy } = await conflictWorld();
  const whatOf = async () => (await findingsOf(world, 'conflict copies')).map(({ what }) => what);
  expect(await whatOf()).toEqual([
    expect.stringContaining(`${copy}: only the runner's side may write in inbox/`),
  ]);
  await seen(world, 'station');
  const file = world.layout.presence('station');
  const presence = JSON.parse(String(world.disk.files.read(file))) as object;
  const device = 'ABCDEFG-2345672-ABCDEFG-2345672-ABCDEFG-2345672-ABCDEFG-2345672';
  await world.write(file, JSON.stringify({ ...presence, syncthing_device: device }));
  const [what = ''] = await whatOf();
  expect(what).toContain('device ABCDEFG wrote the version that was kept and may');
  expect(what).toContain('the one that was put aside is by somebody on the Linux side, who may not');
  expect(what).toContain(`sha256 ${sha256Of('ours')}`);
});

test('a job that is archived: what was changed of its order, and what was put aside in it', async () => {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe');
  await end(world, id, 'completed');
  const dir = await archive(world, id);
  const problems = async (verb: 'status' | 'show') =>
    (await world.json(verb, id)).json as { problems: { kind: string; file: string }[] };
  expect((await problems('status')).problems).toEqual([]);
  expect((await problems('show')).problems).toEqual([]);
  await world.write(`${dir}/order/job.json`, `{"job_id": "${id}", "script": "other.py"}`);
  put(world.disk, `${dir}/order/README${MARK}.md`, 'x');
  const archived = dir.slice(world.layout.root.length + 1);
  const changed = { kind: 'changed-order', file: `${archived}/order/job.json`, job_id: id };
  expect((await problems('status')).problems).toMatchObject([changed]);
  expect((await problems('show')).problems).toMatchObject([
    changed,
    {
      kind: 'conflict-copy',
      file: `${archived}/order/README${MARK}.md`,
      conflict: { copy: { sealed: false } },
    },
  ]);
});

test('orders for any runner where several are known', async () => {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe');
  await seen(world, 'big');
  await seen(world, 'station');
  const told = { kind: 'ambiguous-assignment', file: `outbox/${id}`, job_id: id };
  expect(statusShape.parse((await world.json('status', id)).json).problems).toMatchObject([told]);
  expect(glanceShape.parse((await world.json('status')).json).problems).toMatchObject([told]);
  expect(await findingsOf(world, 'files in the queue')).toMatchObject([
    { level: 'warning', remedy: expect.stringContaining('--run-on') },
  ]);
  await submitted(world, 'another');
  const all = { kind: 'ambiguous-assignment', file: 'outbox' };
  expect(listShape.parse((await world.json('list')).json).problems).toMatchObject([all]);
  expect((await world.run('status')).stdout).toContain('problem outbox: orders for any runner wait');
});

test('a tree that has gone: at a glance with what to do, in doctor once', async () => {
  const world = await queueWorld();
  await submitted(world, 'wfe');
  await world.disk.files.removeTree(world.layout.tree('outbox'));
  const glance = glanceShape.parse((await world.json('status')).json);
  expect(glance.problems).toMatchObject([{ kind: 'unusable-tree', file: 'outbox' }]);
  expect((await world.run('list')).stdout).toContain('problem outbox: outbox/ has no marker .jobq-queue');
  expect(await findingsOf(world, 'markers')).toMatchObject([{ level: 'problem' }]);
  expect(await findingsOf(world, 'files in the queue')).toMatchObject([{ level: 'ok' }]);
});

test('a root that has gone is an error that says what to do, and a problem of doctor', async () => {
  const world = await queueWorld();
  await world.disk.files.rename(world.layout.root, '/home/ada/away');
  const gone = ['--queue', world.layout.root];
  const { code, stderr } = await world.run('status', ...gone);
  expect(code).not.toBe(0);
  expect(stderr).toContain('mounted');
  const { checks } = doctorShape.parse((await world.json('doctor', ...gone)).json);
  expect(checks).toContainEqual(
    expect.objectContaining({ check: 'queue', level: 'problem', remedy: expect.stringContaining('mounted') }),
  );
});
