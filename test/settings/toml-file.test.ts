// Comments are taken out before a settings file is parsed: whatever they are, the table and the complaint stay the same.
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { parseToml } from '../../src/settings/toml-file.ts';

const PIECES = [
  '# a comment\n',
  '  # one = "more"\n',
  '\t#\r\n',
  '#',
  '# \u2028# odd\n',
  '# \u0007\n',
  '# \r bare\n',
  'a = 1\n',
  'b = "x # y" # behind\n',
  "c = '# z'\r\n",
  'd = [\n# inside\n1, # one\n  # two\n]\n',
  'e = """\n# no comment\n"""\n',
  "f = '''\n # neither\n'''\n",
  'g = "\u2028# text"\n',
  '[t]\n',
  '"#" = 2\n',
  'h = #\n',
  '\n',
  ' ',
] as const;

const tried = (make: () => unknown) => {
  try {
    return { made: make() };
  } catch (error) {
    return { refused: error instanceof Error };
  }
};

test('a text and its table agree with a parser that goes through every comment', () => {
  const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      const plain = tried(() => parse(text, { unsafeKeyBehaviour: 'throw' }));
      const ours = tried(() => parseToml(Buffer.from(text), 'jobq.toml', '/q/jobq.toml').table);
      expect(ours).toEqual(plain);
    }),
    { numRuns: 2000 },
  );
});
