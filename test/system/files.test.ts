import nodeFs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FsLike } from '../../src/system/files.ts';
import { filesOver, systemFiles } from '../../src/system/files.ts';
import { fakeClock } from '../helpers/memory-disk.ts';
import { tempDir } from './temp-dir.ts';

const failure = (code: string) => Object.assign(new Error(`${code}: it is held`), { code });

/** Node's fs on which one call fails so many times before it works. */
function failing(call: keyof FsLike, times: number, code: string) {
  let calls = 0;
  const real = nodeFs[call] as (...args: unknown[]) => unknown;
  const fs = {
    ...nodeFs,
    [call]: (...args: unknown[]) => {
      calls += 1;
      if (calls <= times) throw failure(code);
      return real(...args);
    },
  } as FsLike;
  const clock = fakeClock();
  return { files: filesOver(fs, clock), clock, calls: () => calls };
}

describe('a rename that another program is in the way of', () => {
  const rename = async (times: number, code: string) => {
    const dir = tempDir();
    const [from, to] = [path.join(dir, 'from'), path.join(dir, 'to')];
    nodeFs.writeFileSync(from, 'new');
    nodeFs.writeFileSync(to, 'old');
    const { files, clock, calls } = failing('renameSync', times, code);
    const error: unknown = await files.rename(from, to).catch((thrown: unknown) => thrown);
    return { error, calls: calls(), waitedMs: clock.monotonic(), to: nodeFs.readFileSync(to, 'utf8') };
  };

  test.each(['EBUSY', 'EPERM', 'EACCES'])('is tried again at %s', async (code) => {
    expect(await rename(3, code)).toEqual({ error: undefined, calls: 4, waitedMs: 70, to: 'new' });
  });

  test('works at the very last try', async () => {
    expect(await rename(8, 'EBUSY')).toEqual({ error: undefined, calls: 9, waitedMs: 2550, to: 'new' });
  });

  test('fails after that, and leaves what was there', async () => {
    const { error, calls, to } = await rename(9, 'EBUSY');
    expect({ error, calls, to }).toEqual({
      error: expect.objectContaining({ code: 'EBUSY' }),
      calls: 9,
      to: 'old',
    });
  });

  test('fails at once for any other reason', async () => {
    expect(await rename(1, 'ENOSPC')).toMatchObject({
      error: { code: 'ENOSPC' },
      calls: 1,
      waitedMs: 0,
      to: 'old',
    });
  });
});

describe('removing', () => {
  test.each(['unlinkSync', 'rmSync'] as const)('with %s is tried again, too', async (call) => {
    const dir = tempDir();
    nodeFs.writeFileSync(path.join(dir, 'a'), '');
    const { files, calls } = failing(call, 2, 'EBUSY');
    await (call === 'rmSync' ? files.removeTree : files.removeFile)(path.join(dir, 'a'));
    expect(calls()).toBe(3);
    expect(nodeFs.existsSync(path.join(dir, 'a'))).toBe(false);
  });

  test('what is not there is no error', async () => {
    const dir = tempDir();
    await systemFiles.removeFile(path.join(dir, 'nothing'));
    await systemFiles.removeTree(path.join(dir, 'nothing'));
    expect(systemFiles.removeEmptyDir(path.join(dir, 'nothing'))).toBe(true);
  });

  test('an empty directory leaves one with a file in it', () => {
    const dir = tempDir();
    nodeFs.mkdirSync(path.join(dir, 'a'));
    nodeFs.writeFileSync(path.join(dir, 'a', 'file'), '');
    expect(systemFiles.removeEmptyDir(path.join(dir, 'a'))).toBe(false);
    expect(nodeFs.existsSync(path.join(dir, 'a', 'file'))).toBe(true);
  });
});

