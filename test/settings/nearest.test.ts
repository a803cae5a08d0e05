// How far two names are apart, and which known name a misspelled one stands for.
import { expect, test } from 'vitest';
import { SETTING_KEYS } from '../../src/settings/keys.ts';
import { didYouMean, distance, nearest } from '../../src/settings/nearest.ts';

test.each([
  { a: '', b: '', steps: 0 },
  { a: 'abc', b: '', steps: 3 },
  { a: '', b: 'abc', steps: 3 },
  { a: 'slots', b: 'slots', steps: 0 },
  { a: 'solts', b: 'slots', steps: 1 },
  { a: 'slot', b: 'slots', steps: 1 },
  { a: 'sluts', b: 'slots', steps: 1 },
  { a: 'sslots', b: 'slots', steps: 1 },
  { a: 'ca', b: 'abc', steps: 3 },
  { a: 'kitten', b: 'sitting', steps: 3 },
])('from "$a" to "$b" are $steps steps', ({ a, b, steps }) => {
  expect(distance(a, b)).toBe(steps);
  expect(distance(b, a)).toBe(steps);
});

test.each([
  { written: 'runner.slot', meant: 'runner.slots' },
  { written: 'runner.heartbeat_interval', meant: 'runner.heartbeat_interval_s' },
  { written: 'Runner.Slots', meant: 'runner.slots' },
  { written: 'queue.slots', meant: 'runner.slots' },
  { written: 'watcher.poll_interval', meant: 'watcher.poll_interval_s' },
  { written: 'runner.colour', meant: undefined },
  { written: 'runner.xx', meant: undefined },
])('$written is taken for $meant', ({ written, meant }) => {
  expect(nearest(written, SETTING_KEYS)).toBe(meant);
});

test('takes the nearest, and the first of equals', () => {
  expect(nearest('slots', ['slot', 'slots', 'slott'])).toBe('slots');
  expect(nearest('slotx', ['slots', 'slott'])).toBe('slots');
});

test('says nothing when nothing is near', () => {
  expect(didYouMean('zzzz', ['runner'])).toBe('');
  expect(didYouMean('runer', ['runner'])).toBe(' (did you mean runner?)');
});
