// A log that is too large is followed over its cut: what was read is not shown again, and nothing that is there is lost.
import { describe, expect, test } from 'vitest';
import { logReader, tailStart } from '../../src/cli/log-text.ts';
import { cutMark } from '../../src/job/log-cut.ts';
import { publishLog } from '../../src/runner/publish-log.ts';
import { put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

const WHERE = '/work/stdout.log on STATION';
const FILE = '/inbox/stdout.log';
const LIMIT = 2000;

function growingLog() {
  const disk = memoryDisk();
  disk.files.makeDir('/work');
  disk.files.makeDir('/staging');
  let log = '';
  const publish = async (text: string) => {
    const out = disk.files.openAppend('/work/stdout.log');
    out.write(Buffer.from(text));
    out.close();
    log += text;
    const given = { log: '/work/stdout.log', limitBytes: LIMIT, whereabouts: WHERE };
    return publishLog(disk, '/staging', FILE, given);
  };
  return { disk, publish, log: () => log };
}

function drain(reader: ReturnType<typeof logReader>): { text: string; again: boolean } {
  const all = { text: '', again: false };
  do {
    const { text, again } = reader.read(FILE);
    all.text += text;
    all.again ||= again;
  } while (reader.isBehind(FILE));
  return all;
}

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `line ${from + at} é\n`).join('');

describe('a log that is cut', () => {
  test('is shown as it is in the file', async () => {
    const { disk, publish } = growingLog();
    await publish(lines(0, 1000));
    const { text } = drain(logReader(disk.files, 0));
    expect(text).toBe(disk.files.read(FILE)?.toString());
    expect(text).toContain('bytes are left out here');
  });

  test('is followed while it grows: every line once, as long as the reader keeps up', async () => {
    const { disk, publish, log } = growingLog();
    await publish(lines(0, 10));
    const reader = logReader(disk.files, 0);
    let shown = '';
    for (let at = 10; at < 1000; at += 30) {
      const { text, again } = drain(reader);
      expect(again).toBe(false);
      shown += text;
      await publish(lines(at, at + 30));
    }
    shown += drain(reader).text;
    expect(shown).toBe(log());
  });

  test('shows the cut to a reader that has fallen behind, and goes on after it', async () => {
    const { disk, publish, log } = growingLog();
    await publish(lines(0, 10));
    const reader = logReader(disk.files, 0);
    const first = drain(reader).text;
    const { leftOut } = await publish(lines(10, 1000));
    const { text, again } = drain(reader);
    const from = disk.files.read(FILE)?.indexOf('[jobq: ') ?? 0;
    const [before, after] = text.split(`${cutMark({ from, bytes: leftOut }, WHERE)}\n`);
    expect(again).toBe(false);
    expect(log().startsWith(`${first}${before}`)).toBe(true);
    expect(log().endsWith(after ?? 'nothing')).toBe(true);
    await publish('the end\n');
    expect(drain(reader).text).toBe('the end\n');
  });

  test('of one giant line is followed as well', async () => {
    const { disk, publish, log } = growingLog();
    await publish('x'.repeat(1900));
    const reader = logReader(disk.files, 0);
    let shown = '';
    for (let round = 0; round < 5; round++) {
      shown += drain(reader).text;
      await publish(String(round).repeat(700));
    }
    expect(shown + drain(reader).text).toBe(log());
  });

  test('is begun near its end, and followed from there', async () => {
    const { disk, publish } = growingLog();
    await publish(lines(0, 1000));
    const reader = logReader(disk.files, tailStart(disk.files, FILE, 2));
    expect(drain(reader).text).toBe(lines(998, 1000));
    await publish(lines(1000, 1040));
    expect(drain(reader).text).toBe(lines(1000, 1040));
  });

  test('that becomes a shorter one begins again', async () => {
    const { disk, publish } = growingLog();
    await publish(lines(0, 1000));
    const reader = logReader(disk.files, 0);
    drain(reader);
    await disk.files.removeFile(FILE);
    put(disk, FILE, 'anew\n');
    expect(drain(reader)).toEqual({ text: 'anew\n', again: true });
  });
});

test('a line that only tells of a cut in another log is a line like others', () => {
  const disk = memoryDisk();
  const text = `a\n${cutMark({ from: 700, bytes: 10 }, WHERE)}\nb\n`;
  put(disk, FILE, text);
  const reader = logReader(disk.files, 0);
  expect(drain(reader).text).toBe(text);
  expect(reader.isBehind(FILE)).toBe(false);
});

test('a mark is found wherever it lies', async () => {
  const disk = memoryDisk();
  disk.files.makeDir('/staging');
  put(disk, '/work/stdout.log', lines(0, 30_000));
  for (const limitBytes of [131_050, 131_072, 131_100, 131_500]) {
    const given = { log: '/work/stdout.log', limitBytes, whereabouts: WHERE };
    const { size } = await publishLog(disk, '/staging', FILE, given);
    const reader = logReader(disk.files, tailStart(disk.files, FILE, 1));
    expect(drain(reader).text).toBe(lines(29_999, 30_000));
    const out = disk.files.openAppend('/work/stdout.log');
    out.write(Buffer.from('x\n'));
    out.close();
    await publishLog(disk, '/staging', FILE, given);
    expect([drain(reader).text, size > limitBytes]).toEqual(['x\n', true]);
    await disk.files.removeFile('/work/stdout.log');
    put(disk, '/work/stdout.log', lines(0, 30_000));
  }
});
