import path from 'node:path';
import { expect, test } from 'vitest';
import type { Disk } from '../../src/store/disk.ts';
import { openLedger } from '../../src/store/ledger.ts';
import type { LedgerEntry } from '../../src/store/ledger-content.ts';
import type { OpenFile } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import type { Place } from './two-disks.ts';
import { everything, onBothDisks } from './two-disks.ts';

const AT = '2026-02-10T15:00:00.000Z';
const entry = (job_id: string, event: LedgerEntry['event'] = 'intent', attempt = 1): LedgerEntry => ({
  job_id,
  event,
  attempt,
  at: AT,
});
const fileIn = ({ root }: Place) => path.join(root, 'state', 'ledger.jsonl');
const linesOf = (disk: Disk, file: string) => String(disk.files.read(file)).split('\n');

/** The same disk, on which a write to the ledger goes wrong once in the given way. */
function failingOnce(disk: Disk, fail: (open: OpenFile) => Partial<OpenFile>): Disk {
  let done = false;
  const openAppend = (file: string) => {
    const open = disk.files.openAppend(file);
    if (done) return open;
    done = true;
    return { ...open, ...fail(open) };
  };
  return { ...disk, files: { ...disk.files, openAppend } };
}

const torn = (open: OpenFile): Partial<OpenFile> => ({
  write: (bytes) => {
    open.write(bytes.subarray(0, bytes.length >> 1));
    throw new Error('ENOSPC: the disk is full');
  },
});

