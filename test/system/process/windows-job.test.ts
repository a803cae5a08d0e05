// What is written into and read out of the structures of a Job Object.
import { describe, expect, test } from 'vitest';
import type { JobCalls } from '../../../src/system/process/windows-job.ts';
import { makeJob } from '../../../src/system/process/windows-job.ts';

const JOB = 212n;

function calls(over: Partial<JobCalls> = {}, ids: number[] = []) {
  const said: unknown[] = [];
  const query: JobCalls['query'] = (_job, kind, info, size) => {
    if (kind === 1) {
      info.writeBigInt64LE(15_000_000n, 0);
      info.writeBigInt64LE(5_000_000n, 8);
      info.writeBigInt64LE(99n, 16);
      return size === 48;
    }
    if (size < 8 + 8 * ids.length) return false;
    info.writeUInt32LE(ids.length, 0);
    info.writeUInt32LE(ids.length, 4);
    for (const [n, pid] of ids.entries()) info.writeBigUInt64LE(BigInt(pid), 8 + 8 * n);
    return true;
  };
  const made: JobCalls = {
    create: () => JOB,
    setLimits: (job, kind, info, size) => {
      said.push(['limits', job, kind, size, info.length, info.toString('hex').replace(/(00)+$/, '')]);
      return true;
    },
    assignSelf: (job) => said.push(['assign', job]) > 0,
    query,
    lastError: () => 234,
    lookInside: (_job, pid) => (pid === 9 ? undefined : { pid, born: 1, name: 'x' }),
    ...over,
  };
  return { made, said };
}

function job(over?: Partial<JobCalls>, ids?: number[]) {
  const made = makeJob(calls(over, ids).made);
  if ('problem' in made) throw new Error(made.problem);
  return made;
}

test('it ends with its last handle, nothing may leave it, and only then this process is put into it', () => {
  const { made, said } = calls();
  makeJob(made);
  expect(said).toEqual([
    // JOBOBJECT_EXTENDED_LIMIT_INFORMATION, in which LimitFlags is JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE and no other
    ['limits', JOB, 9, 144, 144, `${'00'.repeat(16)}0020`],
    ['assign', JOB],
  ]);
});

test('its processes are those it lists and that are still in it, however many', () => {
  expect(
    job({}, [32, 9, 100])
      .processes()
      .map(({ pid }) => pid),
  ).toEqual([32, 100]);
  const many = Array.from({ length: 3000 }, (_, n) => 4 * (n + 10));
  expect(job({}, many).processes()).toHaveLength(3000);
  expect(job({}, []).processes()).toEqual([]);
});

test('its processor time is that of user and kernel together', () => {
  expect(job().cpuSeconds()).toBe(2);
  expect(job({ query: () => true }).cpuSeconds()).toBeUndefined();
  expect(job({ query: () => false }).cpuSeconds()).toBeUndefined();
});

describe('a failure is told', () => {
  test.each([
    { what: 'CreateJobObject', over: { create: () => null } },
    { what: 'CreateJobObject', over: { create: () => 0n } },
    { what: 'SetInformationJobObject', over: { setLimits: () => false } },
    { what: 'AssignProcessToJobObject', over: { assignSelf: () => false } },
  ])('of $what', ({ what, over }) => {
    expect(makeJob(calls({ ...over, lastError: () => 5 }).made)).toEqual({
      problem: `${what} failed (error 5)`,
    });
  });

  test('of the list, and not taken for an empty one', () => {
    expect(() => job({ query: () => false, lastError: () => 6 }).processes()).toThrow('error 6');
    expect(() => job({ query: () => false }).processes()).toThrow('error 234');
  });
});
