import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sha256Of } from '../../src/store/disk.ts';
import { isSealedManifest, readSeal, sealBreach, writeSeal } from '../../src/store/seal.ts';
import { systemFiles } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import { fakeClock } from '../helpers/memory-disk.ts';
import type { Place } from './two-disks.ts';
import { everything, onBothDisks } from './two-disks.ts';

const FILES = { 'job.json': '{}\n', '1_setup/model.prt': 'a model', 'README.md': '# A study\n' };
const ENTRIES = Object.entries(FILES).map(([file, text]) => ({ path: file, sha256: sha256Of(text) }));

async function sealed(make: () => Place): Promise<Place> {
  const place = make();
  for (const [file, text] of Object.entries(FILES)) put(place.disk, path.join(place.root, 'dir', file), text);
  await writeSeal(place.disk, place.root, path.join(place.root, 'dir'), ENTRIES);
  return { ...place, root: path.join(place.root, 'dir') };
}

onBothDisks('a seal', (make) => {
  test('names every file in order, and reads back', async () => {
    const { disk, root } = await sealed(make);
    const text = String(disk.files.read(path.join(root, 'SHA256SUMS')));
    const sorted = [...ENTRIES].sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(text).toBe(sorted.map((entry) => `${entry.sha256}  ${entry.path}\n`).join(''));
    expect(readSeal(disk.files, root)).toEqual({ seal: 'valid', entries: sorted, sha256: sha256Of(text) });
  });

  test('answers its own digest when it is written', async () => {
    const { disk, root } = make();
    const digest = await writeSeal(disk, root, root, ENTRIES);
    expect(digest).toBe(sha256Of(disk.files.read(path.join(root, 'SHA256SUMS')) ?? ''));
  });

  test('is missing where there is none', () => {
    const { disk, root } = make();
    expect(readSeal(disk.files, root)).toEqual({ seal: 'missing' });
    expect(readSeal(disk.files, path.join(root, 'nowhere'))).toEqual({ seal: 'missing' });
  });

  test('is unfit wherever it was cut short', async () => {
    const { disk, root } = await sealed(make);
    const whole = String(disk.files.read(path.join(root, 'SHA256SUMS')));
    for (let length = 0; length < whole.length; length++) {
      const dir = path.join(root, `cut-${length}`);
      put(disk, path.join(dir, 'SHA256SUMS'), whole.slice(0, length));
      const seen = readSeal(disk.files, dir);
      // cut at the end of a line it may still read as a seal, but not as one that fits
      const fits = seen.seal === 'valid' && seen.entries.length === ENTRIES.length;
      expect(fits, `cut after ${length}`).toBe(false);
      const isLines = whole.slice(0, length).endsWith('\n');
      expect(isLines || seen.seal === 'unfit', `cut after ${length}`).toBe(true);
    }
  });

  test('fits the files it was made of', async () => {
    const { disk, root } = await sealed(make);
    expect(await sealBreach(disk, root, ENTRIES)).toBeUndefined();
    expect(isSealedManifest(ENTRIES, Buffer.from(FILES['job.json']))).toBe(true);
  });

  test.each([
    { what: 'missing', text: undefined, breach: '1_setup/model.prt: named by SHA256SUMS, but missing' },
    {
      what: 'cut short',
      text: 'a mod',
      breach: '1_setup/model.prt: its digest is not the one in SHA256SUMS (5 bytes are there)',
    },
    {
      what: 'changed',
      text: 'a lemon',
      breach: '1_setup/model.prt: its digest is not the one in SHA256SUMS (7 bytes are there)',
    },
  ])('names a file that is $what', async ({ text, breach }) => {
    const { disk, root } = await sealed(make);
    await disk.files.removeFile(path.join(root, '1_setup/model.prt'));
    if (text !== undefined) put(disk, path.join(root, '1_setup/model.prt'), text);
    expect(await sealBreach(disk, root, ENTRIES)).toBe(breach);
  });

  test('counts a directory under the name of a file as missing', async () => {
    const { disk, root } = await sealed(make);
    await disk.files.removeFile(path.join(root, 'README.md'));
    disk.files.makeDir(path.join(root, 'README.md'));
    expect(await sealBreach(disk, root, ENTRIES)).toBe('README.md: named by SHA256SUMS, but missing');
  });

  test('knows a job.json that was edited', () => {
    expect(isSealedManifest(ENTRIES, Buffer.from('{ }\n'))).toBe(false);
    expect(isSealedManifest([], Buffer.from('{}\n'))).toBe(false);
  });

  test('leaves nothing else behind', async () => {
    const { disk, root } = await sealed(make);
    expect(Object.keys(everything(disk, path.dirname(root))).sort()).toEqual(
      [...Object.keys(FILES), 'SHA256SUMS'].map((file) => `dir/${file}`).sort(),
    );
  });
});

test('sha256sum -c reads a seal', async (ctx) => {
  if (process.platform !== 'linux') ctx.skip('sha256sum is there on Linux only');
  const root = mkdtempSync(path.join(tmpdir(), 'jobq-seal-'));
  try {
    const place = await sealed(() => ({ disk: { files: systemFiles, clock: fakeClock() }, root }));
    const told = execFileSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: place.root });
    expect(String(told).trim().split('\n')).toEqual([
      '1_setup/model.prt: OK',
      'README.md: OK',
      'job.json: OK',
    ]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
