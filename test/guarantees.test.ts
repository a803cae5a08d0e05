// docs/guarantees.md names the tests that try to break each promise: they must be there, by these names.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const PAGE = readFileSync('docs/guarantees.md', 'utf8');
const [, ...SECTIONS] = PAGE.split(/^## /m);
const PROMISES = SECTIONS.filter((section) => !section.startsWith('What is not promised'));

const ATTACK = /^ {2}- `(?<file>test\/[^`]+)`(?: "(?<name>.+)")?$/gm;

interface Attack {
  file: string;
  name: string | undefined;
}

const attacksIn = (text: string): Attack[] =>
  [...text.matchAll(ATTACK)].map(({ groups }) => ({ file: groups?.['file'] ?? '', name: groups?.['name'] }));

test.each(PROMISES.map((section) => [section.split('\n')[0] ?? '', section] as const))(
  '"%s" has a limit, a mechanism and tests',
  (_title, section) => {
    expect(section).toMatch(/^- Limit: ./m);
    expect(section).toMatch(/^- By: ./m);
    const listed = section.slice(section.indexOf('- Attacked by:')).match(/^ {2}- /gm) ?? [];
    expect(attacksIn(section)).not.toEqual([]);
    expect(attacksIn(section)).toHaveLength(listed.length);
  },
);

const ATTACKS = [...new Map(attacksIn(PAGE).map((each) => [`${each.file} ${each.name}`, each])).values()];

test.each(ATTACKS)('$file $name is a test', ({ file, name }) => {
  expect(existsSync(file)).toBe(true);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/\b(test|describe)(\.each)?\(/);
  expect(text).toContain(name ?? 'test');
});
