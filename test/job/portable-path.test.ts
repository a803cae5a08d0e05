// The one grammar for paths, names that differ in case only, and the encoded names of outputs that break the grammar.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  caseClashes,
  encodeFirst,
  encodePath,
  foldCase,
  partProblem,
  pathProblem,
} from '../../src/job/portable-path.ts';

describe('a path that both systems can hold', () => {
  test.each([
    { name: 'a file at the top', path: 'run_optimization.py' },
    { name: 'a file in folders', path: '1_setup/parts/beam_i.prt' },
    { name: 'a space, a comma and brackets inside', path: '1_setup/beam, final (2).prt' },
    { name: 'letters of any alphabet in NFC', path: 'Größe/模型/café.fem' },
    { name: 'a dot first', path: '.config/.env' },
    { name: 'two dots inside a name', path: 'a..b/..c' },
    { name: 'a space first', path: ' a' },
    { name: 'a percent sign', path: '100%.csv' },
    { name: 'a name that only begins like a reserved one', path: 'console.txt' },
    { name: 'a reserved word after the dot', path: 'x.con' },
    { name: 'COM with two digits', path: 'com10.txt' },
    { name: 'COM with a superscript that Windows does not reserve', path: 'COM⁴' },
    { name: 'a name that only ends like a skipped one', path: 'my.stignore' },
    { name: 'a digit for a drive', path: '1/a' },
  ])('may have $name', ({ path }) => {
    expect(pathProblem(path)).toBeUndefined();
  });
});

const reserved = (name: string) => `has a name that Windows reserves ("${name}")`;
const skipped = (name: string) => `has a name that the mirror or jobq skips ("${name}")`;
const ending = (name: string) => `has a part that ends in a dot or a space ("${name}")`;
const character = (char: string) => `has the character ${char}, which Windows cannot hold`;

describe('a path is refused', () => {
  test.each([
    { name: 'when it is empty', path: '', says: 'is empty' },
    {
      name: 'when a name is longer than Linux can hold',
      path: `a/${'x'.repeat(256)}`,
      says: 'has a name of 256 bytes, over the 255 that Linux can hold',
    },
    {
      name: 'when a name is longer than Linux can hold in UTF-8',
      path: `${'é'.repeat(128)}/a`,
      says: 'has a name of 256 bytes, over the 255 that Linux can hold',
    },
    { name: 'when it is absolute', path: '/etc/passwd', says: 'is not relative' },
    { name: 'when it is UNC with slashes', path: '//server/share/a', says: 'is not relative' },
    { name: 'when it is UNC with backslashes', path: '\\\\server\\share\\a', says: character('\\') },
    { name: 'when it names a drive', path: 'C:/NX/run.py', says: 'names a drive' },
    { name: 'when it is relative to a drive', path: 'c:run.py', says: 'names a drive' },
    { name: 'when it goes up', path: '../run.py', says: 'has the part ".."' },
    { name: 'when it goes up in the middle', path: 'a/../b', says: 'has the part ".."' },
    { name: 'when it goes up at the end', path: 'a/..', says: 'has the part ".."' },
    { name: 'when it has the part .', path: './a', says: 'has the part "."' },
    { name: 'when a slash follows a slash', path: 'a//b', says: 'has an empty part' },
    { name: 'when it ends in a slash', path: 'a/', says: 'has an empty part' },
    { name: 'when it is in NFD', path: 'cafe\u0301.fem', says: 'is not in Unicode form NFC' },
    { name: 'when a folder of it is in NFD', path: 'o\u0308/a', says: 'is not in Unicode form NFC' },
    { name: 'when it has a line feed', path: 'a\nb', says: 'has a control character' },
    { name: 'when it has a zero', path: 'a\0', says: 'has a control character' },
    { name: 'when it has a DEL', path: 'a\x7f', says: 'has a control character' },
    { name: 'when it names a stream', path: 'a.txt:hidden', says: character(':') },
    { name: 'when it names a default stream', path: 'dir/a.txt::$DATA', says: character(':') },
    { name: 'when it has a backslash', path: 'a\\b', says: character('\\') },
    { name: 'when a folder ends in a dot', path: 'a./b', says: ending('a.') },
    { name: 'when a file ends in a space', path: 'a/b ', says: ending('b ') },
    { name: 'when a file ends in dots', path: 'b...', says: ending('b...') },
    { name: 'when a part is a space', path: 'a/ /b', says: ending(' ') },
  ])('$name', ({ path, says }) => {
    expect(pathProblem(path)).toBe(says);
  });

  test.each(['<', '>', ':', '"', '|', '?', '*', '\\'])('when it has the character %s', (char) => {
    expect(pathProblem(`dir/a${char}b`)).toBe(character(char));
  });

  const devices = 'con PRN Aux nul CONIN$ conout$ com0 COM1 com9 lpt0 LPT9 COM¹ com² Com³ LPT¹ lpt² lpt³';
  const withEndings = 'nul.txt Con.tar.gz COM¹.log conin$.x';

  test.each(`${devices} ${withEndings}`.split(' '))('when Windows reserves the name %s', (name) => {
    expect(pathProblem(`a/${name}`)).toBe(reserved(name));
    expect(pathProblem(`${name}/a`)).toBe(reserved(name));
  });

  test.each([
    '.stfolder',
    '.stignore',
    '.stversions',
    '.DS_Store',
    '.ds_store',
    'Thumbs.db',
    'desktop.ini',
    '.syncthing.run.py.tmp',
    '~syncthing~run.py.tmp',
    '.jobq-queue',
    '.JOBQ-staging',
    'job.sync-conflict-20260210-143022-ABCDEFG.json',
  ])('when the mirror or jobq skips the name %s', (name) => {
    expect(pathProblem(`a/${name}`)).toBe(skipped(name));
    expect(partProblem(name)).toBe(skipped(name));
  });
});

