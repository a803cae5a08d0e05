import path from 'node:path';
import { expect, test } from 'vitest';
import type { Problem } from '../../src/queue/problem.ts';
import {
  noteSuperseded,
  readRequests,
  removeRequests,
  withdrawRelease,
  writeRequest,
} from '../../src/store/requests.ts';
import type { Files } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import { Crash, faultyFiles } from '../simulation/faulty-files.ts';
import { onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const AT = '2026-02-10T15:00:00Z';

/** Renames only once the directory is gone. */
function whenRemoved(files: Files, dir: string): Files['rename'] {
  return async (from, to) => {
    while (files.facts(dir)) await Promise.resolve();
    await files.rename(from, to);
  };
}

onBothDisks('requests', (make) => {
  test('are read as they were written', async () => {
    const { disk, layout } = await queueIn(make());
    expect(readRequests(disk.files, layout, JOB)).toEqual({});
    const cancel = { requested_at: AT, reason: 'wrong mesh', grace_s: 5 };
    expect(await writeRequest(disk, layout, JOB, 'cancel', cancel)).toBe(true);
    expect(await writeRequest(disk, layout, JOB, 'release', { requested_at: AT })).toBe(true);
    expect(readRequests(disk.files, layout, JOB)).toEqual({ cancel, release: { requested_at: AT } });
  });

  test('whose place a directory has are told, not passed over', async () => {
    const { disk, layout } = await queueIn(make());
    disk.files.makeDir(path.join(layout.requests(JOB), 'cancel.json'));
    const problems: Problem[] = [];
    expect(readRequests(disk.files, layout, JOB, problems)).toEqual({});
    expect(problems).toEqual([
      expect.objectContaining({
        kind: 'broken-request',
        file: `requests/${JOB}/cancel.json`,
        reason: 'cancel.json is a directory where a file belongs',
      }),
    ]);
  });

  test('keep the first of a kind', async () => {
    const { disk, layout } = await queueIn(make());
    await writeRequest(disk, layout, JOB, 'assign', { requested_at: AT, runner: 'station' });
    expect(await writeRequest(disk, layout, JOB, 'assign', { requested_at: AT, runner: 'other' })).toBe(
      false,
    );
    expect(readRequests(disk.files, layout, JOB).assign?.runner).toBe('station');
  });

  test('that another job takes the place of one that ended are told only where there are requests of it', async () => {
    const { disk, layout } = await queueIn(make());
    const cancel = { requested_at: AT, superseded_by: `${JOB}-r1` };
    expect(await noteSuperseded(disk, layout, JOB, cancel)).toBe(false);
    expect(disk.files.facts(layout.requests(JOB))).toBeUndefined();
    await writeRequest(disk, layout, JOB, 'release', { requested_at: AT });
    expect(await noteSuperseded(disk, layout, JOB, cancel)).toBe(true);
    expect(await noteSuperseded(disk, layout, JOB, { ...cancel, superseded_by: 'job-other' })).toBe(false);
    expect(readRequests(disk.files, layout, JOB).cancel).toEqual(cancel);
  });

  test('keep all but the release when that is taken back, and are not made by it', async () => {
    const { disk, layout } = await queueIn(make());
    await withdrawRelease(disk, layout, JOB);
    expect(disk.files.facts(layout.requests(JOB))).toBeUndefined();
    const cancel = { requested_at: AT };
    await writeRequest(disk, layout, JOB, 'release', { requested_at: AT });
    await writeRequest(disk, layout, JOB, 'cancel', cancel);
    await withdrawRelease(disk, layout, JOB);
    expect(readRequests(disk.files, layout, JOB)).toEqual({ cancel });
  });

  test('never come back because they were removed a moment before', async () => {
    const { disk, layout } = await queueIn(make());
    await writeRequest(disk, layout, JOB, 'release', { requested_at: AT });
    const openNew: typeof disk.files.openNew = (file) => {
      const open = disk.files.openNew(file);
      void removeRequests(disk, layout, JOB); // its first files go at once
      return open;
    };
    const racing = {
      ...disk,
      files: { ...disk.files, openNew, rename: whenRemoved(disk.files, layout.requests(JOB)) },
    };
    expect(await noteSuperseded(racing, layout, JOB, { requested_at: AT, superseded_by: 'x' })).toBe(false);
    expect(disk.files.facts(layout.requests(JOB))).toBeUndefined();
    expect(disk.files.list(layout.staging)).toEqual([]);
  });

  test('replace archived.json, which may speak of a later record', async () => {
    const { disk, layout } = await queueIn(make());
    const archived = (digit: string) => ({
      requested_at: AT,
      seal_sha256: digit.repeat(64),
      archived_as: `${JOB}_20260211-020311`,
    });
    await writeRequest(disk, layout, JOB, 'archived', archived('a'));
    expect(await writeRequest(disk, layout, JOB, 'archived', archived('b'))).toBe(true);
    expect(readRequests(disk.files, layout, JOB).archived?.seal_sha256).toBe('b'.repeat(64));
  });

  test.each([
    { what: 'torn', text: '{ "requested_at": "2026-02', reason: /^cancel\.json: is not valid JSON/ },
    { what: 'empty', text: '', reason: /^cancel\.json: is empty$/ },
    { what: 'with no time at all', text: '{"requested_at":"now"}', reason: /^cancel\.json, requested_at: / },
  ])('that are $what count as not there and are told as a problem', async ({ text, reason }) => {
    const { disk, layout } = await queueIn(make());
    put(disk, path.join(layout.requests(JOB), 'cancel.json'), text);
    await writeRequest(disk, layout, JOB, 'release', { requested_at: AT });
    const problems: Problem[] = [];
    expect(readRequests(disk.files, layout, JOB, problems)).toEqual({ release: { requested_at: AT } });
    expect(problems).toEqual([
      {
        kind: 'broken-request',
        file: `requests/${JOB}/cancel.json`,
        job_id: JOB,
        reason: expect.stringMatching(reason) as string,
        remedy: expect.stringContaining('delete the file') as string,
      },
    ]);
  });

  test('take no notice of other names', async () => {
    const { disk, layout } = await queueIn(make());
    for (const name of ['cancel.json.tmp', 'CANCEL.JSON'])
      put(disk, path.join(layout.requests(JOB), name), `{ "requested_at": "${AT}" }`);
    const problems: Problem[] = [];
    expect(readRequests(disk.files, layout, JOB, problems)).toEqual({});
    expect(problems).toEqual([]);
  });

  test('take a conflict copy for no request, tell of it and never remove it', async () => {
    const { disk, layout } = await queueIn(make());
    const name = 'archived.sync-conflict-20260210-150000-ABCDEFG.json';
    put(disk, path.join(layout.requests(JOB), name), `{ "requested_at": "${AT}" }`);
    await writeRequest(disk, layout, JOB, 'release', { requested_at: AT });
    const problems: Problem[] = [];
    expect(readRequests(disk.files, layout, JOB, problems)).toEqual({ release: { requested_at: AT } });
    expect(problems).toMatchObject([{ kind: 'conflict-copy', file: `requests/${JOB}/${name}`, job_id: JOB }]);
    await removeRequests(disk, layout, JOB);
    expect(disk.files.list(layout.requests(JOB))).toMatchObject([{ name }]);
    put(disk, path.join(layout.requests(JOB), 'notes.txt'), 'x');
    await expect(removeRequests(disk, layout, JOB)).rejects.toThrow('files that are no requests');
  });

  test('are gone after they were removed, and can be removed twice', async () => {
    const { disk, layout } = await queueIn(make());
    await writeRequest(disk, layout, JOB, 'cancel', { requested_at: AT });
    await removeRequests(disk, layout, JOB);
    expect(disk.files.facts(layout.requests(JOB))).toBeUndefined();
    await removeRequests(disk, layout, JOB);
  });

  test('lose archived.json, which keeps a job from a second run, last of all', async () => {
    let crashes = 0;
    for (let operation = 0; ; operation++) {
      expect(operation).toBeLessThan(10);
      const { disk, layout } = await queueIn(make());
      await writeRequest(disk, layout, JOB, 'cancel', { requested_at: AT });
      await writeRequest(disk, layout, JOB, 'release', { requested_at: AT });
      const archived = {
        requested_at: AT,
        seal_sha256: 'a'.repeat(64),
        archived_as: `${JOB}_20260211-020311`,
      };
      await writeRequest(disk, layout, JOB, 'archived', archived);
      const files = faultyFiles(disk.files, () => {});
      files.crashIn(operation);
      const error: unknown = await removeRequests({ ...disk, files }, layout, JOB).catch(
        (thrown: unknown) => thrown,
      );
      if (error === undefined) break;
      expect(error).toBeInstanceOf(Crash);
      crashes += 1;
      const left = Object.keys(readRequests(disk.files, layout, JOB));
      expect(left.length === 0 || left.includes('archived'), `left: ${left.join(', ')}`).toBe(true);
    }
    expect(crashes).toBe(4);
  });
});
