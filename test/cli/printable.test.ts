// What a file's name or its content says must not be obeyed by the terminal of whoever looks at the queue.
import path from 'node:path';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { doctorText, findingLines } from '../../src/cli/render/doctor-text.ts';
import { printable } from '../../src/cli/render/printable.ts';
import { put } from '../helpers/make-order.ts';
import { queueWorld, RUNNING, report, submitted } from './world.ts';

const CLEAR = '\u001b[2J\u001b[H';
const TITLE = '\u001b]0;owned\u0007';

test('colours that are ours stay, everything else that a terminal obeys goes', () => {
  const { red, dim, bold, green, yellow, magenta, cyan, blue } = picocolors.createColors(true);
  const ours = [red, dim, bold, green, yellow, magenta, cyan, blue].map((paint) => paint('a')).join('\n');
  expect(printable(ours, { colored: true })).toBe(ours);
  for (const colored of [true, false]) {
    expect(printable(`a${CLEAR}b${TITLE}c\u001b[8md\r\u202ee\tf`, { colored })).toBe(
      'a[2J[Hb]0;ownedc[8md\ne f',
    );
  }
  expect(printable('\u001b[31ma', { colored: false })).toBe('[31ma');
});

test.each(['status', 'list'])(
  '%s shows a name of two lines and with escapes in one, and obeys nothing',
  async (verb) => {
    const world = await queueWorld();
    put(world.disk, path.join(world.layout.tree('outbox'), `x${CLEAR}\nproblem all is well`), '');
    const { stdout } = await world.run(verb);
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(stdout).toContain('x[2J[H problem all is well');
  },
);

test.each([[], ['--json']])('what a job says of itself is not obeyed, in the text %j', async (...flags) => {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe');
  await report(world, id, {
    ...RUNNING,
    project: `a${TITLE}`,
    description: `b${CLEAR}`,
    progress: { stage: CLEAR },
  });
  for (const argv of [['status'], ['status', id], ['list'], ['show', id]]) {
    const { stdout } = await world.run(...argv, ...flags);
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u);
  }
});

test('what doctor found is one line for each thing, whatever stands in it', () => {
  const what = 'archive/a\nproblem b: c\u001b[2J';
  const finding = { level: 'problem', check: 'a', what, why: what, remedy: what } as const;
  const colors = picocolors.createColors(false);
  expect(findingLines(colors, finding)).toEqual(
    ['problem a: ', '  why it matters: ', '  what to do: '].map((head) => `${head}archive/a problem b: c[2J`),
  );
  expect(doctorText({ colors, width: 200 }, [finding]).split('\n')).toHaveLength(8);
});

test('what went wrong is told without escapes, too', async () => {
  const world = await queueWorld();
  const { stderr } = await world.run('status', `no${TITLE}`);
  expect(stderr).toContain('no]0;owned');
  expect(stderr).not.toContain('\u001b');
});

test('the log of a script is printed as it is', async () => {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe');
  await report(world, id, RUNNING, `a${CLEAR}\tb\r\n`);
  expect((await world.run('logs', id)).stdout).toContain(`a${CLEAR}\tb`);
});
