// The line of a key, in texts where a plain search for `key =` would go wrong.
import { expect, test } from 'vitest';
import { keyLines } from '../../src/settings/key-lines.ts';

const TEXT = `# a = 1
top = 1
[runner] # [watcher]
text = """
[watcher]
slots = 9
" # """"
raw = '''
slots = 8''' # tail
list = [ # ]
  [1], "]", ']',
  { slots = 7 },
]
slots = 1
work_root = 'C:\\'
a . "b.c" = { x = 1 } # b
escaped = "\\"["
[ runner . interpreters . "x y" ]
path = "p"
[[many]]
[[many]]
last = 1`;

test.each([
  { path: ['top'], line: 2 },
  { path: ['runner'], line: 3 },
  { path: ['runner', 'text'], line: 4 },
  { path: ['runner', 'raw'], line: 8 },
  { path: ['runner', 'list'], line: 10 },
  { path: ['runner', 'list', '1'], line: 10 },
  { path: ['runner', 'slots'], line: 14 },
  { path: ['runner', 'work_root'], line: 15 },
  { path: ['runner', 'a', 'b.c'], line: 16 },
  { path: ['runner', 'a', 'b.c', 'x'], line: 16 },
  { path: ['runner', 'escaped'], line: 17 },
  { path: ['runner', 'interpreters'], line: 18 },
  { path: ['runner', 'interpreters', 'x y'], line: 18 },
  { path: ['runner', 'interpreters', 'x y', 'path'], line: 19 },
  { path: ['runner', 'missing'], line: 3 },
  { path: ['many'], line: 20 },
  { path: ['many', 'last'], line: 22 },
  { path: ['watcher'], line: 1 },
])('$path is on line $line', ({ path, line }) => {
  expect(keyLines(TEXT)(path)).toBe(line);
  expect(keyLines(TEXT.replaceAll('\n', '\r\n'))(path)).toBe(line);
});

test.each(['a', 'a = "', '[a', '= 1', 'a.', '\u0000'])('ends on text that is no TOML: %j', (text) => {
  expect(keyLines(text)([])).toBe(1);
});
