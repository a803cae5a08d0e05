// What is kept of small files says the same as what was read.
import { expect, test } from 'vitest';
import { compactOrder, compactRecord } from '../../src/store/compact.ts';
import { illegible, runningRecord, sealed, unsealed } from '../helpers/snapshots.ts';

test('a sealed order keeps all of its order, which stands for the fields as well', () => {
  const facts = sealed({ depends_on: ['a'], metadata: { any: [1, { deep: null }] } });
  const kept = compactOrder({ ...facts, fields: { ...facts.fields } }, 'job-a');
  const { entries } = facts;
  expect(kept).toEqual({ ...facts, entries: entries.map(({ path }) => ({ path })) });
  expect(kept?.seal === 'valid' && kept.order === kept.fields).toBe(true);
});

test.each([
  ['without a seal', unsealed({ run_on: 7 })],
  ['that does not fit the schema', illegible({ args: 7 })],
  ['that is not there', undefined],
])('an order %s is kept as it was read', (_, facts) => {
  expect(compactOrder(facts, 'job-a')).toBe(facts);
});

test('a record is kept whole, with what was seen beside it', () => {
  const seen = runningRecord();
  expect(compactRecord(seen, 'job-a')).toEqual(seen);
  expect(compactRecord({ ...seen, record: undefined }, 'job-a')).toEqual({ ...seen, record: undefined });
});

test('what two orders say alike is kept once, and nobody can change it', () => {
  const [one, other] = ['job-a', 'job-b'].map((id) => compactOrder(sealed({ depends_on: ['x'] }), id));
  if (one?.seal !== 'valid' || other?.seal !== 'valid') throw new Error('they are whole');
  expect(one.order?.depends_on).toBe(other.order?.depends_on);
  expect(one.entries).toBe(other.entries);
  expect(() => one.order?.depends_on.push('y')).toThrow(TypeError);
  expect(other.order?.depends_on).toEqual(['x']);
});
