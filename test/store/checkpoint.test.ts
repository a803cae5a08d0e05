// What the watcher writes for itself and for others beside its events: checkpoint, liveness, places of readers.
import { describe, expect, test } from 'vitest';
import type { Pool } from '../../src/queue/pool.ts';
import type { Checkpoint } from '../../src/store/checkpoint.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/store/checkpoint.ts';
import type { Judgement } from '../../src/store/judgement.ts';
import { readJudgement, writeJudgement } from '../../src/store/judgement.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { highestCursor, readNewsCursor, writeNewsCursor } from '../../src/store/news-cursor.ts';
import { readPostStatus } from '../../src/store/post-status.ts';
import { put } from '../helpers/make-order.ts';
import { onBothDisks } from './two-disks.ts';

const AT = '2026-02-10T15:00:00.000Z';
const pool: Pool = {
  jobs: new Map([
    ['job-a', { state: 'submitted', attempt: 0 }],
    [
      'job-b',
      {
        state: 'completed',
        attempt: 2,
        waiting_for: 'slot',
        retry_told: true,
        assigned: 'station',
        released: true,
        cancel: true,
        beat_seq: 7,
        beat_at: AT,
        progress: { trial: 3, message: 'm' },
        progress_at: AT,
        lost_at: AT,
        recovered: true,
        seal: 'a',
        late: false,
        post: 'failed',
        archived_as: 'job-b_20260210-150000',
        given_up: true,
      },
    ],
  ]),
  runners: new Map([
    ['station', { ledger_id: 'l', paused: true, draining: true, silent: { how: 'stale', since: AT } }],
  ]),
  problems: new Map([['conflict-copy inbox/x both', AT]]),
};
const CHECKPOINT: Checkpoint = { at: AT, seq: 42, pool, delivered: new Map([['notify', 40]]) };

onBothDisks('a checkpoint', (make) => {
  const place = () => {
    const { disk, root } = make();
    const layout = layoutOf(root);
    disk.files.makeDir(layout.watcher);
    return { disk, layout };
  };

  test('holds all that was known', async () => {
    const { disk, layout } = place();
    expect(readCheckpoint(disk.files, layout, 'q')).toEqual({ found: 'none' });
    await writeCheckpoint(disk, layout, 'q', CHECKPOINT);
    expect(readCheckpoint(disk.files, layout, 'q')).toEqual({ found: 'whole', checkpoint: CHECKPOINT });
  });

  test('of another queue is foreign, but its numbers are taken', async () => {
    const { disk, layout } = place();
    await writeCheckpoint(disk, layout, 'other', CHECKPOINT);
    const foreign = { found: 'foreign', seq: 42, reason: 'it is of queue other' };
    expect(readCheckpoint(disk.files, layout, 'q')).toEqual(foreign);
  });

  test.each([
    { name: 'cut short', text: '{"schema_version": 1, "queue', reason: '' },
    { name: 'of a later version', text: '{"schema_version": 99}', reason: 'update jobq' },
    { name: 'of another shape', text: '{"schema_version": 1, "queue_id": "q", "jobs": []}', reason: 'jobs' },
    { name: 'empty', text: '', reason: '' },
  ])('$name cannot be used, and says why', ({ text, reason }) => {
    const { disk, layout } = place();
    put(disk, layout.checkpoint, text);
    const read = readCheckpoint(disk.files, layout, 'q');
    expect(read).toMatchObject({ found: 'unusable', reason: expect.stringContaining(reason) });
  });

  test('that cannot be opened cannot be used', () => {
    const { disk, layout } = place();
    const files = {
      ...disk.files,
      readSmall: () => {
        throw new Error('EACCES');
      },
    };
    expect(readCheckpoint(files, layout, 'q')).toEqual({ found: 'unusable', reason: 'EACCES' });
  });
});

describe('beside it', () => {
  const JUDGEMENT: Judgement = {
    at: AT,
    link: 'up',
    link_since: AT,
    runners: [{ runner_id: 'station', verdict: 'stale', since: AT, heard_at: null, clock_behind_s: -3.5 }],
    jobs: { 'job-a': { verdict: 'unreachable', since: AT } },
  };

  onBothDisks('files of the watcher', (make) => {
    test('liveness is read as it was written, and is nothing when it is broken', async () => {
      const { disk, root } = make();
      const layout = layoutOf(root);
      expect(readJudgement(disk.files, layout)).toBeUndefined();
      await writeJudgement(disk, layout, JUDGEMENT);
      expect(readJudgement(disk.files, layout)).toEqual({ schema_version: 1, ...JUDGEMENT });
      await disk.files.removeFile(layout.judgement);
      put(disk, layout.judgement, '{"at":');
      expect(readJudgement(disk.files, layout)).toBeUndefined();
    });

    test('each reader of the news has a place of its own', async () => {
      const { disk, root } = make();
      const layout = layoutOf(root);
      expect(highestCursor(disk.files, layout)).toBe(0);
      await writeNewsCursor(disk, layout, 'manager', { seq: 7, at: AT });
      await writeNewsCursor(disk, layout, 'person', { seq: 3, at: AT });
      put(disk, layout.news('broken'), '{"seq": 99');
      put(disk, layout.news('.jobq-tmp-x'), '{"schema_version": 1, "seq": 99, "at": "2026-02-10T15:00:00Z"}');
      expect(readNewsCursor(disk.files, layout, 'manager')).toMatchObject({
        found: 'whole',
        cursor: { seq: 7, at: AT },
      });
      expect(readNewsCursor(disk.files, layout, 'nobody')).toEqual({ found: 'none' });
      expect(readNewsCursor(disk.files, layout, 'broken')).toEqual({ found: 'unusable' });
      expect(highestCursor(disk.files, layout)).toBe(7);
    });

    test.each([
      { text: '{"status": "failed", "files": []}', says: 'failed' },
      { text: '{"status": "completed"}', says: 'completed' },
      { text: '{"status": "elsewhere"}', says: undefined },
      { text: '{', says: undefined },
      { text: undefined, says: undefined },
    ])('the result of post-processing $text', ({ text, says }) => {
      const { disk, root } = make();
      if (text !== undefined) put(disk, `${root}/post/result.json`, text);
      expect(readPostStatus(disk.files, root)).toBe(says);
    });
  });
});
