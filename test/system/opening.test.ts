// What stands where a file belongs and is none: nothing waits for it.
import { execFileSync, spawn } from 'node:child_process';
import nodeFs from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RECORD_BYTES } from '../../src/job/sizes.ts';
import type { FsLike } from '../../src/system/files.ts';
import { filesOver, SMALL_BYTES, systemFiles } from '../../src/system/files.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { tempDir } from './temp-dir.ts';

/** Reads it in every way. */
function look(file: string) {
  const { read, readFrom, openRead } = systemFiles;
  const told = (work: () => unknown) => {
    try {
      return String(work());
    } catch (error) {
      return (error as Error).message;
    }
  };
  return [told(() => read(file)), told(() => readFrom(file, 0, 16)), told(() => openRead(file).close())];
}

const nothingAt = (file: string) => ['undefined', 'undefined', `${file} is not a regular file`];

describe('where a file belongs', () => {
  const needsFifos = (context: TestContext) => {
    if (process.platform === 'win32') context.skip('Windows has no FIFOs in directories');
  };
  /** Whoever waits for it is let go after a while, so that a test fails and does not hang. */
  const fifo = () => {
    const file = path.join(tempDir(), 'study.db');
    execFileSync('mkfifo', [file]);
    const letGo = 'for _ in 1 2 3 4 5 6; do sleep 3; exec 3<>"$1"; sleep 0.1; exec 3>&-; done';
    const rescuer = spawn('sh', ['-c', letGo, 'sh', file], { detached: true, stdio: 'ignore' });
    onTestFinished(() => void process.kill(-(rescuer.pid ?? 0), 'SIGKILL'));
    return file;
  };

  test('a FIFO that nobody writes is not there', (context) => {
    needsFifos(context);
    const file = fifo();
    expect(look(file)).toEqual(nothingAt(file));
  });

  test('a FIFO that somebody writes is not there either, and loses nothing of what is in it', async (context) => {
    needsFifos(context);
    const file = fifo();
    // open for reading and writing, it waits for nobody
    const holder = spawn('timeout', [
      '10',
      'sh',
      '-c',
      'exec 3<>"$1"; printf whole >&3; echo ready; read _; head -c 5 <&3',
      'sh',
      file,
    ]);
    onTestFinished(() => void holder.kill());
    let said = '';
    holder.stdout.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    await expect.poll(() => said, { timeout: 10_000 }).toBe('ready\n');
    expect(look(file)).toEqual(nothingAt(file));
    holder.stdin.write('\n');
    await expect.poll(() => said, { timeout: 10_000 }).toBe('ready\nwhole');
  });

  test('a link to a device is not there', (context) => {
    needsFifos(context);
    const file = path.join(tempDir(), 'study.db');
    nodeFs.symlinkSync('/dev/null', file);
    expect(look(file)).toEqual(nothingAt(file));
  });

  test('a socket is not there', async (context) => {
    needsFifos(context);
    const file = path.join(tempDir(), 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(file, resolve));
    onTestFinished(() => void server.close());
    expect([systemFiles.read(file), systemFiles.readFrom(file, 0, 1)]).toEqual([undefined, undefined]);
    expect(() => systemFiles.openRead(file)).toThrow('ENXIO');
  });

  test('a directory is not there, in memory as well', () => {
    const dir = tempDir();
    const { files } = memoryDisk();
    files.makeDir('/dir');
    for (const [of, at] of [[systemFiles, dir] as const, [files, '/dir'] as const]) {
      expect([of.read(at), of.readFrom(at, 0, 1)]).toEqual([undefined, undefined]);
      expect(() => of.openRead(at)).toThrow('is not a regular file');
    }
  });
});

