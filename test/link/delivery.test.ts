// Where an order is on its way.
import { describe, expect, test } from 'vitest';
import { lookAtDelivery } from '../../src/link/delivery.ts';
import type { World } from './fake-syncthing.ts';
import { fakeSyncthing, folder, PEER } from './fake-syncthing.ts';

const MB = 1_000_000;
const JOB = 'job-20260210-143022-wfe';
const files = [
  { name: 'job.json', size: MB },
  { name: '1_setup/model.prt', size: 979 * MB },
];
const total = 980 * MB;

function world(fields: Partial<World> = {}, prefix = ''): World {
  const known = new Set(files.map(({ name }) => `${prefix}${JOB}/${name}`));
  return { folders: [], connections: {}, status: {}, need: {}, known, ...fields };
}

const at = (of: World, prefix = '') =>
  lookAtDelivery(fakeSyncthing(of), { folder: folder('outbox'), prefix }, PEER, { name: JOB, files });

describe('an order is', () => {
  test('published until the mirror has taken up its largest files', async () => {
    const none = { state: 'published', bytes: 0, bytes_total: total };
    expect(await at(world({ known: new Set() }))).toEqual({ value: none });
    expect(await at(world({ known: new Set([`${JOB}/job.json`]) }))).toEqual({ value: none });
  });

  test('on the wire as far as the other device has told', async () => {
    const need = {
      outbox: { files: [{ name: `${JOB}/1_setup/model.prt`, size: 979 * MB }], bytes: 568 * MB },
    };
    const value = { state: 'on-the-wire', bytes: 412 * MB, bytes_total: total };
    expect(await at(world({ need }))).toEqual({ value });
  });

  test('on the wire by whole files while others are, too', async () => {
    const mine = { name: `${JOB}/1_setup/model.prt`, size: 979 * MB };
    const need = { outbox: { files: [mine, { name: `${JOB}-2/other.prt`, size: MB }], bytes: 5 } };
    expect(await at(world({ need }))).toEqual({
      value: { state: 'on-the-wire', bytes: MB, bytes_total: total },
    });
  });

  test('delivered when nothing of it is needed any more', async () => {
    const need = { outbox: { files: [{ name: `${JOB}-2/other.prt`, size: MB }] } };
    const value = { state: 'delivered', bytes: total, bytes_total: total };
    expect(await at(world({ need }))).toEqual({ value });
  });

  test('found below its tree where one folder holds the queue', async () => {
    const need = { outbox: { files: [{ name: `outbox/${JOB}/job.json`, size: MB }] } };
    const value = { state: 'on-the-wire', bytes: 979 * MB, bytes_total: total };
    expect(await at(world({ need }, 'outbox/'), 'outbox')).toEqual({ value });
  });

  test('not known when Syncthing does not say', async () => {
    const refusal = { problem: 'ECONNREFUSED' };
    expect(await at(world({ refusal }))).toEqual(refusal);
  });
});