onBothDisks('the ledger', (make) => {
  test('is begun where there was none, and trusted', async () => {
    const place = make();
    const ledger = await openLedger(place.disk, fileIn(place), undefined);
    expect(ledger.lost).toBe(false);
    expect([...ledger.jobs]).toEqual([]);
    expect((await openLedger(place.disk, fileIn(place), ledger.id)).id).toBe(ledger.id);
  });

  test('remembers what was written, over a restart', async () => {
    const place = make();
    const { disk } = place;
    const ledger = await openLedger(disk, fileIn(place), undefined);
    const outcome = { kind: 'completed' as const, message: 'completed' };
    await ledger.append({ ...entry('a'), queued_at: AT });
    await ledger.append({ ...entry('a', 'started'), started_at: AT });
    await ledger.append({ ...entry('a', 'ended'), outcome, finished_at: AT });
    await ledger.append(entry('b', 'intent', 2));
    const again = await openLedger(disk, fileIn(place), ledger.id);
    expect(again.jobs).toEqual(ledger.jobs);
    expect(again.jobs.get('a')).toEqual({
      phase: 'ended',
      attempt: 1,
      at: Date.parse(AT),
      queued_at: AT,
      started_at: AT,
      finished_at: AT,
      outcome,
      attempts: [{ attempt: 1, started_at: AT, finished_at: AT, outcome }],
    });
    expect(again.jobs.get('b')).toMatchObject({ phase: 'intent', attempt: 2 });
    expect(again.lost).toBe(false);
  });

  test('keeps every attempt, and what is to come between two of them', async () => {
    const place = make();
    const { disk } = place;
    const ledger = await openLedger(disk, fileIn(place), undefined);
    const outcome = { kind: 'interrupted' as const, message: 'the machine went down' };
    const again = { how: 'resume' as const, why: 'interrupted' as const, not_before: AT };
    await ledger.append({ ...entry('a'), queued_at: AT });
    await ledger.append({ ...entry('a', 'started'), started_at: AT });
    await ledger.append({ ...entry('a', 'again'), outcome, again, started_at: AT, finished_at: AT });
    expect(ledger.jobs.get('a')).toMatchObject({ phase: 'again', attempt: 1, again, outcome });
    await ledger.append(entry('a', 'intent', 2));
    expect(ledger.jobs.get('a')).toEqual({
      phase: 'intent',
      attempt: 2,
      at: Date.parse(AT),
      queued_at: AT,
      again,
      attempts: [{ attempt: 1, started_at: AT, finished_at: AT, outcome }],
    });
    await ledger.append({ ...entry('a', 'ended', 2), outcome: { kind: 'completed', message: 'completed' } });
    expect(ledger.jobs.get('a')?.attempts.map((done) => [done.attempt, done.outcome?.kind])).toEqual([
      [1, 'interrupted'],
      [2, 'completed'],
    ]);
    expect((await openLedger(disk, fileIn(place), ledger.id)).jobs).toEqual(ledger.jobs);
  });

  test('counts an attempt once when the job ends while it waits for another one', async () => {
    const place = make();
    const ledger = await openLedger(place.disk, fileIn(place), undefined);
    await ledger.append(entry('a'));
    await ledger.append({ ...entry('a', 'again'), outcome: { kind: 'interrupted', message: 'once' } });
    await ledger.append({ ...entry('a', 'ended'), outcome: { kind: 'cancelled', message: 'enough' } });
    expect(ledger.jobs.get('a')).toMatchObject({
      phase: 'ended',
      outcome: { kind: 'cancelled' },
      attempts: [{ attempt: 1, outcome: { kind: 'interrupted' } }],
    });
  });

  test('is durable before an append is over', async () => {
    const place = make();
    const calls: string[] = [];
    const disk = failingOnce(place.disk, (open) => ({
      write: (bytes) => {
        open.write(bytes);
        calls.push('write');
      },
      sync: () => open.sync().then(() => void calls.push('sync')),
    }));
    const ledger = await openLedger(disk, fileIn(place), undefined);
    await ledger.append(entry('a'));
    expect(calls).toEqual(['write', 'sync']);
  });

  test('takes a torn last line for not written, wherever it was torn', async () => {
    const whole = make();
    const first = await openLedger(whole.disk, fileIn(whole), undefined);
    await first.append(entry('a'));
    const before = String(whole.disk.files.read(fileIn(whole)));
    await first.append(entry('b'));
    const text = String(whole.disk.files.read(fileIn(whole)));
    for (let length = before.length; length < text.length; length++) {
      const place = make();
      await place.disk.files.removeTree(path.dirname(fileIn(place)));
      put(place.disk, fileIn(place), text.slice(0, length));
      const ledger = await openLedger(place.disk, fileIn(place), first.id);
      expect([...ledger.jobs.keys()], `torn after ${length}`).toEqual(['a']);
      expect(ledger.lost).toBe(false);
      await ledger.append(entry('c'));
      expect([...(await openLedger(place.disk, fileIn(place), first.id)).jobs.keys()]).toEqual(['a', 'c']);
    }
  });

  test('goes on after an append that failed half-way', async () => {
    const place = make();
    const disk = failingOnce(place.disk, torn);
    const ledger = await openLedger(disk, fileIn(place), undefined);
    await expect(ledger.append(entry('a'))).rejects.toThrow('ENOSPC');
    expect(ledger.jobs.has('a')).toBe(false);
    expect(linesOf(place.disk, fileIn(place)).at(-1)).not.toBe('');
    await ledger.append(entry('b'));
    const again = await openLedger(place.disk, fileIn(place), ledger.id);
    expect([...again.jobs.keys()]).toEqual(['b']);
    expect(again.lost).toBe(false);
  });

  test('goes on after an append that failed while another one was under way', async () => {
    const place = make();
    const { disk } = place;
    let over = () => {};
    let opened = 0;
    const openAppend = (file: string): OpenFile => {
      const open = disk.files.openAppend(file);
      opened += 1;
      if (opened === 1) return { ...open, sync: () => new Promise((resolve) => (over = resolve)) };
      return opened === 2 ? { ...open, ...torn(open) } : open;
    };
    const ledger = await openLedger(
      { ...disk, files: { ...disk.files, openAppend } },
      fileIn(place),
      undefined,
    );
    const first = ledger.append(entry('a'));
    const second = ledger.append(entry('b')).catch(() => {});
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    over();
    await Promise.all([first, second]);
    await ledger.append(entry('c'));
    const again = await openLedger(disk, fileIn(place), ledger.id);
    expect(again.lost).toBe(false);
    expect([...again.jobs.keys()].sort()).toEqual(['a', 'c']);
  });

  test.each([
    { what: 'garbage', text: 'what is this?\n' },
    { what: 'empty', text: '' },
    { what: 'a line that is no entry', text: '{"event":"ledger","ledger_id":"x"}\n{"event":"intent"}\n' },
    { what: 'zeros in the middle', text: `{"event":"ledger","ledger_id":"x"}\n${'\0'.repeat(64)}\n` },
  ])('that holds $what is moved aside, never deleted, and counts as lost', async ({ text }) => {
    const place = make();
    const { disk } = place;
    put(disk, fileIn(place), text);
    const ledger = await openLedger(disk, fileIn(place), undefined);
    expect(ledger.lost).toBe(true);
    const kept = Object.entries(everything(disk, path.dirname(fileIn(place)))).filter(
      ([name]) => name !== 'ledger.jsonl',
    );
    expect(kept).toEqual([[expect.stringMatching(/^ledger\.jsonl\.unreadable-/), text]]);
    expect((await openLedger(disk, fileIn(place), ledger.id)).lost).toBe(true);
  });

  test('counts as lost when it is gone and presence names one', async () => {
    const place = make();
    const ledger = await openLedger(place.disk, fileIn(place), 'an-earlier-one');
    expect(ledger.lost).toBe(true);
    expect(ledger.id).not.toBe('an-earlier-one');
    const again = await openLedger(place.disk, fileIn(place), 'an-earlier-one');
    expect(again.lost).toBe(true);
    expect(again.id).toBe(ledger.id);
  });

  test('counts as lost when presence names another than the one that is there', async () => {
    const place = make();
    const old = await openLedger(place.disk, fileIn(place), undefined);
    await old.append(entry('a'));
    const ledger = await openLedger(place.disk, fileIn(place), 'a-later-one');
    expect(ledger.lost).toBe(true);
    expect([...ledger.jobs.keys()]).toEqual(['a']);
  });

  test('is trusted again once its owner has accepted the loss, over a restart', async () => {
    const place = make();
    const ledger = await openLedger(place.disk, fileIn(place), 'an-earlier-one');
    await ledger.append(entry('a'));
    await ledger.accept(AT);
    expect(ledger.lost).toBe(false);
    // presence may still name the earlier one: the daemon ended before its next heartbeat
    const again = await openLedger(place.disk, fileIn(place), 'an-earlier-one');
    expect(again.lost).toBe(false);
    expect([...again.jobs.keys()]).toEqual(['a']);
  });

  test('is made short at a start: of a job that is over for good one line stays, of others all', async () => {
    const place = make();
    const { disk } = place;
    const file = fileIn(place);
    const before = await openLedger(disk, file, 'an-earlier-one');
    await before.accept(AT);
    for (const id of ['done', 'gone']) {
      for (const event of ['intent', 'started'] as const) await before.append(entry(id, event));
      const outcome = {
        kind: id === 'done' ? ('completed' as const) : ('failed' as const),
        message: 'so be it',
      };
      await before.append({ ...entry(id, 'ended'), outcome, started_at: AT, finished_at: AT });
      for (const event of ['deleting', 'deleted'] as const) await before.append(entry(id, event));
    }
    await before.append({ ...entry('open'), queued_at: AT });
    await before.append({ ...entry('open', 'started'), started_at: AT });
    await before.append(entry('leaving', 'ended'));
    await before.append(entry('leaving', 'deleting'));
    const long = linesOf(disk, file);
    const ledger = await openLedger(disk, file, before.id);
    const short = linesOf(disk, file);
    const about = (id: string) => (line: string) => line.includes(`"${id}"`);
    expect(short.slice(0, 2)).toEqual(long.slice(0, 2));
    for (const id of ['open', 'leaving']) expect(short.filter(about(id))).toEqual(long.filter(about(id)));
    expect(short.filter(about('done')).map((line) => JSON.parse(line) as LedgerEntry)).toEqual([
      { ...entry('done', 'deleted'), outcome: { kind: 'completed', message: '' } },
    ]);
    expect(short).toHaveLength(2 + 2 + 2 + 2 + 1);
    expect({ id: ledger.id, lost: ledger.lost }).toEqual({ id: before.id, lost: false });
    expect([...ledger.open].sort()).toEqual(['leaving', 'open']);
    expect(ledger.jobs).toEqual(before.jobs);
    expect(ledger.jobs.get('gone')).toMatchObject({ phase: 'deleted', outcome: { kind: 'failed' } });
    await ledger.append(entry('next'));
    const again = await openLedger(disk, file, before.id);
    expect(again.jobs).toEqual(ledger.jobs);
    expect(linesOf(disk, file)).toEqual([...short.slice(0, -1), expect.stringContaining('"next"'), '']);
  });

  test('stays as it is while little of it is over', async () => {
    const place = make();
    const { disk } = place;
    const before = await openLedger(disk, fileIn(place), undefined);
    for (const id of ['a', 'b', 'c', 'd', 'e']) await before.append(entry(id));
    await before.append(entry('a', 'deleted'));
    const text = linesOf(disk, fileIn(place));
    await openLedger(disk, fileIn(place), before.id);
    expect(linesOf(disk, fileIn(place))).toEqual(text);
  });

  test('that cannot be made short stays whole, and serves as well', async () => {
    const place = make();
    const { disk } = place;
    const before = await openLedger(disk, fileIn(place), undefined);
    for (const event of ['intent', 'ended', 'deleting', 'deleted'] as const)
      await before.append(entry('a', event));
    const text = linesOf(disk, fileIn(place));
    const openNew = (): never => {
      throw new Error('ENOSPC: the disk is full');
    };
    const full = { ...disk, files: { ...disk.files, openNew } };
    const ledger = await openLedger(full, fileIn(place), before.id);
    expect(linesOf(disk, fileIn(place))).toEqual(text);
    expect(ledger.jobs).toEqual(before.jobs);
    await ledger.append(entry('b'));
    expect([...(await openLedger(disk, fileIn(place), before.id)).jobs.keys()]).toEqual(['a', 'b']);
  });

  test('made short but perhaps not for good is not written to', async () => {
    const place = make();
    const { disk } = place;
    const before = await openLedger(disk, fileIn(place), undefined);
    for (const event of ['intent', 'ended', 'deleting', 'deleted'] as const)
      await before.append(entry('a', event));
    const syncDir = (): never => {
      throw new Error('EIO: the disk fails');
    };
    const failing = { ...disk, files: { ...disk.files, makeDir: () => undefined, syncDir } };
    await expect(openLedger(failing, fileIn(place), before.id)).rejects.toThrow('EIO');
  });
});
