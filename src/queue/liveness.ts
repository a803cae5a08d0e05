// When is a job lost? Age is the watcher's own monotonic time of continuous observation in which a runner's sequence
// number did not move while the link was up and quiet. Pure; it knows no clock and no file.
import type { Presence } from '../job/presence.ts';

/** What is known of the mirror between the two sides. */
export const LINK_STATES = [
  /** One machine: nothing lies between. */
  'local',
  /** The mirror of this machine does not answer. */
  'own-daemon-down',
  'disconnected',
  /** Connected, but no byte has come for a while. */
  'half-open',
  /** Bytes move: what a runner says may wait behind them. */
  'pulling',
  /** Connected and quiet: what was said has arrived. */
  'up',
  'unknown',
] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** What silence proves on such a link: that the runner is silent, perhaps that, or nothing. */
type Proof = 'sure' | 'unsure' | 'none';

const PROOF: Readonly<Record<LinkState, Proof>> = {
  local: 'sure',
  up: 'sure',
  unknown: 'unsure',
  'own-daemon-down': 'none',
  disconnected: 'none',
  'half-open': 'none',
  pulling: 'none',
};

/** On these nothing comes through at all; on the others a runner may still be heard. */
const CUT: readonly LinkState[] = ['own-daemon-down', 'disconnected'];

export interface LivenessPolicy {
  lost_after_s: number;
  lost_unknown_after_s: number;
}

/** One look of the watcher at all runners. */
export interface Look {
  /** Monotonic. */
  nowMs: number;
  wallMs: number;
  link: LinkState;
  /** Time since the look before that counts as quiet, where nothing moved. */
  countedMs: number;
  /** Every age begins again: the watcher has just started, the machine was asleep, or the link has come back. */
  fresh: boolean;
}

/** Two looks farther apart than this are no continuous observation: the machine slept, or the watcher was stopped. */
const CONTINUOUS_MS = 60_000;

export function nextLook(before: Look | undefined, now: Pick<Look, 'nowMs' | 'wallMs' | 'link'>): Look {
  const elapsedMs = now.nowMs - (before?.nowMs ?? now.nowMs);
  const fresh = !before || hasSlept(before, now) || hasComeBack(before.link, now.link);
  const counts = !fresh && PROOF[now.link] !== 'none' && PROOF[before?.link ?? now.link] !== 'none';
  return { ...now, countedMs: counts ? elapsedMs : 0, fresh };
}

/** A monotonic clock may stand still while the machine sleeps; the clock on the wall does not. */
function hasSlept(before: Look, { nowMs, wallMs }: Pick<Look, 'nowMs' | 'wallMs'>): boolean {
  const elapsedMs = nowMs - before.nowMs;
  return elapsedMs > CONTINUOUS_MS || wallMs - before.wallMs - elapsedMs > CONTINUOUS_MS;
}

/** What only waited behind bytes comes at once when those have come: then age goes on where it was. */
function hasComeBack(before: LinkState, now: LinkState): boolean {
  if (before === 'pulling') return false;
  if (PROOF[now] === 'sure') return PROOF[before] !== 'sure';
  return PROOF[now] === 'unsure' && PROOF[before] === 'none';
}

/** A runner as observed: the number it gave last, and since when nothing has moved. */
export interface Observed {
  seq: number;
  bootId: string;
  /** How long nothing moved, as far as that proves anything. */
  quietMs: number;
  /** When the number moved last, or the first look was taken: monotonic, and on the wall. */
  heardMs: number;
  heardWallMs: number;
  /** How often it means to be heard. */
  intervalS: number;
  /** Has a new number come since the first look? */
  heard: boolean;
}

interface Listed {
  running: ReadonlySet<string>;
  waiting: ReadonlySet<string>;
}

/** Each of ten thousand jobs is looked for among as many. */
const listedIn = new WeakMap<Presence, Listed>();

function listed(presence: Presence): Listed {
  const known = listedIn.get(presence);
  if (known) return known;
  const idsOf = (jobs: readonly { job_id: string }[]) => new Set(jobs.map(({ job_id }) => job_id));
  const fresh = { running: idsOf(presence.running), waiting: idsOf(presence.waiting) };
  listedIn.set(presence, fresh);
  return fresh;
}

/** Does this runner say that the job is in its hands? */
export function vouches(presence: Presence | undefined, jobId: string): presence is Presence {
  if (!presence) return false;
  const { running, waiting } = listed(presence);
  return running.has(jobId) || waiting.has(jobId);
}

/** Its runner was stopped on purpose, and no script of the job runs: it waits for the next start, and nobody lost it. */
export function isParked(presence: Presence | undefined, jobId: string): boolean {
  if (presence?.stopped === undefined) return false;
  const { running, waiting } = listed(presence);
  return waiting.has(jobId) && !running.has(jobId);
}

const USUAL_INTERVAL_S = 30;

/**
 * The observation after one more look. The first look starts the age at zero: nothing is concluded from old files.
 * Without a presence, or with one that does not vouch for what is observed, time goes on.
 */
export function observe(before: Observed | undefined, presence: Presence | undefined, look: Look): Observed {
  const moved = presence && (before?.seq !== presence.seq || before.bootId !== presence.boot_id);
  if (before && !moved) return { ...before, quietMs: look.fresh ? 0 : before.quietMs + look.countedMs };
  return {
    seq: presence?.seq ?? -1,
    bootId: presence?.boot_id ?? '',
    quietMs: 0,
    heardMs: look.nowMs,
    heardWallMs: look.wallMs,
    intervalS: presence?.heartbeat_interval_s ?? USUAL_INTERVAL_S,
    heard: before !== undefined,
  };
}

export type Verdict =
  | { is: 'heard' }
  /** Silent, and the link explains it: never lost for that. */
  | { is: 'unreachable'; sinceMs: number }
  /** Silent, and nobody knows whether the link explains it. */
  | { is: 'stale'; sinceMs: number }
  | { is: 'lost'; sinceMs: number; reason: string };

/** Heartbeats that may be missing before a link that is slow counts as the reason. */
const MISSED = 3;

export function judge(observed: Observed, look: Look, policy: LivenessPolicy): Verdict {
  const sinceMs = observed.heardWallMs;
  const quietS = observed.quietMs / 1000;
  switch (PROOF[look.link]) {
    case 'none': {
      const silentS = (look.nowMs - observed.heardMs) / 1000;
      const isSilent = CUT.includes(look.link) || silentS >= MISSED * observed.intervalS;
      return isSilent ? { is: 'unreachable', sinceMs } : { is: 'heard' };
    }
    case 'sure':
      return quietS >= policy.lost_after_s
        ? lost(quietS, policy.lost_after_s, look, sinceMs)
        : { is: 'heard' };
    case 'unsure':
      if (quietS >= policy.lost_unknown_after_s)
        return lost(quietS, policy.lost_unknown_after_s, look, sinceMs);
      return quietS >= policy.lost_after_s ? { is: 'stale', sinceMs } : { is: 'heard' };
  }
}

function lost(quietS: number, limitS: number, { link }: Look, sinceMs: number): Verdict {
  const reason = `no heartbeat of its runner for ${Math.round(quietS)} s (limit ${limitS} s, link ${link})`;
  return { is: 'lost', sinceMs, reason };
}
