// What those who depend on a job go by when it is tried again, and what an order says of a dependency that failed.
import { describe, expect, test } from 'vitest';
import type { Relative } from '../../src/job/dependency.ts';
import { stateWithRetries } from '../../src/job/dependency.ts';
import type { Order } from '../../src/job/order.ts';
import { ON_DEPENDENCY_FAILURE } from '../../src/job/order.ts';
import type { State } from '../../src/job/states.ts';
import { planDependencies } from '../../src/queue/dependencies.ts';
import { JOB, NOW, order, watcherJob } from '../helpers/snapshots.ts';

const member = (state: State | undefined, toBeRetried = false): Relative => ({ state, toBeRetried });

describe('a job and its retries', () => {
  test.each<{ name: string; relatives: Relative[]; state: State | undefined }>([
    { name: 'of which nothing is known: nothing', relatives: [], state: undefined },
    { name: 'that completed', relatives: [member('completed')], state: 'completed' },
    { name: 'that failed for good', relatives: [member('failed')], state: 'failed' },
    {
      name: 'that failed and is to be tried again: nothing yet',
      relatives: [member('failed', true)],
      state: undefined,
    },
    {
      name: 'that failed and is being tried again: nothing yet',
      relatives: [member('failed'), member(undefined)],
      state: undefined,
    },
    {
      name: 'that failed, and whose retry completed',
      relatives: [member('failed'), member('completed')],
      state: 'completed',
    },
    {
      name: 'that failed, and whose last retry did',
      relatives: [member('failed'), member('failed'), member('failed')],
      state: 'failed',
    },
    {
      name: 'that failed, and whose retry was cancelled',
      relatives: [member('failed'), member('cancelled')],
      state: 'cancelled',
    },
    {
      name: 'that failed, and whose retry is to be tried again: nothing yet',
      relatives: [member('failed'), member('failed', true)],
      state: undefined,
    },
    {
      name: 'that completed, and was tried again without success',
      relatives: [member('completed'), member('failed')],
      state: 'completed',
    },
    { name: 'that is lost', relatives: [member('lost')], state: 'lost' },
    {
      name: 'that is lost and is to be tried again: nothing yet',
      relatives: [member('lost', true)],
      state: undefined,
    },
  ])('$name', ({ relatives, state }) => {
    expect(stateWithRetries(relatives)).toBe(state);
  });
});

describe('an order that depends on a and b', () => {
  type Wish = NonNullable<Order['on_dependency_failure']>;
  const cancel = { do: 'cancel', reason: 'dependency b failed' };
  const release = { do: 'release' };
  const cases: { a: State | undefined; b: State | undefined; does: Record<Wish, object | undefined> }[] = [
    { a: 'completed', b: 'completed', does: { cancel: release, release, wait: release } },
    { a: 'completed', b: 'failed', does: { cancel, release, wait: undefined } },
    { a: 'running', b: 'failed', does: { cancel, release: undefined, wait: undefined } },
    { a: undefined, b: 'failed', does: { cancel, release: undefined, wait: undefined } },
    {
      a: 'failed',
      b: 'failed',
      does: { cancel: { ...cancel, reason: 'dependency a failed' }, release, wait: undefined },
    },
    { a: 'lost', b: 'completed', does: { cancel: undefined, release: undefined, wait: undefined } },
    { a: undefined, b: 'completed', does: { cancel: undefined, release: undefined, wait: undefined } },
  ];
  const table = cases.flatMap(({ does, ...states }) =>
    ON_DEPENDENCY_FAILURE.map((wish) => ({ states, wish, does: does[wish] })),
  );
  const snapshot = {
    jobs: [],
    runners: [],
    problems: [],
    nowMs: NOW,
    postFree: 1,
  };

  test.each(table)('which are $states.a and $states.b, with $wish: $does.do', ({ states, wish, does }) => {
    const fields = order({ depends_on: ['a', 'b'], on_dependency_failure: wish });
    const action = planDependencies(watcherJob(), fields, { ...snapshot, states });
    expect(action).toEqual(does && { ...does, job_id: JOB });
  });

  test('and is on hold is not released though it would be', () => {
    const fields = order({ depends_on: ['a'], on_dependency_failure: 'release', hold: true });
    expect(planDependencies(watcherJob(), fields, { ...snapshot, states: { a: 'failed' } })).toBeUndefined();
  });

  test.each<{ a: State | undefined; unheld: boolean; does: object | undefined }>([
    { a: undefined, unheld: true, does: undefined },
    { a: 'completed', unheld: false, does: undefined },
    { a: 'completed', unheld: true, does: release },
  ])('and is on hold, with $a and the hold lifted: $unheld', ({ a, unheld, does }) => {
    const fields = order({ depends_on: ['a'], hold: true });
    const action = planDependencies(watcherJob({ unheld }), fields, { ...snapshot, states: { a } });
    expect(action).toEqual(does && { ...does, job_id: JOB });
  });

  test('on nothing, on hold, is released when the hold is lifted', () => {
    const fields = order({ hold: true });
    const job = (unheld: boolean) =>
      planDependencies(watcherJob({ unheld }), fields, { ...snapshot, states: {} });
    expect([job(false), job(true)]).toEqual([undefined, { ...release, job_id: JOB }]);
  });
});
