// Links out of the queue, directories where files belong and the other way round, at every place that the daemons write:
// what they lead to stays as it is, the fault is told, and a sound job beside it is brought home.
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeRequest } from '../../src/store/requests.ts';
import { SCRIPT } from '../helpers/make-order.ts';
import type { Fenced } from './fenced.ts';
import { idOf, order, PLAIN, plain, seal } from './placing.ts';
import { onRealDisk } from './real-disk.ts';
import { JOB } from './samples.ts';
import { printTally, tally } from './tally.ts';

printTally('links, and directories for files');

/** A sound order for any runner: the watcher writes its assignment, the runner its record. */
function sound(q: Fenced, id: string): void {
  const jobJson = JSON.stringify({ ...PLAIN, job_id: id, run_on: 'auto' });
  order({ q, id }, jobJson, seal(jobJson));
}

function link(q: Fenced, target: string, at: string): void {
  q.disk.files.makeDir(path.dirname(at));
  q.disk.volume.symlinkSync(path.join(q.base, target), at);
}

/** Every place of a job, below the directory in which queue and work root stand. */
const placesOf = (id: string): string[] => [
  `queue/outbox/${id}`,
  `queue/outbox/${id}/job.json`,
  `queue/outbox/${id}/SHA256SUMS`,
  `queue/outbox/${id}/${SCRIPT}`,
  `queue/inbox/${id}`,
  `queue/inbox/${id}/job.json`,
  `queue/inbox/${id}/stdout.log`,
  `queue/inbox/${id}/3_results`,
  `queue/inbox/${id}/SHA256SUMS`,
  `queue/requests/${id}`,
  `queue/requests/${id}/assign.json`,
  `queue/requests/${id}/release.json`,
  `queue/requests/${id}/cancel.json`,
  `queue/requests/${id}/archived.json`,
  `queue/runners/${id}.json`,
  `queue/archive/.jobq-copying-${id}`,
  `queue/archive/.jobq-collected-${id}`,
  `queue/archive/${id}_20260210-143022`,
  `queue/processing/${id}`,
  `queue/.jobq-watcher/lost/${id}.json`,
  `queue/.jobq-watcher/abandoned/${id}.json`,
  `queue/.jobq-watcher/unheld/${id}.json`,
  `queue/.jobq-watcher/news/${id}.json`,
  `work/${id}`,
  `work/.jobq-attempts/${id}`,
];

test.each<{ what: string; put: (q: Fenced, at: string, id: string) => void; only?: RegExp }>([
  { what: 'a link to a directory beyond it', put: (q, at, id) => link(q, `outside/${id}`, at) },
  { what: 'a link to a file beyond it', put: (q, at, id) => link(q, `outside/${id}/job.json`, at) },
  { what: 'a link to nothing', put: (q, at, id) => link(q, `outside/${id}/not-there`, at) },
  { what: 'a directory', put: (q, at) => q.write(path.join(at, 'what', 'is', 'this.txt'), 'mine') },
  { what: 'a file', put: (q, at, id) => q.write(at, plain(id)) },
  {
    what: 'another name of a file beyond it',
    only: /\.(?:json|log|py)$|SUMS$/,
    put: (q, at, id) => {
      q.disk.files.makeDir(path.dirname(at));
      q.disk.volume.linkSync(path.join(q.base, 'outside', id, 'job.json'), at);
    },
  },
])('$what in each place of a job', async ({ what, put, only = /./ }) => {
  const q = await onRealDisk(Object.keys(placesOf(JOB)).map((nth) => idOf(Number(nth))));
  for (const [nth, sample] of placesOf(JOB).entries()) {
    if (!only.test(sample)) continue;
    const id = idOf(nth);
    const at = path.join(q.base, placesOf(id)[nth] ?? '');
    const isOfOrder = at.startsWith(q.layout.order(id));
    if (!isOfOrder) sound(q, id);
    put(q, at, id);
    tally(what);
  }
  // the scripts of some of these jobs have run then
  expect(await q.goesOn(15)).toBe(true);
  expect(q.faults()).toEqual([]);
});

