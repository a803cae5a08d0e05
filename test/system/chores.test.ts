import { expect, test } from 'vitest';
import { newChores } from '../../src/system/chores.ts';
import { fakeClock } from '../helpers/memory-disk.ts';

function start() {
  const clock = fakeClock();
  let rings = 0;
  const chores = newChores(clock, () => {
    rings += 1;
  });
  const told: string[] = [];
  const failed = (error: unknown) => void told.push((error as Error).message);
  const fail = (message = 'no') => Promise.reject(new Error(message));
  const work = () => Promise.resolve();
  return { clock, chores, told, failed, fail, work, rings: () => rings };
}

test('a failure is told, not thrown, and puts off its key alone', async () => {
  const { chores, told, failed, fail } = start();
  await chores.now('a', () => fail('the disk is full'), failed);
  expect(told).toEqual(['the disk is full']);
  expect([chores.isBusy('a'), chores.isBusy('b')]).toEqual([true, false]);
  expect([chores.isUnderWay('a'), chores.isAnyPending()]).toEqual([false, true]);
});

test('work that failed is about to be tried again, but not for ever', async () => {
  const { chores, failed, fail } = start();
  const pending: boolean[] = [];
  for (let failure = 0; failure < 5; failure++) {
    await chores.now('a', () => fail(), failed);
    pending.push(chores.isAnyPending());
  }
  expect(pending).toEqual([true, true, true, false, false]);
});

test('each failure in a row puts off for twice as long, at most a minute', async () => {
  const { clock, chores, failed, fail } = start();
  const waits: number[] = [];
  for (let failure = 0; failure < 9; failure++) {
    await chores.now('a', () => fail(), failed);
    let waited = 0;
    for (; chores.isBusy('a') && waited < 200; waited++) clock.advance(1000);
    waits.push(waited);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('success forgets the failures before it', async () => {
  const { clock, chores, failed, fail, work } = start();
  for (let failure = 0; failure < 5; failure++) await chores.now('a', () => fail(), failed);
  await chores.now('a', work, failed);
  expect(chores.isBusy('a')).toBe(false);
  await chores.now('a', () => fail(), failed);
  clock.advance(1000);
  expect(chores.isBusy('a')).toBe(false);
});

test('work beside the ticks keeps its key busy until it is over, and rings then', async () => {
  const { chores, failed, rings } = start();
  let finish = () => {};
  chores.beside('a', () => new Promise((resolve) => (finish = resolve)), failed);
  await Promise.resolve();
  expect([chores.isBusy('a'), chores.isBusy('b'), chores.isUnderWay('a'), rings()]).toEqual([
    true,
    false,
    true,
    0,
  ]);
  finish();
  await chores.settled();
  expect([chores.isBusy('a'), chores.isAnyPending(), rings()]).toEqual([false, false, 1]);
});

test('work beside the ticks that fails rings too, and is put off', async () => {
  const { clock, chores, told, failed, fail, rings } = start();
  chores.beside('a', () => fail(), failed);
  await chores.settled();
  expect([chores.isBusy('a'), chores.isUnderWay('a'), rings(), told]).toEqual([true, false, 1, ['no']]);
  clock.advance(1000);
  expect(chores.isBusy('a')).toBe(false);
});

test('settled waits for what is begun while it waits', async () => {
  const { chores, failed } = start();
  const done: string[] = [];
  const second = () => Promise.resolve(void done.push('second'));
  const first = async () => {
    await Promise.resolve();
    chores.beside('b', second, failed);
    done.push('first');
  };
  chores.beside('a', first, failed);
  await chores.settled();
  expect(done.sort()).toEqual(['first', 'second']);
  expect(chores.isAnyPending()).toBe(false);
});

test('work for a key that is under way is not done twice at once', async () => {
  const { chores, told, failed } = start();
  let begun = 0;
  let end = () => {};
  const long = () => {
    begun += 1;
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  };
  chores.beside('a', long, failed);
  chores.beside('a', long, failed);
  expect([begun, told]).toEqual([1, ['work for a is under way already']]);
  end();
  await chores.settled();
  expect(chores.isUnderWay('a')).toBe(false);
});

test('a step that fails again and again is put off for longer, whatever succeeds in between', async () => {
  const { clock, chores, failed, fail, work } = start();
  const waits: number[] = [];
  for (let round = 0; round < 6; round++) {
    await chores.now('a', work, failed, 'collect');
    await chores.now('a', () => fail(), failed, 'archive');
    let waited = 0;
    for (; chores.isBusy('a') && waited < 200; waited++) clock.advance(1000);
    waits.push(waited);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32]);
  await chores.now('a', work, failed, 'archive');
  await chores.now('a', () => fail(), failed, 'archive');
  clock.advance(1000);
  expect(chores.isBusy('a')).toBe(false);
});

test('a step that failed and is not tried any more is waited for no longer than until another succeeds', async () => {
  const { clock, chores, failed, fail, work } = start();
  await chores.now('a', () => fail(), failed, 'archive');
  expect(chores.isAnyPending()).toBe(true);
  await chores.now('a', work, failed, 'seal');
  expect(chores.isAnyPending()).toBe(false);
  // and is forgotten one day
  clock.advance(2 * 3_600_000);
  await chores.now('b', () => fail(), failed);
  await chores.now('a', () => fail(), failed, 'archive');
  clock.advance(1000);
  expect(chores.isBusy('a')).toBe(false);
});
