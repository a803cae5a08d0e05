// What can go wrong in a simulated world, and how a seed draws it. It knows no code of either daemon.
import type { Device } from './mirror/versions.ts';
import type { Random } from './random.ts';

export type Process = 'watcher' | 'runner' | 'supervisor';

export type Fault =
  /** Dies within or before a call that changes something; `inLines`: within the writing of a line of a ledger or log. */
  | { kind: 'crash'; who: Process; atMs: number; inCalls: number; downMs: number; inLines?: boolean }
  | { kind: 'restart'; who: 'watcher' | 'runner'; atMs: number }
  | { kind: 'power'; who: Device; atMs: number; downMs: number }
  | {
      kind: 'errors';
      who: Process;
      atMs: number;
      forMs: number;
      code: string;
      chance: number;
      /** Only calls on files whose path ends so. */
      on?: string;
    }
  /** What the mirror brought of a job is not to be seen for a moment, while it is replaced. */
  | { kind: 'absence'; who: Device; atMs: number; forMs: number; job: number }
  | { kind: 'clock'; who: Device; atMs: number; byMs: number }
  | { kind: 'sleep'; who: Device; atMs: number; forMs: number }
  | { kind: 'cut'; atMs: number; forMs: number; how: 'clean' | 'half-open' }
  | { kind: 'mirror'; who: Device; atMs: number; forMs: number; index: 'kept' | 'old' | 'none' }
  /** Late copies bring back a part of what the mirror had deleted of a job. */
  | { kind: 'return'; who: Device; atMs: number; afterMs: number; job: number }
  | { kind: 'person'; who: Device; atMs: number; what: Deed; job: number }
  | { kind: 'owner'; atMs: number; forMs: number; interrupt: boolean }
  /** Before it is post-processed, or when it waits for its place. */
  | { kind: 'rot'; atMs: number; early: boolean }
  | { kind: 'ledger'; atMs: number };

export const DEEDS = [
  'edit-order',
  'edit-record',
  'delete-order',
  'delete-record',
  'delete-file',
  'copy-order',
  'copy-record',
  'cancel',
  'abandon',
] as const;
export type Deed = (typeof DEEDS)[number];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const FAULT_KINDS: readonly Fault['kind'][] = [
  ...(['crash', 'crash', 'crash', 'crash', 'restart', 'power', 'power', 'errors', 'errors'] as const),
  ...([
    'clock',
    'sleep',
    'cut',
    'cut',
    'absence',
    'absence',
    'return',
    'return',
    'mirror',
    'mirror',
    'person',
    'person',
    'owner',
    'rot',
    'ledger',
  ] as const),
];
const PROCESSES: readonly Process[] = ['watcher', 'runner', 'watcher', 'runner', 'supervisor'];
const CODES = ['EIO', 'ENOSPC', 'EBUSY', 'EPERM'] as const;

/** Shorter than the time after which what is still missing counts as gone. */
const ABSENT_MAX_MS = 8000;

export function faultOf(random: Random, calmMs: number, jobs: number): Fault {
  const kind = random.pick(FAULT_KINDS);
  // most of what matters happens in the first seconds of a job
  const atMs = random.chance(0.7) ? random.between(0, Math.min(20_000, calmMs)) : random.between(0, calmMs);
  const forMs = random.chance(0.2) ? random.magnitude(MINUTE, 4 * HOUR) : random.magnitude(200, 60_000);
  const who = random.pick(['linux', 'windows'] as const);
  const process = random.pick(PROCESSES);
  const inCalls = random.below(60);
  const index = random.pick(['kept', 'kept', 'old', 'none'] as const);
  const what = random.pick(DEEDS);
  const job = random.below(jobs);
  const chance = random.pick([0.01, 0.1, 1]);
  const code = random.pick(CODES);
  const isOdd = random.chance(0.5);
  const byMs = random.between(-3, 3) * HOUR;
  const isNarrow = random.chance(0.25);
  switch (kind) {
    case 'crash':
      return isNarrow
        ? { kind, who: process, atMs, inCalls: inCalls % 6, downMs: forMs, inLines: true }
        : { kind, who: process, atMs, inCalls, downMs: forMs };
    case 'restart':
      return { kind, who: isOdd ? 'watcher' : 'runner', atMs };
    case 'power':
      return { kind, who, atMs, downMs: forMs };
    case 'errors':
      return isNarrow
        ? {
            kind,
            who: 'watcher',
            atMs,
            forMs: Math.min(forMs, 5 * MINUTE),
            code,
            chance,
            on: '/events.jsonl',
          }
        : { kind, who: process, atMs, forMs: Math.min(forMs, 5 * MINUTE), code, chance };
    case 'absence':
      return { kind, who, atMs, forMs: Math.min(forMs, ABSENT_MAX_MS), job };
    case 'clock':
      return { kind, who, atMs, byMs };
    case 'sleep':
      return { kind, who, atMs, forMs };
    case 'cut':
      return { kind, atMs, forMs, how: isOdd ? 'clean' : 'half-open' };
    case 'mirror':
      return { kind, who, atMs, forMs, index };
    case 'person':
      return { kind, who, atMs, what, job };
    case 'return':
      return { kind, who, atMs, afterMs: Math.min(forMs, MINUTE), job };
    case 'owner':
      return { kind, atMs, forMs: Math.min(forMs, calmMs), interrupt: isOdd };
    case 'rot':
      return { kind, atMs, early: isOdd };
    case 'ledger':
      return { kind, atMs };
  }
}
