import { defineConfig } from 'vitest/config';

// Real processes, real folders, real mirrors: these run one file at a time, after everything else.
const slow = ['test/integration/**/*.test.ts', 'test/windows/**/*.test.ts'];

/** `--mode long` (npm run test:long): the same tests, where chance plays a part many more times, over every kind of mirror. */
const long = { CRASH_ROUNDS: process.env['CRASH_ROUNDS'] ?? '100', MIRROR_LONG: '1' };

export default defineConfig(({ mode }) => ({
  test: {
    env: mode === 'long' ? long : {},
    maxWorkers: 2,
    reporters: ['default', './test/helpers/skip-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: slow,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          environment: 'node',
          include: slow,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
}));
