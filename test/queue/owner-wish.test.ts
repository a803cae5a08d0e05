// When a pause is in force.
import { expect, test } from 'vitest';
import { pausedNow } from '../../src/queue/owner-wish.ts';

const NOW = Date.parse('2026-02-10T14:30:00Z');
const at = '2026-02-10T10:00:00Z';

test.each([
  { name: 'nobody paused it', wish: {}, paused: false },
  { name: 'it is only drained', wish: { draining: { at } }, paused: false },
  { name: 'it has no end', wish: { paused: { at } }, paused: true },
  { name: 'its end is to come', wish: { paused: { at, until: '2026-02-10T14:30:00.001Z' } }, paused: true },
  { name: 'its end is now', wish: { paused: { at, until: '2026-02-10T14:30:00Z' } }, paused: false },
  { name: 'its end has passed', wish: { paused: { at, until: '2026-02-10T12:00:00Z' } }, paused: false },
  {
    name: 'its end is given in another zone',
    wish: { paused: { at, until: '2026-02-10T15:00:00+01:00' } },
    paused: false,
  },
  { name: 'its end is no time', wish: { paused: { at, until: 'soon' } }, paused: true },
])('paused: $paused when $name', ({ wish, paused }) => {
  expect(pausedNow(wish, NOW)).toEqual(paused ? wish.paused : undefined);
});
