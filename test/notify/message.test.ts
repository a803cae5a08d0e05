// What a message says, under which id, and who is told.
import { describe, expect, test } from 'vitest';
import type { View } from '../../src/job/view.ts';
import type { Occasion } from '../../src/notify/facts.ts';
import { messageFor, messageSchema, testMessage } from '../../src/notify/message.ts';
import { targetsFor } from '../../src/notify/routing.ts';
import { FAILED, JOB, message, NOW, notifySettings, occasion, view } from './given.ts';

describe('the id', () => {
  const running = view({ state: 'running', attempt: 2 });
  test.each<{ name: string; given: Partial<Occasion>; id: string }>([
    { name: 'of an end', given: {}, id: `${JOB}/completed/1` },
    {
      name: 'of a failed second attempt',
      given: { view: view({ ...FAILED, attempt: 2 }) },
      id: `${JOB}/failed/2`,
    },
    { name: 'of late results', given: { kind: 'late' }, id: `${JOB}/completed/1/late` },
    { name: 'of a loss', given: { kind: 'lost', view: running }, id: `${JOB}/lost/2/lost` },
    {
      name: 'of one of several losses',
      given: { kind: 'lost', view: running, lostAt: '2026-02-10T18:00:05.123Z' },
      id: `${JOB}/lost/2/lost-20260210-180005`,
    },
    {
      name: 'of a recovery, whatever the job does by then',
      given: { kind: 'recovered', view: running, lostAt: '2026-02-10T18:00:05Z' },
      id: `${JOB}/lost/2/recovered-20260210-180005`,
    },
  ])('$name', ({ given, id }) => {
    expect(message(given).id).toBe(id);
    expect(message({ ...given, nowMs: NOW + 5000 }).id).toBe(id);
  });
});

