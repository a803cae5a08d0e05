// A watcher judges who is alive, over links that come and go, and writes down what it judges.
import { describe, expect, test } from 'vitest';
import type { LinkState } from '../../src/queue/liveness.ts';
import { readJudgement } from '../../src/store/judgement.ts';
import { readLost } from '../../src/store/lost.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB } from './by-hand.ts';
import { eventsOf } from './told.ts';

const HOURS = 3600;
const RUNNER = { host: 'cad', pid: 7, boot_id: 'b', version: '1' };

/** A queue with one job that runs, and a link that a test sets. */
async function running(link: LinkState) {
  const mirror = { link };
  const q = await byHand({}, () => mirror.link);
  await q.order();
  await q.runs();
  let beats = 0;
  const beat = (fields: object = {}) =>
    q.presence({ running: [{ job_id: JOB, heartbeat_seq: ++beats }], ...fields });
  await beat();
  await q.look();
  await beat();
  await q.look();
  /** The watcher looks every so many seconds for so long. */
  const pass = async (seconds: number, everyS = 10) => {
    for (let passed = 0; passed < seconds; passed += everyS) await q.look(everyS * 1000);
  };
  return { q, mirror, beat, pass };
}

const judged = (q: ByHand) => readJudgement(q.disk.files, q.layout);
const lostOf = (q: ByHand) => readLost(q.disk.files, q.layout.lost(JOB));
const course = (q: ByHand) =>
  eventsOf(q).flatMap((event) => (/lost|recovered|silent|heard/.test(event.type) ? [event.type] : []));

describe('a job whose runner is silent', () => {
  test.each(['local', 'up'] as const)(
    'is lost after its time while the link is %s, and comes back when it is heard',
    async (link) => {
      const { q, beat, pass } = await running(link);
      await pass(290);
      expect(lostOf(q)).toBeUndefined();
      await pass(20);
      expect(lostOf(q)?.reason).toMatch(
        new RegExp(`^no heartbeat of its runner for 30\\d s \\(limit 300 s, link ${link}\\)$`),
      );
      expect(judged(q)).toMatchObject({ runners: [{ verdict: 'lost' }], jobs: {} });
      await beat();
      await q.look();
      expect(lostOf(q)?.recovered_at).toBeDefined();
      expect(course(q)).toEqual(['runner-silent', 'lost', 'runner-heard', 'recovered']);
      expect(judged(q)).toMatchObject({ runners: [{ verdict: 'heard', since: null }], jobs: {} });
    },
  );

  test('is stale while nothing is known of the link, and lost only after an hour', async () => {
    const { q, pass } = await running('unknown');
    const since = judged(q)?.runners[0]?.heard_at;
    await pass(400);
    expect(judged(q)?.jobs).toEqual({ [JOB]: { verdict: 'stale', since } });
    expect(lostOf(q)).toBeUndefined();
    await pass(HOURS);
    expect(lostOf(q)?.reason).toContain('limit 3600 s, link unknown');
    expect(judged(q)?.jobs).toEqual({});
  });

  test('behind a link that is down is unreachable for as long as that lasts, and its age begins with the link', async () => {
    const { q, mirror, pass } = await running('up');
    const since = judged(q)?.runners[0]?.heard_at;
    await pass(200);
    mirror.link = 'disconnected';
    await pass(10 * HOURS, 30);
    expect(judged(q)).toMatchObject({
      link: 'disconnected',
      jobs: { [JOB]: { verdict: 'unreachable', since } },
    });
    expect(lostOf(q)).toBeUndefined();
    mirror.link = 'up';
    await pass(290);
    expect(lostOf(q)).toBeUndefined();
    await pass(30);
    expect(lostOf(q)).toBeDefined();
    expect(course(q)).toEqual(['runner-silent', 'runner-silent', 'lost']);
  });

  test('is not lost by the time in which the watcher was stopped or the machine slept', async () => {
    const { q, pass } = await running('local');
    for (let naps = 0; naps < 5; naps++) {
      await pass(250);
      await q.look(2 * HOURS * 1000);
    }
    expect(lostOf(q)).toBeUndefined();
    await pass(320);
    expect(lostOf(q)).toBeDefined();
  });

  test('stays lost while the link is down', async () => {
    const { q, mirror, pass } = await running('up');
    await pass(320);
    mirror.link = 'half-open';
    await pass(HOURS);
    expect(q.view().state).toBe('lost');
    expect(course(q).filter((type) => type === 'lost')).toHaveLength(1);
  });
});

