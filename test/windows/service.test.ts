// What a service on Windows is started with, as the real node.exe reads it. Task Scheduler itself is not asked: under
// Wine it is a stub, and on Windows a test installs nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { afterEach, expect, test } from 'vitest';
import { doctorShape, serviceShape } from '../../src/cli/shapes.ts';
import { windowsWord } from '../../src/service/windows-words.ts';
import type { Station } from './station.ts';
import { needsWindows, newStation, ownPath, windowsPath } from './station.ts';

let station: Station | undefined;
afterEach(() => station?.close());

function open(context: TestContext): Station {
  needsWindows(context);
  station = newStation();
  return station;
}

test('arguments come back as they were from a command line that Windows starts', async (context) => {
  const here = open(context);
  const odd = [
    'C:\\Job Queue\\',
    'a"b',
    '\\"',
    '\\\\',
    '',
    "R&D 'x' (1)",
    'ünï\tt',
    '^%PATH',
    '\\\\server\\x y\\',
  ];
  const at = (name: string) => windowsPath(path.join(here.home, name));
  writeFileSync(
    path.join(here.home, 'child.mjs'),
    `import { writeFileSync } from 'node:fs';
     writeFileSync(${JSON.stringify(at('argv.json'))}, JSON.stringify(process.argv.slice(2)));`,
  );
  const line = [at('child.mjs'), ...odd].map(windowsWord).join(' ');
  const parent = path.join(here.home, 'parent.mjs');
  writeFileSync(
    parent,
    `import { spawnSync } from 'node:child_process';
     spawnSync(process.execPath, [${JSON.stringify(line)}], { windowsVerbatimArguments: true, stdio: 'ignore' });`,
  );
  await here.node(parent).over;
  expect(JSON.parse(readFileSync(path.join(here.home, 'argv.json'), 'utf8'))).toEqual(odd);
});

test('the task starts this node.exe and this program, which are there', (context) => {
  const here = open(context);
  const { file, kind, printed } = serviceShape.parse(
    here.onWindows('service', 'install', '--role', 'runner', '--print', '--window').value,
  );
  expect({ kind, printed }).toEqual({ kind: 'task', printed: true });
  const text = file?.text.replaceAll('&quot;', '"') ?? '';
  const [, node = ''] = /<Command>(.*)<\/Command>/.exec(text) ?? [];
  const [, program = '', queue = ''] = /<Arguments>"(.*?)" runner --queue "(.*?)"</.exec(text) ?? [];
  expect(node).toMatch(/\\node\.exe$/i);
  for (const each of [node, program, path.join(queue, 'jobq.toml')])
    expect(readFileSync(ownPath(each).replaceAll('\\', '/')).length).toBeGreaterThan(0);
  expect(file?.path).toMatch(/^[A-Z]:\\.*\\service\\jobq-runner-q-windows\.xml$/i);
});

test('doctor looks at a Windows machine', (context) => {
  const here = open(context);
  const { value } = here.onWindows('doctor', '--role', 'runner');
  const { checks } = doctorShape.parse(value);
  const of = (check: string) => checks.find((each) => each.check === check);
  expect(of('node')?.level).toBe('ok');
  expect(of('markers')?.level).toBe('ok');
  expect(of('work directory')?.level).toBe('ok');
  expect(of('path length')?.what).toContain('of the work directory');
  expect(of('start at logon')?.level).toBe('note');
  expect(['ok', 'warning']).toContain(of('job objects')?.level);
});
