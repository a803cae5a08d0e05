// A runner that is stopped on purpose says so in its presence, with what it knows at that moment.
import { describe, expect, test } from 'vitest';
import { readPresence } from '../../src/store/presences.ts';
import { makeOrder } from '../helpers/make-order.ts';
import { oneMachine } from './one-machine.ts';

const RUNS = 'job-20260210-143022-runs';
const HELD = 'job-20260210-143023-held';

describe('a runner that is stopped', () => {
  test('tells that, what waits and what runs on, under a new number', async () => {
    const q = await oneMachine();
    const presence = () => readPresence(q.disk.files, q.layout, 'station');
    await makeOrder(q.disk, q.layout, { job_id: HELD, fields: { hold: true } });
    await makeOrder(q.disk, q.layout, { job_id: RUNS });
    const runs = () => presence()?.running.some(({ job_id }) => job_id === RUNS) === true;
    expect(await q.until(() => runs() && presence()?.waiting.length === 1, { stepMs: 100 })).toBe(true);
    const before = presence();
    expect(before?.stopped).toBeUndefined();
    await q.runner.tellStopped('service');
    expect(presence()).toMatchObject({
      seq: (before?.seq ?? 0) + 1,
      stopped: { at: new Date(q.disk.clock.now()).toISOString(), reason: 'service' },
      waiting: [{ job_id: HELD }],
      running: [{ job_id: RUNS }],
    });
  });

  test('cannot tell it where its queue is gone', async () => {
    const q = await oneMachine();
    await q.disk.files.removeTree(q.layout.tree('runners'));
    await expect(q.runner.tellStopped()).rejects.toThrow('runners');
  });
});