test('each runner is judged by the link to its own device', async () => {
  const links: Record<string, LinkState> = { HERE: 'up', AWAY: 'disconnected' };
  const q = await byHand({}, (device) => links[device ?? ''] ?? 'unknown');
  await q.presence({ runner_id: 'here', syncthing_device: 'HERE' });
  await q.presence({ runner_id: 'away', syncthing_device: 'AWAY' });
  await q.presence({ runner_id: 'nameless' });
  for (const id of ['here', 'away']) {
    const job = `job-20260210-143022-${id}`;
    await q.order(job, { retry: { max: 1, on: ['lost'] } });
    await q.record(job, { status: 'running', state: 'running', runner: { ...RUNNER, id } });
  }
  for (let passed = 0; passed <= 320; passed += 10) await q.look(10_000);
  const verdicts = () => Object.fromEntries((judged(q)?.runners ?? []).map((r) => [r.runner_id, r.verdict]));
  expect(verdicts()).toEqual({ here: 'lost', away: 'unreachable', nameless: 'stale' });
  const views = ['here', 'away'].map((id) => q.view(`job-20260210-143022-${id}`));
  expect(views.map(({ state }) => state)).toEqual(['lost', 'running']);
  // only the one that is surely lost is tried again
  expect(views.map(({ retried_as }) => retried_as)).toEqual(['job-20260210-143022-here-r1', null]);
  links['AWAY'] = 'up';
  await q.look(10_000);
  expect(verdicts()).toEqual({ here: 'lost', away: 'heard', nameless: 'stale' });
});

describe('what is written of the living', () => {
  test('a clock is at most as far behind as the shortest way shows', async () => {
    const { q, beat } = await running('local');
    const at = (behindS: number) => new Date(q.disk.clock.now() - behindS * 1000).toISOString();
    const clockOf = () => judged(q)?.runners[0]?.clock_behind_s;
    for (const [behindS, says] of [
      [90, 0],
      [-7, -7],
      [30, -7],
    ] as const) {
      await beat({ clock: at(behindS) });
      await q.look();
      expect(clockOf()).toBe(says);
    }
    await beat({ boot_id: 'another', clock: at(30) });
    await q.look();
    expect(clockOf()).toBe(30);
  });

  test('nobody has been heard, and no clock is known, before the first new sign', async () => {
    const q = await byHand();
    await q.presence({ clock: '2020-01-01T00:00:00Z' });
    await q.look();
    expect(judged(q)?.runners).toEqual([
      { runner_id: 'station', verdict: 'heard', since: null, heard_at: null, clock_behind_s: null },
    ]);
  });

  test('is young while the watcher looks, and gone when it has stopped', async () => {
    const { q, pass } = await running('local');
    await pass(120);
    expect(q.disk.clock.now() - Date.parse(judged(q)?.at ?? '')).toBeLessThanOrEqual(40_000);
    await q.close();
    expect(judged(q)).toBeUndefined();
  });

  test('tells since when the link is as it is', async () => {
    const { q, mirror, pass } = await running('up');
    await pass(100);
    const at = new Date(q.disk.clock.now()).toISOString();
    mirror.link = 'pulling';
    await pass(100);
    expect(judged(q)).toMatchObject({ link: 'pulling', link_since: at });
  });

  test('that cannot be written stops nothing', async () => {
    const { q, pass } = await running('local');
    const { rename } = q.files;
    q.files.rename = (from, to) =>
      to === q.layout.judgement ? Promise.reject(new Error('ENOSPC')) : rename(from, to);
    await pass(320);
    expect(lostOf(q)).toBeDefined();
    expect(q.lines.some(({ message }) => message === 'liveness cannot be written')).toBe(true);
  });
});

test('an archive that cannot be written to is told by the next look, and no longer when it can', async () => {
  const q = await byHand();
  const { openNew } = q.files;
  q.files.openNew = (file) => {
    if (file.startsWith(q.layout.archive)) throw new Error('EROFS: read-only file system');
    return openNew(file);
  };
  await q.order();
  await q.ends(JOB, { kind: 'completed' });
  await q.look();
  await q.look();
  expect(judged(q)?.failing).toMatchObject([
    { kind: 'failing', job_id: JOB, reason: 'collect fails: EROFS: read-only file system' },
  ]);
  q.files.openNew = openNew;
  await q.until(() => q.archived().length === 1);
  await q.look();
  expect(judged(q)?.failing).toEqual([]);
});
