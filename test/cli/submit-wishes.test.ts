// The options of submit that say how a job is to run, what it needs and what counts as success.
import { describe, expect, test } from 'vitest';
import { errorShape, submitShape } from '../../src/cli/shapes.ts';
import { VERB_GROUPS } from '../../src/cli/verbs/groups.ts';
import { orderSchema, parseOrder } from '../../src/job/order.ts';
import type { World } from './world.ts';
import { queueWorld, STUDY } from './world.ts';

/** What the order says after `submit` with these options, beside what it says without any. */
async function orderWith(world: World, ...options: string[]): Promise<Record<string, unknown>> {
  world.disk.clock.advance(60_000);
  const { json } = await world.json('submit', STUDY, ...options);
  const { job_id } = submitShape.parse(json);
  const bytes = world.disk.files.read(`${world.layout.order(job_id)}/job.json`) ?? Buffer.alloc(0);
  const parsed = parseOrder(bytes, job_id);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return JSON.parse(String(bytes)) as Record<string, unknown>;
}

describe('an option becomes a field of the order:', () => {
  const cases: { options: string; fields: object }[] = [
    { options: '--on-interrupt resume', fields: { on_interrupt: 'resume' } },
    {
      options: '--resume-arg --resume --resume-arg --trials',
      fields: { resume_args: ['--resume', '--trials'] },
    },
    {
      options: '--on-interrupt resume --resume-arg --go',
      fields: { on_interrupt: 'resume', resume_args: ['--go'] },
    },
    { options: '--max-attempts 5', fields: { max_attempts: 5 } },
    { options: '--timeout 90.5', fields: { timeout_s: 90.5 } },
    { options: '--stall-timeout 1800', fields: { stall_timeout_s: 1800 } },
    { options: '--queue-timeout 86400', fields: { queue_timeout_s: 86_400 } },
    { options: '--memory 16000', fields: { requires: { memory_mb: 16_000 } } },
    { options: '--disk 20000', fields: { requires: { disk_mb: 20_000 } } },
    { options: '--cpu 4', fields: { requires: { cpu: 4 } } },
    {
      options: '--licence NX_NASTRAN --licence NX_MECH=2',
      fields: { requires: { licences: { NX_NASTRAN: 1, NX_MECH: 2 } } },
    },
    { options: '--tag nx2512 --tag gpu', fields: { requires: { tags: ['nx2512', 'gpu'] } } },
    {
      options: '--memory 1 --disk 2 --cpu 3 --tag a --licence b',
      fields: { requires: { memory_mb: 1, disk_mb: 2, cpu: 3, tags: ['a'], licences: { b: 1 } } },
    },
    { options: '--fail-pattern FATAL --fail-pattern ^E', fields: { fail_patterns: ['FATAL', '^E'] } },
    { options: '--finite-csv 3_results/*.csv', fields: { finite_csv: ['3_results/*.csv'] } },
    { options: '--live-output a --live-output b/*', fields: { live_outputs: ['a', 'b/*'] } },
    { options: '--include *.csv --include *.op2', fields: { publish: { include: ['*.csv', '*.op2'] } } },
    { options: '--exclude 2_iterations/**', fields: { publish: { exclude: ['2_iterations/**'] } } },
    { options: '--include a --exclude b', fields: { publish: { include: ['a'], exclude: ['b'] } } },
    { options: '--env OMP_NUM_THREADS=4 --env X=a=b', fields: { env: { OMP_NUM_THREADS: '4', X: 'a=b' } } },
  ];

  test.each(cases)('$options', async ({ options, fields }) => {
    const world = await queueWorld();
    const { job_id, created_at, ...bare } = await orderWith(world);
    const order = await orderWith(world, ...options.split(' '));
    expect(order).toEqual({ ...bare, ...fields, job_id: order['job_id'], created_at: order['created_at'] });
    expect([job_id, created_at]).not.toContain(order['job_id']);
  });

  test('without options the runner’s settings count: the order says nothing', async () => {
    expect(Object.keys(await orderWith(await queueWorld())).join(' ')).toBe(
      'job_id created_at created_by project type script args status notify schema_version inputs run_on',
    );
  });
});

