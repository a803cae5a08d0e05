// What a look at the mirror sees, and how little it asks while nothing moves.
import { describe, expect, test } from 'vitest';
import type { Sight } from '../../src/link/judge-link.ts';
import type { Looker } from '../../src/link/see.ts';
import { newLooker } from '../../src/link/see.ts';
import type { Carried } from '../../src/link/trees.ts';
import type { Tree } from '../../src/store/layout.ts';
import type { World } from './fake-syncthing.ts';
import { fakeSyncthing, folder, PEER } from './fake-syncthing.ts';

const TREES: readonly Tree[] = ['outbox', 'requests', 'inbox', 'runners'];

function world(fields: Partial<World> = {}): World {
  return {
    folders: TREES.map((tree) => folder(tree)),
    connections: { [PEER]: {} },
    status: {},
    need: {},
    known: new Set(),
    ...fields,
  };
}

/** Each tree in the folder of its name, or all in the first one. */
function looking(of: World, missing: readonly Tree[] = []) {
  const syncthing = fakeSyncthing(of);
  const carriedBy = (): Carried =>
    Object.fromEntries(
      TREES.filter((tree) => !missing.includes(tree)).flatMap((tree) => {
        const own = of.folders.find(({ id }) => id === tree);
        const around = own ?? of.folders[0];
        return around ? [[tree, { folder: around, prefix: own ? '' : tree }]] : [];
      }),
    );
  const looker: Looker = newLooker({
    connect: () => ({ value: syncthing }),
    carriedBy,
    direction: { incoming: ['inbox', 'runners'], outgoing: ['outbox', 'requests'] },
  });
  let seconds = 0;
  /** Looks again so much later. Answers what was asked for it, too. */
  const look = async (afterS = 5): Promise<{ sight: Sight; asked: string[] }> => {
    seconds += afterS;
    syncthing.asked.length = 0;
    return { sight: await looker.look(seconds * 1000), asked: [...syncthing.asked] };
  };
  return { look, looker };
}

const peerOf = ({ sight }: { sight: Sight }) => (sight.is === 'seen' ? sight.peers[0] : undefined);
const pendingOf = ({ sight }: { sight: Sight }) => (sight.is === 'seen' ? sight.pending : undefined);

