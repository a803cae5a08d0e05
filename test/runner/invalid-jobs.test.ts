// Every kind of broken order at once in one queue: each ends with words that help, and nothing else is held up by it.
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { JobqError } from '../../src/errors.ts';
import { parseJson } from '../../src/job/lenient-text.ts';
import type { Outcome } from '../../src/job/outcome.ts';
import type { JobRecord } from '../../src/job/record.ts';
import { indexJobs } from '../../src/store/find.ts';
import { findProblems } from '../../src/store/find-problems.ts';
import { sealHandMade } from '../../src/store/seal-hand-made.ts';
import type { Files } from '../../src/system/files.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { contentOf } from '../simulation/contents.ts';
import { invalidJobs, place, validJobs } from './job-fixtures.ts';
import type { OneMachine } from './one-machine.ts';
import { oneMachine } from './one-machine.ts';

const GOOD = 'job-20260210-143022-good';

function recordIn(machine: OneMachine, dir: string): JobRecord {
  const bytes = machine.disk.files.read(path.join(dir, 'job.json'));
  const parsed = bytes ? parseJson(bytes) : { problem: `is not in "${dir}"` };
  if ('problem' in parsed) throw new Error(`job.json ${parsed.problem}`);
  return parsed.value as JobRecord;
}

/** Where an order is that was in outbox/ at first. */
function orderDir(machine: OneMachine, jobId: string): string {
  const archived = machine.archived(jobId);
  return archived ? path.join(archived, 'order') : machine.layout.order(jobId);
}

function bytesOf(machine: OneMachine, dir: string, names: Iterable<string>): Map<string, string | undefined> {
  const read = (name: string) => machine.disk.files.read(path.join(dir, ...name.split('/')))?.toString('hex');
  return new Map([...names].map((name) => [name, read(name)] as const));
}

describe('a queue with every kind of broken order', () => {
  let machine: OneMachine;

  beforeAll(async () => {
    machine = await oneMachine();
    const { disk, layout } = machine;
    for (const { expected, files } of invalidJobs)
      place(disk, layout.order(expected.job_id), files, expected.make_dirs);
    for (const { expected, files } of validJobs) place(disk, layout.order(expected.job_id), files);
    await makeOrder(disk, layout, { job_id: GOOD });
    const rejected = invalidJobs.filter(({ expected }) => expected.how === 'rejected');
    const ending = [GOOD, ...[...rejected, ...validJobs].map(({ expected }) => expected.job_id)];
    // a tick that throws ends this: no broken order may stop a daemon
    await machine.until(() => ending.every((id) => machine.archived(id)), { stepMs: 20_000, limit: 150 });
  }, 60_000);

  test('archives the good order, run once', () => {
    expect(recordIn(machine, machine.archived(GOOD) ?? '')).toMatchObject({ status: 'completed' });
    expect(machine.processes.starts.get(GOOD)).toBe(1);
  });

  test('runs no broken order', () => {
    const good = [GOOD, ...validJobs.map(({ expected }) => expected.job_id)];
    expect([...machine.processes.starts.keys()].sort()).toEqual(good.sort());
  });

  test.each(invalidJobs.filter(({ expected }) => expected.how === 'rejected'))(
    'rejects $name, and archives the record with its order',
    ({ expected }) => {
      const record = recordIn(machine, machine.archived(expected.job_id) ?? 'not archived');
      expect(record).toMatchObject({ job_id: expected.job_id, status: 'failed', state: 'failed' });
      const outcome = record['outcome'] as Outcome | undefined;
      expect(outcome).toMatchObject({ kind: 'rejected', error_class: 'inputs' });
      expect(outcome?.message).toContain(expected.message);
      const place = expected.field ? `job.json, ${expected.field}: ` : '';
      expect(outcome?.message.startsWith(place)).toBe(true);
      expect(machine.runner.ledger.jobs.get(expected.job_id)?.outcome?.kind).toBe('rejected');
    },
  );

  test.each(invalidJobs.filter(({ expected }) => expected.how === 'seal-refused'))(
    'leaves $name to its author, saying what is wrong',
    async ({ expected }) => {
      const { disk, layout, lines } = machine;
      const told = lines.find(
        ({ facts }) => facts['job_id'] === expected.job_id && facts['action'] === 'seal',
      );
      expect(told).toMatchObject({ level: 'error' });
      expect(told?.facts['error']).toContain(expected.message);
      const by = { runOn: 'auto', sealedBy: 'test' };
      const refusal: unknown = await sealHandMade(disk, layout, expected.job_id, by).catch(
        (error: unknown) => error,
      );
      expect(refusal).toBeInstanceOf(JobqError);
      const { code, message, field, file, remedy } = refusal as JobqError;
      expect({ code, field: field || undefined }).toEqual({ code: 'invalid-job', field: expected.field });
      expect(message).toContain(expected.message);
      expect(file).toMatch(`outbox/${expected.job_id}/`);
      expect(remedy).not.toBe('');
    },
  );

  test.each(invalidJobs.filter(({ expected }) => expected.how !== 'rejected'))(
    'lists $name as a problem, and makes no record of it',
    ({ expected }) => {
      const { disk, layout, runner } = machine;
      const problems = findProblems(disk.files, layout, indexJobs(disk.files, layout));
      const its = problems.filter((problem) => problem.job_id === expected.job_id);
      expect(its.map((problem) => problem.reason).join('; ')).toContain(expected.problem ?? expected.message);
      expect(its.every((problem) => problem.remedy !== '')).toBe(true);
      expect(runner.ledger.jobs.has(expected.job_id)).toBe(false);
      expect(disk.files.facts(layout.record(expected.job_id))).toBeUndefined();
    },
  );

  test.each(invalidJobs)('keeps every byte of $name', ({ expected, files }) => {
    const kept = bytesOf(machine, orderDir(machine, expected.job_id), files.keys());
    const wanted = new Map([...files].map(([name, bytes]) => [name, bytes.toString('hex')] as const));
    expect(kept).toEqual(wanted);
    for (const name of expected.make_dirs ?? [])
      expect(machine.disk.files.list(path.join(orderDir(machine, expected.job_id), name))).toEqual([]);
  });
});

