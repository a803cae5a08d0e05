// A small simulation of the whole queue: crashes between any two file operations, delivery in any order.
import { describe, expect, test } from 'vitest';
import { simulate } from './simulate.ts';
import { FIXED } from './world.ts';

/** No interruption is the last one, so that each of them has to end well; but for the one that may not be taken up. */
const POLICIES = [
  { name: 'failing', fields: { on_interrupt: 'fail' } },
  { name: 'resumed', fields: { on_interrupt: 'resume', max_attempts: 99 } },
  { name: 'restarted', fields: { on_interrupt: 'restart', max_attempts: 99 } },
  { name: 'no-licence', fields: { on_interrupt: 'restart', max_attempts: 99 } },
];

// thousands of small steps: slow where the machine is busy
const LIMIT_MS = 120_000;

describe('a job is archived once, whole, and its script is started once', { timeout: LIMIT_MS }, () => {
  test('without a crash', async () => {
    const result = await simulate({ seed: 1, jobs: 2, faultySteps: 0 });
    expect(result.failure).toBeUndefined();
  });

  test.each(['linux', 'windows'] as const)(
    'when the daemon on %s dies at any one of its file operations',
    async (side) => {
      const { operations } = await simulate({ seed: 7, jobs: 1, faultySteps: 0 });
      expect(operations[side]).toBeGreaterThan(20);
      for (let operation = 0; operation < operations[side]; operation++) {
        const result = await simulate({ seed: 7, jobs: 1, faultySteps: 0, crashAt: { side, operation } });
        expect(result.failure, `crash at operation ${operation}`).toBeUndefined();
      }
    },
  );

  test.each([{ workPath: undefined }, { workPath: `${FIXED}/{project}` }])(
    'when the machine goes down again and again, with the files of runs at $workPath',
    async ({ workPath }) => {
      let attempts = 0;
      for (let seed = 200; seed < 206; seed++) {
        const options = { seed, jobs: POLICIES.length, faultySteps: 1500, reboots: true, policies: POLICIES };
        const result = await simulate({ ...options, ...(workPath && { workPath }) });
        expect(result.failure).toBeUndefined();
        attempts += result.attempts;
      }
      expect(attempts).toBeGreaterThan(6 * (POLICIES.length + 1) + 5);
    },
  );

  test('when both daemons die again and again', async () => {
    for (let seed = 100; seed < 125; seed++) {
      const result = await simulate({ seed, jobs: 2, faultySteps: 600 });
      expect(result.failure).toBeUndefined();
      expect(result.crashes).toBeGreaterThan(10);
    }
  });

  /** Fails once, and is tried again as another job. */
  const FLAKY = { name: 'flaky', fields: { retry: { max: 2, on: ['script'], backoff_s: 2 } } };
  const PLAIN = { name: 'sim', fields: {} };
  const RETRY = /-flaky-r1$/;

  test('when jobs are tried again and given up, and both daemons die again and again', async () => {
    let [retries, abandoned] = [0, 0];
    for (let seed = 334; seed < 342; seed++) {
      const options = { seed, jobs: 2, faultySteps: 500, policies: [FLAKY, PLAIN], abandons: true };
      const result = await simulate(options);
      expect(result.failure).toBeUndefined();
      retries += result.jobs.filter((job) => RETRY.test(job)).length;
      abandoned += result.abandoned.length;
    }
    expect(retries).toBeGreaterThan(2);
    expect(abandoned).toBeGreaterThan(3);
  });

  // test/watcher tries every operation without a mirror; here are some of them with one
  test('when the watcher dies at some of its file operations while a job is tried again', async () => {
    const scene = { seed: 7, jobs: 1, faultySteps: 0, policies: [FLAKY] };
    const { operations, jobs } = await simulate(scene);
    expect(jobs.filter((job) => RETRY.test(job))).toHaveLength(1);
    for (let nth = 1; nth < 8; nth++) {
      const operation = Math.floor((operations.linux * nth) / 8);
      const result = await simulate({ ...scene, crashAt: { side: 'linux', operation } });
      expect(result.failure, `crash at operation ${operation}`).toBeUndefined();
      expect(result.jobs).toEqual(jobs);
    }
  });
});
