import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { rotatedFile } from '../../src/system/log-file.ts';
import { tempDir } from './temp-dir.ts';

const line = (text: string) => `${text}\n`;

describe('a log file', () => {
  const open = (keep = 2, maxBytes = 20) => {
    const dir = path.join(tempDir(), 'logs', 'deep');
    const file = path.join(dir, 'runner.log');
    const faults: unknown[] = [];
    const log = rotatedFile({ path: file, maxBytes, keep }, (error) => faults.push(error));
    const read = (name: string) => readFileSync(path.join(dir, name), 'utf8');
    return { dir, file, log, faults, read, names: () => readdirSync(dir).sort() };
  };

  test('is made at its first line, with its folder, and holds each line at once', () => {
    const { log, read, dir } = open();
    expect(existsSync(dir)).toBe(false);
    log.write(line('one'));
    expect(read('runner.log')).toBe('one\n');
    log.write(line('two'));
    expect(read('runner.log')).toBe('one\ntwo\n');
  });

  test('is put aside before it is too large, and only so many are kept', () => {
    const { log, names, read } = open();
    for (const name of ['a', 'b', 'c', 'd']) for (let i = 0; i < 2; i++) log.write(line(name.repeat(9)));
    log.write(line('e'));
    expect(names()).toEqual(['runner.3.log', 'runner.4.log', 'runner.log']);
    expect(read('runner.3.log')).toBe(line('c'.repeat(9)).repeat(2));
    expect(read('runner.4.log')).toBe(line('d'.repeat(9)).repeat(2));
    expect(read('runner.log')).toBe('e\n');
  });

  test('holds a line that is larger than a file may be', () => {
    const { log, read, dir, file, names } = open();
    mkdirSync(dir, { recursive: true });
    writeFileSync(file, '');
    log.write(line('x'.repeat(50)));
    expect(read('runner.log')).toHaveLength(51);
    expect(names()).toEqual(['runner.log']);
  });

  test('goes on in what an earlier process left, and touches no file of another name', () => {
    const { log, dir, file, names, read } = open(1);
    mkdirSync(dir, { recursive: true });
    writeFileSync(file, 'x'.repeat(19));
    for (const other of ['runner.old.log', 'watcher.1.log', 'runner.7.txt'])
      writeFileSync(path.join(dir, other), 'mine');
    writeFileSync(path.join(dir, 'runner.12.log'), 'older');
    log.write(line('new'));
    expect(names()).toEqual(
      ['runner.13.log', 'runner.7.txt', 'runner.log', 'runner.old.log', 'watcher.1.log'].sort(),
    );
    expect(read('runner.13.log')).toBe('x'.repeat(19));
  });

  test('is made anew when somebody removed it', () => {
    const { log, file, read } = open();
    log.write(line('one'));
    rmSync(file);
    log.write(line('two'));
    expect(read('runner.log')).toBe('two\n');
  });

  test('that cannot be written is told once, and has every line when it can', () => {
    const { log, dir, faults, read } = open(2, 1000);
    mkdirSync(path.dirname(dir), { recursive: true });
    writeFileSync(dir, 'a file where the folder should be');
    log.write(line('one'));
    log.write(line('two'));
    expect(faults).toHaveLength(1);
    rmSync(dir);
    log.write(line('three'));
    expect(read('runner.log')).toBe('one\ntwo\nthree\n');
    rmSync(dir, { recursive: true });
    writeFileSync(dir, 'again');
    log.write(line('four'));
    expect(faults).toHaveLength(2);
  });

  test('says that lines are missing when too many had to wait', () => {
    const { log, dir, read } = open(2, 1_000_000);
    mkdirSync(path.dirname(dir), { recursive: true });
    writeFileSync(dir, 'in the way');
    for (let i = 0; i < 20; i++) log.write(line('x'.repeat(10_000)));
    rmSync(dir);
    log.write(line('last'));
    const text = read('runner.log');
    expect(text).toContain('lines are missing here');
    expect(text.endsWith('last\n')).toBe(true);
    expect(text.length).toBeLessThan(80_000);
  });

  test('on a full disk stops nobody', (ctx) => {
    if (!existsSync('/dev/full')) ctx.skip('there is no /dev/full here');
    const faults: unknown[] = [];
    const log = rotatedFile({ path: '/dev/full', maxBytes: 100, keep: 1 }, (error) => faults.push(error));
    log.write(line('one'));
    log.write(line('two'));
    expect(faults).toEqual([expect.objectContaining({ code: 'ENOSPC' })]);
  });

  test('that cannot be put aside grows on', () => {
    const dir = tempDir();
    // the name of what is put aside would be longer than any file system holds
    const file = path.join(dir, `${'r'.repeat(251)}.log`);
    const faults: unknown[] = [];
    const log = rotatedFile({ path: file, maxBytes: 20, keep: 2 }, (error) => faults.push(error));
    for (const char of ['x', 'y', 'z']) log.write(line(char.repeat(15)));
    expect(readFileSync(file, 'utf8')).toHaveLength(48);
    expect(faults).toEqual([]);
  });
});
