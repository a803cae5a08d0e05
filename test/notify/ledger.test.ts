// What the ledger remembers, over restarts, torn lines, foreign lines and being written anew.
import { describe, expect, test } from 'vitest';
import type { LedgerOptions } from '../../src/notify/ledger.ts';
import { openNotifyLedger, readDeliveries } from '../../src/notify/ledger.ts';
import type { LedgerLine } from '../../src/notify/ledger-lines.ts';
import { keyOf, linesOf, noDeliveries } from '../../src/notify/ledger-lines.ts';
import { put } from '../helpers/make-order.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { messageOf } from './given.ts';

const FILE = '/state/notify.jsonl';
const AT = '2026-02-10T14:30:22.000Z';
const NEXT = '2026-02-10T14:31:00.000Z';
const [a, b] = [messageOf('job-a'), messageOf('job-b')];
const DAY_MS = 86_400_000;

const queued = (message = a, targets = ['x', 'y']): LedgerLine => ({
  event: 'queued',
  at: AT,
  message,
  targets,
});
const about = (target = 'x', message = a) => ({ at: AT, id: message.id, target });
const tried: LedgerLine = { event: 'tried', ...about(), tries: 2, problem: 'status 500', next: NEXT };
const dead: LedgerLine = { event: 'dead', ...about(), reason: 'status 404' };

function open(disk: MemoryDisk, options: Partial<LedgerOptions> = {}) {
  return openNotifyLedger(disk, FILE, { keepMs: 30 * DAY_MS, tell: () => {}, ...options });
}

describe('the lines of a message', () => {
  test.each<{ name: string; lines: LedgerLine[]; open: string[]; dead?: string[]; sent?: string[] }>([
    { name: 'queued', lines: [queued()], open: ['x', 'y'] },
    { name: 'queued twice', lines: [queued(), queued(a, ['y', 'z'])], open: ['x', 'y', 'z'] },
    { name: 'tried', lines: [queued(), tried], open: ['x', 'y'] },
    { name: 'sent', lines: [queued(), { event: 'sent', ...about() }], open: ['y'], sent: ['x'] },
    {
      name: 'sent twice',
      lines: [queued(), { event: 'sent', ...about() }, { event: 'sent', ...about() }],
      open: ['y'],
      sent: ['x'],
    },
    {
      name: 'queued again when it was sent',
      lines: [queued(), { event: 'sent', ...about() }, queued()],
      open: ['y'],
      sent: ['x'],
    },
    { name: 'given up', lines: [queued(), dead], open: ['y'], dead: ['x'] },
    {
      name: 'queued again when it was given up',
      lines: [queued(), dead, queued()],
      open: ['y'],
      dead: ['x'],
    },
    {
      name: 'wanted again, behind the others',
      lines: [queued(), dead, { event: 'again', ...about() }],
      open: ['y', 'x'],
    },
    {
      name: 'wanted again though it is not dead',
      lines: [queued(), { event: 'again', ...about() }],
      open: ['x', 'y'],
    },
    { name: 'of which nothing is known', lines: [tried, dead, { event: 'again', ...about() }], open: [] },
  ])('$name', async ({ lines, ...expected }) => {
    const disk = memoryDisk();
    const ledger = await open(disk);
    for (const line of lines) await ledger.append(line);
    for (const { deliveries } of [
      ledger,
      await open(disk),
      { deliveries: readDeliveries(disk.files, FILE) },
    ]) {
      const names = (map: ReadonlyMap<string, unknown>) => [...map.keys()].map((key) => key.split(' ')[0]);
      expect(names(deliveries.open)).toEqual(expected.open);
      expect(names(deliveries.dead)).toEqual(expected.dead ?? []);
      expect(names(deliveries.sent)).toEqual(expected.sent ?? []);
    }
  });

  test('are kept with all they say', async () => {
    const disk = memoryDisk();
    const ledger = await open(disk);
    for (const line of [queued(), tried]) await ledger.append(line);
    expect((await open(disk)).deliveries.open.get(keyOf(a.id, 'x'))).toEqual({
      message: a,
      target: 'x',
      queuedMs: Date.parse(AT),
      tries: 2,
      problem: 'status 500',
      nextMs: Date.parse(NEXT),
    });
    await ledger.append(dead);
    expect(readDeliveries(disk.files, FILE).dead.get(keyOf(a.id, 'x'))).toEqual({
      message: a,
      target: 'x',
      queuedMs: Date.parse(AT),
      deadMs: Date.parse(AT),
      reason: 'status 404',
    });
  });
});

