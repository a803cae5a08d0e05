// A runner over a queue in which something cannot be read: the job or the file that it is about is told, and every other
// job goes on; what runs is followed to its end.
import path from 'node:path';
import { expect, test } from 'vitest';
import { clearedJobs } from '../../src/runner/cleared.ts';
import { lastPresence } from '../../src/runner/heartbeat.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { readPresence } from '../../src/store/presences.ts';
import type { Files } from '../../src/system/files.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import type { OneMachine } from './one-machine.ts';
import { oneMachine } from './one-machine.ts';

const JOB = 'job-20260210-143022-wfe';
const OTHER = 'job-20260210-143023-other';

/** A link that leads to itself, in place of what is there. */
async function loop({ disk }: Pick<OneMachine, 'disk'>, file: string): Promise<void> {
  await disk.files.removeFile(file);
  disk.files.makeDir(path.dirname(file));
  disk.volume.symlinkSync(path.basename(file), file);
}

test('a request that cannot be read keeps a job from starting, and not one that runs from being followed', async () => {
  const machine = await oneMachine();
  const { disk, layout, runner, processes } = machine;
  await makeOrder(disk, layout, { job_id: JOB });
  const phase = () => runner.ledger.jobs.get(JOB)?.phase;
  await machine.until(() => phase() === 'started');
  const cancel = path.join(layout.requests(JOB), 'cancel.json');
  await loop(machine, cancel);
  await makeOrder(disk, layout, { job_id: OTHER });
  await loop(machine, path.join(layout.requests(OTHER), 'cancel.json'));
  await machine.until(() => phase() === 'ended', { limit: 60 });
  expect(phase()).toBe('ended');
  expect(processes.starts.has(OTHER)).toBe(false);
  const told = machine.lines.filter(({ facts }) => facts['kind'] === 'unreadable');
  expect(new Set(told.map(({ facts }) => facts['job_id']))).toEqual(new Set([JOB, OTHER]));
  await disk.files.removeFile(cancel);
  expect(await machine.until(() => machine.archived(JOB) !== undefined)).toBe(true);
});

test('a presence that cannot be written keeps no record of what runs from its heartbeat', async () => {
  const machine = await oneMachine({
    seenBy: (files: Files): Files => ({
      ...files,
      rename: (from, to) =>
        to.includes('/runners/') ? Promise.reject(new Error('EROFS: no presence')) : files.rename(from, to),
    }),
  });
  const { disk, layout } = machine;
  await makeOrder(disk, layout, { job_id: JOB, fields: { run_on: 'station' } });
  const beats = () => {
    const bytes = disk.files.read(path.join(layout.record(JOB), 'job.json'));
    const record = JSON.parse(String(bytes ?? '{}')) as { state?: string; heartbeat_seq?: number };
    return record.state === 'running' ? (record.heartbeat_seq ?? 0) : 0;
  };
  await machine.until(() => beats() > 0, { stepMs: 100, limit: 60 });
  const before = beats();
  disk.clock.advance(31_000);
  await machine.runner.tick();
  expect([before, beats()]).toEqual([expect.any(Number), before + 1]);
});

test('its own presence that cannot be read is written anew, and with the ledger gone counts as one that told of a ledger', async () => {
  const disk = memoryDisk();
  const layout = layoutOf('/queue');
  await loop({ disk }, layout.presence('station'));
  const identity = { id: 'station', host: 'one', pid: 7, boot_id: 'b', version: '0' };
  expect(lastPresence({ disk, layout, identity })).toBeUndefined();

  const before = await oneMachine({ presence: 'loop' });
  expect(before.runner.ledger.lost).toBe(true);
  await makeOrder(before.disk, before.layout, { job_id: JOB });
  await before.until(() => before.processes.starts.has(JOB), { limit: 20 });
  expect(before.processes.starts.has(JOB)).toBe(false);
  expect(lastPresence({ ...before, identity })?.seq).toBeGreaterThan(0);
});

test('of a job whose requests cannot be read nobody says that it is cleared', async () => {
  const machine = await oneMachine();
  const { disk, layout, runner } = machine;
  put(disk, path.join(layout.requests(OTHER), 'cancel.json'), '{"abandoned":true}');
  await loop(machine, path.join(layout.requests(JOB), 'cancel.json'));
  expect(clearedJobs({ disk, layout, ledger: runner.ledger })).toEqual([OTHER]);
});

test('an order that waited and cannot be read now is still vouched for', async () => {
  const machine = await oneMachine();
  const { disk, layout } = machine;
  await makeOrder(disk, layout, { job_id: JOB, fields: { run_on: 'station', hold: true } });
  const presence = () => readPresence(disk.files, layout, 'station');
  const waits = () => presence()?.waiting.map(({ job_id }) => job_id);
  await machine.until(() => waits()?.includes(JOB) === true, { limit: 60 });
  await disk.files.removeFile(path.join(layout.order(JOB), 'SHA256SUMS'));
  await loop(machine, path.join(layout.order(JOB), 'SHA256SUMS'));
  const before = presence()?.seq ?? 0;
  disk.clock.advance(31_000);
  await machine.until(() => (presence()?.seq ?? 0) > before + 1, { limit: 60, stepMs: 31_000 });
  expect(machine.lines.some(({ facts }) => facts['kind'] === 'unreadable')).toBe(true);
  expect(waits()).toEqual([JOB]);
});
