// Which time counts, told by looks at a clock.
import { expect, test } from 'vitest';
import { awakeClock } from '../../src/runner/supervisor/awake-clock.ts';

test.each([
  { name: 'looks that are close together count whole', looks: [200, 400, 600], counts: 600 },
  { name: 'so do slow ones', looks: [5_000, 14_000, 24_000], counts: 24_000 },
  { name: 'an hour of sleep counts as one look', looks: [200, 3_600_200, 3_600_400], counts: 600 },
  { name: 'each time', looks: [20_000, 40_000, 60_000], counts: 600 },
  { name: 'a clock that stands still counts nothing', looks: [0, 0], counts: 0 },
  { name: 'one that goes back counts nothing', looks: [5_000, 1_000, 2_000], counts: 6_000 },
])('$name', ({ looks, counts }) => {
  let now = 1_000_000;
  const awake = awakeClock({ monotonic: () => now });
  const begun = now;
  const seen = looks.map((at) => {
    now = begun + at;
    return awake();
  });
  expect(seen.at(-1)).toBe(counts);
});