test('an order made by hand of hard links is sealed beside what they name, not through them', async () => {
  const q = await onRealDisk();
  const beyond = path.join(q.base, 'order.json');
  q.write(beyond, plain(JOB));
  q.disk.files.makeDir(q.layout.order(JOB));
  q.disk.volume.linkSync(beyond, path.join(q.layout.order(JOB), 'job.json'));
  q.write(path.join(q.layout.order(JOB), SCRIPT), 'print()');
  await q.until(() => q.disk.files.facts(path.join(q.layout.order(JOB), 'SHA256SUMS')) !== undefined, {
    limit: 40,
  });
  expect(String(q.disk.files.read(beyond))).toBe(plain(JOB));
});

test('a link on the way to a sealed file is not followed', async () => {
  const q = await onRealDisk();
  link(q, 'outside', path.join(q.layout.order(JOB), 'sub'));
  const jobJson = JSON.stringify({ ...PLAIN, job_id: JOB, inputs: { files: 2, bytes: 19 } });
  order({ q, id: JOB }, jobJson, `${seal(jobJson)}${'f'.repeat(64)}  sub/SHA256SUMS\n`);
  tally('links on the way');
  expect(await q.goesOn()).toBe(true);
  expect(q.faults()).toEqual([]);
  expect(q.processes.starts.has(JOB)).toBe(false);
});

test('results are not published through a link that came into the record meanwhile', async () => {
  const q = await onRealDisk();
  sound(q, JOB);
  expect(await q.until(() => q.runner.ledger.jobs.get(JOB)?.phase === 'started')).toBe(true);
  const at = path.join(q.layout.record(JOB), '3_results');
  await q.disk.files.removeTree(at);
  link(q, 'outside/job', at);
  tally('links in a record');
  expect(await q.goesOn(20)).toBe(true);
  expect(q.faults()).toEqual([]);
  const told = q.lines.map((line) => JSON.stringify(line));
  expect(told.filter((line) => line.includes(`${at} is a link where jobq keeps a directory`))).not.toEqual(
    [],
  );
  await q.disk.files.removeFile(at);
  expect(await q.until(() => q.archived(JOB) !== undefined)).toBe(true);
});

test('an order is not copied through a link in the place of what is staged', async () => {
  const q = await onRealDisk();
  const at = path.join(q.base, 'work', '.jobq-staging');
  await q.disk.files.removeTree(at);
  link(q, 'outside', at);
  sound(q, JOB);
  tally('links in the work root');
  const says = `${at} is a link where jobq keeps a directory: move it away`;
  expect(await q.until(() => JSON.stringify(q.lines).includes(says), { limit: 40 })).toBe(true);
  expect([q.faults(), q.processes.starts.has(JOB)]).toEqual([[], false]);
  await q.disk.files.removeFile(at);
  expect(await q.until(() => q.archived(JOB) !== undefined)).toBe(true);
});

test('what is given up is not archived through a link in the place of its record', async () => {
  const q = await onRealDisk();
  const id = 'job-20260210-143022-given-up';
  const jobJson = JSON.stringify({ ...PLAIN, job_id: id, run_on: 'nobody' });
  order({ q, id }, jobJson, seal(jobJson));
  link(q, 'outside/job', q.layout.record(id));
  await writeRequest(q.disk, q.layout, id, 'cancel', { abandoned: true });
  tally('links in the place of a record');
  const says = `${q.layout.record(id)} is a link where jobq keeps a directory: move it away`;
  expect(await q.until(() => JSON.stringify(q.lines).includes(says), { limit: 40 })).toBe(true);
  expect([q.faults(), q.archived(id)]).toEqual([[], undefined]);
  await q.disk.files.removeFile(q.layout.record(id));
  expect(await q.until(() => q.archived(id) !== undefined)).toBe(true);
  expect(q.disk.files.facts(path.join(q.archived(id) ?? '', 'job.json'))).toBeUndefined();
});

test('what is asked of a job whose requests are a link is refused', async () => {
  const q = await onRealDisk();
  link(q, 'outside/job', q.layout.requests(JOB));
  await expect(writeRequest(q.disk, q.layout, JOB, 'cancel', {})).rejects.toThrow(
    'is a link where jobq keeps a directory',
  );
});
