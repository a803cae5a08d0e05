// A daemon on a simulated machine: started again after each death, ticking when it is told of a change and now and then.
import { messageOf, systemCode } from '../../../src/errors.ts';
import type { Chores } from '../../../src/system/chores.ts';
import { newChores } from '../../../src/system/chores.ts';
import type { Ticking } from '../../../src/system/loop.ts';
import type { Random } from '../random.ts';
import type { Timeline } from '../timeline.ts';
import type { Life } from './life.ts';
import type { LifeHooks, Side } from './side.ts';

export interface Daemon {
  start(): void;
  /** Something may have happened that it should look at. */
  wake(): void;
  dieIn(calls: number, downMs: number, inLines?: boolean): void;
  kill(downMs: number): void;
  /** It is asked to end, and started again. */
  restart(): void;
  isUp(): boolean;
  /** How often it was started. */
  lives(): number;
  ticks(): number;
}

export interface DaemonParts {
  who: 'watcher' | 'runner';
  side: Side;
  timeline: Timeline;
  random: Random;
  pollMs: number;
  hooks: Omit<LifeHooks, 'died'>;
  open(life: Life, chores: Chores, ring: () => void): Promise<Ticking>;
  died(): void;
  ticked(): void;
  /** An error that nobody planted. */
  strange(error: unknown): void;
}

interface Lived {
  life: Life;
  ticking: Ticking | undefined;
  isTicking: boolean;
  isRung: boolean;
  /** When the next tick is due, and which of the calls for one counts. */
  dueMs: number;
  nth: number;
}

const IDLE_MS = 120_000;
const SELDOM_MS = 55_000;

export function newDaemon(parts: DaemonParts): Daemon {
  const { side, timeline, random } = parts;
  let lived: Lived | undefined;
  let [lives, ticks, downMs, wokenMs] = [0, 0, 1000, 0];

  const start = () => {
    if (lived || !side.isOn) return;
    lives += 1;
    const mine: Lived = {
      life: side.live(parts.who, {
        ...parts.hooks,
        died: () => {
          if (lived === mine) lived = undefined;
          parts.died();
          timeline.after(downMs, start);
        },
      }),
      ticking: undefined,
      isTicking: true,
      isRung: false,
      dueMs: Number.POSITIVE_INFINITY,
      nth: 0,
    };
    lived = mine;
    const chores = newChores(mine.life.clock, () => call(mine, 5));
    parts
      .open(mine.life, chores, () => call(mine, 5))
      .then(
        (ticking) => {
          mine.ticking = ticking;
          mine.isTicking = false;
          call(mine, 0);
        },
        (error: unknown) => {
          tell(error, mine);
          if (mine.life.isDead()) return;
          // it cannot begin: the service manager starts it again
          downMs = random.magnitude(1000, 30_000);
          mine.life.kill();
        },
      );
  };
  const tell = (error: unknown, { life }: Lived) => {
    if (!life.isDead() && !isPlanted(error)) parts.strange(error);
  };
  /** Calls for a tick in so many milliseconds, unless one is due earlier. */
  const call = (mine: Lived, ms: number) => {
    mine.isRung ||= mine.isTicking;
    const dueMs = timeline.nowMs() + ms;
    if (mine.isTicking || dueMs >= mine.dueMs) return;
    mine.dueMs = dueMs;
    const nth = ++mine.nth;
    timeline.after(ms, () => {
      if (lived === mine && mine.nth === nth) tick(mine);
    });
  };
  const tick = (mine: Lived) => {
    if (side.isAsleep) {
      timeline.after(1000, () => void (lived === mine && tick(mine)));
      return;
    }
    ticks += 1;
    mine.dueMs = Number.POSITIVE_INFINITY;
    mine.isTicking = true;
    mine.isRung = false;
    const over = () => {
      mine.isTicking = false;
      if (mine.life.isDead()) return;
      parts.ticked();
      // where nothing has happened for long, it looks as seldom as still counts as looking all the time
      const isIdle = timeline.nowMs() - wokenMs > IDLE_MS;
      const restMs = isIdle ? SELDOM_MS : parts.pollMs;
      call(mine, mine.isRung ? 5 : restMs);
    };
    mine.ticking?.tick().then(over, (error: unknown) => {
      tell(error, mine);
      over();
    });
  };
  return {
    start,
    wake: () => {
      wokenMs = timeline.nowMs();
      if (lived) call(lived, 5 + random.magnitude(1, 300));
    },
    dieIn: (calls, ms, inLines) => {
      downMs = ms;
      lived?.life.dieIn(calls, inLines);
    },
    kill: (ms) => {
      downMs = ms;
      lived?.life.kill();
    },
    restart: () => {
      const mine = lived;
      if (!mine?.ticking || mine.isTicking) return;
      mine.isTicking = true; // no other tick begins
      const end = async () => {
        await mine.ticking?.settled();
        await mine.ticking?.close?.();
      };
      const over = () => {
        downMs = 1000;
        mine.life.kill();
      };
      end().then(over, over);
    },
    isUp: () => lived !== undefined,
    lives: () => lives,
    ticks: () => ticks,
  };
}

function isPlanted(error: unknown): boolean {
  const { injected, cause } = error as { injected?: boolean; cause?: unknown };
  const code = systemCode(error);
  return (
    injected === true ||
    (cause !== undefined && isPlanted(cause)) ||
    code === 'queue-unusable' ||
    /EIO|ENOSPC|EBUSY|EPERM/.test(messageOf(error))
  );
}
