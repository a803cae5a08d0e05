// A small simulation of the whole queue: crashes between any two file operations, delivery in any order.
import { describe, expect, test } from 'vitest';
import { simulate } from './simulate.ts';

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

  test('when both daemons die again and again', async () => {
    for (let seed = 100; seed < 125; seed++) {
      const result = await simulate({ seed, jobs: 2, faultySteps: 600 });
      expect(result.failure).toBeUndefined();
      expect(result.crashes).toBeGreaterThan(10);
    }
  });
});
