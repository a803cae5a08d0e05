import { createHash } from 'node:crypto';
import path from 'node:path';
import { expect, test } from 'vitest';
import { copyHashed, hashFile, sha256Of, sweepTemps, writeWhole } from '../../src/store/disk.ts';
import { put } from '../helpers/make-order.ts';
import { Crash, faultyFiles } from '../simulation/faulty-files.ts';
import { everything, onBothDisks } from './two-disks.ts';

onBothDisks('writing a file whole', (make) => {
  test('makes it, with nothing beside it', async () => {
    const { disk, root } = make();
    await writeWhole(disk, root, path.join(root, 'a.json'), 'new');
    expect(everything(disk, root)).toEqual({ 'a.json': 'new' });
  });

  test('replaces what was there', async () => {
    const { disk, root } = make();
    put(disk, path.join(root, 'a.json'), 'a longer old text');
    await writeWhole(disk, root, path.join(root, 'a.json'), new Uint8Array([110, 101, 119]));
    expect(everything(disk, root)).toEqual({ 'a.json': 'new' });
  });

  test.each([{ before: undefined }, { before: 'the old text' }])(
    'leaves $before or the new text when it is cut off between any two operations',
    async ({ before }) => {
      let finished = false;
      let crashes = 0;
      for (let operation = 0; !finished; operation++) {
        expect(operation).toBeLessThan(20);
        const { disk, root } = make();
        const target = path.join(root, 'a.json');
        if (before !== undefined) put(disk, target, before);
        const files = faultyFiles(disk.files, () => {});
        files.crashIn(operation);
        const written = await writeWhole({ ...disk, files }, root, target, 'the new text').then(
          () => true,
          (error: unknown) => {
            expect(error).toBeInstanceOf(Crash);
            return false;
          },
        );
        expect(String(disk.files.read(target))).toBe(written ? 'the new text' : String(before));
        finished = written;
        crashes = operation;
      }
      expect(crashes).toBeGreaterThanOrEqual(3);
    },
  );

  test('makes the bytes durable before the name, and then the name', async () => {
    const { disk, root } = make();
    const calls: string[] = [];
    const files = {
      ...disk.files,
      openNew: (file: string) => {
        const open = disk.files.openNew(file);
        return { ...open, sync: () => open.sync().then(() => void calls.push('sync')) };
      },
      rename: async (from: string, to: string) => {
        calls.push('rename');
        await disk.files.rename(from, to);
      },
      syncDir: (dir: string) => void calls.push(`syncDir ${path.relative(root, dir)}`),
    };
    disk.files.makeDir(path.join(root, 'sub'));
    await writeWhole({ ...disk, files }, root, path.join(root, 'sub', 'a.json'), 'text');
    expect(calls).toEqual(['sync', 'rename', 'syncDir sub']);
  });

  test('removes its temporary file when the name cannot be taken', async () => {
    const { disk, root } = make();
    put(disk, path.join(root, 'a.json'), 'old');
    const files = { ...disk.files, rename: () => Promise.reject(new Error('EPERM: it is held')) };
    await expect(writeWhole({ ...disk, files }, root, path.join(root, 'a.json'), 'text')).rejects.toThrow(
      /EPERM/,
    );
    expect(everything(disk, root)).toEqual({ 'a.json': 'old' });
  });
});

onBothDisks('copying and hashing', (make) => {
  test.each([0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])('%i bytes', async (size) => {
    const { disk, root } = make();
    const bytes = Buffer.alloc(size, 'jobq');
    const out = disk.files.openNew(path.join(root, 'from'));
    out.write(bytes);
    out.close();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(sha256Of(bytes)).toBe(sha256);
    expect(await hashFile(disk, path.join(root, 'from'))).toEqual({ sha256, bytes: size });
    expect(await copyHashed(disk, path.join(root, 'from'), path.join(root, 'to'))).toEqual({
      sha256,
      bytes: size,
    });
    expect(disk.files.read(path.join(root, 'to'))?.equals(bytes)).toBe(true);
  });

  test('lets others have their turn after each piece', async () => {
    const { disk, root } = make();
    put(disk, path.join(root, 'from'), 'x'.repeat(3 << 20));
    let turns = 0;
    const clock = { ...disk.clock, turn: () => Promise.resolve(void turns++) };
    await hashFile({ ...disk, clock }, path.join(root, 'from'));
    expect(turns).toBe(3);
  });

  test('a copy never replaces a file', async () => {
    const { disk, root } = make();
    put(disk, path.join(root, 'from'), 'new');
    put(disk, path.join(root, 'to'), 'old');
    await expect(copyHashed(disk, path.join(root, 'from'), path.join(root, 'to'))).rejects.toThrow(/EEXIST/);
    expect(everything(disk, root)).toEqual({ from: 'new', to: 'old' });
  });
});

onBothDisks('sweeping what killed processes left', (make) => {
  test('removes temporary files once they are older than a day, and nothing else', async () => {
    const { disk, root } = make();
    for (const name of ['.jobq-tmp-old', 'a.json', '.jobq-tmp-dir/inside'])
      put(disk, path.join(root, name), 'x');
    const written = disk.files.facts(path.join(root, '.jobq-tmp-old'))?.mtimeMs ?? 0;
    const at = (laterMs: number) => ({ ...disk, clock: { ...disk.clock, now: () => written + laterMs } });
    await sweepTemps(at(86_000_000), root);
    expect(Object.keys(everything(disk, root))).toContain('.jobq-tmp-old');
    await sweepTemps(at(90_000_000), root);
    expect(Object.keys(everything(disk, root)).sort()).toEqual(['.jobq-tmp-dir/inside', 'a.json']);
  });
});
