import { defineConfig } from 'vitest/config';

// Real processes and real folders: these run one file at a time, after everything else. Those over real mirrors come last,
// two at a time: most of what they do is wait for a mirror.
const mirror = ['test/integration/mirror/**/*.test.ts'];
const slow = ['test/integration/**/*.test.ts', 'test/windows/**/*.test.ts'];

/** `--mode long` (npm run test:long): the same tests, where chance plays a part many more times, over every kind of mirror. */
const long = {
  CRASH_ROUNDS: process.env['CRASH_ROUNDS'] ?? '100',
  SOAK_JOBS: process.env['SOAK_JOBS'] ?? '500',
  MIRROR_LONG: '1',
};

const integration = { environment: 'node', testTimeout: 120_000, hookTimeout: 120_000 } as const;

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
          ...integration,
          name: 'integration',
          include: slow,
          exclude: mirror,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { ...integration, name: 'mirror', include: mirror, sequence: { groupOrder: 2 } },
      },
    ],
  },
}));