describe('what is opened is closed again', () => {
  const counting = (calls: Partial<FsLike> = {}) => {
    const open = new Set<number>();
    const fs = {
      ...nodeFs,
      openSync: (...args: Parameters<FsLike['openSync']>) => {
        const fd = nodeFs.openSync(...args);
        open.add(fd);
        return fd;
      },
      closeSync: (fd: number) => {
        nodeFs.closeSync(fd);
        open.delete(fd);
      },
      ...calls,
    } as FsLike;
    return { files: filesOver(fs), open };
  };

  test('when it is no file, and when its facts cannot be read', () => {
    const dir = tempDir();
    const { files, open } = counting();
    files.read(dir);
    files.readFrom(dir, 0, 1);
    expect(() => files.openRead(dir)).toThrow('is not a regular file');
    expect(open.size).toBe(0);
    const broken = counting({
      fstatSync: (() => {
        throw new Error('EIO');
      }) as unknown as FsLike['fstatSync'],
    });
    expect(() => broken.files.read(dir)).toThrow('EIO');
    expect(broken.open.size).toBe(0);
  });

  test('when it was read', () => {
    const file = path.join(tempDir(), 'file');
    nodeFs.writeFileSync(file, 'text');
    const { files, open } = counting();
    expect([String(files.read(file)), String(files.readFrom(file, 1, 2))]).toEqual(['text', 'ex']);
    const source = files.openRead(file);
    expect(open.size).toBe(1);
    source.close();
    expect(open.size).toBe(0);
  });
});

describe('what others may have written', () => {
  const put = (text: string) => {
    const file = path.join(tempDir(), 'job.json');
    nodeFs.writeFileSync(file, text);
    return file;
  };

  test('is read whole up to its limit, and not at all beyond', () => {
    const file = put('12345');
    expect(String(systemFiles.readSmall(file, 5))).toBe('12345');
    expect(() => systemFiles.readSmall(file, 4)).toThrow(`${file} has 5 bytes: over 4 it is not read`);
  });

  test('has the limit of a record where none is named', () => {
    expect(SMALL_BYTES).toBe(RECORD_BYTES);
    const file = put('');
    nodeFs.truncateSync(file, SMALL_BYTES);
    expect(systemFiles.readSmall(file)?.length).toBe(SMALL_BYTES);
    nodeFs.truncateSync(file, SMALL_BYTES + 1);
    expect(() => systemFiles.readSmall(file)).toThrow(expect.objectContaining({ code: 'EFBIG' }));
  });

  test('is not read through a link, wherever that points to', (context) => {
    if (process.platform === 'win32') context.skip('links need a privilege on Windows');
    const [secret, dir] = [put('secret'), tempDir()];
    const link = path.join(dir, 'job.json');
    nodeFs.symlinkSync(secret, link);
    nodeFs.symlinkSync('loop', path.join(dir, 'loop'));
    nodeFs.symlinkSync('nothing', path.join(dir, 'dangling'));
    const refused = expect.objectContaining({
      code: 'ELOOP',
      message: expect.stringContaining('is a symbolic link'),
    });
    for (const name of ['job.json', 'loop', 'dangling'])
      expect(() => systemFiles.readSmall(path.join(dir, name))).toThrow(refused);
    // a queue may be reached through links
    nodeFs.symlinkSync(path.dirname(secret), path.join(dir, 'queue'));
    expect(String(systemFiles.readSmall(path.join(dir, 'queue', 'job.json')))).toBe('secret');
  });

  test('is refused, too, where it became a link since it was looked at', (context) => {
    if (process.platform === 'win32') context.skip('Windows has no O_NOFOLLOW');
    const [secret, dir] = [put('secret'), tempDir()];
    nodeFs.symlinkSync(secret, path.join(dir, 'job.json'));
    const lstatSync = () => nodeFs.lstatSync(secret);
    const files = filesOver({ ...nodeFs, lstatSync } as unknown as FsLike);
    expect(() => files.readSmall(path.join(dir, 'job.json'))).toThrow(/ELOOP/);
  });

  test('is not there where nothing or a directory stands', () => {
    const dir = tempDir();
    expect([systemFiles.readSmall(dir), systemFiles.readSmall(path.join(dir, 'a'))]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
