// What a template may say, and what becomes of it.
import { describe, expect, test } from 'vitest';
import {
  fieldsOf,
  LOG_FIELDS,
  MESSAGE_FIELDS,
  renderTemplate,
  templateProblem,
} from '../../src/job/message-template.ts';

describe('a template', () => {
  test.each([
    { name: 'plain text', text: 'done', problem: undefined },
    { name: 'a field', text: '{job_id} is {state}', problem: undefined },
    {
      name: 'every field',
      text: Object.keys(MESSAGE_FIELDS)
        .map((field) => `{${field}}`)
        .join(' '),
      problem: undefined,
    },
    { name: 'braces themselves', text: '{{"id": "{job_id}"}}', problem: undefined },
    { name: 'nothing', text: ' \n', problem: 'is empty' },
    { name: 'an unknown field', text: '{job}', problem: 'has {job}, which is none of job_id, event,' },
    { name: 'a field of Object', text: '{constructor}', problem: 'has {constructor}' },
    { name: 'a field with blanks', text: '{ job_id }', problem: 'has { job_id }' },
    { name: 'a brace that is not closed', text: '{job_id', problem: 'a brace that belongs to no field' },
    { name: 'a brace that was not opened', text: 'job_id}', problem: 'a brace that belongs to no field' },
    { name: 'braces with nothing', text: '{}', problem: 'a brace that belongs to no field' },
    { name: 'a field over two lines', text: '{job\n_id}', problem: 'which is none of' },
  ])('with $name', ({ text, problem }) => {
    expect(templateProblem(text) ?? 'none').toContain(problem ?? 'none');
  });

  test('names its fields', () => {
    expect(fieldsOf('{{x}} {job_id}: {log_tail} {job_id}')).toEqual(['job_id', 'log_tail', 'job_id']);
    for (const field of LOG_FIELDS) expect(Object.keys(MESSAGE_FIELDS)).toContain(field);
  });
});

describe('rendering', () => {
  const texts = { job_id: 'job-a', state: 'failed', reason: '', log_tail: 'one\ntwo' };

  test.each([
    { name: 'fills in what is known', template: '{job_id}: {state}', text: 'job-a: failed' },
    {
      name: 'leaves out a line that has nothing to tell',
      template: 'a\nBest: {best} {reason}\nb',
      text: 'a\nb',
    },
    {
      name: 'marks what is not known in a line that has more',
      template: '{state} best {best}',
      text: 'failed best -',
    },
    { name: 'keeps lines without fields', template: 'one\n\ntwo\r\nthree', text: 'one\n\ntwo\nthree' },
    { name: 'writes braces', template: '{{{job_id}}} {{}}', text: '{job-a} {}' },
    { name: 'does not read a value as a template', template: '{log_tail}', text: 'one\ntwo' },
  ])('$name', ({ template, text }) => {
    expect(renderTemplate(template, texts)).toBe(text);
  });

  test('takes braces in a value as they are', () => {
    expect(renderTemplate('{project} {job_id}', { project: '{job_id}', job_id: 'x' })).toBe('{job_id} x');
  });
});