describe('the text', () => {
  test('of a job that has completed', () => {
    const { title, text } = message({ post: 'completed', view: view({ retry_of: 'job-old' }) });
    expect(title).toBe(`Job ${JOB} has completed`);
    expect(text.split('\n')).toEqual([
      'Project: starspec-m1',
      'What: wavefront error, 100 trials',
      'Best value: 3.25',
      'Trials: 100 of 100',
      'Duration: 6 h 12 min',
      'This was a retry of job-old.',
      'Post-processing: completed',
      'Results: /q/archive/job-20260210-143022-wfe_20260210-204500',
      `Next: jobq status ${JOB}`,
    ]);
  });

  test('of a job that was cancelled says why, and by whom', () => {
    const cancelled = view({
      ...FAILED,
      state: 'cancelled',
      outcome: { kind: 'cancelled', error_class: 'cancelled', message: 'SCRIPT SAYS' },
    });
    const why = (cancel: Occasion['cancel']) => message({ view: cancelled, cancel }).facts['reason'];
    expect(why({ reason: 'dependency job-a failed', by: 'watcher on desk' })).toBe(
      'cancelled by watcher on desk: dependency job-a failed',
    );
    expect(why({ by: 'ada' })).toBe('cancelled by ada');
    expect(why(undefined)).toBe('cancelled on request');
  });

  test('of a job that is tried again', () => {
    const retry = { retried_as: `${JOB}-r1`, retry_at: '2026-02-10T21:05:00Z' };
    const { title, text } = message({ view: view({ ...FAILED, ...retry }) });
    expect(title).toBe(`Job ${JOB} has failed`);
    expect(text).toContain(`Why: exit code 3\n`);
    expect(text).toContain(`It will be tried again as ${JOB}-r1.\nNot before: 2026-02-10T21:05:00Z\n`);
    expect(text).toContain(`Next: jobq status ${JOB}-r1`);
  });

  test.each<{ name: string; given: Partial<Occasion>; title: string; next: string }>([
    { name: 'failed', given: { view: view(FAILED) }, title: 'has failed', next: `jobq logs ${JOB}` },
    {
      name: 'closed as lost',
      given: { view: view({ state: 'lost', outcome: null }) },
      title: 'is lost',
      next: 'jobq status',
    },
    {
      name: 'heard again',
      given: { kind: 'recovered', view: view({ state: 'running', outcome: null }) },
      title: 'is heard of again',
      next: `jobq status ${JOB}`,
    },
    {
      name: 'failed late',
      given: { kind: 'late', view: view(FAILED) },
      title: 'has ended after it had been called lost or given up',
      next: `jobq logs ${JOB}`,
    },
  ])('of a job that is $name', ({ given, title, next }) => {
    const made = message(given);
    expect(made.title).toBe(`Job ${JOB} ${title}`);
    expect(made.text).toMatch(new RegExp(`^Why: .+\\n[\\s\\S]*\\nNext: ${next}$`));
  });

  test('of a job of which little is known', () => {
    const empty = Object.fromEntries(Object.keys(view()).map((field) => [field, null])) as unknown as View;
    const lost = { ...empty, job_id: 'job-a', state: 'lost' as const, status: 'failed' as const, attempt: 0 };
    expect(message({ kind: 'lost', view: lost, order: undefined })).toMatchObject({
      title: 'Job job-a is lost',
      text: 'Why: no sign of life from its runner\nNext: jobq status',
    });
  });

  test.each<{ name: string; outcome: View['outcome']; reason: string | undefined }>([
    { name: 'completed', outcome: { kind: 'completed', message: 'x' }, reason: undefined },
    { name: 'cancelled', outcome: { kind: 'cancelled', message: 'x' }, reason: 'cancelled on request' },
    { name: 'timed out', outcome: { kind: 'timed-out', message: 'x' }, reason: 'it ran longer than it may' },
    { name: 'stalled', outcome: { kind: 'stalled', message: 'x' }, reason: 'nothing moved any more' },
    { name: 'interrupted', outcome: { kind: 'interrupted', message: 'x' }, reason: 'it was interrupted' },
    {
      name: 'rejected',
      outcome: { kind: 'rejected', error_class: 'environment', message: 'x' },
      reason: 'the runner refused it (environment)',
    },
    {
      name: 'no licence',
      outcome: { kind: 'failed', error_class: 'licence', exit_code: 1, message: 'x' },
      reason: 'it got no licence',
    },
    {
      name: 'a signal',
      outcome: { kind: 'failed', signal: 'SIGKILL', exit_code: null, message: 'x' },
      reason: 'the script was ended by SIGKILL',
    },
    {
      name: 'a failure with exit code 0',
      outcome: { kind: 'failed', exit_code: 0, message: 'x' },
      reason: 'exit code 0, but the log or the outputs say otherwise',
    },
    {
      name: 'no exit code',
      outcome: { kind: 'failed', exit_code: null, error_class: 'environment', message: 'x' },
      reason: 'error class environment',
    },
  ])('tells why: $name', ({ outcome, reason }) => {
    expect(message({ view: view({ ...FAILED, outcome }) }).facts['reason']).toBe(reason);
  });

  test.each([
    [45, '45 s'],
    [119, '119 s'],
    [120, '2 min'],
    [7170, '2 h 0 min'],
    [90_061, '25 h 1 min'],
  ])('%d s are %s', (seconds, text) => {
    const finished_at = new Date(NOW + seconds * 1000).toISOString();
    const started_at = new Date(NOW).toISOString();
    expect(message({ view: view({ started_at, finished_at }) }).facts['duration']).toBe(text);
  });

  test('leaves out a duration that cannot be', () => {
    const gone = message({ view: view({ finished_at: '2026-02-09T00:00:00Z' }) });
    expect(gone.facts).not.toHaveProperty('duration');
  });
});

describe('what a script said', () => {
  const made = messageFor(occasion({ view: view(FAILED) }));

  test('stands apart, in no fact and no text', () => {
    const { log, ...rest } = made;
    expect(log).toEqual({
      message: 'exit code 3, but the log says: IGNORE ALL RULES',
      log_tail: 'meshing\nIGNORE ALL RULES\nFATAL',
    });
    expect(JSON.stringify(rest)).not.toMatch(/IGNORE|SCRIPT SAYS|meshing/);
  });

  test('is kept short, whole lines from the end', () => {
    const log_tail = Array.from({ length: 100 }, (_, index) => `${index} ${'😀'.repeat(200)}`);
    const { log } = message({
      view: view({ ...FAILED, outcome: { kind: 'failed', message: 'x', log_tail } }),
    });
    const lines = String(log['log_tail']).split('\n');
    expect(String(log['log_tail']).length).toBeLessThanOrEqual(6000);
    expect(lines.at(-1)).toMatch(/^99 😀+…$/u);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(300);
  });

  test('obeys nobody: controls, marks that hide or turn text, halves of pairs', () => {
    const made = message({
      view: view({ project: 'a\u001b[31m\nb\u202e\u{e0041}\ud800\u0000c', description: 'x\r\n\r\ny\t z' }),
      order: { type: '\u2028', channel: ' #c ' },
    });
    expect(made.facts).toMatchObject({ project: 'a[31m b\uFFFDc', description: 'x y z', channel: '#c' });
    expect(made.facts).not.toHaveProperty('type');
  });
});

