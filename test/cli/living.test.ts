// What commands show of the living: what the watcher judged lately, and that nobody knows where none runs.
import { describe, expect, test } from 'vitest';
import { glanceShape, listShape, statusShape } from '../../src/cli/shapes.ts';
import type { Judgement } from '../../src/store/judgement.ts';
import { writeJudgement } from '../../src/store/judgement.ts';
import type { World } from './world.ts';
import { end, queueWorld, RUNNING, report, seen, submitted } from './world.ts';

const SINCE = '2026-02-10T14:20:00.000Z';
const NOT_KNOWN = 'The watcher does not run on this machine: it is not known here who is alive.';

async function world(fields: Partial<Judgement> = {}, verdict: 'unreachable' | 'stale' = 'unreachable') {
  const made = await queueWorld();
  const id = await submitted(made, 'wfe');
  await report(made, id, RUNNING);
  await seen(made, 'station', [id]);
  const at = new Date(made.disk.clock.now()).toISOString();
  const judgement: Judgement = {
    at,
    link: 'disconnected',
    link_since: SINCE,
    runners: [{ runner_id: 'station', verdict, since: SINCE, heard_at: SINCE, clock_behind_s: 12.5 }],
    jobs: { [id]: { verdict, since: SINCE } },
    ...fields,
  };
  await writeJudgement(made.disk, made.layout, judgement);
  return { made, id };
}

const glanceOf = async (made: World) => glanceShape.parse((await made.json('status')).json);
const runnerLine = async (made: World) =>
  (await made.run('status')).stdout.split('\n').find((line) => line.startsWith('station')) ?? '';

describe('status of a job', () => {
  test.each([
    {
      verdict: 'unreachable' as const,
      says: 'silent     since 2026-02-10 14:20:00 UTC: the link is down or busy, the job is not lost',
    },
    {
      verdict: 'stale' as const,
      says: 'silent     since 2026-02-10 14:20:00 UTC: nothing is known of the link',
    },
  ])('says since when it is $verdict', async ({ verdict, says }) => {
    const { made, id } = await world({}, verdict);
    const view = statusShape.parse((await made.json('status', id)).json);
    const other = verdict === 'stale' ? 'unreachable_since' : 'stale_since';
    expect(view).toMatchObject({
      state: 'running',
      watcher_runs: true,
      [`${verdict}_since`]: SINCE,
      [other]: null,
    });
    expect((await made.run('status', id)).stdout).toContain(says);
    const list = listShape.parse((await made.json('list')).json);
    expect(list.jobs[0]?.[`${verdict}_since`]).toBe(SINCE);
  });

  test('that has ended says nothing of it', async () => {
    const { made, id } = await world();
    await end(made, id, 'completed');
    expect((await made.json('status', id)).json).toMatchObject({
      unreachable_since: null,
      stale_since: null,
    });
  });

  test('does not know where no watcher runs, and says so of an open job only', async () => {
    const { made, id } = await world();
    await made.disk.files.removeFile(made.layout.judgement);
    made.held = () => false;
    expect((await made.json('status', id)).json).toMatchObject({
      watcher_runs: false,
      unreachable_since: null,
    });
    const says = 'not known: the watcher does not run on this machine';
    expect((await made.run('status', id)).stdout).toContain(says);
    await end(made, id, 'completed');
    expect((await made.run('status', id)).stdout).not.toContain(says);
  });
});

describe('status of the queue', () => {
  test('shows the link, and when each runner was heard', async () => {
    const { made } = await world();
    const glance = await glanceOf(made);
    expect(glance).toMatchObject({
      watcher_runs: true,
      liveness: { link: 'disconnected', link_since: SINCE },
    });
    expect(glance.liveness?.runners).toMatchObject([
      { runner_id: 'station', verdict: 'unreachable', clock_behind_s: 12.5 },
    ]);
    expect((await made.run('status')).stdout).toContain(', link disconnected since 2026-02-10 14:20:00 UTC');
    expect(await runnerLine(made)).toContain(
      'unreachable since 2026-02-10 14:20:00 UTC  at most 13 s behind',
    );
  });

  test.each([
    {
      runner: { verdict: 'heard', since: null, heard_at: '2026-02-10T14:31:07.000Z', clock_behind_s: -3 },
      says: '15 s ago  at least 3 s ahead',
    },
    { runner: { verdict: 'heard', since: null, heard_at: null, clock_behind_s: null }, says: 'not yet' },
    {
      runner: { verdict: 'lost', since: SINCE, heard_at: null, clock_behind_s: 0 },
      says: 'lost since 2026-02-10 14:20:00 UTC  at most 0 s behind',
    },
  ] as const)('$says', async ({ runner, says }) => {
    const { made } = await world({ runners: [{ runner_id: 'station', ...runner }] });
    expect((await runnerLine(made)).replaceAll(/ {2,}/g, '  ')).toContain(says);
    expect((await made.run('status')).stdout).not.toContain(NOT_KNOWN);
  });

  test('does not know where no watcher runs', async () => {
    const { made } = await world();
    made.held = () => false;
    expect((await made.run('status')).stdout).toContain(NOT_KNOWN);
    expect(await glanceOf(made)).toMatchObject({ watcher_runs: false, liveness: null });
  });

  test.each([{ hours: 1 }, { hours: -1 }])(
    'knows nothing of what was judged long ago ($hours h)',
    async ({ hours }) => {
      const { made, id } = await world({
        at: new Date(Date.parse('2026-02-10T14:31:22Z') - hours * 3_600_000).toISOString(),
      });
      expect((await glanceOf(made)).liveness).toBeNull();
      expect((await made.json('status', id)).json).toMatchObject({ unreachable_since: null });
    },
  );
});

test('doctor tells how far clocks are apart, and warns when that is far', async () => {
  const near = await world();
  const answer = { exit_code: 0, output: '', complaint: '' };
  near.made.ask = () => Promise.resolve(answer);
  expect((await near.made.run('doctor')).stdout).toContain('its clock against ours: at most 13 s behind');
  const far = await world({
    runners: [{ runner_id: 'station', verdict: 'heard', since: null, heard_at: SINCE, clock_behind_s: -600 }],
  });
  far.made.ask = () => Promise.resolve(answer);
  const { json } = await far.made.json('doctor');
  const { checks } = json as { checks: { level: string; what: string; remedy: string | null }[] };
  expect(checks.find(({ what }) => what.includes('clock against ours'))).toMatchObject({
    level: 'warning',
    what: expect.stringContaining('at least 10 min ahead') as string,
    remedy: expect.stringContaining('set both clocks by the network') as string,
  });
});

test('what the watcher tries in vain is a problem at once, of the queue and of the job', async () => {
  const failing = { kind: 'failing', reason: 'collect fails: EROFS', remedy: 'mend it' } as const;
  const { made, id } = await world({ failing: [] });
  expect((await glanceOf(made)).problems).toEqual([]);
  const at = new Date(made.disk.clock.now()).toISOString();
  const told = { at, link: 'local', link_since: SINCE, runners: [], jobs: {} };
  await writeJudgement(made.disk, made.layout, { ...told, failing: [{ ...failing, file: id, job_id: id }] });
  expect((await glanceOf(made)).problems).toMatchObject([{ ...failing, job_id: id }]);
  expect((await glanceOf(made)).liveness).not.toHaveProperty('failing');
  expect(statusShape.parse((await made.json('status', id)).json).problems).toMatchObject([failing]);
  const other = await submitted(made, 'other');
  expect(statusShape.parse((await made.json('status', other)).json).problems).toEqual([]);
});