test('every field of an order that people choose has an option', () => {
  const submit = VERB_GROUPS.flatMap(({ verbs }) => verbs).find(({ name }) => name === 'submit');
  const flags =
    submit?.options.map(({ flags: text }) => text.split(' ')[0]?.slice(2).replaceAll('-', '_')) ?? [];
  const named: Record<string, string> = {
    args: 'arg',
    resume_args: 'resume_arg',
    timeout_s: 'timeout',
    stall_timeout_s: 'stall_timeout',
    queue_timeout_s: 'queue_timeout',
    fail_patterns: 'fail_pattern',
    live_outputs: 'live_output',
    publish: 'include',
    requires: 'memory',
  };
  // written by submit and seal, or for what comes later: retry and batches
  const notChosen =
    'job_id created_at created_by status notify schema_version inputs sealed_by retry retry_of batch_id'.split(
      ' ',
    );
  const fields = Object.keys(orderSchema.shape).filter((field) => !notChosen.includes(field));
  expect(fields.filter((field) => !flags.includes(named[field] ?? field))).toEqual([]);
});

describe('what the order may not say is told with everything else that is wrong:', () => {
  test.each([
    { options: ['--fail-pattern', '('], message: 'fail_patterns[0] is no regular expression' },
    {
      options: ['--fail-pattern', 'a', '--fail-pattern', '.*'],
      message: 'fail_patterns[1] fits an empty line',
    },
    { options: ['--finite-csv', '/tmp/*.csv'], message: 'finite_csv[0] should be relative' },
    { options: ['--live-output', '..\\x'], message: 'live_outputs[0] has a backslash' },
    { options: ['--include', '../*'], message: 'publish.include[0] leaves the directory' },
    { options: ['--exclude', ''], message: 'publish.exclude[0] is empty' },
  ])('$options', async ({ options, message }) => {
    const world = await queueWorld();
    await world.disk.files.removeFile(`${STUDY}/README.md`);
    const { code, json } = await world.json('submit', STUDY, ...options);
    expect(code).toBe(4);
    const { problems } = errorShape.parse(json).error;
    expect(problems).toEqual([
      expect.objectContaining({ rule: 'readme' }),
      expect.objectContaining({ rule: 'order', file: 'job.json', message: expect.stringContaining(message) }),
    ]);
    expect((await world.json('list')).json).toMatchObject({ jobs: [] });
  });
});

test.each(['fail', 'restart'])('--resume-arg with --on-interrupt %s would do nothing', async (what) => {
  const world = await queueWorld();
  const { code, json } = await world.json('submit', STUDY, '--on-interrupt', what, '--resume-arg', '--go');
  expect(code).toBe(2);
  expect(errorShape.parse(json).error).toMatchObject({ code: 'usage', field: '--resume-arg' });
});

test('an argument for a resumed run that is an absolute path is a warning, as one for the first run is', async () => {
  const world = await queueWorld();
  const { json } = await world.json(
    'submit',
    STUDY,
    '--resume-arg',
    '--from',
    '--resume-arg',
    'C:\\old\\study.db',
  );
  expect(submitShape.parse(json).warnings).toMatchObject([
    { rule: 'absolute-path', message: 'resume_args[1] names the absolute path C:\\old\\study.db' },
  ]);
});

describe('with an idempotency key', () => {
  const WISHES = [
    '--memory',
    '8',
    '--licence',
    'A',
    '--licence',
    'B=2',
    '--env',
    'X=1',
    '--env',
    'Y=2',
    '--tag',
    't',
  ];
  const SAME = [
    '--env',
    'Y=2',
    '--tag',
    't',
    '--licence',
    'B=2',
    '--licence',
    'A=1',
    '--env',
    'X=1',
    '--memory',
    '8',
  ];

  test('the same wishes in another order are the same content', async () => {
    const world = await queueWorld();
    const first = await orderWith(world, '--idempotency-key', 'k', ...WISHES);
    const { json } = await world.json('submit', STUDY, '--idempotency-key', 'k', ...SAME);
    expect(json).toMatchObject({ existing: true, job_id: first['job_id'] });
  });

  test.each([
    ['--memory', '9'],
    ['--licence', 'C'],
    ['--env', 'X=2'],
    ['--tag', 'u'],
    ['--on-interrupt', 'resume'],
    ['--resume-arg', 'x'],
    ['--max-attempts', '2'],
    ['--stall-timeout', '5'],
    ['--queue-timeout', '5'],
    ['--fail-pattern', 'E'],
    ['--finite-csv', 'a'],
    ['--live-output', 'a'],
    ['--include', 'a'],
    ['--exclude', 'a'],
  ])('%s %s is other content', async (...more) => {
    const world = await queueWorld();
    await orderWith(world, '--idempotency-key', 'k', ...WISHES);
    const { code, json } = await world.json('submit', STUDY, '--idempotency-key', 'k', ...WISHES, ...more);
    expect(code).toBe(10);
    expect(errorShape.parse(json).error.code).toBe('conflict');
  });
});
