// A watcher over a queue in which somebody has put what nobody foresaw: the job or the file that it is about is told, and
// every other job goes on.
import path from 'node:path';
import { expect, test } from 'vitest';
import { jsonText, sha256Of } from '../../src/store/disk.ts';
import { findProblems } from '../../src/store/find-problems.ts';
import { readNewsCursor } from '../../src/store/news-cursor.ts';
import { writeSeal } from '../../src/store/seal.ts';
import { put } from '../helpers/make-order.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB } from './by-hand.ts';
import { eventsOf } from './told.ts';

const OTHER = 'job-20260210-143022-other';
const OLD = 'job-20260101-000000-old';
const OLD_NAME = `${OLD}_20260102-000000`;
const COMPLETED = { kind: 'completed' } as const;

/** A link that leads to itself: whoever follows it is told ELOOP. */
function loop({ disk }: ByHand, file: string): void {
  disk.files.makeDir(path.dirname(file));
  disk.volume.symlinkSync(path.basename(file), file);
}

const toldOf = (q: ByHand) => q.lines.flatMap(({ message, facts }) => (message === 'problem' ? [facts] : []));

/** The one job is brought home, whatever is wrong with the other. */
async function goesOn(q: ByHand): Promise<void> {
  await q.order(OTHER);
  await q.ends(OTHER, COMPLETED);
  await q.until(() => q.archived(OTHER).length === 1 && !q.isThere('requests', OTHER));
}

test.each([
  { what: 'a presence', file: 'runners/cad.json', told: { file: 'runners/cad.json' } },
  { what: 'a place in the news', file: '.jobq-watcher/news/agent.json', told: undefined },
  {
    what: 'the retry of an archived job',
    file: `archive/${OLD_NAME}/retry.json`,
    told: { file: `archive/${OLD_NAME}/retry.json`, job_id: OLD },
  },
  { what: 'the record of an archived job', file: `archive/${OLD_NAME}/job.json`, told: { job_id: OLD } },
  { what: 'the verdict that it is lost', file: `.jobq-watcher/lost/${JOB}.json`, told: { job_id: JOB } },
  { what: 'its record', file: `inbox/${JOB}/SHA256SUMS`, told: { job_id: JOB } },
])('$what that cannot be read stops nothing else', async ({ file, told }) => {
  const q = await byHand();
  await q.presence();
  await q.order(JOB, { depends_on: [OLD] });
  await q.runs();
  await q.look();
  loop(q, path.join('/queue', file));
  q.restart();
  await goesOn(q);
  for (let looks = 0; looks < 4; looks++) await q.look(31_000);
  const problem = { kind: 'unreadable', reason: expect.stringContaining(file) };
  const wanted = told === undefined ? [] : [{ ...problem, ...told }];
  expect(toldOf(q)).toMatchObject(wanted);
  const events = eventsOf(q).filter(({ type }) => type === 'problem');
  expect(events).toHaveLength(wanted.length);
});

test('a presence that cannot be read is that of no new runner once it can be, and of one that grows silent', async () => {
  const q = await byHand();
  await q.presence();
  await q.look();
  await q.disk.files.removeFile(q.layout.presence('station'));
  loop(q, q.layout.presence('station'));
  await q.look();
  for (let passed = 0; passed < 400; passed += 30) await q.look(30_000);
  await q.presence();
  await q.look();
  await q.look();
  const course = eventsOf(q).flatMap(({ type }) => (type.startsWith('runner-') ? [type] : []));
  expect(course).toEqual(['runner-seen', 'runner-silent', 'runner-heard']);
});

test('a directory in the place of a verdict does not keep the job out of the archive', async () => {
  const q = await byHand();
  await q.order();
  q.disk.files.makeDir(q.layout.lost(JOB));
  await q.ends(JOB, COMPLETED);
  await q.until(() => q.archived().length === 1);
});

test('a queue with unreadable files can still be looked through for problems', async () => {
  const q = await byHand();
  await q.order();
  await q.order(OTHER);
  loop(q, q.layout.presence('cad'));
  loop(q, path.join(q.layout.requests(JOB), 'cancel.json'));
  const index = { open: new Set([JOB, OTHER]), archived: new Map() };
  expect(findProblems(q.disk.files, q.layout, index)).toEqual([
    expect.objectContaining({ kind: 'unreadable', file: 'runners/cad.json' }),
    expect.objectContaining({ kind: 'unreadable', file: JOB, job_id: JOB }),
  ]);
});

test('an order that depends on what every object has, is refused, and holds nothing up', async () => {
  const q = await byHand();
  for (const name of ['__proto__', 'constructor', 'toString'])
    await q.order(`job-20260210-143022-on-${name.replaceAll('_', '').toLowerCase()}`, { depends_on: [name] });
  await goesOn(q);
  const index = { open: new Set(['job-20260210-143022-on-constructor']), archived: new Map() };
  expect(findProblems(q.disk.files, q.layout, index)).toEqual([]);
  expect(eventsOf(q).flatMap((event) => (event.type === 'cancel-requested' ? [event.job_id] : []))).toEqual(
    [],
  );
});

