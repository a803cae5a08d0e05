// What takes its time on the wire: `status` tells how far it is, its job does not start before it is whole, and nobody
// else waits for it.
// MIRROR_MODEL_MB and MIRROR_KBPS choose size and pace. 32 MB of a model are always asked for at once, and all that goes
// the same way waits behind them: only a model of many times that size shows who waits for more.
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { home, isOnTheWire, sumsProblems } from './facts.ts';
import { runningPair } from './mirrored.ts';
import { openEnded, shellStudy, TICKING, writeRandom } from './studies.ts';

const MEGABYTES = Number(process.env['MIRROR_MODEL_MB'] ?? 300);
const KBPS = Number(process.env['MIRROR_KBPS'] ?? 12_000);
/** What is written again before it was fetched is asked for again: a record needs longer pauses than its way takes. */
const RUNNER = { slots: 3, progress_interval_s: 10, publish_interval_s: 10 };
const TRANSFER_MS = (MEGABYTES * 1e6) / KBPS;

/** Of an order that is only looked at. */
const SOME_MEGABYTES = 40;

interface Delivery {
  state: string;
  bytes: number;
  bytes_total: number;
}

describe.concurrent('an order on the wire', () => {
  test(`${MEGABYTES} MB on the wire hold up neither heartbeats nor a cancel, and their job waits for the last of them`, {
    timeout: 120_000 + 3 * TRANSFER_MS,
  }, async (context) => {
    const { pair } = await runningPair(context, { maxSendKbps: KBPS, settings: { runner: RUNNER } });
    const { linux, windows } = pair;
    const { dir: ticking, args } = shellStudy(pair.home, 'small', TICKING);
    const [small, wrong] = [await pair.submit(ticking, ...args), await pair.submit(ticking, ...args)];
    const isState = (job: string, state: string) => async () => (await pair.view(job)).state === state;
    await pair.until('one small job runs', isState(small, 'running'));
    await pair.until('another one runs', isState(wrong, 'running'));

    const study = shellStudy(
      pair.home,
      'big',
      'date +%s%N > started.txt\nsha256sum < 1_setup/model.bin > digest.txt',
    );
    const digest = writeRandom(path.join(study.dir, '1_setup', 'model.bin'), MEGABYTES);
    const big = await pair.submit(study.dir, ...study.args);
    const isUnderWay = () => isOnTheWire(windows, 'outbox', big, 'model.bin');
    await pair.until('the model is on the wire', isUnderWay);

    const beats = async () => (await pair.view(small)).heartbeat_seq ?? 0;
    const before = await beats();
    expect((await linux.jobq('cancel', wrong)).status).toBe(0);
    await pair.until('it is cancelled', isState(wrong, 'cancelled'));
    await pair.until('a heartbeat of the other has come', async () => (await beats()) > before);
    // SYS_19's word for a job of which nothing has been started
    expect(await pair.view(big)).toMatchObject({ status: 'submitted', attempt: 0, started_at: null });
    expect(isUnderWay()).toBe(true);

    const model = windows.at('outbox', big, '1_setup', 'model.bin');
    const isThere = () => windows.has('outbox', big, '1_setup', 'model.bin');
    await pair.until('the model is there', isThere, 2 * TRANSFER_MS);
    const arrivedNs = statSync(model, { bigint: true }).ctimeNs;
    const dir = await home(pair, big);
    expect(sumsProblems(dir)).toEqual([]);
    expect(await readFile(path.join(dir, 'digest.txt'), 'utf8')).toContain(digest);
    const startedNs = BigInt((await readFile(path.join(dir, 'started.txt'), 'utf8')).trim());
    expect(startedNs).toBeGreaterThan(arrivedNs);
    expect(await pair.view(big)).toMatchObject({ state: 'completed', late: false });
    await home(pair, wrong);
  });

  test('an order is on the wire, then delivered, then accepted', async (context) => {
    const { pair, runner } = await runningPair(context, { maxSendKbps: 1000 });
    // where the order goes is known from what the runner said of itself
    await pair.until('the runner is known', () => pair.linux.has('runners', 'workstation.json'));
    await runner.group.end();
    const { dir, args, finish } = openEnded(pair.home, 'delivery');
    writeRandom(path.join(dir, '1_setup', 'model.bin'), SOME_MEGABYTES);
    const job = await pair.submit(dir, ...args);
    const seen: Delivery[] = [];
    const isAt = (state: string) => async () => {
      const { delivery } = (await pair.linux.jobq('status', job)).value as { delivery: Delivery | null };
      if (delivery) seen.push(delivery);
      return delivery?.state === state;
    };
    const onTheWire = () => seen.filter(({ state }) => state === 'on-the-wire').map(({ bytes }) => bytes);
    await pair.until('more and more of it has come', async () => {
      await isAt('delivered')();
      return new Set(onTheWire()).size > 1;
    });
    await pair.linux.mirror.limitSending(0);
    await pair.until('it is delivered', isAt('delivered'));
    expect(pair.windows.has('outbox', job, 'SHA256SUMS')).toBe(true);
    const order = ['published', 'on-the-wire', 'delivered'];
    const places = seen.map(({ state }) => order.indexOf(state));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(onTheWire()).toEqual(onTheWire().toSorted((a, b) => a - b));
    for (const { bytes_total } of seen) expect(bytes_total).toBeGreaterThan(SOME_MEGABYTES * 1e6);
    pair.windows.daemon();
    await pair.until('it is accepted', isAt('accepted'));
    finish();
    const waited = await pair.linux.jobq('wait', job, '--timeout', '60');
    expect(waited.status).toBe(0);
  });
});
