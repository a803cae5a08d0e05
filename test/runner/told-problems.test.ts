// What a daemon cannot read is told in its log, once, and holds up nothing.
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeOrder, put } from '../helpers/make-order.ts';
import { oneMachine } from './one-machine.ts';

const [TORN, GOOD] = ['job-20260210-143022-torn', 'job-20260210-143023-good'];

test('a torn request is told once by each daemon, and the other job goes on', async () => {
  const { disk, layout, lines, until, archived } = await oneMachine();
  await makeOrder(disk, layout, { job_id: TORN, fields: { hold: true } });
  await makeOrder(disk, layout, { job_id: GOOD });
  put(disk, path.join(layout.requests(TORN), 'cancel.json'), '{ "requested_at": "2026');
  expect(await until(() => archived(GOOD) !== undefined)).toBe(true);
  const told = lines.filter(({ message }) => message === 'problem');
  expect(told.map(({ facts }) => facts)).toEqual([
    expect.objectContaining({ kind: 'broken-request', job_id: TORN }),
    expect.objectContaining({ kind: 'broken-request', job_id: TORN }),
  ]);
});
