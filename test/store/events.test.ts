// The files of events: numbered lines that survive tears, and readers that find their place while the files are put aside.
import { describe, expect, test } from 'vitest';
import type { Draft, JobEvent } from '../../src/job/event.ts';
import type { Disk } from '../../src/store/disk.ts';
import { eventFiles, lastSeq, readEventFile, readEventsAfter } from '../../src/store/event-files.ts';
import type { EventLog, EventLogLimits } from '../../src/store/event-log.ts';
import { openEventLog } from '../../src/store/event-log.ts';
import type { Layout } from '../../src/store/layout.ts';
import { layoutOf } from '../../src/store/layout.ts';
import type { Files } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import { onBothDisks } from './two-disks.ts';

const AT = '2026-02-10T15:00:00.000Z';
const LIMITS: EventLogLimits = { maxBytes: 1e9, keep: 100 };

/** So many events, each of about this many bytes. */
function drafts(count: number, bytes = 100): Draft[] {
  const waiting_for = 'x'.repeat(Math.max(1, bytes - 90));
  return Array.from({ length: count }, () => ({ type: 'waiting', at: AT, job_id: 'job-a', waiting_for }));
}

const seqs = (events: readonly JobEvent[]) => events.map(({ seq }) => seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function write(log: EventLog, counts: readonly number[], bytes?: number): Promise<void> {
  for (const count of counts) await log.append(drafts(count, bytes));
}

onBothDisks('events', (make) => {
  const open = async (limits = LIMITS, numberedBefore = 0) => {
    const { disk, root } = make();
    const layout = layoutOf(root);
    return { disk, layout, log: await openEventLog(disk, layout, limits, numberedBefore) };
  };
  const again = (disk: Disk, layout: Layout) => openEventLog(disk, layout, LIMITS, 0);

  test('are numbered from one, over restarts, and are read from a number on', async () => {
    const { disk, layout, log } = await open();
    expect([log.last(), lastSeq(disk.files, layout)]).toEqual([0, 0]);
    expect(seqs(await log.append(drafts(2)))).toEqual([1, 2]);
    expect(await log.append([])).toEqual([]);
    const next = await again(disk, layout);
    expect(seqs(await next.append(drafts(1)))).toEqual([3]);
    const all = readEventsAfter(disk.files, layout, 0);
    expect(all).toMatchObject({ missed: 0, last: 3 });
    expect(all.events[0]).toEqual({ seq: 1, ...drafts(1)[0] });
    expect(seqs(readEventsAfter(disk.files, layout, 2).events)).toEqual([3]);
    expect(readEventsAfter(disk.files, layout, 3)).toEqual({ events: [], missed: 0, last: 3 });
  });

  test('go on above what others have seen', async () => {
    const { log } = await open(LIMITS, 41);
    expect(seqs(await log.append(drafts(1)))).toEqual([42]);
  });

  test('that were cut off are not written, and their numbers are given again', async () => {
    const { disk, layout, log } = await open();
    await write(log, [2]);
    const whole = String(disk.files.read(layout.events));
    await disk.files.removeFile(layout.events);
    put(disk, layout.events, whole.slice(0, -10));
    expect(readEventsAfter(disk.files, layout, 0)).toMatchObject({ last: 1 });
    expect(lastSeq(disk.files, layout)).toBe(1);
    const next = await again(disk, layout);
    expect(seqs(await next.append(drafts(1)))).toEqual([2]);
    expect(String(disk.files.read(layout.events))).toBe(whole);
  });

  test('are put aside by size, and only so many of their files are kept', async () => {
    const { disk, layout, log } = await open({ maxBytes: 1000, keep: 2 });
    await write(log, [5, 5, 5, 5, 5], 250);
    const names = eventFiles(disk.files, layout).map(({ file, first }) => [file.split('/').at(-1), first]);
    expect(names).toEqual([
      ['events-000000000011.jsonl', 11],
      ['events-000000000016.jsonl', 16],
      ['events.jsonl', 21],
    ]);
    expect(readEventsAfter(disk.files, layout, 3)).toMatchObject({ missed: 7, last: 25 });
    expect(seqs(readEventsAfter(disk.files, layout, 10).events)).toEqual(range(11, 25));
    expect(seqs(readEventsAfter(disk.files, layout, 15).events)).toEqual(range(16, 25));
    expect(seqs(readEventsAfter(disk.files, layout, 23).events)).toEqual([24, 25]);
    const opened = new Set<string | undefined>();
    const readFrom: Files['readFrom'] = (file, offset, length) => {
      opened.add(file.split('/').at(-1));
      return disk.files.readFrom(file, offset, length);
    };
    readEventsAfter({ ...disk.files, readFrom }, layout, 17);
    expect([...opened]).toEqual(['events.jsonl', 'events-000000000016.jsonl']);
  });

  test('are put aside, too, where the first of them is longer than a piece that is read', async () => {
    const { disk, layout, log } = await open({ maxBytes: 1000, keep: 9 });
    await write(log, [1], 700_000);
    await write(log, [2, 1], 100);
    const names = eventFiles(disk.files, layout).map(({ file, first }) => [file.split('/').at(-1), first]);
    expect(names).toEqual([
      ['events-000000000001.jsonl', 1],
      ['events.jsonl', 2],
    ]);
    expect(seqs(readEventsAfter(disk.files, layout, 1).events)).toEqual([2, 3, 4]);
  });

  test('cannot be begun where a directory stands in their place, and it is said what to do', async () => {
    const { disk, root } = make();
    const layout = layoutOf(root);
    disk.files.makeDir(layout.events);
    await expect(openEventLog(disk, layout, LIMITS, 0)).rejects.toMatchObject({
      code: 'queue-unusable',
      message: `${layout.events} is a directory`,
      remedy: 'move it away: jobq writes its log there, and begins a new one',
    });
  });

  test('go on after the file was put aside and the daemon died', async () => {
    const { disk, layout, log } = await open({ maxBytes: 1, keep: 9 });
    await write(log, [1, 1]);
    await disk.files.removeFile(layout.events);
    const next = await again(disk, layout);
    expect(seqs(await next.append(drafts(1)))).toEqual([2]);
  });

  test('are found in a large file without reading all of it', async () => {
    const { disk, layout, log } = await open();
    await write(log, [3000, 3000], 300);
    let read = 0;
    const counting: Files = {
      ...disk.files,
      read: () => {
        throw new Error('the whole file');
      },
      readFrom: (file, offset, length) => {
        const piece = disk.files.readFrom(file, offset, length);
        read += piece?.length ?? 0;
        return piece;
      },
    };
    for (const after of [5990, 4321, 5999]) {
      expect(seqs(readEventsAfter(counting, layout, after).events)).toEqual(range(after + 1, 6000));
    }
    read = 0;
    expect(readEventsAfter(counting, layout, 5999).events).toHaveLength(1);
    expect(lastSeq(counting, layout)).toBe(6000);
    expect(read).toBeLessThan(900_000);
    expect(disk.files.facts(layout.events)?.size).toBeGreaterThan(1_700_000);
  });

  test('after any number are exactly those after it, whatever their length', async () => {
    const { disk, layout, log } = await open({ maxBytes: 300_000, keep: 9 });
    for (let n = 0; n < 60; n++) await write(log, [1 + (n % 7)], 100 + ((n * 7919) % 9000));
    const last = log.last();
    for (let after = 0; after <= last; after += 3) {
      expect(seqs(readEventsAfter(disk.files, layout, after).events)).toEqual(range(after + 1, last));
    }
  });

  test('of which one line is damaged are read all the same', async () => {
    const { disk, layout, log } = await open();
    await write(log, [3]);
    const lines = String(disk.files.read(layout.events)).split('\n');
    await disk.files.removeFile(layout.events);
    put(
      disk,
      layout.events,
      [lines[0], '{"seq": 2, "at"', '{"seq":"x"}', '{"seq":9,"at":"no time"}', lines[2], ''].join('\n'),
    );
    expect(seqs(readEventsAfter(disk.files, layout, 0).events)).toEqual([1, 3]);
    expect(readEventFile(disk.files, layout.events)).toHaveLength(2);
  });

  test('of a type that only a later version knows are left out', async () => {
    const { disk, layout, log } = await open();
    await write(log, [1]);
    await log.append([{ type: 'teleported', at: AT, job_id: null } as unknown as Draft, ...drafts(1)]);
    const { events, last } = readEventsAfter(disk.files, layout, 0);
    expect([seqs(events), last]).toEqual([[1, 3], 3]);
  });
});

describe('a reader', () => {
  onBothDisks('while the file is put aside between two looks', (make) => {
    test('misses nothing', async () => {
      const { disk, root } = make();
      const layout = layoutOf(root);
      const log = await openEventLog(disk, layout, { maxBytes: 1, keep: 9 }, 0);
      await write(log, [2, 1]);
      let looks = 0;
      const moving: Files = {
        ...disk.files,
        // the first list is from before the file was put aside, everything else from after that
        list: (dir) => {
          looks += 1;
          const names = disk.files.list(dir);
          return looks === 1 ? names?.filter(({ name }) => name === 'events.jsonl') : names;
        },
      };
      expect(seqs(readEventsAfter(moving, layout, 0).events)).toEqual([1, 2, 3]);
      expect(looks).toBe(2);
    });
  });
});