test('a job that is named as no key can be is a foreign directory, and nothing is told of it', async () => {
  const q = await byHand();
  await q.order('__proto__');
  await q.look();
  await q.close();
  await q.look(31_000);
  await q.look(31_000);
  expect(eventsOf(q).filter(({ job_id }) => job_id === '__proto__')).toEqual([]);
  expect(eventsOf(q)).toContainEqual(
    expect.objectContaining({ type: 'problem', kind: 'foreign-file', file: 'outbox/__proto__' }),
  );
});

test.each([
  { what: 'a growth without end', retry: { backoff_s: 0, multiplier: 1e200, max: 5 } },
  { what: 'a time beyond all time', retry: { backoff_s: 1e300, max: 5 } },
])('an order whose retry has $what stops no other job', async ({ retry }) => {
  const q = await byHand();
  await q.order(JOB, { retry: { ...retry, on: ['script'] } });
  await q.ends(JOB, { kind: 'failed', error_class: 'script' });
  await goesOn(q);
  expect(q.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a job for which nothing can be planned is told, and left alone', async () => {
  const q = await byHand();
  // the one setting that only orders without a seal are held against
  Object.defineProperty(q.settings, 'unsealed_quiet_s', {
    get: () => {
      throw new Error('nobody thought of this');
    },
  });
  put(q.disk, path.join(q.layout.order(JOB), 'job.json'), jsonText({ job_id: JOB, script: 'run.py' }));
  await goesOn(q);
  expect(toldOf(q)).toEqual([
    expect.objectContaining({
      job_id: JOB,
      reason: 'nothing can be decided about it: nobody thought of this',
      remedy: expect.stringContaining('please report it'),
    }),
  ]);
});

test('a directory in the place of the events is told with what to do, and holds up only what must be told', async () => {
  const q = await byHand();
  q.disk.files.makeDir(q.layout.events);
  await q.presence();
  await q.order(JOB, { run_on: 'auto' });
  await q.order(OTHER);
  await q.ends(OTHER, COMPLETED);
  for (let looks = 0; looks < 5; looks++) await q.look();
  expect(q.requests(JOB).assign).toMatchObject({ runner: 'station' });
  expect(q.archived(OTHER)).toEqual([]);
  expect(q.lines.filter(({ level }) => level === 'error')).toEqual([
    {
      level: 'error',
      message: 'events cannot be written',
      facts: {
        error: `${q.layout.events} is a directory`,
        remedy: 'move it away: jobq writes its log there, and begins a new one',
      },
    },
  ]);
  await q.disk.files.removeTree(q.layout.events);
  await q.until(() => q.archived(OTHER).length === 1);
  await q.look();
  expect(eventsOf(q).filter(({ type, job_id }) => type === 'archived' && job_id === OTHER)).toHaveLength(1);
});

test('a record or an order that is larger than anything jobq writes is not read, and told', async () => {
  const q = await byHand();
  await q.order();
  await q.record(JOB, { status: 'running', state: 'running', all: 'x'.repeat(4_000_000) });
  await q.order('job-20260210-143022-big', { metadata: { all: 'x'.repeat(1_000_000) } });
  await goesOn(q);
  expect(toldOf(q)).toEqual([
    expect.objectContaining({
      job_id: 'job-20260210-143022-big',
      reason: expect.stringMatching(/outbox.*job\.json has 1\d{6} bytes: over 1000000 it is not read$/),
      remedy: expect.stringContaining('nothing of jobq is as large'),
    }),
    expect.objectContaining({ job_id: JOB, reason: expect.stringContaining('over 4000000 it is not read') }),
  ]);
});

test('a record that is sealed with a name of the archive stays where it is, and is given up without what it forged', async () => {
  const q = await byHand();
  await q.order();
  await q.ends(JOB, COMPLETED);
  const dir = q.layout.record(JOB);
  const plan = jsonText({ retried_as: 'job-forged', not_before: '2026-02-10T14:30:22Z' });
  put(q.disk, path.join(dir, 'retry.json'), plan);
  const record = q.json(path.join(dir, 'job.json'));
  await q.disk.files.removeFile(path.join(dir, 'job.json'));
  const text = jsonText({ ...record, results: { files: 2, bytes: 6 + plan.length } });
  put(q.disk, path.join(dir, 'job.json'), text);
  await writeSeal(q.disk, q.layout.staging, dir, [
    { path: 'stdout.log', sha256: sha256Of('hello\n') },
    { path: 'retry.json', sha256: sha256Of(plan) },
    { path: 'job.json', sha256: sha256Of(text) },
  ]);
  await goesOn(q);
  for (let looks = 0; looks < 4; looks++) await q.look(31_000);
  expect(q.archived()).toEqual([]);
  expect(eventsOf(q)).toContainEqual(
    expect.objectContaining({
      type: 'problem',
      kind: 'broken-record',
      reason: 'SHA256SUMS names retry.json: has a name that the archive keeps for itself: it is not archived',
    }),
  );
  put(q.disk, path.join(q.layout.requests(JOB), 'cancel.json'), jsonText({ abandoned: true }));
  await q.until(() => q.archived().length === 1);
  const [home = ''] = q.archived();
  expect(q.disk.files.facts(path.join(home, 'retry.json'))).toBeUndefined();
  expect(q.isThere('outbox', 'job-forged')).toBe(false);
});

test('one step that fails is told for as long as it does, whatever succeeds in between', async () => {
  const q = await byHand();
  await q.order();
  await q.ends(JOB, COMPLETED);
  // what is collected is changed before it can be archived, so that it is collected again and again
  const spoil = async () => {
    const log = path.join(q.layout.collected(JOB), 'stdout.log');
    if (!q.disk.files.facts(log)) return;
    await q.disk.files.removeFile(log);
    put(q.disk, log, 'other\n');
  };
  const failures = () => q.lines.filter(({ level, facts }) => level === 'error' && 'action' in facts).length;
  for (let looks = 0; looks < 120; looks++) {
    const hadFailed = failures() > 0;
    await q.look();
    await spoil();
    expect(q.json(q.layout.judgement)['failing'] ?? []).toHaveLength(hadFailed ? 1 : 0);
  }
  expect(failures()).toBeGreaterThan(4);
  expect(failures()).toBeLessThan(9);
  expect(eventsOf(q).filter((event) => event.type === 'problem' && event.kind === 'failing')).toHaveLength(1);
  await q.until(() => q.archived().length === 1);
  await q.look();
  expect(q.json(q.layout.judgement)['failing'] ?? []).toEqual([]);
});

const lastSeqOf = (q: ByHand) => eventsOf(q).at(-1)?.seq ?? 0;
const place = (seq: number) => jsonText({ schema_version: 1, seq, at: '2026-02-10T14:30:22Z' });

test.each([2 ** 53 - 2, 2 ** 41, 2 ** 41 - 1, 2 ** 40 + 1])(
  'a reader that says it has read up to %d leaves the numbers of events as they are',
  async (seq) => {
    const q = await byHand();
    put(q.disk, q.layout.news('agent'), place(seq));
    expect(readNewsCursor(q.disk.files, q.layout, 'agent').found).toBe(seq > 2 ** 41 ? 'unusable' : 'whole');
    await q.order();
    await q.look();
    expect(lastSeqOf(q)).toBe(2);
    expect(eventsOf(q).map((event) => event.seq)).toEqual([1, 2]);
  },
);

test('readers are believed where they may have read what a power cut took, and where nothing else is left', async () => {
  const q = await byHand();
  await q.order();
  await q.look();
  await q.close();
  const known = lastSeqOf(q);
  const begin = async (seq: number) => {
    await q.disk.files.removeFile(q.layout.news('agent'));
    put(q.disk, q.layout.news('agent'), place(seq));
    await q.look();
    await q.close();
    return eventsOf(q).at(-2)?.seq;
  };
  expect(await begin(known + 500)).toBe(known + 501);
  expect(await begin(known + 500_000)).toBe(known + 503);
  await q.disk.files.removeFile(q.layout.events);
  await q.disk.files.removeFile(q.layout.checkpoint);
  await begin(known + 500_000);
  expect(eventsOf(q)[0]?.seq).toBe(known + 500_001);
});

test.each(['a checkpoint', 'a line of the log'])(
  '%s with a number beyond all numbers counts for nothing',
  async (what) => {
    const q = await byHand();
    await q.order();
    await q.look();
    await q.close();
    const known = lastSeqOf(q);
    if (what === 'a checkpoint') {
      const checkpoint = q.json(q.layout.checkpoint);
      await q.disk.files.removeFile(q.layout.checkpoint);
      put(q.disk, q.layout.checkpoint, jsonText({ ...checkpoint, seq: 2 ** 53 - 2 }));
    } else {
      const log = String(q.disk.files.read(q.layout.events));
      await q.disk.files.removeFile(q.layout.events);
      const line = { seq: 2 ** 53 - 2, at: '2026-02-10T14:30:22Z', type: 'removed', job_id: JOB };
      put(q.disk, q.layout.events, `${log}${JSON.stringify(line)}\n`);
    }
    await q.look();
    expect(lastSeqOf(q)).toBe(known + 1);
  },
);