describe('an order that a person wrote', () => {
  test.each(validJobs)(
    '$name is sealed, run once and archived with its fields',
    async ({ expected, files }) => {
      const machine = await oneMachine();
      const { job_id } = expected;
      place(machine.disk, machine.layout.order(job_id), files);
      expect(await machine.until(() => machine.archived(job_id) !== undefined)).toBe(true);
      const dir = machine.archived(job_id) ?? '';
      expect(recordIn(machine, dir)).toMatchObject({ job_id, status: 'completed', ...expected.fields });
      expect(machine.processes.starts.get(job_id)).toBe(1);
      const order = path.join(dir, 'order');
      const untouched = [...files.keys()].filter((name) => expected.sealed || name !== 'job.json');
      expect(bytesOf(machine, order, untouched)).toEqual(
        new Map(untouched.map((name) => [name, files.get(name)?.toString('hex')] as const)),
      );
      const submitted = recordIn(machine, order);
      expect(submitted).toMatchObject({ job_id, schema_version: 1, ...expected.fields });
      expect(contentOf(machine.disk.files, order).size).toBe(files.size + (expected.sealed ? 0 : 1));
    },
  );
});

describe('an order that the disk cannot show', () => {
  const BROKEN = 'job-20260210-143000-broken';

  const refuse = (
    inner: Files,
    part: string,
    calls: readonly ('list' | 'readSmall' | 'openRead')[],
  ): Files => {
    const guarded = <R>(call: (file: string) => R) => {
      return (file: string): R => {
        if (file.includes(part)) throw Object.assign(new Error(`EACCES: ${file}`), { code: 'EACCES' });
        return call(file);
      };
    };
    return { ...inner, ...Object.fromEntries(calls.map((call) => [call, guarded<unknown>(inner[call])])) };
  };

  test.each([
    { what: 'its directory cannot be listed', part: `/outbox/${BROKEN}`, calls: ['list'] as const },
    {
      what: 'its job.json cannot be read',
      part: `/outbox/${BROKEN}/job.json`,
      calls: ['readSmall'] as const,
    },
    { what: 'its seal cannot be read', part: `/outbox/${BROKEN}/SHA256SUMS`, calls: ['readSmall'] as const },
    {
      what: 'its script cannot be read',
      part: `/outbox/${BROKEN}/run_optimization.py`,
      calls: ['openRead'] as const,
    },
    {
      what: 'its request cannot be read',
      part: `/requests/${BROKEN}/cancel.json`,
      calls: ['readSmall'] as const,
    },
    { what: 'its record cannot be read', part: `/inbox/${BROKEN}/job.json`, calls: ['readSmall'] as const },
  ])('does not hold up the good one when $what', async ({ part, calls }) => {
    const machine = await oneMachine({ seenBy: (files) => refuse(files, part, calls) });
    const { disk, layout } = machine;
    await makeOrder(disk, layout, { job_id: BROKEN });
    await makeOrder(disk, layout, { job_id: GOOD });
    if (part.startsWith('/requests/')) put(disk, path.join(layout.requests(BROKEN), 'cancel.json'), '{}');
    if (part.startsWith('/inbox/')) put(disk, path.join(layout.record(BROKEN), 'job.json'), '{}');
    await machine.until(() => machine.archived(GOOD) !== undefined, { stepMs: 20_000, limit: 100 });
    expect(machine.archived(GOOD)).toBeDefined();
  });

  test.each(['job.json', 'SHA256SUMS'])(
    'does not hold up the good one when its %s is a directory',
    async (name) => {
      const machine = await oneMachine();
      const { disk, layout } = machine;
      put(disk, path.join(layout.order(BROKEN), name, 'README.md'), 'a directory where a file should be');
      put(disk, path.join(layout.order(BROKEN), 'run_optimization.py'), 'print("hello")\n');
      await makeOrder(disk, layout, { job_id: GOOD });
      await machine.until(() => machine.archived(GOOD) !== undefined, { stepMs: 20_000, limit: 100 });
      expect(machine.archived(GOOD)).toBeDefined();
      expect(contentOf(disk.files, layout.order(BROKEN)).size).toBe(2);
    },
  );
});
