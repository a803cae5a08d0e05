// How jobs are named: ids from a moment and a name, names from free text, and what a reader accepts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactTime, isJobName, jobIdProblem, makeJobId, SHORT_NAME, slug } from '../../src/job/job-id.ts';

const AT = Date.parse('2026-02-10T14:30:22.999Z');

test.each([
  { name: 'the moment in UTC and the name', id: makeJobId(AT, 'wfe'), is: 'job-20260210-143022-wfe' },
  { name: 'no number for the first', id: makeJobId(AT, 'wfe', 1), is: 'job-20260210-143022-wfe' },
  { name: '-2 for a clash', id: makeJobId(AT, 'wfe', 2), is: 'job-20260210-143022-wfe-2' },
])('an id has $name', ({ id, is }) => {
  expect(id).toBe(is);
});

test('a time stamp keeps its zeros', () => {
  expect(compactTime(Date.parse('2026-01-02T03:04:05Z'))).toBe('20260102-030405');
});

describe('a name made from free text', () => {
  test.each([
    { text: 'wfe', name: 'wfe' },
    { text: 'StarSpec M1_WFE', name: 'starspec-m1-wfe' },
    { text: '  (beam) v2!! ', name: 'beam-v2' },
    { text: 'a--b', name: 'a-b' },
    { text: 'ﬁx ２', name: 'fix-2' },
    { text: '模型', name: 'job' },
    { text: '', name: 'job' },
    { text: `${'a'.repeat(59)} b`, name: 'a'.repeat(59) },
    { text: 'x'.repeat(80), name: 'x'.repeat(60) },
  ])('"$text" gives $name', ({ text, name }) => {
    expect(slug(text)).toBe(name);
  });

  test('is always one that may stand in an id, and its id is one that readers accept', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 90 }), (text) => {
        expect(isJobName(slug(text))).toBe(true);
        expect(jobIdProblem(makeJobId(AT, slug(text)))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  { name: 'wfe', fits: true },
  { name: 'm1-wfe-2', fits: true },
  { name: 'x'.repeat(60), fits: true },
  { name: 'x'.repeat(61), fits: false },
  { name: '', fits: false },
  { name: 'WFE', fits: false },
  { name: '-a', fits: false },
  { name: 'a-', fits: false },
  { name: 'a--b', fits: false },
  { name: 'a_b', fits: false },
  { name: 'a b', fits: false },
])('"$name" may stand at the end of an id: $fits', ({ name, fits }) => {
  expect(isJobName(name)).toBe(fits);
});

test.each([
  { id: 'job-20260210-143022-wfe', problem: undefined },
  { id: 'my own job', problem: undefined },
  { id: 'a/b', problem: 'has a slash' },
  { id: '', problem: 'has an empty part' },
  { id: '..', problem: 'has the part ".."' },
  { id: 'C:', problem: 'has the character :, which Windows cannot hold' },
  { id: 'nul', problem: 'has a name that Windows reserves ("nul")' },
  { id: 'job.', problem: 'has a part that ends in a dot or a space ("job.")' },
  { id: '__proto__', problem: 'is a name that no JSON object can have as a key' },
  { id: 'constructor', problem: undefined },
  { id: '.stversions', problem: 'has a name that the mirror or jobq skips (".stversions")' },
])('a reader of the id "$id" says: $problem', ({ id, problem }) => {
  expect(jobIdProblem(id)).toBe(problem);
});

test.each([
  { text: 'station', fits: true },
  { text: 'NX_2412-a', fits: true },
  { text: 'a'.repeat(63), fits: true },
  { text: 'a'.repeat(64), fits: false },
  { text: '', fits: false },
  { text: '-a', fits: false },
  { text: 'a.b', fits: false },
  { text: 'a b', fits: false },
  { text: 'a\n', fits: false },
])('"$text" may name a runner: $fits', ({ text, fits }) => {
  expect(SHORT_NAME.test(text)).toBe(fits);
});
