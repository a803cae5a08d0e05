// What is kept of small files says the same as what was read.
import { expect, test } from 'vitest';
import { compactOrder, compactRecord } from '../../src/store/compact.ts';
import { illegible, runningRecord, sealed, unsealed } from '../helpers/snapshots.ts';

test('a sealed order keeps all of its order, which stands for the fields as well', () => {
  const facts = sealed({ depends_on: ['a'], metadata: { any: [1, { deep: null }] } });
  const kept = compactOrder({ ...facts, fields: { ...facts.fields } });
  expect(kept).toEqual(facts);
  expect(kept?.seal === 'valid' && kept.order === kept.fields).toBe(true);
});

test.each([
  ['without a seal', unsealed({ run_on: 7 })],
  ['that does not fit the schema', illegible({ args: 7 })],
  ['that is not there', undefined],
])('an order %s is kept as it was read', (_, facts) => {
  expect(compactOrder(facts)).toBe(facts);
});

test('a record is kept whole, with what was seen beside it', () => {
  const seen = runningRecord();
  expect(compactRecord(seen)).toEqual(seen);
  expect(compactRecord({ ...seen, record: undefined })).toEqual({ ...seen, record: undefined });
});
