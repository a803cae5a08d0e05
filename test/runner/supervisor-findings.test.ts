// What the log and the outputs of a script say against its success, on a disk in memory.
import { describe, expect, test } from 'vitest';
import { firstNotFinite } from '../../src/runner/supervisor/finite-csv.ts';
import { searchLog } from '../../src/runner/supervisor/log-search.ts';
import { systemClock } from '../../src/system/clock.ts';
import { findLine } from '../../src/system/patterns.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { DIR, machine } from './supervisor-machine.ts';

const LOG = '/log';
const MB = 1 << 20;

function search(log: string | Buffer, patterns: string[], find = findLine) {
  const disk = memoryDisk();
  disk.volume.writeFileSync(LOG, log);
  return searchLog(disk, find, LOG, patterns);
}

describe('the log', () => {
  test.each([
    { name: 'no pattern', log: 'FATAL\n', patterns: [], line: undefined },
    { name: 'no line', log: '', patterns: ['FATAL'], line: undefined },
    { name: 'none that fits', log: 'all is well\n', patterns: ['FATAL'], line: undefined },
    {
      name: 'the first line, blanks cut',
      log: 'a\n  FATAL one\r\nFATAL two\n',
      patterns: ['FATAL'],
      line: 'FATAL one',
    },
    {
      name: 'the first line of any pattern',
      log: 'x\nb two\na one\n',
      patterns: ['^a', '^b'],
      line: 'b two',
    },
    { name: 'a last line without its end', log: 'x\nFATAL', patterns: ['FATAL$'], line: 'FATAL' },
    {
      name: 'what a progress bar wrote over',
      log: ' 1%\r 2%\rFATAL\r 3%',
      patterns: ['^FATAL$'],
      line: 'FATAL',
    },
    {
      name: 'a line that lies across two pieces',
      log: `${'x'.repeat(MB - 3)}\nFATAL\n`,
      patterns: ['^FATAL$'],
      line: 'FATAL',
    },
    {
      name: 'one behind megabytes without a line end',
      log: `${'x'.repeat(3 * MB)}\nFATAL\n`,
      patterns: ['^FATAL$'],
      line: 'FATAL',
    },
    {
      name: 'not what comes late in a long line',
      log: `${'x'.repeat(5000)}FATAL\n`,
      patterns: ['FATAL'],
      line: undefined,
    },
    {
      name: 'a letter of several bytes across two pieces',
      log: `${'x'.repeat(MB - 8)}\nFATAL é\n`,
      patterns: ['^FATAL é$'],
      line: 'FATAL é',
    },
    {
      name: 'a long line is told in part',
      log: `FATAL${'x'.repeat(400)}\n`,
      patterns: ['FATAL'],
      line: `FATAL${'x'.repeat(295)}...`,
    },
  ])('$name', async ({ log, patterns, line }) => {
    expect(await search(log, patterns)).toEqual(
      line === undefined ? { troubles: [] } : { line, troubles: [] },
    );
  });

  test('is read as UTF-16 where it is', async () => {
    expect(await search(Buffer.from('\ufeffx\nFATAL é\n', 'utf16le'), ['^FATAL'])).toMatchObject({
      line: 'FATAL é',
    });
  });

  test('a pattern that takes too long is given up, the others are looked for', async () => {
    const begun = systemClock.monotonic();
    const soon: typeof findLine = (pattern, lines, limitMs) => findLine(pattern, lines, limitMs / 20);
    const disk = { ...memoryDisk(), clock: systemClock };
    disk.volume.writeFileSync(LOG, `${'a'.repeat(60)}b\nFATAL\n`);
    const found = await searchLog(disk, soon, LOG, ['^(a+)+$', 'FATAL']);
    expect(systemClock.monotonic() - begun).toBeGreaterThan(100);
    expect(found).toEqual({
      line: 'FATAL',
      troubles: ['pattern ^(a+)+$ was given up: it takes too long'],
    });
  });

  test('many patterns that take too long do not take for ever together', async () => {
    const disk = memoryDisk();
    disk.volume.writeFileSync(LOG, 'x\n');
    let asked = 0;
    const slow: typeof findLine = (_pattern, _lines, limitMs) => {
      asked += 1;
      disk.clock.advance(limitMs);
      return undefined;
    };
    const patterns = Array.from({ length: 100 }, (_, n) => `a${n}`);
    const { troubles } = await searchLog(disk, slow, LOG, patterns);
    expect([asked, troubles.length, disk.clock.monotonic() < 60_000]).toEqual([10, 100, true]);
  });

  test('a pattern that is none, and a log that is not there, are told', async () => {
    expect((await search('x', ['('])).troubles).toEqual(['pattern ( is no regular expression']);
    const { troubles } = await searchLog(memoryDisk(), findLine, '/none', ['x']);
    expect(troubles).toEqual([expect.stringContaining('the log could not be searched')]);
  });
});