test('has what waits, what was sent and what was given up', async () => {
  const ledger = await open(memoryDisk());
  await ledger.append(queued(a, ['x', 'y', 'z']));
  await ledger.append({ event: 'sent', ...about('y') });
  await ledger.append({ event: 'dead', ...about('z'), reason: 'no' });
  expect(['x', 'y', 'z', 'w'].map((target) => ledger.has(a.id, target))).toEqual([true, true, true, false]);
  expect(ledger.has(b.id, 'x')).toBe(false);
});

test('nothing is known where there is no ledger', () => {
  expect(readDeliveries(memoryDisk().files, FILE)).toEqual(noDeliveries());
});

describe('written anew', () => {
  const lines = [
    queued(a),
    queued(b, ['x', 'y', 'z']),
    tried,
    { event: 'sent', ...about('y') },
    { event: 'dead', ...about('z', b), reason: 'no' },
  ] satisfies LedgerLine[];

  test('it says the same', async () => {
    const [plain, small] = [memoryDisk(), memoryDisk()];
    const [long, short] = [await open(plain), await open(small, { compactBytes: 1 })];
    for (const line of lines) {
      await long.append(line);
      await short.append(line);
    }
    expect(readDeliveries(small.files, FILE)).toEqual(readDeliveries(plain.files, FILE));
    expect([...short.deliveries.open.keys()]).toEqual([...long.deliveries.open.keys()]);
  });

  test('it is short again', async () => {
    const disk = memoryDisk();
    const ledger = await open(disk, { compactBytes: 20_000 });
    await ledger.append(queued());
    for (let tries = 1; tries < 1000; tries++) await ledger.append({ ...tried, tries });
    expect(disk.files.facts(FILE)?.size).toBeLessThan(25_000);
    expect(readDeliveries(disk.files, FILE).open.get(keyOf(a.id, 'x'))?.tries).toBe(999);
  });

  test('it forgets what is over for long, and nothing that waits', () => {
    const deliveries = noDeliveries();
    const ledger = (since: number) => linesOf(deliveries, since).map(({ event }) => event);
    const atMs = Date.parse(AT);
    deliveries.sent.set(keyOf(a.id, 'x'), atMs);
    deliveries.dead.set(keyOf(a.id, 'y'), {
      message: a,
      target: 'y',
      queuedMs: atMs,
      deadMs: atMs,
      reason: '',
    });
    deliveries.open.set(keyOf(a.id, 'z'), {
      message: a,
      target: 'z',
      queuedMs: atMs,
      tries: 0,
      nextMs: atMs,
      problem: undefined,
    });
    expect(ledger(atMs)).toEqual(['sent', 'queued', 'dead', 'queued']);
    expect(ledger(atMs + 1)).toEqual(['queued']);
  });

  test('a disk that is full keeps nobody from writing lines', async () => {
    const disk = memoryDisk();
    const told: string[] = [];
    const full = {
      ...disk.files,
      openNew: () => {
        throw new Error('ENOSPC');
      },
    };
    const ledger = await open(disk);
    await ledger.append(queued());
    const short = await openNotifyLedger({ ...disk, files: full }, FILE, {
      keepMs: 1,
      compactBytes: 1,
      tell: (_facts, text) => void told.push(text),
    });
    for (let tries = 1; tries < 20; tries++) await short.append({ ...tried, tries });
    expect(readDeliveries(disk.files, FILE).open.get(keyOf(a.id, 'x'))?.tries).toBe(19);
    expect(told).toContain('the ledger of messages stays long');
  });
});

