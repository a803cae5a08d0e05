// `npm run simulate` on the command line: what it says of itself, and of what it does not understand.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = path.join(fileURLToPath(new URL('../..', import.meta.url)), 'scripts/simulate.mjs');

function simulate(...words: string[]): { status: number; out: string } {
  try {
    return {
      status: 0,
      out: execFileSync(process.execPath, [script, ...words], { encoding: 'utf8', stdio: 'pipe' }),
    };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    return { status, out: stderr };
  }
}

test('tells its options', () => {
  const { status, out } = simulate('--help');
  expect(status).toBe(0);
  for (const option of [
    'seeds',
    'seed-base',
    'seed',
    'trace',
    'failures',
    'processes',
    'no-coverage',
    'no-shrink',
  ])
    expect(out).toContain(`  --${option} `);
});

test.each([
  { words: ['--sedes', '5'], says: "Unknown option '--sedes'" },
  { words: ['--seeds', 'many'], says: '--seeds wants a number, not "many"' },
])('says in one line what is wrong with $words', ({ words, says }) => {
  const { status, out } = simulate(...words);
  expect(status).toBe(2);
  expect(out).toBe(`simulate: ${says}. See npm run simulate -- --help\n`);
});
