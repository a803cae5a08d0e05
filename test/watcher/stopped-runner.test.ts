// A runner that was stopped on purpose loses nothing that waits; a kill, and scripts that run on, are judged as before.
import { describe, expect, test } from 'vitest';
import { newsOf } from '../../src/queue/news.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB } from './by-hand.ts';
import { eventsOf } from './told.ts';

const WAITS = { waiting: [{ job_id: JOB, for: 'release' }] };
const RUNS = { running: [{ job_id: JOB, heartbeat_seq: 1 }] };
const STOPPED = { stopped: { at: '2026-02-10T15:00:00Z', reason: 'service' } };

async function queue(last: object, runs = false): Promise<ByHand> {
  const hand = await byHand();
  await hand.order(JOB, { hold: true });
  const queued = { status: 'submitted', state: 'queued', waiting_for: 'release', attempt: 0 };
  if (runs) await hand.runs();
  else await hand.record(JOB, queued);
  await hand.presence(runs ? RUNS : WAITS);
  await hand.look();
  await hand.presence(last);
  for (let looks = 0; looks < 60; looks++) await hand.look(10_000);
  return hand;
}

const types = (hand: ByHand) => eventsOf(hand).map(({ type }) => type);

describe('a job', () => {
  test.each<{ name: string; last: object; runs?: boolean; state: string }>([
    {
      name: 'that waits at a runner that was stopped is not lost',
      last: { ...WAITS, ...STOPPED },
      state: 'queued',
    },
    { name: 'that waits at a runner that was killed is', last: WAITS, state: 'lost' },
    { name: 'of which a stopped runner says nothing is', last: STOPPED, state: 'lost' },
    {
      name: 'whose script ran on when its runner was stopped is',
      last: { ...RUNS, ...STOPPED },
      runs: true,
      state: 'lost',
    },
  ])('$name', async ({ last, runs = false, state }) => {
    const hand = await queue(last, runs);
    expect(hand.view().state).toBe(state);
  });
});

test('a runner that was stopped is told so once, is not called silent, and takes jobs again when it is started', async () => {
  const hand = await queue({ ...WAITS, ...STOPPED });
  expect(types(hand).filter((type) => type.startsWith('runner-'))).toEqual(['runner-seen', 'runner-stopped']);
  const told = { what: 'runner-stopped', runner: 'station', next: 'jobq status' };
  expect(newsOf(eventsOf(hand)).filter(({ what }) => what !== 'held')).toMatchObject([
    { ...told, reason: 'it was stopped (service): what waits there goes on when it is started again' },
  ]);
  hand.restart();
  await hand.look();
  await hand.presence(WAITS);
  await hand.look();
  expect(types(hand).at(-1)).toBe('runner-resumed');
  expect(newsOf(eventsOf(hand)).map(({ what }) => what)).toEqual(['held']);
  for (let looks = 0; looks < 60; looks++) await hand.look(10_000);
  expect(hand.view().state).toBe('lost');
});