describe('what is in the way', () => {
  test('a torn last line is not written', async () => {
    const disk = memoryDisk();
    const ledger = await open(disk);
    await ledger.append(queued(a, ['x']));
    await ledger.append({ event: 'sent', ...about() });
    const bytes = disk.files.read(FILE) as Buffer;
    disk.volume.writeFileSync(FILE, bytes.subarray(0, -3));
    const again = await open(disk);
    expect(again.deliveries.open.size).toBe(1);
    await again.append({ event: 'sent', ...about() });
    expect(readDeliveries(disk.files, FILE)).toMatchObject({ open: new Map(), sent: { size: 1 } });
  });

  test.each([
    ['no JSON', 'what is this?'],
    ['zeros', '\0'.repeat(40)],
    ['an event nobody knows', '{"event":"sung","at":"2026-02-10T14:30:22Z"}'],
    [
      'a message without an id',
      '{"event":"queued","at":"2026-02-10T14:30:22Z","message":{},"targets":["x"]}',
    ],
  ])('%s is put aside, told, and the rest is read', async (_name, strange) => {
    const disk = memoryDisk();
    await (await open(disk)).append(queued(a, ['x']));
    const good = String(disk.files.read(FILE));
    const text = `${strange}\n${good}`;
    disk.volume.writeFileSync(FILE, text);
    const told: object[] = [];
    const ledger = await open(disk, { tell: (facts) => void told.push(facts) });
    expect([...ledger.deliveries.open.keys()]).toEqual([keyOf(a.id, 'x')]);
    expect(told).toEqual([
      { file: FILE, lines: 1, kept: expect.stringMatching(/^\/state\/notify\.jsonl\.unreadable-/) },
    ]);
    const [{ kept } = { kept: '' }] = told as { kept: string }[];
    expect(String(disk.files.read(kept))).toBe(text);
    expect(String(disk.files.read(FILE))).toBe(good);
  });
});

describe('a line that is not as it should be', () => {
  const strange = (fields: object) => ({ ...queued(), ...fields });
  const write = (disk: MemoryDisk, ...lines: object[]) =>
    put(disk, FILE, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const odd = { ...a, facts: { ...a.facts, project: { deep: 1 } }, route: { ...a.route, project: 5 } };

  test('keeps its message, without what is strange in it', async () => {
    const disk = memoryDisk();
    write(disk, strange({ message: odd }));
    const { deliveries } = await open(disk);
    expect([...deliveries.open.keys()]).toEqual([keyOf(a.id, 'x'), keyOf(a.id, 'y')]);
    const { project: _, ...facts } = a.facts;
    const { project: __, ...route } = a.route;
    expect(deliveries.open.get(keyOf(a.id, 'x'))?.message).toEqual({ ...a, facts, route });
    expect((await open(disk)).deliveries).toEqual(deliveries);
  });

  test.each<{ name: string; lines: object[] }>([
    { name: 'a message without words', lines: [strange({ message: { id: a.id }, targets: ['x'] })] },
    { name: 'no time of the next try', lines: [queued(a, ['x']), { ...tried, next: 'soon' }] },
    { name: 'an event that nobody knows', lines: [queued(a, ['x']), { ...tried, event: 'teleported' }] },
  ])('gives its message up and says so: $name', async ({ lines }) => {
    const disk = memoryDisk();
    write(disk, ...lines);
    const { deliveries } = await open(disk);
    expect([...deliveries.open.keys()]).toEqual([]);
    expect(deliveries.dead.get(keyOf(a.id, 'x'))).toMatchObject({
      deadMs: disk.clock.now(),
      reason: expect.stringContaining('cannot be understood') as string,
    });
    expect((await open(disk)).deliveries.dead).toEqual(deliveries.dead);
  });

  test('is never written', async () => {
    const disk = memoryDisk();
    const ledger = await open(disk);
    await ledger.append(strange({ message: odd }) as LedgerLine);
    expect(readDeliveries(disk.files, FILE)).toEqual(ledger.deliveries);
    expect(String(disk.files.read(FILE))).not.toContain('deep');
    expect(ledger.has(a.id, 'x')).toBe(true);
  });
});
