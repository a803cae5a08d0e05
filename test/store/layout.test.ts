// Where things lie: the paths are those that Node would make, however they are put together.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { layoutOf, runnerLayoutOf } from '../../src/store/layout.ts';

const JOBS = [
  'job-20260210-143022-wfe',
  'a',
  '-a',
  '.a',
  '.-a',
  '',
  '.',
  '..',
  '../b',
  'a/b',
  'a//b',
  './a',
  'ä b',
];

describe.each(['/queue', '/', '', '.', 'queue', '/queue/', '/a/../queue'])('below %j', (root) => {
  const layout = layoutOf(root);

  test.each(JOBS)('lies the order %j', (job) => {
    expect(layout.order(job)).toBe(path.join(root, 'outbox', job));
    expect(layout.lost(job)).toBe(path.join(root, '.jobq-watcher', 'lost', `${job}.json`));
  });

  test.each(JOBS)('lies the work of %j', (job) => {
    const at = runnerLayoutOf('/state', root);
    expect(at.workDir(job)).toBe(path.join(root, job));
    expect(at.attempt(job, 2)).toBe(path.join(root, '.jobq-attempts', job, '2'));
  });
});
