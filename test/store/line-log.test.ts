// Lines that are durable one by one, over a file that may be torn at its end.
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Disk } from '../../src/store/disk.ts';
import { openLineLog, readLines } from '../../src/store/line-log.ts';
import type { OpenFile } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import type { Place } from './two-disks.ts';
import { onBothDisks } from './two-disks.ts';

const fileIn = ({ root }: Place) => path.join(root, 'state', 'lines.jsonl');

/** The same disk, on which the appends of these turns go wrong. */
function failing(disk: Disk, turns: number[], fail: (open: OpenFile) => Partial<OpenFile>): Disk {
  let turn = 0;
  const openAppend = (file: string) => {
    const open = disk.files.openAppend(file);
    turn += 1;
    return turns.includes(turn) ? { ...open, ...fail(open) } : open;
  };
  return { ...disk, files: { ...disk.files, openAppend } };
}

const torn = (open: OpenFile): Partial<OpenFile> => ({
  write: (bytes) => {
    open.write(bytes.subarray(0, bytes.length >> 1));
    throw new Error('ENOSPC: the disk is full');
  },
});

onBothDisks('a file of lines', (make) => {
  test('begins empty, and keeps what was appended over a restart', async () => {
    const place = make();
    const { log, lines } = await openLineLog(place.disk, fileIn(place));
    expect(lines).toMatchObject({ values: [], unreadable: 0 });
    expect(place.disk.files.facts(fileIn(place))?.size).toBe(0);
    await log.append({ n: 1 });
    await log.append({ text: 'ä\n' });
    const again = await openLineLog(place.disk, fileIn(place));
    expect(again.lines).toMatchObject({ values: [{ n: 1 }, { text: 'ä\n' }], torn: false });
    expect(again.log.bytes()).toBe(log.bytes());
    expect(log.bytes()).toBe(place.disk.files.facts(fileIn(place))?.size);
  });

  test('is durable when an append is over, and before anybody is told', async () => {
    const place = make();
    const calls: string[] = [];
    const disk = failing(place.disk, [1], (open) => ({
      write: (bytes) => {
        open.write(bytes);
        calls.push('write');
      },
      sync: () => open.sync().then(() => void calls.push('sync')),
    }));
    const { log } = await openLineLog(disk, fileIn(place));
    await log.append({ n: 1 }, () => void calls.push('written'));
    expect(calls).toEqual(['write', 'sync', 'written']);
  });

  test('cuts off a torn last line, wherever it was torn', async () => {
    const text = '{"n":1}\n{"n":2}\n';
    for (let length = 8; length < text.length; length++) {
      const place = make();
      put(place.disk, fileIn(place), text.slice(0, length));
      expect(readLines(place.disk.files, fileIn(place))?.values).toEqual([{ n: 1 }]);
      const { log } = await openLineLog(place.disk, fileIn(place));
      await log.append({ n: 3 });
      expect(readLines(place.disk.files, fileIn(place))?.values).toEqual([{ n: 1 }, { n: 3 }]);
    }
  });

  test('counts lines that are no JSON, and reads the others', async () => {
    const place = make();
    put(place.disk, fileIn(place), `{"n":1}\n${'\0'.repeat(9)}\n{"n":2}\n`);
    expect(readLines(place.disk.files, fileIn(place))).toMatchObject({
      values: [{ n: 1 }, { n: 2 }],
      unreadable: 1,
    });
    expect(readLines(place.disk.files, `${fileIn(place)}x`)).toBeUndefined();
  });

  test('goes on after appends that failed half-way', async () => {
    const place = make();
    const { log } = await openLineLog(failing(place.disk, [2, 3], torn), fileIn(place));
    await log.append({ n: 1 });
    await expect(log.append({ n: 2 })).rejects.toThrow('ENOSPC');
    await expect(log.append({ n: 3 })).rejects.toThrow('ENOSPC');
    await log.append({ n: 4 });
    expect(readLines(place.disk.files, fileIn(place))).toMatchObject({
      values: [{ n: 1 }, { n: 4 }],
      unreadable: 0,
    });
  });

  test('is replaced as a whole, by what holds when its turn comes', async () => {
    const place = make();
    const { log } = await openLineLog(place.disk, fileIn(place));
    const held: object[] = [];
    const first = log.append({ n: 1 }, () => void held.push({ first: true }));
    const between = log.rewrite(() => held);
    const last = log.append({ n: 2 });
    await Promise.all([first, between, last]);
    expect(readLines(place.disk.files, fileIn(place))?.values).toEqual([{ first: true }, { n: 2 }]);
    expect(log.bytes()).toBe(place.disk.files.facts(fileIn(place))?.size);
  });
});