describe('reading', () => {
  test('what is not there is undefined', () => {
    const gone = path.join(tempDir(), 'a', 'b');
    const { list, facts, read, readFrom, realPath } = systemFiles;
    expect([list(gone), facts(gone), read(gone), readFrom(gone, 0, 1), realPath(gone)]).toEqual(
      Array(5).fill(undefined),
    );
  });

  test('below a file is undefined', () => {
    const file = path.join(tempDir(), 'file');
    nodeFs.writeFileSync(file, '');
    expect([systemFiles.list(file), systemFiles.read(path.join(file, 'x'))]).toEqual([undefined, undefined]);
  });

  test('any other failure is thrown', () => {
    const file = path.join(tempDir(), 'file');
    nodeFs.writeFileSync(file, '');
    const { files } = failing('readFileSync', 1, 'EIO');
    expect(() => files.read(file)).toThrow('EIO');
  });

  test('a part of a file', () => {
    const file = path.join(tempDir(), 'file');
    nodeFs.writeFileSync(file, '0123456789');
    expect(String(systemFiles.readFrom(file, 3, 4))).toBe('3456');
    expect(String(systemFiles.readFrom(file, 8, 100))).toBe('89');
    expect(systemFiles.readFrom(file, 10, 100)?.length).toBe(0);
  });

  test('entries come sorted by name, with their kind, without following links', (ctx) => {
    if (process.platform === 'win32') ctx.skip('links need a privilege on Windows');
    const dir = tempDir();
    nodeFs.mkdirSync(path.join(dir, 'b'));
    for (const name of ['c', 'a', 'B']) nodeFs.writeFileSync(path.join(dir, name), '');
    nodeFs.symlinkSync(path.join(dir, 'b'), path.join(dir, 'link'));
    expect(systemFiles.list(dir)).toEqual([
      { name: 'B', kind: 'file' },
      { name: 'a', kind: 'file' },
      { name: 'b', kind: 'directory' },
      { name: 'c', kind: 'file' },
      { name: 'link', kind: 'other' },
    ]);
    expect(systemFiles.facts(path.join(dir, 'link'))?.kind).toBe('other');
  });

  test('facts change their signature when a file is replaced by one of the same size and time', () => {
    const dir = tempDir();
    const [a, b] = [path.join(dir, 'a'), path.join(dir, 'b')];
    for (const file of [a, b]) nodeFs.writeFileSync(file, 'same');
    for (const file of [a, b]) nodeFs.utimesSync(file, 1000, 1000);
    const before = systemFiles.facts(a);
    expect(systemFiles.facts(a)?.signature).toBe(before?.signature);
    nodeFs.renameSync(b, a);
    expect(systemFiles.facts(a)).toMatchObject({ size: before?.size, mtimeMs: before?.mtimeMs });
    expect(systemFiles.facts(a)?.signature).not.toBe(before?.signature);
  });
});

describe('writing', () => {
  test('goes on when the system takes only a part of the bytes', () => {
    const file = path.join(tempDir(), 'file');
    const writeSync = (fd: number, bytes: Uint8Array, offset: number, length: number) =>
      nodeFs.writeSync(fd, bytes, offset, Math.min(length, 3));
    const out = filesOver({ ...nodeFs, writeSync } as FsLike).openNew(file);
    out.write(Buffer.from('0123456789'));
    out.close();
    expect(nodeFs.readFileSync(file, 'utf8')).toBe('0123456789');
  });

  test('a new file fails when there is one, a new directory too', () => {
    const dir = tempDir();
    nodeFs.writeFileSync(path.join(dir, 'a'), 'old');
    expect(() => systemFiles.openNew(path.join(dir, 'a'))).toThrow(/EEXIST/);
    expect(() => systemFiles.makeNewDir(dir)).toThrow(/EEXIST/);
    expect(nodeFs.readFileSync(path.join(dir, 'a'), 'utf8')).toBe('old');
  });

  test('a sync that fails is not taken for done', async () => {
    const fsync = (_fd: number, done: (error: Error | null) => void) => done(failure('EIO'));
    const out = filesOver({ ...nodeFs, fsync } as FsLike).openNew(path.join(tempDir(), 'file'));
    await expect(out.sync()).rejects.toThrow('EIO');
    out.close();
  });

  test.each(['EPERM', 'EISDIR', 'EINVAL'])(
    'a directory that cannot be synced (%s) is left at that',
    (code) => {
      const { files, calls } = failing('fsyncSync', 1, code);
      files.syncDir(tempDir());
      expect(calls()).toBe(1);
    },
  );

  test('a directory whose sync fails for want of the disk is an error', () => {
    const { files } = failing('fsyncSync', 1, 'EIO');
    expect(() => files.syncDir(tempDir())).toThrow('EIO');
  });
});

describe('a file that another process wrote', () => {
  test.each([0, 1])(
    'is synced, also where that takes the right to write (refused %d times)',
    async (times) => {
      const file = path.join(tempDir(), 'out.csv');
      nodeFs.writeFileSync(file, '1');
      const modes: number[] = [];
      const fs = {
        ...nodeFs,
        fsync: (fd: number, over: (error: Error | null) => void) => {
          modes.push(fd);
          if (modes.length <= times) over(failure('EPERM'));
          else nodeFs.fsync(fd, over);
        },
      } as FsLike;
      await filesOver(fs, fakeClock()).syncFile(file);
      expect(modes).toHaveLength(times + 1);
      expect(nodeFs.readFileSync(file, 'utf8')).toBe('1');
    },
  );

  test('is not synced through a link', async () => {
    const dir = tempDir();
    nodeFs.writeFileSync(path.join(dir, 'real'), '1');
    nodeFs.symlinkSync('real', path.join(dir, 'link'));
    await expect(systemFiles.syncFile(path.join(dir, 'link'))).rejects.toMatchObject({ code: 'ELOOP' });
  });
});
