// The order's wire format: SYS_19's own example, fields nobody knows, and each field that is wrong.
import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/job/order.ts';
import { needsRelease, parseOrder, runOn } from '../../src/job/order.ts';

const ID = 'job-20260210-143022-wfe';

/** The example of SYS_19, letter by letter. */
const SYS_19 = `{
  "job_id": "job-20260210-143022-wfe",
  "created_at": "2026-02-10T14:30:22Z",
  "created_by": "study-builder",
  "project": "starspec-m1-wfe",
  "channel": "#starspec-m1-wfe",
  "type": "optimization",
  "script": "run_optimization.py",
  "args": ["--start"],
  "status": "submitted",
  "notify": { "on_complete": true, "on_fail": true }
}
`;

const parse = (fields: object) => parseOrder(Buffer.from(JSON.stringify(fields)), ID);

function orderOf(fields: object): Order {
  const parsed = parse({ job_id: ID, script: 'run.py', ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

test("SYS_19's example is an order", () => {
  const fields = JSON.parse(SYS_19) as object;
  expect(parseOrder(Buffer.from(SYS_19), ID)).toEqual({
    ok: true,
    value: { ...fields, priority: 'medium', depends_on: [], hold: false, expect: [] },
  });
});

test("SYS_19's example is one as PowerShell writes it", () => {
  const bytes = Buffer.from(`\ufeff${SYS_19.replaceAll('\n', '\r\n')}`, 'utf16le');
  expect(parseOrder(bytes, ID).ok).toBe(true);
});

test('id and script are enough, and no arguments are none', () => {
  expect(orderOf({}).args).toEqual([]);
});

test('fields nobody knows are kept, also inside of others', () => {
  const strangers = { colour: 'red', deep: { a: [1, null] } };
  const fields = {
    ...strangers,
    inputs: { files: 1, bytes: 2, blocks: 3 },
    notify: { by: 'mail' },
    requires: { gpu: 1 },
    retry: { jitter: true },
    metadata: { any: { thing: 1 } },
  };
  expect(orderOf(fields)).toMatchObject(fields);
});

test('every field that jobq adds is read', () => {
  const fields = {
    schema_version: 1,
    inputs: { files: 2, bytes: 980, empty_dirs: ['2_work'] },
    run_on: 'station',
    description: 'x',
    priority: 'critical',
    depends_on: ['job-a'],
    hold: true,
    requires: { memory_mb: 1, disk_mb: 0, cpu: 1.5, licences: { NX_NASTRAN: 1 }, tags: ['nx'] },
    timeout_s: 0.5,
    stall_timeout_s: 60,
    queue_timeout_s: 60,
    expect: ['3_results/study.db'],
    retry: { max: 3, backoff_s: 10, multiplier: 2, on: ['licence'] },
    on_interrupt: 'resume',
    resume_args: ['--resume'],
    max_attempts: 3,
    interpreter: 'nx-python',
    env: { A: 'b' },
    idempotency_key: 'k',
    retry_of: 'job-b',
    batch_id: 'b',
    metadata: {},
    sealed_by: 'watcher',
  };
  expect(orderOf(fields)).toEqual({ job_id: ID, script: 'run.py', args: [], ...fields });
});

describe('a field that is wrong is named with its reason', () => {
  const kind = (expected: string, got: string) => `should be ${expected}, but is ${got}`;
  test.each([
    { fields: { job_id: 5 }, field: 'job_id', reason: kind('string', 'number') },
    { fields: { job_id: undefined }, field: 'job_id', reason: 'is missing' },
    { fields: { job_id: 'a/b' }, field: 'job_id', reason: 'has a slash: "a/b"' },
    { fields: { script: undefined }, field: 'script', reason: 'is missing' },
    { fields: { script: null }, field: 'script', reason: kind('string', 'null') },
    { fields: { script: '' }, field: 'script', reason: 'is empty: ""' },
    { fields: { script: 'C:\\run.py' }, field: 'script', reason: 'names a drive: "C:\\\\run.py"' },
    { fields: { script: '../run.py' }, field: 'script', reason: 'has the part "..": "../run.py"' },
    {
      fields: { created_at: 'yesterday' },
      field: 'created_at',
      reason: 'is not a time like 2026-02-10T14:30:22Z: "yesterday"',
    },
    { fields: { created_by: 5 }, field: 'created_by', reason: kind('string', 'number') },
    { fields: { project: [] }, field: 'project', reason: kind('string', 'a list') },
    { fields: { channel: null }, field: 'channel', reason: kind('string', 'null') },
    { fields: { type: {} }, field: 'type', reason: kind('string', 'object') },
    { fields: { args: '--start' }, field: 'args', reason: kind('array', 'string') },
    { fields: { args: ['--trials', 50] }, field: 'args[1]', reason: kind('string', 'number') },
    { fields: { status: 'running' }, field: 'status', reason: kind('"submitted"', '"running"') },
    { fields: { notify: true }, field: 'notify', reason: kind('object', 'boolean') },
    { fields: { notify: { on_fail: 'yes' } }, field: 'notify.on_fail', reason: kind('boolean', 'string') },
    { fields: { schema_version: '1' }, field: 'schema_version', reason: kind('number', 'string') },
    { fields: { schema_version: 1.5 }, field: 'schema_version', reason: kind('int', 'number') },
    { fields: { inputs: { files: 1 } }, field: 'inputs.bytes', reason: 'is missing' },
    {
      fields: { inputs: { files: -1, bytes: 0 } },
      field: 'inputs.files',
      reason: 'should be at least 0, but is -1',
    },
    {
      fields: { inputs: { files: 1, bytes: 1, empty_dirs: ['a', '/b'] } },
      field: 'inputs.empty_dirs[1]',
      reason: 'is not relative: "/b"',
    },
    {
      fields: { run_on: 'my station' },
      field: 'run_on',
      reason: 'should be letters, digits, - and _ (at most 63): "my station"',
    },
    { fields: { description: 1 }, field: 'description', reason: kind('string', 'number') },
    {
      fields: { priority: 'urgent' },
      field: 'priority',
      reason: 'should be "low" or "medium" or "high" or "critical", but is "urgent"',
    },
    { fields: { depends_on: 'job-a' }, field: 'depends_on', reason: kind('array', 'string') },
    { fields: { depends_on: ['..'] }, field: 'depends_on[0]', reason: 'has the part "..": ".."' },
    { fields: { hold: 'yes' }, field: 'hold', reason: kind('boolean', 'string') },
    { fields: { requires: [] }, field: 'requires', reason: kind('object', 'a list') },
    {
      fields: { requires: { memory_mb: -1 } },
      field: 'requires.memory_mb',
      reason: 'should be at least 0, but is -1',
    },
    { fields: { requires: { disk_mb: 'x' } }, field: 'requires.disk_mb', reason: kind('number', 'string') },
    { fields: { requires: { cpu: '4' } }, field: 'requires.cpu', reason: kind('number', 'string') },
    {
      fields: { requires: { licences: { NX: '1' } } },
      field: 'requires.licences.NX',
      reason: kind('number', 'string'),
    },
    { fields: { requires: { tags: [1] } }, field: 'requires.tags[0]', reason: kind('string', 'number') },
    { fields: { timeout_s: '60' }, field: 'timeout_s', reason: kind('number', 'string') },
    { fields: { stall_timeout_s: null }, field: 'stall_timeout_s', reason: kind('number', 'null') },
    { fields: { queue_timeout_s: true }, field: 'queue_timeout_s', reason: kind('number', 'boolean') },
    {
      fields: { expect: ['a', 'bc:d'] },
      field: 'expect[1]',
      reason: 'has the character :, which Windows cannot hold: "bc:d"',
    },
    { fields: { retry: 3 }, field: 'retry', reason: kind('object', 'number') },
    { fields: { retry: { max: -1 } }, field: 'retry.max', reason: 'should be at least 0, but is -1' },
    { fields: { retry: { backoff_s: '1' } }, field: 'retry.backoff_s', reason: kind('number', 'string') },
    {
      fields: { retry: { backoff_s: 1e300 } },
      field: 'retry.backoff_s',
      reason: 'should be at most 31622400, but is 1e+300',
    },
    {
      fields: { retry: { multiplier: 1e200 } },
      field: 'retry.multiplier',
      reason: 'should be at most 1000, but is 1e+200',
    },
    { fields: { retry: { multiplier: '1' } }, field: 'retry.multiplier', reason: kind('number', 'string') },
    { fields: { retry: { on: 'licence' } }, field: 'retry.on', reason: kind('array', 'string') },
    {
      fields: { on_interrupt: 'again' },
      field: 'on_interrupt',
      reason: 'should be "fail" or "restart" or "resume", but is "again"',
    },
    { fields: { resume_args: '--resume' }, field: 'resume_args', reason: kind('array', 'string') },
    { fields: { max_attempts: 1.5 }, field: 'max_attempts', reason: kind('int', 'number') },
    {
      fields: { interpreter: '/usr/bin/python3' },
      field: 'interpreter',
      reason: 'should be letters, digits, - and _ (at most 63): "/usr/bin/python3"',
    },
    { fields: { env: { A: 5 } }, field: 'env.A', reason: kind('string', 'number') },
    { fields: { idempotency_key: 5 }, field: 'idempotency_key', reason: kind('string', 'number') },
    { fields: { retry_of: 'a/b' }, field: 'retry_of', reason: 'has a slash: "a/b"' },
    { fields: { batch_id: 5 }, field: 'batch_id', reason: kind('string', 'number') },
    { fields: { metadata: [] }, field: 'metadata', reason: kind('record', 'a list') },
    { fields: { sealed_by: 5 }, field: 'sealed_by', reason: kind('string', 'number') },
  ])('$fields', ({ fields, field, reason }) => {
    expect(parse({ job_id: ID, script: 'run.py', ...fields })).toEqual({
      ok: false,
      problems: [{ field, reason }],
    });
  });

  test.each(['timeout_s', 'stall_timeout_s', 'queue_timeout_s', 'max_attempts'])(
    '%s is more than 0',
    (field) => {
      const parsed = parse({ job_id: ID, script: 'run.py', [field]: 0 });
      expect(parsed).toEqual({ ok: false, problems: [{ field, reason: 'should be more than 0, but is 0' }] });
    },
  );

  test('several at once, each once', () => {
    expect(parse({ job_id: ID, args: 5, hold: 5 })).toMatchObject({
      ok: false,
      problems: [{ field: 'script' }, { field: 'args' }, { field: 'hold' }],
    });
  });
});

test('a higher schema_version is refused, and says what to do', () => {
  expect(parse({ job_id: ID, script: 'run.py', schema_version: 2 })).toEqual({
    ok: false,
    problems: [
      {
        field: 'schema_version',
        reason: 'is 2, but this jobq knows versions up to 1: update jobq on this machine',
      },
    ],
  });
});

test("an id that is not the directory's name is refused", () => {
  expect(parse({ job_id: 'job-other', script: 'run.py' })).toEqual({
    ok: false,
    problems: [{ field: 'job_id', reason: `should be the directory's name "${ID}", but is "job-other"` }],
  });
});

test.each(['[]', '5', 'null', '"x"'])('%s is no order', (text) => {
  expect(parseOrder(Buffer.from(text), ID)).toMatchObject({
    ok: false,
    problems: [{ field: '', reason: expect.stringContaining('should be object') }],
  });
});

test.each([
  { fields: {}, on: 'auto' },
  { fields: { run_on: 'auto' }, on: 'auto' },
  { fields: { run_on: 'station' }, on: 'station' },
])('an order with $fields runs on $on', ({ fields, on }) => {
  expect(runOn(orderOf(fields))).toBe(on);
});

test.each([
  { fields: {}, waits: false },
  { fields: { hold: true }, waits: true },
  { fields: { depends_on: ['job-a'] }, waits: true },
])('an order with $fields needs a release: $waits', ({ fields, waits }) => {
  expect(needsRelease(orderOf(fields))).toBe(waits);
});
