// Ending processes until none is left. It knows neither how they are found nor how they are ended.
import type { Clock } from '../clock.ts';
import type { Attempt, Ended, ProcessSeen } from './process-tree.ts';

export interface Ending<T> {
  clock: Clock;
  /** How long the system may take to clear away what was ended. */
  limitMs: number;
  pauseMs: number;
  find(attempt: Attempt): T[] | Promise<T[]>;
  seen(one: T): ProcessSeen;
  kill(found: readonly T[]): void | Promise<void>;
}

export async function endAll<T>(ending: Ending<T>, attempt: Attempt): Promise<Ended> {
  const { clock } = ending;
  const killed = new Map<string, ProcessSeen>();
  const deadline = clock.monotonic() + ending.limitMs;
  for (;;) {
    // what was found once stays known: its children are found although it is gone
    const found = await ending.find({ ...attempt, known: [...attempt.known, ...killed.values()] });
    if (found.length === 0) return { killed: [...killed.values()], confirmed: true };
    if (clock.monotonic() > deadline) return { killed: [...killed.values()], confirmed: false };
    for (const one of found.map(ending.seen)) {
      const key = `${one.pid} ${one.started}`;
      killed.set(key, killed.get(key) ?? one);
    }
    await ending.kill(found);
    await clock.sleep(ending.pauseMs);
  }
}
