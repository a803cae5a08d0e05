// What arrives over the mirror, in every way it may be wrong, under whole ticks of both daemons: no tick fails, a sound
// job beside it is brought home, each fault is told or has become an outcome, and nothing beyond the queue is touched.
import path from 'node:path';
import { expect, test } from 'vitest';
import { readJudgement } from '../../src/store/judgement.ts';
import { readRequests } from '../../src/store/requests.ts';
import { SCRIPT } from '../helpers/make-order.ts';
import type { Fenced } from './fenced.ts';
import { fencedQueue } from './fenced.ts';
import { hostileJson } from './json-mutations.ts';
import type { Hostile } from './mutations.ts';
import { hostileBytes } from './mutations.ts';
import type { Put } from './placing.ts';
import { about, held, idOf, isUnderWay, order, orderIn, PLAIN, plain, SCRIPT_TEXT, seal } from './placing.ts';
import * as sample from './samples.ts';
import { JOB } from './samples.ts';
import { printTally, tally } from './tally.ts';

printTally('whole ticks of both daemons');

/** Everything that can be said of the bytes, and some of what can be said of the fields; the large ones for one kind. */
function some(all: readonly Hostile[], every: number, maxBytes = 20_000): Hostile[] {
  const ofFields = (name: string) => / is (?!missing)/.test(name) && !/^(UTF|a |no |every )/.test(name);
  const fitting = all.filter(({ bytes }) => bytes.length <= maxBytes);
  return fitting.filter(
    ({ name }, at) => !ofFields(name) || name.includes('"../../outside') || at % every === 0,
  );
}

const SEAL = seal(plain(JOB));
const request = (kind: 'assign' | 'release' | 'cancel' | 'archived', good: Record<string, unknown>) => ({
  kind: `${kind}.json`,
  inputs: some(hostileJson(good), 61),
  put: (at: Put) => {
    held(at);
    at.q.write(path.join(at.q.layout.requests(at.id), `${kind}.json`), at.bytes);
  },
  // once it is carried out it is gone, and the job over
  isTaken: (q: Fenced, id: string) =>
    readRequests(q.disk.files, q.layout, id)[kind] !== undefined || isUnderWay(q, id),
});

/** The plain fields that are short enough for many jobs to have them. */
const ORDER = { ...sample.ORDER, inputs: PLAIN.inputs, expect: [], requires: {}, hold: false };

interface Scene {
  kind: string;
  inputs: readonly Hostile[];
  put(at: Put): void;
  /** Where it is not, a problem must say so. Those that only a reader decides about have none. */
  isTaken?: (q: Fenced, id: string) => boolean;
}

test.each<Scene>([
  {
    kind: 'a sealed order',
    inputs: some(hostileJson(ORDER), 401, 130_000),
    put: (at: Put) => order(at, at.bytes, seal(at.bytes)),
    isTaken: isUnderWay,
  },
  {
    kind: 'an order made by hand',
    inputs: some(hostileJson(ORDER), 401),
    put: (at: Put) => order(at, at.bytes),
    isTaken: isUnderWay,
  },
  {
    kind: 'the seal of an order',
    inputs: hostileBytes(SEAL),
    put: (at: Put) => order(at, plain(at.id), at.bytes),
    isTaken: isUnderWay,
  },
  {
    kind: 'a record',
    inputs: some(hostileJson(sample.RECORD), 401),
    put: ({ q, id, bytes }: Put) => q.write(path.join(q.layout.record(id), 'job.json'), bytes),
    isTaken: isUnderWay,
  },
  {
    kind: 'a sealed record',
    inputs: some(hostileJson({ ...sample.RECORD, results: PLAIN.inputs }), 401),
    put: ({ q, id, bytes }: Put) => {
      q.write(path.join(q.layout.record(id), 'job.json'), bytes);
      q.write(path.join(q.layout.record(id), SCRIPT), SCRIPT_TEXT);
      q.write(path.join(q.layout.record(id), 'SHA256SUMS'), seal(bytes));
    },
    isTaken: isUnderWay,
  },
  {
    kind: 'the seal of a record',
    inputs: hostileBytes(SEAL),
    put: ({ q, id, bytes }: Put) => {
      q.write(
        path.join(q.layout.record(id), 'job.json'),
        about(Buffer.from(JSON.stringify(sample.RECORD)), id),
      );
      q.write(path.join(q.layout.record(id), 'SHA256SUMS'), bytes);
    },
  },
  request('assign', sample.ASSIGN),
  request('release', sample.RELEASE),
  request('cancel', sample.CANCEL),
  request('archived', sample.ARCHIVED),
  {
    kind: 'a presence',
    inputs: some(hostileJson(sample.PRESENCE), 41),
    put: ({ q, id, bytes }: Put) => q.write(q.layout.presence(`cad${id.slice(-3)}`), bytes),
  },
  {
    kind: 'the retry of an archived job',
    inputs: some(hostileJson({ retried_as: `${JOB}-r1`, not_before: '2026-02-10T14:30:22Z' }), 1),
    put: ({ q, id, bytes }: Put) => {
      const dir = q.layout.archived(`${id}_20260210-150000`);
      q.write(path.join(dir, 'retry.json'), bytes);
      orderIn(q, path.join(dir, 'order'), plain(id), seal(plain(id)));
    },
  },
  {
    kind: 'what the watcher keeps of a job',
    inputs: some(hostileJson(sample.LOST), 7),
    put: ({ q, id, bytes }: Put) => {
      held({ q, id });
      for (const file of [
        q.layout.lost(id),
        q.layout.abandoned(id),
        q.layout.unheld(id),
        q.layout.stoppedRetry(id),
      ])
        q.write(file, bytes);
    },
  },
])('$kind', async ({ kind, inputs, put, isTaken }) => {
  const q = await fencedQueue();
  const jobs = inputs.map((input, nth) => ({ ...input, id: idOf(nth) }));
  for (const { id, bytes } of jobs) put({ q, id, bytes: about(bytes, id) });
  tally(kind, jobs.length);
  expect(await q.goesOn()).toBe(true);
  expect(q.faults().slice(0, 5)).toEqual([]);
  const failing = readJudgement(q.disk.files, q.layout)?.failing ?? [];
  const problems = new Set([...q.problems(), ...failing].map(({ job_id }) => job_id));
  const mute = jobs.filter(({ id }) => isTaken?.(q, id) === false && !problems.has(id));
  expect(mute.map(({ name }) => name)).toEqual([]);
});
