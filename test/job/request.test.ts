// The files of the requests: what each must say, and in which order they are removed.
import { expect, test } from 'vitest';
import { checkWith } from '../../src/job/parsed.ts';
import type { RequestKind } from '../../src/job/request.ts';
import { REQUEST_FILES, REQUEST_KINDS, REQUEST_SCHEMAS } from '../../src/job/request.ts';

const requested_at = '2026-02-10T14:30:22Z';
const seal_sha256 = 'a'.repeat(64);

const check = (kind: RequestKind, value: unknown) => checkWith<unknown>(REQUEST_SCHEMAS[kind], value);

test.each<{ kind: RequestKind; value: object }>([
  { kind: 'assign', value: { requested_at, runner: 'station' } },
  { kind: 'release', value: { requested_at, requested_by: 'me' } },
  { kind: 'release', value: {} },
  { kind: 'cancel', value: { requested_at } },
  {
    kind: 'cancel',
    value: {
      requested_at,
      requested_by: 'me',
      reason: 'x',
      grace_s: 5,
      superseded_by: 'job-r1',
      abandoned: true,
    },
  },
  { kind: 'archived', value: { requested_at, seal_sha256, archived_as: 'job_20260211-020311' } },
  { kind: 'assign', value: { requested_at, runner: 'station', colour: 'red' } },
  { kind: 'release', value: { requested_at, colour: 'red' } },
  { kind: 'cancel', value: { requested_at, colour: 'red' } },
  { kind: 'archived', value: { requested_at, seal_sha256, archived_as: 'x', colour: 'red' } },
])('$kind: $value is read and kept', ({ kind, value }) => {
  expect(check(kind, value)).toEqual({ ok: true, value });
});

test.each<{ kind: RequestKind; value: object; field: string; reason: string }>([
  { kind: 'assign', value: { requested_at }, field: 'runner', reason: 'is missing' },
  {
    kind: 'assign',
    value: { requested_at, runner: 'a.b' },
    field: 'runner',
    reason: 'should be letters, digits, - and _ (at most 63): "a.b"',
  },
  {
    kind: 'release',
    value: { requested_at: 'now' },
    field: 'requested_at',
    reason: 'is not a time like 2026-02-10T14:30:22Z: "now"',
  },
  {
    kind: 'cancel',
    value: { requested_at, grace_s: '5' },
    field: 'grace_s',
    reason: 'should be number, but is string',
  },
  {
    kind: 'cancel',
    value: { requested_at, abandoned: 'yes' },
    field: 'abandoned',
    reason: 'should be boolean, but is string',
  },
  {
    kind: 'archived',
    value: { requested_at, seal_sha256: 'A'.repeat(64), archived_as: 'x' },
    field: 'seal_sha256',
    reason: `is not a SHA-256 digest: "${'A'.repeat(64)}"`,
  },
  { kind: 'archived', value: { requested_at, archived_as: 'x' }, field: 'seal_sha256', reason: 'is missing' },
  {
    kind: 'archived',
    value: { requested_at, seal_sha256, archived_as: '../x' },
    field: 'archived_as',
    reason: 'has the part "..": "../x"',
  },
])('$kind: $value is refused for its $field', ({ kind, value, field, reason }) => {
  expect(check(kind, value)).toEqual({ ok: false, problems: [{ field, reason }] });
});

test('each kind has its file, and what stops a second run is removed last', () => {
  expect(REQUEST_KINDS.map((kind) => REQUEST_FILES[kind])).toEqual([
    'assign.json',
    'release.json',
    'cancel.json',
    'archived.json',
  ]);
});