describe('names that are one file where case does not count', () => {
  test.each([
    { name: 'none among different names', paths: ['a', 'b', 'c/b'], clashes: [] },
    { name: 'letters of other case', paths: ['Beam.prt', 'x', 'beam.PRT'], clashes: [[0, 2]] },
    { name: 'accented letters of other case', paths: ['É', 'é'], clashes: [[0, 1]] },
    { name: 'composed and decomposed letters', paths: ['\u00e9', 'e\u0301'], clashes: [[0, 1]] },
    { name: 'the same name twice', paths: ['a', 'a'], clashes: [[0, 1]] },
    {
      name: 'each group of its own',
      paths: ['a', 'B', 'A', 'b'],
      clashes: [
        [0, 2],
        [1, 3],
      ],
    },
  ])('$name', ({ paths, clashes }) => {
    expect(caseClashes(paths)).toEqual(clashes.map((group) => group.map((index) => paths[index])));
  });

  test('directories on the way count, and a name that is a file and a directory', () => {
    expect(caseClashes(['A/x', 'a/y'])).toEqual([['A', 'a']]);
    expect(caseClashes(['a', 'A/b'])).toEqual([['a', 'A']]);
    expect(caseClashes(['a/x', 'a/y/z', 'b'])).toEqual([]);
  });

  test('two paths have one key exactly when they clash', () => {
    const name = fc.constantFrom('a', 'A', 'é', 'É', 'e\u0301', 'b', 'c');
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(foldCase(a) === foldCase(b)).toBe(caseClashes([a, b]).length === 1);
      }),
    );
  });
});

const AWKWARD = 'a,A,.,%, ,~,:,*,?,<,>,|,",\\,\n,\x7f,0,1,²,$'.split(',');

/** Parts such as any file system may list: never empty, without a slash; here in NFC, without loose marks, no conflict copies. */
const part = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...AWKWARD), minLength: 1, maxLength: 8 }),
    fc.constantFrom(
      'con',
      'NUL.txt',
      'COM¹',
      '.',
      '..',
      '...',
      'a.',
      ' ',
      '%',
      '%41',
      '.stignore',
      '.jobq-x',
    ),
    fc.constantFrom('~syncthing~a', '.syncthing.b.tmp', 'Thumbs.db', 'a:b', 'job.json'),
  )
  .map((text) =>
    text
      .normalize('NFC')
      .replace(/[\p{M}/]/gu, '-')
      .normalize('NFC'),
  );
const anyPath = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

describe('the encoded name of an output', () => {
  test.each([
    { name: 'a portable path keeps its name', path: '3_results/study.db', encoded: '3_results/study.db' },
    { name: 'a stream becomes text', path: 'a:b.csv', encoded: 'a%3Ab.csv' },
    { name: 'a percent sign is encoded as well', path: 'a:1%', encoded: 'a%3A1%25' },
    { name: 'a control character has two digits', path: 'a\nb', encoded: 'a%0Ab' },
    { name: 'a dot at the end', path: 'dir./b', encoded: 'dir%2E/b' },
    { name: 'a space at the end', path: 'b ', encoded: 'b%20' },
    { name: 'a reserved name', path: 'a/nul.txt', encoded: 'a/%6Eul.txt' },
    { name: 'a skipped name', path: 'a/.stignore', encoded: 'a/%2Estignore' },
    { name: 'a folder above', path: '../a', encoded: '.%2E/a' },
    { name: 'a letter of more than one byte stays', path: 'é:', encoded: 'é%3A' },
  ])('$name', ({ path, encoded }) => {
    expect(encodePath(path)).toBe(encoded);
    expect(pathProblem(encoded)).toBeUndefined();
    expect(decodeURIComponent(encoded)).toBe(path);
  });

  const LONG: { name: string; path: string; encoded: RegExp }[] = [
    {
      name: 'long by its encoding',
      path: `${':'.repeat(200)}.csv`,
      encoded: /^(%3A){78}~[0-9a-f]{16}\.csv$/,
    },
    { name: 'long by itself', path: `a/${'x'.repeat(300)}`, encoded: /^a\/x{238}~[0-9a-f]{16}$/ },
    { name: 'long in UTF-8', path: `${'é'.repeat(130)}.csv`, encoded: /^é{117}~[0-9a-f]{16}\.csv$/ },
  ];

  test.each(LONG)('is cut where it is $name', ({ path, encoded }) => {
    expect(encodePath(path)).toMatch(encoded);
    expect(pathProblem(encodePath(path))).toBeUndefined();
    expect(encodePath(path)).not.toBe(encodePath(path.replace(/.(?=[^.]{0,3}$)/, 'Q')));
  });

  test('stays short enough when its first character is encoded because it is taken', () => {
    const name = 'x'.repeat(255);
    const names = [encodeFirst(name), encodeFirst(encodeFirst(name))];
    expect(names.map(pathProblem)).toEqual([undefined, undefined]);
    expect(new Set([name, ...names]).size).toBe(3);
  });

  test('is portable, whatever the path', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        expect(pathProblem(encodePath(path))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  test('can be turned back, so that distinct paths stay distinct', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        expect(decodeURIComponent(encodePath(path))).toBe(path);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    { path: 'job.json', encoded: '%6Aob.json' },
    { path: 'SHA256SUMS', encoded: '%53HA256SUMS' },
  ])('$path, which the record uses itself, becomes $encoded', ({ path, encoded }) => {
    expect(encodeFirst(path)).toBe(encoded);
    expect(pathProblem(encoded)).toBeUndefined();
  });
});
