// The link as a daemon keeps it: told when it turns, looked at until it is closed, and never waited for long.
import { expect, test } from 'vitest';
import type { Sight } from '../../src/link/judge-link.ts';
import type { LinkParts } from '../../src/link/link.ts';
import { openLink } from '../../src/link/link.ts';
import type { Clock } from '../../src/system/clock.ts';

const up: Sight = {
  is: 'seen',
  peers: [{ device: 'STATION', connected: true, inBytes: 1 }],
  pending: { items: 0, bytes: 0, busy: false },
};
const down: Sight = { is: 'down', why: 'connection refused' };

/** Sleeps last until the test wakes all sleepers. */
function byHand(sights: readonly (Sight | Promise<Sight>)[]) {
  let nowMs = 0;
  let looks = 0;
  let rings = 0;
  const sleepers = new Set<() => void>();
  const turns: object[] = [];
  const clock: Clock = {
    now: () => 1_000_000 + nowMs,
    monotonic: () => nowMs,
    turn: () => Promise.resolve(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          sleepers.delete(wake);
          resolve();
        };
        nowMs += ms;
        sleepers.add(wake);
        signal?.addEventListener('abort', wake, { once: true });
      }),
  };
  const no = () => {};
  const parts: LinkParts = {
    looker: { look: async () => (await sights[looks++]) ?? up, ground: () => undefined },
    clock,
    log: { debug: no, warn: no, error: no, info: (facts) => void turns.push(facts) },
    ring: () => {
      rings += 1;
    },
    settings: { poll_interval_s: 5, half_open_after_s: 120 },
  };
  const pass = async () => {
    for (const wake of sleepers) wake();
    for (let round = 0; round < 10; round++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { parts, pass, turns, sleepers, looks: () => looks, rings: () => rings };
}

test('each turn is told once, and wakes who judges by it', async () => {
  const hand = byHand([up, up, down, down, up]);
  const link = await openLink(hand.parts);
  expect(link.to().state).toBe('up');
  for (let n = 0; n < 5; n++) await hand.pass();
  expect(hand.turns).toEqual([
    { link: 'up' },
    { link: 'own-daemon-down', why: 'connection refused' },
    { link: 'up' },
  ]);
  expect(hand.rings()).toBe(3);
  expect(link.to('STATION').state).toBe('up');
  await link.close();
  const { length } = hand.turns;
  const looks = hand.looks();
  await hand.pass();
  expect([hand.looks(), hand.turns.length, hand.sleepers.size]).toEqual([looks, length, 0]);
});

test('a mirror that does not answer at once keeps no daemon from its work', async () => {
  let answer: (sight: Sight) => void = () => {};
  const hand = byHand([new Promise<Sight>((resolve) => (answer = resolve))]);
  const opening = openLink(hand.parts);
  await hand.pass();
  const link = await opening;
  expect(link.to()).toMatchObject({ state: 'unknown' });
  answer(down);
  await hand.pass();
  expect(link.to().state).toBe('own-daemon-down');
  await link.close();
});
