import { expect, test } from 'vitest';
import { judgeLeftovers } from '../../../src/cli/doctor/leftovers.ts';
import type { Problem } from '../../../src/queue/problem.ts';

const problem = (n: number): Problem => ({
  kind: 'foreign-file',
  file: `outbox/stray-${n}`,
  reason: 'is not a job directory',
  remedy: 'compare them',
});
const NOTHING = {
  problems: [],
  devices: { names: new Map(), runners: new Set<string>() },
  orphans: [],
  stopFiles: [],
};

test('nothing left over', () => {
  expect(judgeLeftovers(NOTHING)).toEqual([expect.objectContaining({ level: 'ok' })]);
});

test('problems with files are warnings; many are counted', () => {
  const problems = Array.from({ length: 13 }, (_, n) => problem(n));
  const findings = judgeLeftovers({ ...NOTHING, problems });
  expect(findings).toHaveLength(11);
  expect(findings[0]).toMatchObject({
    level: 'warning',
    what: 'outbox/stray-0: is not a job directory',
    remedy: 'compare them',
  });
  expect(findings.at(-1)?.what).toBe('and 3 more');
  expect(judgeLeftovers({ ...NOTHING, problems: problems.slice(0, 10) })).toHaveLength(10);
});

test('requests without a job, and stop files', () => {
  const findings = judgeLeftovers({
    ...NOTHING,
    orphans: ['job-a', 'job-b'],
    stopFiles: ['/q/watcher.stop'],
  });
  expect(findings.slice(1).map(({ check, level, what }) => [check, level, what])).toEqual([
    [
      'requests',
      'warning',
      expect.stringContaining('2 jobs that are neither in outbox/ nor in inbox/: job-a, job-b'),
    ],
    ['stop file', 'warning', '/q/watcher.stop'],
  ]);
});
