// Orders written by hand may wait for each other: that is a problem which names all of them, once.
import { describe, expect, test } from 'vitest';
import { indexJobs } from '../../src/store/find.ts';
import { findJobProblems, findProblems } from '../../src/store/find-problems.ts';
import { writeRequest } from '../../src/store/requests.ts';
import { makeOrder } from '../helpers/make-order.ts';
import { onBothDisks, queueIn } from './two-disks.ts';

const AT = '2026-02-10T15:00:00Z';

onBothDisks('orders that wait for each other', (make) => {
  const circle = async (depends: Record<string, string[]>) => {
    const { disk, layout } = await queueIn(make());
    for (const [job_id, depends_on] of Object.entries(depends))
      await makeOrder(disk, layout, { job_id, fields: { depends_on } });
    const index = () => indexJobs(disk.files, layout);
    const of = (kind: string) => (problem: { kind: string }) => problem.kind === kind;
    return {
      disk,
      layout,
      all: () => findProblems(disk.files, layout, index()).filter(of('dependency-circle')),
      one: (id: string) => findJobProblems(disk.files, layout, index(), id).filter(of('dependency-circle')),
    };
  };
  const three = { 'job-a': ['job-b'], 'job-b': ['job-c'], 'job-c': ['job-a'], 'job-d': ['job-a'] };

  describe('in a circle', () => {
    test('are one problem, which names the circle and what to do', async () => {
      const { all, one } = await circle(three);
      expect(all()).toMatchObject([
        {
          file: 'outbox/job-a',
          job_id: 'job-a',
          reason: 'waits in a circle, so that none of these ever starts: job-a -> job-b -> job-c -> job-a',
        },
      ]);
      expect(all()[0]?.remedy).toContain('jobq release job-a --force');
      expect(one('job-d')).toMatchObject([{ file: 'outbox/job-a', job_id: 'job-d' }]);
    });

    test.each(['release', 'cancel'] as const)('are none once there is a %s for one of them', async (kind) => {
      const { disk, layout, all } = await circle(three);
      await writeRequest(disk, layout, 'job-b', kind, { requested_at: AT });
      expect(all()).toEqual([]);
    });
  });

  test('in two circles are two problems, and one that waits for itself is one', async () => {
    const { all } = await circle({ 'job-a': ['job-a'], 'job-b': ['job-c'], 'job-c': ['job-b'] });
    expect(all().map(({ file }) => file)).toEqual(['outbox/job-a', 'outbox/job-b']);
  });

  test('in a line are none', async () => {
    const { all } = await circle({
      'job-a': [],
      'job-b': ['job-a'],
      'job-c': ['job-a', 'job-b', 'job-gone'],
    });
    expect(all()).toEqual([]);
  });
});
