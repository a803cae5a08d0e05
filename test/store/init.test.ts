import path from 'node:path';
import { expect, test } from 'vitest';
import { initQueue } from '../../src/store/init.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { assertQueue, markedId, writeMarker } from '../../src/store/marker.ts';
import { put } from '../helpers/make-order.ts';
import { everything, onBothDisks } from './two-disks.ts';

const settings = (id: string) => `[queue]\nid = "${id}"\n`;

onBothDisks('making a queue', (make) => {
  const fresh = () => {
    const { disk, root } = make();
    return { disk, layout: layoutOf(path.join(root, 'queue')) };
  };

  test('makes folders, markers, ignore files and settings, and says so', async () => {
    const { disk, layout } = fresh();
    const { queue_id, made } = await initQueue(disk, layout, 'both', [], settings);
    expect(assertQueue(disk.files, layout)).toBe(queue_id);
    expect(queue_id).toMatch(/^q-/);
    const dirs = (disk.files.list(layout.root) ?? []).flatMap(({ name, kind }) =>
      kind === 'directory' ? [name] : [],
    );
    expect(dirs).toEqual([
      '.jobq-staging',
      '.jobq-watcher',
      'archive',
      'inbox',
      'outbox',
      'processing',
      'requests',
      'runners',
    ]);
    expect(String(disk.files.read(layout.settings))).toBe(settings(queue_id));
    const files = Object.keys(everything(disk, layout.root));
    expect(files.every((file) => made.includes(file))).toBe(true);
    expect(everything(disk, layout.root)['.stignore']).toContain('/archive\n');
    expect(everything(disk, layout.root)['outbox/.stignore']?.split('\n')[0]).toBe('!.jobq-queue');
  });

  test.each(['linux', 'windows', 'both'] as const)('changes nothing the second time, as %s', async (role) => {
    const { disk, layout } = fresh();
    await initQueue(disk, layout, role, ['q-1'], settings);
    put(disk, path.join(layout.tree('outbox'), 'job-1', 'job.json'), '{}');
    const before = everything(disk, layout.root);
    const again = await initQueue(disk, layout, role, ['q-1'], () => 'other settings');
    expect(again.made).toEqual([]);
    expect(again.queue_id).toBe('q-1');
    expect(everything(disk, layout.root)).toEqual(before);
  });

  test('keeps what a person wrote', async () => {
    const { disk, layout } = fresh();
    put(disk, layout.settings, '# mine');
    put(disk, path.join(layout.root, '.stignore'), '/private');
    await initQueue(disk, layout, 'both', [], settings);
    expect(everything(disk, layout.root)).toMatchObject({ 'jobq.toml': '# mine', '.stignore': '/private' });
  });

  test('marks only the trees that the side writes', async () => {
    const { disk, layout } = fresh();
    await initQueue(disk, layout, 'linux', [], settings);
    const marked = (tree: 'outbox' | 'requests' | 'inbox' | 'runners') =>
      markedId(disk.files, layout, tree) !== undefined;
    expect([marked('outbox'), marked('requests'), marked('inbox'), marked('runners')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(disk.files.facts(layout.archive)?.kind).toBe('directory');
  });

  test('makes no archive on the side of the runner', async () => {
    const { disk, layout } = fresh();
    await initQueue(disk, layout, 'windows', ['q-1'], settings);
    expect(disk.files.facts(layout.archive)).toBeUndefined();
    expect(markedId(disk.files, layout, 'inbox')).toBe('q-1');
    expect(markedId(disk.files, layout, 'outbox')).toBeUndefined();
  });

  test('takes the id from a marker that has arrived', async () => {
    const { disk, layout } = fresh();
    disk.files.makeDir(layout.tree('outbox'));
    await writeMarker(disk, layout, 'outbox', 'q-arrived');
    expect((await initQueue(disk, layout, 'windows', [], settings)).queue_id).toBe('q-arrived');
  });

  test('does not invent an id on the side of the runner', async () => {
    const { disk, layout } = fresh();
    await expect(initQueue(disk, layout, 'windows', [], settings)).rejects.toMatchObject({
      code: 'usage',
      field: '--queue-id',
    });
    expect(disk.files.facts(layout.root)).toBeUndefined();
  });

  test('refuses a folder that belongs to another queue, and changes nothing', async () => {
    const { disk, layout } = fresh();
    await initQueue(disk, layout, 'both', ['q-1'], settings);
    const before = everything(disk, layout.root);
    const refused = initQueue(disk, layout, 'both', ['q-2'], settings);
    await expect(refused).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('q-2, q-1') as string,
    });
    expect(everything(disk, layout.root)).toEqual(before);
  });
});
