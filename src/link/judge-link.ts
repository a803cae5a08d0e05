// What looks at the mirror say of the link to each device: an address that answers proves nothing, bytes do. Pure.
import type { LinkState } from '../queue/liveness.ts';

/** What was seen of one device that shares the queue. */
export interface PeerSight {
  device: string;
  connected: boolean;
  /** Of all connections to it so far; its pings alone make it grow at least every 90 s. */
  inBytes: number;
  /** Why nothing comes from it although it may be connected: paused here or there. */
  stopped?: string | undefined;
  /** What it lacks of what goes out: a machine with few processors works through one folder at a time. */
  lacks?: Pick<Pending, 'items' | 'bytes'> | undefined;
}

/** What has yet to come, and what keeps the folder that brings the signs of life from bringing them. */
export interface Pending {
  items: number;
  bytes: number;
  /** The folder scans or pulls at this moment. */
  busy: boolean;
}

/** One look at the mirror. */
export type Sight =
  /** Nothing can be known: there is no Syncthing, it refuses the key, or it does not carry this queue. */
  | { is: 'nothing'; why: string }
  /** The mirror of this machine does not answer, or does nothing for this queue. */
  | { is: 'down'; why: string }
  | { is: 'seen'; peers: readonly PeerSight[]; pending: Pending };

export interface Moment {
  /** Monotonic. */
  nowMs: number;
  /** On the wall, for people. */
  wallMs: number;
}

/** The link as it is known, to one device or as a whole. */
export interface LinkTo {
  state: LinkState;
  sinceMs: number;
  /** More of it, for people; undefined when the state says all. */
  why: string | undefined;
}

/** What is under way from and to one device, as long as anything is. */
interface Waiting extends Pending {
  changedAtMs: number;
  /** It keeps signs of life waiting. */
  holds: boolean;
}

interface PeerKnown extends LinkTo {
  inBytes: number;
  /** When bytes came last. */
  heardAtMs: number;
  pending: Waiting | undefined;
}

export interface LinkKnown {
  /** Where no single device is meant: the state of all of them, `unknown` where they differ. */
  whole: LinkTo;
  peers: ReadonlyMap<string, PeerKnown>;
}

/** What does not change for this long is stuck, not under way: it keeps no sign of life back. */
const STUCK_MS = 60_000;

export function nextLink(
  before: LinkKnown | undefined,
  sight: Sight,
  moment: Moment,
  halfOpenMs: number,
): LinkKnown {
  if (sight.is !== 'seen') {
    const state = sight.is === 'down' ? 'own-daemon-down' : 'unknown';
    return { whole: turned(before?.whole, state, sight.why, moment), peers: new Map() };
  }
  const peers = new Map(
    sight.peers.map((peer) => [
      peer.device,
      nextPeer(before?.peers.get(peer.device), peer, { pending: sight.pending, moment, halfOpenMs }),
    ]),
  );
  return { whole: wholeOf(before?.whole, [...peers.values()], moment), peers };
}

function turned(
  before: LinkTo | undefined,
  state: LinkState,
  why: string | undefined,
  { wallMs }: Moment,
): LinkTo {
  return { state, why, sinceMs: before?.state === state ? before.sinceMs : wallMs };
}

/** A heartbeat is on its way for a moment, too: so little keeps others waiting only when it is still to come at the next look. */
const SMALL_BYTES = 65_536;

/** Items without bytes are deletions: they take no time, unless they cannot be made at all. */
function nextPending(before: Waiting | undefined, now: Pending, nowMs: number): Waiting | undefined {
  if (now.bytes === 0 && !now.busy) return undefined;
  const changed = !before || before.items !== now.items || before.bytes !== now.bytes;
  const holds = before !== undefined || now.bytes > SMALL_BYTES;
  return { ...now, changedAtMs: changed ? nowMs : before.changedAtMs, holds };
}

interface Around {
  pending: Pending;
  moment: Moment;
  halfOpenMs: number;
}

function nextPeer(before: PeerKnown | undefined, now: PeerSight, around: Around): PeerKnown {
  const { moment } = around;
  // the totals begin again when the mirror is started again
  const heard = before?.inBytes !== now.inBytes || before.state === 'disconnected';
  const heardAtMs = heard ? moment.nowMs : before.heardAtMs;
  const { items, bytes, busy } = around.pending;
  const both = { items: items + (now.lacks?.items ?? 0), bytes: bytes + (now.lacks?.bytes ?? 0), busy };
  const pending = nextPending(before?.pending, both, moment.nowMs);
  const { state, why } = stateOf(now, { heardAtMs, pending }, around);
  return { ...turned(before, state, why, moment), inBytes: now.inBytes, heardAtMs, pending };
}

function stateOf(
  { connected, stopped }: PeerSight,
  { heardAtMs, pending }: Pick<PeerKnown, 'heardAtMs' | 'pending'>,
  { moment, halfOpenMs }: Around,
): Pick<LinkTo, 'state' | 'why'> {
  if (!connected || stopped !== undefined) return { state: 'disconnected', why: stopped };
  const silentMs = moment.nowMs - heardAtMs;
  if (silentMs >= halfOpenMs)
    return {
      state: 'half-open',
      why: `connected, but no byte has come for ${Math.round(silentMs / 1000)} s`,
    };
  if (pending?.holds && (pending.busy || moment.nowMs - pending.changedAtMs < STUCK_MS))
    return { state: 'pulling', why: pendingText(pending) };
  return { state: 'up', why: undefined };
}

function pendingText({ items, bytes }: Pending): string {
  return items === 0
    ? 'the folder is being scanned'
    : `${items} ${items === 1 ? 'item' : 'items'}, ${Math.ceil(bytes / 1e6)} MB under way`;
}

function wholeOf(before: LinkTo | undefined, peers: readonly LinkTo[], moment: Moment): LinkTo {
  const [first, ...others] = peers;
  if (!first) return turned(before, 'unknown', 'the queue is shared with no other device', moment);
  return others.every(({ state }) => state === first.state)
    ? turned(before, first.state, first.why, moment)
    : turned(before, 'unknown', 'it differs from device to device', moment);
}

/** The link to a device; as a whole where none is named, or where the named one shares nothing with us. */
export function linkTo({ whole, peers }: LinkKnown, device: string | undefined): LinkTo {
  if (device === undefined || peers.size === 0) return whole;
  const { state, sinceMs, why } = peers.get(device) ?? {
    ...whole,
    state: 'unknown' as const,
    why: 'its device does not share the queue with this one',
  };
  return { state, sinceMs, why };
}
