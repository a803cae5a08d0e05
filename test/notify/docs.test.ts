// Holds docs/notifications.md against the source: tables, the example, and the two ways to check a signature.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { MESSAGE_FIELDS } from '../../src/job/message-template.ts';
import { payloadOf, signatureOf } from '../../src/notify/channels/webhook.ts';
import { letterFor } from '../../src/notify/letter.ts';
import { TARGET_KINDS, TARGET_OPTIONS } from '../../src/settings/notify-targets.ts';
import { load } from '../settings/given.ts';
import { tempDir } from '../system/temp-dir.ts';
import { message, NOW, target } from './given.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/notifications.md', import.meta.url)), 'utf8');
const section = (title: string) => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const block = (language: string) =>
  new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';
const rows = (title: string) =>
  [...section(title).matchAll(/^\| `\{?(\w+)\}?` \| (.*) \|$/gm)].map(([, name = '', rest = '']) => [
    name,
    rest,
  ]);

test('every field of a template has its meaning', () => {
  expect(rows('Templates')).toEqual(Object.entries(MESSAGE_FIELDS));
});

test('every option has its line, and every kind its name', () => {
  const told = rows('Options of a target').map(([name]) => name);
  expect(new Set(told)).toEqual(new Set(TARGET_OPTIONS));
  expect(told).toHaveLength(TARGET_OPTIONS.length);
  for (const kind of TARGET_KINDS) expect(section('Options of a target')).toContain(`\`${kind}\``);
});

test('every field of a webhook is there', () => {
  const hook = target<'webhook'>('kind = "webhook", url = "http://a/"');
  const fields = Object.keys(payloadOf(letterFor(message(), 't', hook)));
  expect(rows('What a webhook gets').map(([name]) => name)).toEqual(fields);
});

test('the example is accepted', () => {
  const { notify } = load({ toml: block('toml') }).settings;
  expect(Object.keys(notify.targets)).toEqual(['manager', 'team']);
  expect(notify.channels).toEqual({ '#starspec-m1-wfe': ['manager', 'team'], '#quiet': [] });
});

describe('the check of a signature', () => {
  const body = JSON.stringify({ text: 'grün ✓' });
  const now = Math.floor(NOW / 1000);
  const good = signatureOf('key', body, NOW);
  const cases: [string, { body: string; signature: string; now: number }, boolean][] = [
    ['what jobq signed', { body, signature: good, now }, true],
    ['another body', { body: `${body} `, signature: good, now }, false],
    ['another key', { body, signature: signatureOf('other', body, NOW), now }, false],
    ['another time', { body, signature: good.replace(/t=\d+/, `t=${now + 1}`), now }, false],
    ['an old one', { body, signature: good, now: now + 301 }, false],
    ['none', { body, signature: '', now }, false],
  ];

  test.each(cases)('in JavaScript: %s', async (_name, given, fits) => {
    const file = path.join(tempDir(), 'check.mjs');
    writeFileSync(file, block('js'));
    const { isFromJobq } = (await import(pathToFileURL(file).href)) as {
      isFromJobq(secret: string, body: Buffer, signature: string, now: number): boolean;
    };
    expect(isFromJobq('key', Buffer.from(given.body), given.signature, given.now)).toBe(fits);
  });

  test('in Python', (ctx) => {
    const dir = tempDir();
    writeFileSync(path.join(dir, 'check.py'), block('python'));
    const given = cases.map(([, { body: text, signature, now: at }]) => [text, signature, at]);
    const program = `import json, sys
from check import is_from_jobq
print(json.dumps([is_from_jobq(b"key", b.encode(), s, n) for b, s, n in json.load(sys.stdin)]))`;
    let output: string;
    try {
      output = execFileSync('python3', ['-c', program], {
        cwd: dir,
        input: JSON.stringify(given),
        encoding: 'utf8',
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ctx.skip('there is no python3');
      throw error;
    }
    expect(JSON.parse(output)).toEqual(cases.map(([, , fits]) => fits));
  });
});
