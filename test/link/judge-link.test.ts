// What a sequence of looks at the mirror makes of the link.
import { describe, expect, test } from 'vitest';
import type { LinkKnown, PeerSight, Pending, Sight } from '../../src/link/judge-link.ts';
import { linkTo, nextLink } from '../../src/link/judge-link.ts';

const HALF_OPEN_MS = 120_000;
const QUIET: Pending = { items: 0, bytes: 0, busy: false };

function peer(fields: Partial<PeerSight> = {}): PeerSight {
  return { device: 'STATION', connected: true, inBytes: 1000, ...fields };
}

function seen(peers: readonly PeerSight[], pending: Partial<Pending> = {}): Sight {
  return { is: 'seen', peers, pending: { ...QUIET, ...pending } };
}

/** Looks ten seconds apart, counted from 0 s. */
function lookedAt(...sights: readonly Sight[]): LinkKnown {
  let known: LinkKnown | undefined;
  sights.forEach((sight, n) => {
    known = nextLink(known, sight, { nowMs: n * 10_000, wallMs: 1_000_000 + n * 10_000 }, HALF_OPEN_MS);
  });
  if (!known) throw new Error('nobody looked');
  return known;
}

/** So many looks; what a look sees depends on its number. */
function looks(count: number, sight: (n: number) => Sight): Sight[] {
  return Array.from({ length: count }, (_, n) => sight(n));
}

describe('the link is', () => {
  test.each<{ name: string; sights: readonly Sight[]; state: string; why?: RegExp }>([
    {
      name: 'unknown where there is no Syncthing',
      sights: [{ is: 'nothing', why: 'no config.xml was found' }],
      state: 'unknown',
      why: /config\.xml/,
    },
    {
      name: 'down with the own daemon',
      sights: [seen([peer()]), { is: 'down', why: 'connection refused' }],
      state: 'own-daemon-down',
      why: /refused/,
    },
    { name: 'up when connected and quiet', sights: [seen([peer()])], state: 'up' },
    { name: 'disconnected', sights: [seen([peer({ connected: false })])], state: 'disconnected' },
    {
      name: 'disconnected while something is paused, connected or not',
      sights: [seen([peer({ stopped: 'paused there' })])],
      state: 'disconnected',
      why: /paused there/,
    },
    {
      name: 'up as long as pings come',
      sights: looks(30, (n) => seen([peer({ inBytes: 1000 + Math.floor(n / 9) })])),
      state: 'up',
    },
    {
      name: 'not half open before the time',
      sights: looks(12, () => seen([peer()])),
      state: 'up',
    },
    {
      name: 'half open when no byte comes for that long',
      sights: looks(13, () => seen([peer()])),
      state: 'half-open',
      why: /no byte has come for 120 s/,
    },
    {
      name: 'up again with the first byte',
      sights: [...looks(20, () => seen([peer()])), seen([peer({ inBytes: 1001 })])],
      state: 'up',
    },
    {
      name: 'not half open right after a connection that moved nothing yet',
      sights: [...looks(20, () => seen([peer({ connected: false })])), seen([peer()])],
      state: 'up',
    },
    {
      name: 'not kept busy by what is on its way at one look only',
      sights: [seen([peer()]), seen([peer()], { items: 1, bytes: 300 })],
      state: 'up',
    },
    {
      name: 'pulling at the first look at much that has yet to come',
      sights: [seen([peer()]), seen([peer()], { items: 1, bytes: 300_000_000 })],
      state: 'pulling',
      why: /300 MB/,
    },
    {
      name: 'not kept busy by items without bytes: deletions that cannot be made',
      sights: looks(3, (n) => seen([peer()], { items: 1 + n, bytes: 0 })),
      state: 'up',
    },
    {
      name: 'pulling when there is more to come at the next look, too',
      sights: looks(2, (n) => seen([peer()], { items: 3, bytes: 9_000_000 - n })),
      state: 'pulling',
      why: /3 items, 9 MB under way/,
    },
    {
      name: 'pulling while its folder is busy',
      sights: looks(9, () => seen([peer()], { busy: true })),
      state: 'pulling',
      why: /scanned/,
    },
    {
      name: 'pulling for as long as what is to come changes',
      sights: looks(9, (n) => seen([peer({ inBytes: n })], { items: 1, bytes: 9_000_000 - n })),
      state: 'pulling',
      why: /1 item, 9 MB under way/,
    },
    {
      name: 'up when what is to come does not come: it is stuck and keeps nothing back',
      sights: looks(9, (n) => seen([peer({ inBytes: n })], { items: 1, bytes: 9_000_000 })),
      state: 'up',
    },
    {
      name: 'pulling while the other device gets much: it works through one folder at a time',
      sights: looks(3, (n) => seen([peer({ lacks: { items: 1, bytes: 300_000_000 - n } })])),
      state: 'pulling',
      why: /300 MB under way/,
    },
    {
      name: 'half open rather than pulling when no byte comes',
      sights: looks(14, () => seen([peer()], { busy: true })),
      state: 'half-open',
      why: /for 130 s/,
    },
    { name: 'unknown when nobody shares the queue', sights: [seen([])], state: 'unknown', why: /no other/ },
  ])('$name', ({ sights, state, why }) => {
    const { whole } = lookedAt(...sights);
    expect(whole.state).toBe(state);
    expect(whole.why ?? '').toMatch(why ?? /^$/);
  });
});

describe('with several devices', () => {
  const cut = peer({ device: 'B', connected: false });
  test('each has its own link, and the whole is known only where they agree', () => {
    const known = lookedAt(seen([peer(), cut]));
    expect(linkTo(known, 'STATION').state).toBe('up');
    expect(linkTo(known, 'B').state).toBe('disconnected');
    expect(known.whole).toMatchObject({ state: 'unknown', why: 'it differs from device to device' });
    expect(lookedAt(seen([peer({ connected: false }), cut])).whole.state).toBe('disconnected');
  });

  test('a device that shares nothing with us is unknown; a runner that names none has the whole', () => {
    const known = lookedAt(seen([peer()]));
    expect(linkTo(known, 'ELSEWHERE').state).toBe('unknown');
    expect(linkTo(known, undefined).state).toBe('up');
    expect(linkTo(lookedAt({ is: 'down', why: 'gone' }), 'STATION').state).toBe('own-daemon-down');
  });
});

test('since when counts from the look at which the state turned', () => {
  const at = (n: number) => 1_000_000 + n * 10_000;
  const cut = seen([peer({ connected: false })]);
  expect(lookedAt(seen([peer()]), cut, cut, cut).whole.sinceMs).toBe(at(1));
  expect(lookedAt(cut, seen([peer()])).whole.sinceMs).toBe(at(1));
});