test('a message is what the ledger can read', () => {
  for (const made of [message(), message({ kind: 'lost', order: undefined }), testMessage('t', NOW)])
    expect(messageSchema.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
});

describe('who is told', () => {
  const url = 'url = "http://127.0.0.1:1/x"';
  const settings = notifySettings(`
    targets.all = { kind = "webhook", ${url} }
    targets.bad = { kind = "webhook", ${url}, on = ["failed", "lost"] }
    targets.good = { kind = "webhook", ${url}, on = ["completed"] }
    targets.stars = { kind = "webhook", ${url}, projects = ["star*", "M1 (a)"] }
    targets.nx = { kind = "webhook", ${url}, types = ["optimization"] }
    channels = { "#wfe" = ["good", "bad"], "#mute" = [] }
  `);
  const told = (given: Partial<Occasion> = {}) => targetsFor(message(given), settings);

  test.each<{ name: string; given: Partial<Occasion>; names: string[] }>([
    { name: 'every target when nothing else is said', given: {}, names: ['all', 'good', 'stars'] },
    { name: 'by the event', given: { view: view(FAILED) }, names: ['all', 'bad', 'stars'] },
    { name: 'by the channel', given: { order: { channel: '#wfe' } }, names: ['good'] },
    { name: 'nobody where a channel is muted', given: { order: { channel: '#mute' } }, names: [] },
    {
      name: 'the default for a channel that is not mapped',
      given: { order: { channel: '#x' } },
      names: ['all', 'good', 'stars'],
    },
    {
      name: 'the default for a name that Object has',
      given: { order: { channel: 'constructor' } },
      names: ['all', 'good', 'stars'],
    },
    { name: 'by the project', given: { view: view({ project: 'M1 (a)' }) }, names: ['all', 'good', 'stars'] },
    { name: 'by another project', given: { view: view({ project: 'my star' }) }, names: ['all', 'good'] },
    { name: 'without a project', given: { view: view({ project: null }) }, names: ['all', 'good'] },
    {
      name: 'by the type',
      given: { order: { type: 'optimization' } },
      names: ['all', 'good', 'stars', 'nx'],
    },
    { name: 'of a loss', given: { kind: 'lost' }, names: ['all', 'bad', 'stars'] },
    { name: 'of late results, as of an end', given: { kind: 'late' }, names: ['all', 'good', 'stars'] },
    { name: 'of a recovery', given: { kind: 'recovered' }, names: ['all', 'stars'] },
  ])('$name', ({ given, names }) => {
    expect(told(given)).toEqual(names);
  });

  test.each<{ name: string; given: Partial<Occasion>; wanted: boolean }>([
    { name: 'an end by default', given: {}, wanted: true },
    { name: 'an order that says nothing', given: { order: undefined }, wanted: true },
    { name: 'not on_complete', given: { order: { notify: { on_complete: false } } }, wanted: false },
    {
      name: 'late, not on_complete',
      given: { kind: 'late', order: { notify: { on_complete: false } } },
      wanted: false,
    },
    { name: 'on_fail is another thing', given: { order: { notify: { on_fail: false } } }, wanted: true },
    {
      name: 'not on_fail',
      given: { view: view(FAILED), order: { notify: { on_fail: false } } },
      wanted: false,
    },
    {
      name: 'cancelled, not on_fail',
      given: { view: view({ state: 'cancelled' }), order: { notify: { on_fail: false } } },
      wanted: false,
    },
    {
      name: 'lost, not on_fail',
      given: { kind: 'lost', order: { notify: { on_fail: false } } },
      wanted: false,
    },
    {
      name: 'lost, not on_complete',
      given: { kind: 'lost', order: { notify: { on_complete: false } } },
      wanted: true,
    },
  ])('the order decides: $name', ({ given, wanted }) => {
    expect(told(given).length > 0).toBe(wanted);
  });

  test('only those that are named as default', () => {
    const some = notifySettings(
      `targets.a = { kind = "webhook", ${url} }\ntargets.b = { kind = "webhook", ${url} }\ndefault = ["b"]`,
    );
    expect(targetsFor(message(), some)).toEqual(['b']);
    expect(targetsFor(message(), { ...some, default: ['b', 'gone', 'b', 'toString'] })).toEqual(['b']);
  });
});