describe('a look sees', () => {
  test('who is connected, and that nothing is under way', async () => {
    const { look } = looking(world({ connections: { [PEER]: { inBytesTotal: 7 } } }));
    expect((await look()).sight).toEqual({
      is: 'seen',
      peers: [
        {
          device: PEER,
          connected: true,
          inBytes: 7,
          stopped: undefined,
          lacks: { items: 0, bytes: 0, busy: false },
        },
      ],
      pending: { items: 0, bytes: 0, busy: false },
    });
  });

  test('a device that was never connected', async () => {
    const { look } = looking(world({ connections: {} }));
    expect(peerOf(await look())).toMatchObject({ connected: false, inBytes: 0 });
  });

  test.each([
    { name: 'no answer', refusal: { problem: 'ECONNREFUSED' }, is: 'down' },
    { name: 'a refused key', refusal: { problem: 'says 403', status: 403 }, is: 'nothing' },
  ])('$name', async ({ refusal, is }) => {
    const { look, looker } = looking(world({ refusal }));
    expect((await look()).sight).toEqual({ is, why: refusal.problem });
    expect(looker.ground()).toBeUndefined();
  });

  test('that Syncthing carries something else', async () => {
    const { look } = looking(world(), ['inbox', 'runners']);
    expect((await look()).sight).toEqual({
      is: 'nothing',
      why: 'Syncthing does not carry inbox/ and runners/',
    });
  });

  test('a folder that is paused here', async () => {
    const folders = TREES.map((tree) => folder(tree, { paused: tree === 'runners' }));
    expect((await looking(world({ folders })).look()).sight).toEqual({
      is: 'down',
      why: 'its folder runners is paused on this machine',
    });
  });

  test('a folder that does nothing any more', async () => {
    const { look } = looking(
      world({ status: { inbox: { error: 'folder marker missing', state: 'error' } } }),
    );
    expect((await look()).sight).toEqual({ is: 'down', why: 'its folder inbox: folder marker missing' });
  });

  test('a device that is paused here, and a folder that is paused there', async () => {
    const here = looking(world({ connections: { [PEER]: { connected: false, paused: true } } }));
    expect(peerOf(await here.look())?.stopped).toBe('the device is paused on this machine');
    const there = looking(world({ need: { runners: { remoteState: 'paused' } } }));
    expect(peerOf(await there.look())?.stopped).toBe('runners is paused on the other device');
    const none = looking(world({ need: { runners: { remoteState: 'notSharing' } } }));
    expect(peerOf(await none.look())?.stopped).toBe('runners is not shared on the other device');
  });

  test('what has yet to come, in all folders that bring anything', async () => {
    const status = { inbox: { needItems: 2, needBytes: 500 }, runners: { needItems: 1, needBytes: 3 } };
    expect(pendingOf(await looking(world({ status })).look())).toEqual({ items: 3, bytes: 503, busy: false });
    const busy = world({ status: { inbox: { state: 'scanning' } } });
    expect(pendingOf(await looking(busy).look())?.busy).toBe(true);
  });

  test('what a device lacks of what goes out, and of nothing else', async () => {
    const files = [{ name: 'job/model.prt', size: 300 }];
    const need = { outbox: { files }, inbox: { files } };
    const four = await looking(world({ need })).look();
    expect(pendingOf(four)?.items).toBe(0);
    expect(peerOf(four)?.lacks).toEqual({ items: 1, bytes: 300, busy: false });
    const one = world({ folders: [folder('queue')], need: { queue: { files } } });
    expect(peerOf(await looking(one).look())?.lacks).toEqual({ items: 1, bytes: 300, busy: false });
  });

  test('that signs of life cannot be taken in, where their folder brings nothing else', async () => {
    const status = { runners: { pullErrors: 1, needItems: 1, needBytes: 400 } };
    const why = 'its folder runners cannot take in what comes: is the disk full?';
    expect((await looking(world({ status })).look()).sight).toEqual({ is: 'down', why });
    const other = { inbox: { pullErrors: 1 } };
    expect((await looking(world({ status: other })).look()).sight.is).toBe('seen');
    const one = world({ folders: [folder('queue')], status: { queue: { pullErrors: 1 } } });
    expect((await looking(one).look()).sight.is).toBe('seen');
  });
});

describe('a look asks', () => {
  test('for the connections alone while nothing moves, and for the rest once a minute', async () => {
    const { look } = looking(world());
    expect((await look()).asked).toContain('config');
    for (let n = 0; n < 11; n++) expect((await look()).asked).toEqual(['connections']);
    expect((await look()).asked).toEqual(
      expect.arrayContaining(['config', 'status inbox', 'status runners']),
    );
  });

  test('what is under way when many bytes have come, and until nothing is', async () => {
    const of = world();
    const { look } = looking(of);
    await look();
    of.connections[PEER] = { inBytesTotal: 65_000 };
    expect((await look()).asked).toEqual(['connections']);
    of.connections[PEER] = { inBytesTotal: 200_000 };
    of.status['inbox'] = { needItems: 1, needBytes: 9 };
    expect((await look()).asked).toContain('status inbox');
    expect((await look()).asked).toContain('status inbox');
    of.status['inbox'] = {};
    expect((await look()).asked).toContain('status inbox');
    expect((await look()).asked).toEqual(['connections']);
  });

  test('the same for bytes that have gone out: in one folder they keep what comes waiting', async () => {
    const of = world({ folders: [folder('queue')] });
    const { look } = looking(of);
    await look();
    of.connections[PEER] = { outBytesTotal: 200_000 };
    expect((await look()).asked).toContain('completion queue STATION');
  });

  test('from the beginning after it was not answered', async () => {
    const of = world();
    const { look, looker } = looking(of);
    await look();
    of.refusal = { problem: 'ECONNREFUSED' };
    expect((await look()).sight.is).toBe('down');
    delete of.refusal;
    const back = await look();
    expect(back.sight.is).toBe('seen');
    expect(back.asked).toContain('config');
    expect(looker.ground()?.myId).toBe('DESK');
  });
});
