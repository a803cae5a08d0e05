// What a text in the environment or behind a flag stands for.
import { expect, test } from 'vitest';
import type { Form } from '../../src/settings/kinds.ts';
import { valueOfText } from '../../src/settings/kinds.ts';

const cases: { form: Form; text: string; value: unknown }[] = [
  { form: 'text', text: '12', value: '12' },
  { form: 'number', text: ' 12 ', value: 12 },
  { form: 'number', text: '-1.5e3', value: -1500 },
  { form: 'number', text: '0x10', value: '0x10' },
  { form: 'number', text: '', value: '' },
  { form: 'boolean', text: 'true', value: true },
  { form: 'boolean', text: 'false', value: false },
  { form: 'boolean', text: 'yes', value: 'yes' },
  { form: 'list', text: 'a, b', value: ['a', 'b'] },
  { form: 'list', text: '["a,b"]', value: ['a,b'] },
  { form: 'list', text: '[a', value: '[a' },
  { form: 'table', text: '{"a": 1}', value: { a: 1 } },
  { form: 'table', text: 'a', value: 'a' },
];

test.each(cases)('$form: "$text"', ({ form, text, value }) => {
  expect(valueOfText(form, text)).toEqual(value);
});
