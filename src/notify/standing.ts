// How it stands with each target: what waits, what was given up, and what is wrong. Pure: the ledger's sums are handed in.
import type { Dead, Deliveries, Open } from './ledger-lines.ts';

export interface Standing {
  target: string;
  /** Messages that wait to be sent. */
  pending: number;
  /** How often one of them was tried in vain, at most, and what came of its last try. */
  tries: number;
  problem: string | null;
  /** Since when the oldest of them waits. */
  waiting_since: string | null;
  /** Of those that were tried in vain. */
  next_try_at: string | null;
  /** Messages that were given up. */
  dead: number;
  /** Why, and when, the last of them. */
  dead_reason: string | null;
  dead_at: string | null;
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Of the targets of the settings in their order, then of those that only the ledger knows. */
export function standings(
  { open, dead }: Pick<Deliveries, 'open' | 'dead'>,
  known: readonly string[],
): Standing[] {
  const waiting = byTarget(open.values());
  const given = byTarget(dead.values());
  const names = new Set([...known, ...waiting.keys(), ...given.keys()]);
  return [...names].map((name) => standing(name, waiting.get(name) ?? [], given.get(name) ?? []));
}

function byTarget<T extends Open | Dead>(all: Iterable<T>): Map<string, T[]> {
  const sorted = new Map<string, T[]>();
  for (const each of all) {
    const found = sorted.get(each.target);
    if (found) found.push(each);
    else sorted.set(each.target, [each]);
  }
  return sorted;
}

function standing(target: string, waiting: readonly Open[], given: readonly Dead[]): Standing {
  const [oldest] = waiting;
  const tried = waiting.filter(({ tries }) => tries > 0).sort((a, b) => b.tries - a.tries);
  const [most] = tried;
  const last = given.reduce<Dead | undefined>((a, b) => (a && a.deadMs > b.deadMs ? a : b), undefined);
  return {
    target,
    pending: waiting.length,
    tries: most?.tries ?? 0,
    problem: most?.problem ?? null,
    waiting_since: oldest ? iso(oldest.queuedMs) : null,
    next_try_at: most ? iso(Math.min(...tried.map(({ nextMs }) => nextMs))) : null,
    dead: given.length,
    dead_reason: last?.reason ?? null,
    dead_at: last ? iso(last.deadMs) : null,
  };
}
