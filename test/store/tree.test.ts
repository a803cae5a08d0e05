// What a listing says of directories and files that cannot be looked at.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesBelow, listTree, listWhatIsSeen } from '../../src/store/tree.ts';
import type { Files } from '../../src/system/files.ts';
import { systemFiles } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { tempDir } from '../system/temp-dir.ts';

function tree(call: 'list' | 'facts', name: string, code: string) {
  const disk = memoryDisk();
  for (const file of ['a', 'b/c', 'b/d', 'z']) put(disk, `/top/${file}`, 'four');
  const failing = (file: string) => {
    if (file === path.join('/top', name)) throw Object.assign(new Error(`${code}: ${file}`), { code });
    return disk.files[call](file);
  };
  return { ...disk.files, [call]: failing } as Files;
}

const pathsOf = (files: readonly { path: string }[]) => files.map((file) => file.path);

describe('what cannot be looked at', () => {
  test.each(['EACCES', 'EPERM', 'ENAMETOOLONG', 'ELOOP', 'EIO'])('is noted with its reason: %s', (code) => {
    const dir = listWhatIsSeen(tree('list', 'b', code), '/top');
    expect([pathsOf(dir.files), dir.emptyDirs, dir.unseen]).toEqual([['a', 'z'], [], [{ path: 'b', code }]]);
    const file = listWhatIsSeen(tree('facts', 'b/c', code), '/top');
    expect([pathsOf(file.files), file.unseen]).toEqual([['a', 'b/d', 'z'], [{ path: 'b/c', code }]]);
  });

  test.each([
    ['list', 'b'],
    ['facts', 'b/c'],
  ] as const)('is an error where every file counts (%s)', (call, name) => {
    const look = () => listTree(tree(call, name, 'EACCES'), '/top');
    expect(look).toThrow(`EACCES: ${path.join('/top', name)} cannot be looked at`);
    expect(look).toThrow(expect.objectContaining({ code: 'EACCES' }));
  });

  test('is an error for any other reason, and when it is the directory itself', () => {
    expect(() => listWhatIsSeen(tree('list', 'b', 'EMFILE'), '/top')).toThrow('EMFILE');
    expect(() => listWhatIsSeen(tree('list', '', 'EACCES'), '/top')).toThrow('EACCES');
  });

  test('weighs nothing', () => {
    expect(bytesBelow(tree('list', 'b', 'EACCES'), '/top')).toBe(8);
    expect(bytesBelow(tree('facts', 'b/c', 'EACCES'), '/top')).toBe(12);
    expect(() => bytesBelow(tree('list', 'b', 'EMFILE'), '/top')).toThrow('EMFILE');
  });

  test('is, on the real disk, what is deeper than a path can be', (context) => {
    if (process.platform === 'win32') context.skip('Windows has other limits');
    const top = tempDir();
    const before = process.cwd();
    const name = 'd'.repeat(200);
    try {
      process.chdir(top);
      for (let depth = 0; depth < 25; depth++) {
        systemFiles.makeNewDir(name);
        process.chdir(name);
      }
    } finally {
      process.chdir(before);
    }
    try {
      const { unseen } = listWhatIsSeen(systemFiles, top);
      expect(unseen.map(({ code }) => code)).toEqual(['ENAMETOOLONG']);
      expect(() => listTree(systemFiles, top)).toThrow('ENAMETOOLONG');
    } finally {
      execFileSync('rm', ['-r', path.join(top, name)]); // Node cannot
    }
  });
});
