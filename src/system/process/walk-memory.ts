// What a walk has seen: Windows tells a child's parent by id alone, even when that is gone and the id is somebody else's.
// So the time is kept in which an id was that of a process of the attempt. It knows no list but what it is shown.
import type { ProcessId } from '../../job/outcome.ts';
import type { Former, Listed } from './family.ts';
import { startedText } from './windows-process.ts';

type Life = Omit<Former, 'gone'> & { gone?: number | undefined };

export interface WalkMemory {
  /** Keeps a process that was seen, and when it was found to be gone; answers who it is. */
  keep(pid: number, started: string, born: number, gone?: number): ProcessId;
  /** It is over: its children were born before. */
  over(pid: number, when: number): void;
  /** Of the known ones, those that this very process has seen alive and that are not listed any more. */
  former(known: readonly ProcessId[], listed: readonly Listed[], when: number): Former[];
}

/** How long those that are gone are kept although nobody calls them known. */
const FORGET_MS = 3_600_000;

export function newMemory(): WalkMemory {
  const lives = new Map<string, Life>();
  const keyOf = (pid: number, started: string) => `${pid} ${started}`;
  const settle = (listed: readonly Listed[], when: number) => {
    const alive = new Set(listed.map(({ pid, born }) => keyOf(pid, startedText(born))));
    for (const [key, life] of lives) if (!alive.has(key)) life.gone ??= when;
  };
  const forget = (keys: ReadonlySet<string>, when: number) => {
    for (const [key, { gone = when }] of lives)
      if (!keys.has(key) && gone < when - FORGET_MS) lives.delete(key);
  };
  return {
    keep: (pid, started, born, gone) => {
      const key = keyOf(pid, started);
      if (!lives.has(key)) lives.set(key, { pid, born, gone });
      return { pid, started };
    },
    over: (pid, when) => {
      for (const life of lives.values()) if (life.pid === pid) life.gone ??= when;
    },
    former: (known, listed, when) => {
      settle(listed, when);
      const keys = new Set(known.map(({ pid, started }) => keyOf(pid, started)));
      forget(keys, when);
      return [...keys].flatMap((key) => {
        const { pid, born, gone } = lives.get(key) ?? {};
        return pid === undefined || born === undefined || gone === undefined ? [] : [{ pid, born, gone }];
      });
    },
  };
}