function finite(files: Record<string, string>, ...patterns: string[]) {
  const disk = memoryDisk();
  disk.volume.fromJSON(files, '/work');
  return firstNotFinite(disk, '/work', patterns);
}

describe('the numbers of a CSV file', () => {
  const breach = 'a.csv, line 2: column objective is nan';
  test.each([
    { name: 'finite ones', csv: 'trial,objective\n1,3.5e-3\n2,-.5\n', told: undefined },
    { name: 'nan', csv: 'trial,objective\n1,nan\n', told: breach },
    {
      name: 'NaN in quotes',
      csv: '"trial","objective"\r\n"1","NaN"\r\n',
      told: 'a.csv, line 2: column objective is NaN',
    },
    { name: 'inf', csv: 'x\n1\n-Infinity\n', told: 'a.csv, line 3: column x is -Infinity' },
    { name: 'what C on Windows writes', csv: 'x\n-1.#IND\n', told: 'a.csv, line 2: column x is -1.#IND' },
    { name: 'and glibc', csv: 'x\n-nan(0x1)\n', told: 'a.csv, line 2: column x is -nan(0x1)' },
    { name: 'a number that is too big', csv: 'x\n1e999\n', told: 'a.csv, line 2: column x is 1e999' },
    {
      name: 'the same as Fortran writes it',
      csv: 'x\n1.0D+400\n',
      told: 'a.csv, line 2: column x is 1.0D+400',
    },
    { name: 'a big one that is not', csv: 'x\n1.0D+300\n', told: undefined },
    { name: 'words and nothing', csv: 'x,y\nnan-tucket,\ninfo,N/A\n', told: undefined },
    { name: 'no header', csv: '1,2\n3,inf\n', told: 'a.csv, line 2: column 2 is inf' },
    { name: 'no header and nan at once', csv: 'nan,nan\n', told: 'a.csv, line 1: column 1 is nan' },
    { name: 'a longer row than the header', csv: 'x\n1,nan\n', told: 'a.csv, line 2: column 2 is nan' },
    { name: 'semicolons', csv: 'a;b\n1,5;nan\n', told: 'a.csv, line 2: column b is nan' },
    { name: 'tabs', csv: 'a\tb\n1\tnan\n', told: 'a.csv, line 2: column b is nan' },
    { name: 'a byte order mark', csv: '\ufeffobjective\nnan\n', told: breach },
    { name: 'no line end at the end', csv: 'objective\nnan', told: breach },
    { name: 'old line ends', csv: 'objective\rnan\r', told: breach },
    { name: 'blanks', csv: 'objective\n  nan \n', told: breach },
    {
      name: 'separators, quotes and line ends in quotes',
      csv: 'a,b\n"x,nan,""y""\nnan,nan",2\n3,nan\n',
      told: 'a.csv, line 4: column b is nan',
    },
    {
      name: 'a quote that is never closed hides nothing',
      csv: `a,b\n"x,1\n${'3,4\n'.repeat(1500)}5,nan\n`,
      told: 'a.csv, line 1503: column b is nan',
    },
    {
      name: 'nor does one that is closed much later',
      csv: `a,b\n"x,1\n${'3,4\n'.repeat(1500)}5,nan\ny",1\n`,
      told: 'a.csv, line 1503: column b is nan',
    },
    {
      name: 'a line end that lies across two pieces',
      csv: `objective,${'x'.repeat(MB - 11)}\r\nnan\n`,
      told: breach,
    },
    {
      name: 'in the middle of an open quote at the end',
      csv: 'a,b\n"x,1\n5,nan\n',
      told: 'a.csv, line 3: column b is nan',
    },
    { name: 'nothing at all', csv: '', told: undefined },
  ])('$name', async ({ csv, told }) => {
    expect(await finite({ 'a.csv': csv }, '*.csv')).toBe(told);
  });

  test('are looked at in every file that fits, and no other', async () => {
    const files = { '3_results/a.csv': 'x\n1\n', '3_results/b.csv': 'x\nnan\n', 'c.csv': 'x\nnan\n' };
    expect(await finite(files, '3_results/*.csv')).toBe('3_results/b.csv, line 2: column x is nan');
    expect(await finite(files, '3_results/a.csv')).toBeUndefined();
    expect(await finite(files)).toBeUndefined();
  });

  test('must be there', async () => {
    expect(await finite({ 'a.csv': 'x\n1\n' }, '*.csv', '3_results/*.csv')).toBe(
      'no file fits 3_results/*.csv',
    );
  });

  test('are found in big files, at the right line', async () => {
    const rows = '1234567.8,0.5\n'.repeat(200_000);
    expect(await finite({ 'a.csv': `a,b\n${rows}1,nan\n` }, '*.csv')).toBe(
      'a.csv, line 200002: column b is nan',
    );
  });
});

