// The text of a seal: what `sha256sum -c` reads, there and back, and every way in which it can be broken.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSeal, isSealFile, parseSeal } from '../../src/job/seal.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const A = digest('a');
const B = digest('b');
const JOB = `${A}  job.json\n`;

test('is lines of sha256sum: digest, two spaces, path, line feed, sorted by path', () => {
  const text = formatSeal([
    { path: 'run.py', sha256: B },
    { path: '1_setup/beam.prt', sha256: A },
    { path: 'job.json', sha256: digest('') },
  ]);
  expect(text).toBe(
    [
      'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  1_setup/beam.prt\n',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  job.json\n',
      '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  run.py\n',
    ].join(''),
  );
});

test('does not depend on the order of its entries, and leaves them as they were', () => {
  const entries = [
    { path: 'job.json', sha256: A },
    { path: 'B', sha256: A },
    { path: 'a', sha256: B },
  ];
  const before = structuredClone(entries);
  expect(formatSeal(entries)).toBe(formatSeal([...entries].reverse()));
  expect(entries).toEqual(before);
});

test('what was written is read', () => {
  const name = fc.stringMatching(/^[a-z0-9_]([a-z0-9 ._é-]{0,10}[a-z0-9])?$/).map((text) => `f-${text}.x`);
  fc.assert(
    fc.property(fc.uniqueArray(name), fc.constantFrom('', 'dir/', '1 setup/é/'), (names, dir) => {
      const entries = ['job.json', ...names.map((text) => dir + text)]
        .map((path) => ({ path, sha256: digest(path) }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
      expect(parseSeal(formatSeal(entries))).toEqual({ entries });
    }),
  );
});

test('reads what sha256sum writes in binary mode', () => {
  expect(parseSeal(`${A} *job.json\n`)).toEqual({ entries: [{ path: 'job.json', sha256: A }] });
});

test('keeps spaces inside a path', () => {
  expect(parseSeal(`${JOB}${B}   a  b\n`)).toEqual({
    entries: [
      { path: 'job.json', sha256: A },
      { path: ' a  b', sha256: B },
    ],
  });
});

describe('is broken, and says how,', () => {
  const notLine = (line: number) => `line ${line} is not "<sha256>  <path>"`;
  test.each([
    { name: 'when it is empty', text: '', says: 'does not end with a line feed' },
    {
      name: 'when it is cut short in a path',
      text: `${JOB}${B}  run`,
      says: 'does not end with a line feed',
    },
    {
      name: 'when it is cut short in a digest',
      text: `${JOB}${B.slice(9)}`,
      says: 'does not end with a line feed',
    },
    { name: 'when it has only a line feed', text: '\n', says: notLine(1) },
    { name: 'when it has an empty line', text: `${JOB}\n${B}  run.py\n`, says: notLine(2) },
    { name: 'when it ends in an empty line', text: `${JOB}\n`, says: notLine(2) },
    { name: 'when a digest is too short', text: `${A.slice(1)}  job.json\n`, says: notLine(1) },
    { name: 'when a digest is too long', text: `0${A}  job.json\n`, says: notLine(1) },
    { name: 'when a digest has capitals', text: `${A.toUpperCase()}  job.json\n`, says: notLine(1) },
    { name: 'when one space is missing', text: `${A} job.json\n`, says: notLine(1) },
    { name: 'when a path is missing', text: `${A}  \n`, says: notLine(1) },
    { name: 'when it is of the BSD form', text: `SHA256 (job.json) = ${A}\n`, says: notLine(1) },
    { name: 'when it has an escaped name', text: `${JOB}\\${B}  a\\nb\n`, says: notLine(2) },
    {
      name: 'when it has Windows line ends',
      text: JOB.replace('\n', '\r\n'),
      says: notLine(1),
    },
    {
      name: 'when it names itself',
      text: `${JOB}${B}  SHA256SUMS\n`,
      says: 'line 2: the path "SHA256SUMS" names the seal itself',
    },
    {
      name: 'when it names its signature',
      text: `${JOB}${B}  SHA256SUMS.sig\n`,
      says: 'line 2: the path "SHA256SUMS.sig" names the seal itself',
    },
    {
      name: 'when a path goes up',
      text: `${JOB}${B}  ../a\n`,
      says: 'line 2: the path "../a" has the part ".."',
    },
    {
      name: 'when a path is absolute',
      text: `${JOB}${B}  /a\n`,
      says: 'line 2: the path "/a" is not relative',
    },
    {
      name: 'when a path is of Windows',
      text: `${JOB}${B}  a\\b\n`,
      says: 'line 2: the path "a\\b" has the character \\, which Windows cannot hold',
    },
    {
      name: 'when it names what the mirror skips',
      text: `${JOB}${B}  a/.stignore\n`,
      says: 'line 2: the path "a/.stignore" has a name that the mirror or jobq skips (".stignore")',
    },
    {
      name: 'when two paths differ in case only',
      text: `${JOB}${B}  Run.py\n${B}  run.py\n`,
      says: 'names Run.py and run.py, which are one file where case does not count',
    },
    {
      name: 'when a path is there twice',
      text: `${JOB}${JOB}`,
      says: 'names job.json and job.json, which are one file where case does not count',
    },
    { name: 'when it does not name job.json', text: `${A}  run.py\n`, says: 'does not name job.json' },
    { name: 'when job.json lies deeper', text: `${A}  a/job.json\n`, says: 'does not name job.json' },
    { name: 'when job.json is in capitals', text: `${A}  JOB.JSON\n`, says: 'does not name job.json' },
  ])('$name', ({ text, says }) => {
    expect(parseSeal(text)).toEqual({ problem: says });
  });
});

test('a seal of the same name deeper down is a file like any other', () => {
  expect(isSealFile('SHA256SUMS')).toBe(true);
  expect(isSealFile('SHA256SUMS.sig')).toBe(true);
  expect(isSealFile('data/SHA256SUMS')).toBe(false);
  expect(parseSeal(`${JOB}${B}  data/SHA256SUMS\n`)).toMatchObject({
    entries: [{ path: 'job.json' }, { path: 'data/SHA256SUMS' }],
  });
});
