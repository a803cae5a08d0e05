// A sealed record that is not whole: everybody sees how much of it is here, and one that does not grow any more is told.
import path from 'node:path';
import { expect, test } from 'vitest';
import { whyNotWhole } from '../../src/cli/render/card.ts';
import { STDOUT_LOG } from '../../src/job/seal.ts';
import { put } from '../helpers/make-order.ts';
import { byHand, JOB } from './by-hand.ts';
import { courseOf, eventsOf } from './told.ts';

async function waiting() {
  const q = await byHand();
  await q.order();
  await q.ends(JOB, { kind: 'completed', exit_code: 0 });
  const log = path.join(q.layout.record(JOB), STDOUT_LOG);
  await q.disk.files.removeFile(log);
  const comes = async (text: string) => {
    await q.disk.files.removeFile(log);
    put(q.disk, log, text);
  };
  const problems = () => eventsOf(q).flatMap((event) => (event.type === 'problem' ? [event] : []));
  return { q, comes, problems };
}

test('a seal alone does not make results whole', async () => {
  const { q, comes } = await waiting();
  expect(q.view()).toMatchObject({ results_sealed: false, results_arrived: { files: 0, of: 1 } });
  expect(whyNotWhole(q.view())).toBe('0 of 1 files have arrived');
  await comes('hel');
  expect(q.view()).toMatchObject({ results_sealed: false, results_arrived: { files: 1, of: 1 } });
  await comes('hello\n');
  expect(q.view()).toMatchObject({ results_sealed: true, results_arrived: null });
});

test('one that does not grow for an hour is told of, and comes home all the same', async () => {
  const { q, comes, problems } = await waiting();
  const looks = async (count: number) => {
    for (let nth = 0; nth < count; nth++) await q.look(60_000);
  };
  await looks(59);
  expect(problems()).toEqual([]);
  await comes('hel');
  await looks(59);
  expect(problems()).toEqual([]); // it has grown
  await looks(5);
  expect(problems()).toMatchObject([
    {
      job_id: JOB,
      kind: 'broken-record',
      file: `inbox/${JOB}`,
      reason: expect.stringContaining('1 of 1') as string,
    },
  ]);
  await comes('hello\n');
  await q.until(() => q.archived().length > 0);
  await q.look();
  expect(courseOf(q)).toMatch(/problem finished archived$/);
});
