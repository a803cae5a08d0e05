// Which post-processors which job gets, and in which order.
import { describe, expect, test } from 'vitest';
import type { PostProcessors } from '../../../src/settings/post-processors.ts';
import type { JobTraits } from '../../../src/watcher/post/choose.ts';
import { isPostWanted, processorsFor } from '../../../src/watcher/post/choose.ts';

const DEFAULTS = {
  post_command: [] as string[],
  post: {} as PostProcessors,
  post_timeout_s: 3600,
  post_tries: 3,
  post_backoff_s: 60,
  post_concurrency: 1,
  post_env_inherit: ['PATH'],
};

const entry = (fields: Partial<PostProcessors[string]> = {}) => ({
  command: ['run'],
  order: 0,
  stop_on_failure: false,
  ...fields,
});

const JOB: JobTraits = {
  project: 'm1-wing',
  type: 'optimization',
  paths: ['job.json', 'stdout.log', '3_results/study.db', '3_results/plots/best.png'],
};

const chosen = (post: PostProcessors, job: JobTraits = JOB, post_command: string[] = []) =>
  processorsFor({ ...DEFAULTS, post, post_command }, job).map(({ name }) => name);

describe('an entry is for a job', () => {
  test.each<{ name: string; fields: Partial<PostProcessors[string]>; job?: Partial<JobTraits>; is: boolean }>(
    [
      { name: 'without filters', fields: {}, is: true },
      {
        name: 'without filters, of which nothing is known',
        fields: {},
        job: { project: undefined, type: undefined, paths: [] },
        is: true,
      },
      { name: 'of its type', fields: { types: ['analysis', 'optimization'] }, is: true },
      { name: 'of another type', fields: { types: ['analysis'] }, is: false },
      { name: 'without a type', fields: { types: ['*'] }, job: { type: undefined }, is: false },
      { name: 'of its project by a pattern', fields: { projects: ['m1*'] }, is: true },
      { name: 'of another project', fields: { projects: ['m2*'] }, is: false },
      { name: 'without a project', fields: { projects: ['m1*'] }, job: { project: undefined }, is: false },
      { name: 'with a file that one pattern fits', fields: { paths: ['*.csv', '3_results/*.db'] }, is: true },
      { name: 'with a file in some folder', fields: { paths: ['**/*.png'] }, is: true },
      { name: 'with a file that differs in case', fields: { paths: ['3_RESULTS/*.DB'] }, is: true },
      { name: 'without such a file', fields: { paths: ['*.db'] }, is: false },
      {
        name: 'that fits all filters',
        fields: { types: ['opt*'], projects: ['m1*'], paths: ['**/*.db'] },
        is: true,
      },
      {
        name: 'that fits all filters but the type',
        fields: { types: ['x'], projects: ['m1*'], paths: ['**/*.db'] },
        is: false,
      },
      {
        name: 'that fits all filters but the project',
        fields: { types: ['opt*'], projects: ['x'], paths: ['**/*.db'] },
        is: false,
      },
      {
        name: 'that fits all filters but the paths',
        fields: { types: ['opt*'], projects: ['m1*'], paths: ['x'] },
        is: false,
      },
    ],
  )('$name: $is', ({ fields, job, is }) => {
    expect(chosen({ p: entry(fields) }, { ...JOB, ...job })).toEqual(is ? ['p'] : []);
  });
});

describe('the order', () => {
  test.each<{ name: string; post: PostProcessors; command?: string[]; order: string[] }>([
    { name: 'is that of the names', post: { c: entry(), a: entry(), B: entry() }, order: ['B', 'a', 'c'] },
    {
      name: 'is that of `order` before that of the names',
      post: { a: entry({ order: 2 }), b: entry({ order: -1 }), c: entry(), d: entry({ order: 2 }) },
      order: ['b', 'c', 'a', 'd'],
    },
    {
      name: 'has post_command before everything',
      post: { a: entry({ order: -5 }) },
      command: ['x'],
      order: ['post_command', 'a'],
    },
    { name: 'has post_command alone', post: {}, command: ['x'], order: ['post_command'] },
    { name: 'is empty without any', post: {}, order: [] },
  ])('$name', ({ post, command, order }) => {
    expect(chosen(post, JOB, command)).toEqual(order);
    expect(isPostWanted({ ...DEFAULTS, post, post_command: command ?? [] })).toBe(order.length > 0);
  });
});

test('what an entry does not say is as in the settings, its output in a file of its name', () => {
  const own = entry({ timeout_s: 5, tries: 1, backoff_s: 0, stop_on_failure: true });
  const settings = { ...DEFAULTS, post_command: ['first', '-x'], post: { plain: entry(), own } };
  expect(processorsFor(settings, JOB)).toEqual([
    {
      name: 'post_command',
      command: ['first', '-x'],
      log: 'output.log',
      timeoutS: 3600,
      tries: 3,
      backoffS: 60,
      stopOnFailure: false,
      env: {},
    },
    {
      name: 'own',
      command: ['run'],
      log: 'own.log',
      timeoutS: 5,
      tries: 1,
      backoffS: 0,
      stopOnFailure: true,
      env: {},
    },
    {
      name: 'plain',
      command: ['run'],
      log: 'plain.log',
      timeoutS: 3600,
      tries: 3,
      backoffS: 60,
      stopOnFailure: false,
      env: {},
    },
  ]);
});
