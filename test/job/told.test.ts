// What a record repeats of its order is taken only where it is of the right type.
import { expect, test } from 'vitest';
import { toldOf } from '../../src/job/told.ts';

const TOLD = {
  project: 'p',
  type: 't',
  channel: 'c',
  description: 'd',
  created_at: '2026-02-10T14:30:22Z',
  created_by: 'me',
  priority: 'high',
  run_on: 'auto',
  retry_of: 'job-a',
  hold: true,
  depends_on: ['job-b'],
  metadata: { any: 1 },
};

test('what is as it should be is told', () => {
  expect(toldOf({ ...TOLD, state: 'completed' })).toEqual(TOLD);
  expect(toldOf({})).toEqual({});
  expect(toldOf(undefined)).toEqual({});
});

test.each(Object.keys(TOLD))('a strange %s is not', (field) => {
  for (const value of [5, null, [1], ...(field === 'metadata' ? ['x'] : [{ deep: 1 }])]) {
    const { [field as keyof typeof TOLD]: _, ...rest } = TOLD;
    const left = field === 'depends_on' && Array.isArray(value) ? { ...rest, depends_on: [] } : rest;
    expect(toldOf({ ...TOLD, [field]: value })).toEqual(left);
  }
});