describe('a file that somebody holds', () => {
  function held(times: number) {
    const disk = memoryDisk();
    disk.volume.fromJSON({ 'a.csv': 'x\nnan\n' }, '/work');
    let left = times;
    const openRead = (file: string) => {
      if (left-- > 0) throw Object.assign(new Error('EBUSY: resource busy'), { code: 'EBUSY' });
      return disk.files.openRead(file);
    };
    return firstNotFinite({ ...disk, files: { ...disk.files, openRead } }, '/work', ['a.csv']);
  }

  test('is tried again', async () => {
    expect(await held(3)).toBe('a.csv, line 2: column x is nan');
  });

  test('cannot be called finite', async () => {
    expect(await held(1000)).toBe('a.csv cannot be read (EBUSY: resource busy)');
  });
});

describe('exit.json', () => {
  const write = (log: string) => (told: Parameters<typeof machine>[0]) => {
    const attempt = machine(told);
    attempt.clock.at(1, () => attempt.write(`${DIR}/stdout.log`, log));
    return attempt.run();
  };
  const patterns = { fail_patterns: ['FATAL'], licence_patterns: ['no licence'] };

  test.each([
    {
      name: 'a fail pattern, whatever the exit code',
      log: 'FATAL x\n',
      code: 0,
      findings: { fail: 'FATAL x' },
    },
    {
      name: 'a licence pattern when the exit code is not 0',
      log: 'no licence for NX\n',
      code: 2,
      findings: { licence: 'no licence for NX' },
    },
    {
      name: 'a licence pattern when the log says that it failed',
      log: 'no licence for NX\nFATAL x\n',
      code: 0,
      findings: { fail: 'FATAL x', licence: 'no licence for NX' },
    },
  ])('names $name', async ({ log, code, findings }) => {
    const exit = await write(log)({ ends: 5, code, command: patterns });
    expect(exit).toMatchObject({ ended_by: 'itself', exit_code: code, findings });
    expect(Object.keys(exit.findings ?? {})).toEqual(Object.keys(findings));
  });

  test('does not look for a licence that was there in the end', async () => {
    const exit = await write('no licence, trying again\n')({ ends: 5, code: 0, command: patterns });
    expect(exit).not.toHaveProperty('findings');
  });

  test('names numbers that are not finite, and patterns that were given up', async () => {
    const attempt = machine({
      ends: 5,
      command: { fail_patterns: ['('], finite_csv: ['3_results/*.csv'] },
    });
    attempt.clock.at(1, () => attempt.write('/work/job-1/3_results/a.csv', 'x\ninf\n'));
    expect(await attempt.run()).toMatchObject({
      findings: { not_finite: '3_results/a.csv, line 2: column x is inf' },
      message: 'pattern ( is no regular expression',
    });
  });

  test('says so when nothing can be looked at', async () => {
    const exit = await machine({ ends: 5, unreadableFrom: 4, command: { finite_csv: ['*.csv'] } }).run();
    expect(exit).toMatchObject({
      ended_by: 'itself',
      findings: { not_finite: 'its CSV files cannot be looked at (the disk is gone)' },
    });
  });

  test('does not judge a run that was ended', async () => {
    const exit = await write('FATAL\n')({ cancels: [[5, { grace_s: 0 }]], command: patterns });
    expect(exit).not.toHaveProperty('findings');
  });
});
