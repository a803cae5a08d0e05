// A log that is too large is published as head and tail: what is kept, where it is cut, what the cut says.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutMark } from '../../src/job/log-cut.ts';
import type { ReadAt } from '../../src/runner/publish-log.ts';
import { cutOf, publishLog } from '../../src/runner/publish-log.ts';
import { put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

const WHERE = '/work/stdout.log on STATION';

const markOf = (from: number, bytes: number) => cutMark({ from, bytes }, WHERE);

const over =
  (bytes: Uint8Array): ReadAt =>
  (offset, length) =>
    bytes.subarray(offset, offset + length);

async function publish(log: string | Buffer, limitBytes: number) {
  const disk = memoryDisk();
  disk.files.makeDir('/work');
  const out = disk.files.openNew('/work/stdout.log');
  out.write(Buffer.from(log));
  out.close();
  disk.files.makeDir('/staging');
  const given = { log: '/work/stdout.log', limitBytes, whereabouts: WHERE };
  const done = await publishLog(disk, '/staging', '/inbox/job/stdout.log', given);
  const text = disk.files.read('/inbox/job/stdout.log') ?? Buffer.alloc(0);
  return { ...done, text, left: disk.files.list('/staging') };
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}\n`).join('');

describe('a log', () => {
  test.each([
    { name: 'is published whole up to the limit, to the byte', log: 'a\n'.repeat(50), limit: 100 },
    { name: 'is published when it is empty', log: '', limit: 100 },
    { name: 'is published whole when it has no line end', log: 'x'.repeat(100), limit: 100 },
  ])('$name', async ({ log, limit }) => {
    const { text, leftOut, size, digest, left } = await publish(log, limit);
    expect(text.toString()).toBe(log);
    expect({ leftOut, size, bytes: digest.bytes }).toEqual({
      leftOut: 0,
      size: log.length,
      bytes: log.length,
    });
    expect(left).toEqual([]);
  });

  test('is cut one byte above the limit, at line ends, and says how much is left out and where it is', async () => {
    const log = numbered(1000);
    const { text, leftOut } = await publish(log, log.length - 1);
    const from = text.indexOf('[jobq: ');
    const [head = '', tail = ''] = text.toString().split(`${markOf(from, leftOut)}\n`);
    expect(log.startsWith(head) && head.endsWith('\n')).toBe(true);
    expect(log.endsWith(tail) && tail.startsWith('line ')).toBe(true);
    expect(head.length + leftOut + tail.length).toBe(log.length);
    expect(leftOut).toBeGreaterThan(0);
    expect(markOf(500, 7)).toBe(
      `[jobq: 7 bytes are left out here, from byte 500 on; the whole log is ${WHERE}]`,
    );
  });

  test('keeps nearly all that may be kept when its lines are short', async () => {
    const { text } = await publish(numbered(100_000), 10_000);
    expect(text.length).toBeGreaterThan(9_900);
  });

  test('loses no line that fits', async () => {
    const { text, leftOut } = await publish('123456789\n'.repeat(1000), 1000);
    expect(leftOut).toBe(9000);
    expect(text.toString()).toBe(
      `${'123456789\n'.repeat(50)}${markOf(500, 9000)}\n${'123456789\n'.repeat(50)}`,
    );
  });

  test('of one giant line is cut within it, and the cut stands on a line of its own', async () => {
    const { text, leftOut } = await publish('x'.repeat(1_000_000), 1000);
    const lines = text.toString().split('\n');
    expect(lines).toEqual(['x'.repeat(500), markOf(500, 999_000), 'x'.repeat(500)]);
    expect(leftOut).toBe(999_000);
  });

  test('of one giant line that ends keeps its end', async () => {
    const { text } = await publish(`${'x'.repeat(1_000_000)}\n`, 1000);
    expect(text.toString().endsWith(`${'x'.repeat(499)}\n`)).toBe(true);
  });

  test('is never cut within a character', async () => {
    for (const character of ['é', '€', '𝄞']) {
      for (const pad of ['', 'a', 'ab', 'abc']) {
        const { text } = await publish(pad + character.repeat(10_000), 1001);
        expect(text.toString('utf8')).not.toContain('\ufffd');
      }
    }
  });

  test('that is no UTF-8 at all is cut all the same', async () => {
    const log = Buffer.alloc(10_000, 0x80);
    const { text, leftOut } = await publish(log, 1000);
    expect(leftOut).toBe(9000);
    expect(text.subarray(0, 500).equals(log.subarray(0, 500))).toBe(true);
  });

  test('that grows while it is copied is published as it was when it was looked at', async () => {
    const disk = memoryDisk();
    put(disk, '/work/stdout.log', 'a\n'.repeat(5));
    disk.files.makeDir('/staging');
    const { turn } = disk.clock;
    disk.clock.turn = () => {
      const out = disk.files.openAppend('/work/stdout.log');
      out.write(Buffer.from('more\n'));
      out.close();
      return turn();
    };
    const given = { log: '/work/stdout.log', limitBytes: 10, whereabouts: WHERE };
    const done = await publishLog(disk, '/staging', '/inbox/stdout.log', given);
    expect({ size: done.size, leftOut: done.leftOut }).toEqual({ size: 10, leftOut: 0 });
    expect(disk.files.read('/inbox/stdout.log')?.toString()).toBe('a\n'.repeat(5));
    expect(disk.files.facts('/work/stdout.log')?.size).toBeGreaterThan(10);
  });

  test('that is gone, or became shorter, fails and leaves what was published as it was', async () => {
    const disk = memoryDisk();
    put(disk, '/work/stdout.log', 'abc\n');
    put(disk, '/inbox/stdout.log', 'before\n');
    disk.files.makeDir('/staging');
    const facts = { ...disk.files.facts('/work/stdout.log')!, size: 100 };
    const longer = { ...disk, files: { ...disk.files, facts: () => facts } };
    const given = { log: '/work/stdout.log', limitBytes: 1000, whereabouts: WHERE };
    await expect(publishLog(longer, '/staging', '/inbox/stdout.log', given)).rejects.toThrow('shorter');
    expect(disk.files.read('/inbox/stdout.log')?.toString()).toBe('before\n');
    expect(disk.files.list('/staging')).toEqual([]);
  });
});

describe('whatever a log holds', () => {
  const piece = fc.oneof(
    fc.constant('\n'),
    fc.constant('\r\n'),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('é', '€', '𝄞', 'x').map((one) => one.repeat(17)),
  );
  const log = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join('')));

  test('a cut keeps beginning and end, at most the limit, and splits no character', () => {
    fc.assert(
      fc.property(log, fc.integer({ min: 8, max: 400 }), (bytes, limit) => {
        const cut = cutOf(over(bytes), bytes.length, limit);
        if (!cut) return bytes.length <= limit;
        const { headEnd, tailStart } = cut;
        expect(bytes.length).toBeGreaterThan(limit);
        expect(headEnd).toBeGreaterThan(0);
        expect(tailStart).toBeGreaterThan(headEnd);
        expect(bytes.length).toBeGreaterThan(tailStart);
        expect(headEnd + bytes.length - tailStart).toBeLessThanOrEqual(limit);
        const strict = new TextDecoder('utf-8', { fatal: true });
        strict.decode(bytes.subarray(0, headEnd));
        strict.decode(bytes.subarray(tailStart));
        return true;
      }),
      { numRuns: 2000 },
    );
  });

  test('what is published is at most the limit and the mark, and begins and ends as the log does', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.integer({ min: 8, max: 400 }), async (bytes, limit) => {
        const { text, leftOut } = await publish(bytes, limit);
        if (leftOut === 0) return text.equals(bytes) && text.length <= limit;
        const from = cutOf(over(bytes), bytes.length, limit)?.headEnd ?? 0;
        const mark = `\n${markOf(from, leftOut)}\n`;
        expect(text.length).toBeLessThanOrEqual(limit + mark.length);
        const at = text.indexOf(`${markOf(from, leftOut)}\n`);
        expect(at).toBeGreaterThan(0);
        expect(text[at - 1]).toBe(0x0a);
        const tail = text.subarray(at + mark.length - 1);
        expect(bytes.subarray(bytes.length - tail.length).equals(tail)).toBe(true);
        const head = text.subarray(0, at);
        const same = (part: Buffer) => bytes.subarray(0, part.length).equals(part);
        return same(head) || same(head.subarray(0, -1));
      }),
      { numRuns: 300 },
    );
  });
});
