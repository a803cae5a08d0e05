// Lines of ours and lines of a person in one ignore file.
import { describe, expect, test } from 'vitest';
import { lackingLines, linesOf, mergedLines } from '../../../src/link/setup/ignore-lines.ts';

const OURS = ['!.jobq-queue', '(?d).jobq-*', '(?d).DS_Store'];

describe('an ignore file', () => {
  test.each([
    ['with our lines alone', OURS],
    ["with a person's lines behind", [...OURS, '', '// mine', '*.bak']],
    ["with a person's lines before and between", ['*.bak', ...OURS.slice(0, 1), '*.tmp', ...OURS.slice(1)]],
    ['with blanks and carriage returns around them', OURS.map((line) => ` ${line}\r`)],
    ['with a line twice', [...OURS, '(?d).jobq-*']],
  ])('%s lacks nothing', (_name, there) => {
    expect(lackingLines(there, OURS)).toEqual([]);
    expect(mergedLines(there, OURS)).toBeUndefined();
  });

  test.each([
    ['that is empty', [], OURS],
    ['with lines of a person only', ['// mine', '*.bak', '', '!x'], [...OURS, '// mine', '*.bak', '', '!x']],
    ['that lacks one', [...OURS.slice(0, 2), '*.bak'], [...OURS, '*.bak']],
    [
      'that ignores the marker before it lets it through',
      ['(?d).jobq-*', '!.jobq-queue', '*.bak', '(?d).DS_Store'],
      [...OURS, '*.bak'],
    ],
  ])('%s gets ours first, and keeps the rest in its order', (_name, there, wanted) => {
    expect(mergedLines(there, OURS)).toEqual(wanted);
    expect(mergedLines(wanted, OURS)).toBeUndefined();
  });

  test('is told only of the lines that are missing', () => {
    expect(lackingLines([...OURS.slice(0, 2), '*.bak'], OURS)).toEqual(['(?d).DS_Store']);
  });

  test.each([
    ['', []],
    ['\n\n', []],
    ['a\r\n\r\nb\n', ['a', '', 'b']],
  ])('%o as lines', (text, lines) => {
    expect(linesOf(text)).toEqual(lines);
  });
});
