// The processes of an attempt on Windows where nobody tells which there are: only first processes that this very process
// has started and that are not over are known, and taskkill finds what is below them.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { endAll } from './ending.ts';
import type { Attempt, ProcessSeen } from './process-tree.ts';
import type { WindowsWay } from './windows-process.ts';

export interface BlindParts {
  clock: Clock;
  /** Answers the exit code; null when it could not be run. */
  taskkill(args: readonly string[]): Promise<number | null>;
  /** Ends this one process, a child of this process. */
  killChild(pid: number): void;
}

const CONFIRM_MS = 10_000;
const PAUSE_MS = 100;
/** taskkill's exit code when there is no such process any more. */
const NOT_FOUND = 128;

export function newBlind(parts: BlindParts): WindowsWay {
  /** The children that are not over. As long as they are not, no stranger can get their ids. */
  const children = new Map<number, string>();
  const living = ({ known }: Attempt): ProcessSeen[] =>
    known
      .filter(({ pid, started }) => children.get(pid) === started)
      .map(({ pid, started }) => ({ pid, started, name: 'unknown' }));
  return {
    begun: (pid) => void children.set(pid, `unknown ${randomUUID()}`),
    over: (pid) => void children.delete(pid),
    identify: (pid) => {
      const started = children.get(pid);
      return Promise.resolve(started === undefined ? undefined : { pid, started });
    },
    list: (attempt) => Promise.resolve(living(attempt)),
    cpuSeconds: () => Promise.resolve(undefined),
    end: (attempt) =>
      endAll(
        {
          clock: parts.clock,
          limitMs: CONFIRM_MS,
          pauseMs: PAUSE_MS,
          find: living,
          seen: (one) => one,
          kill: async (found) => {
            for (const { pid, started } of found) {
              const code = await parts.taskkill(['/PID', String(pid), '/T', '/F']);
              const ended = code === 0 || code === NOT_FOUND;
              if (!ended && children.get(pid) === started) parts.killChild(pid);
            }
          },
        },
        attempt,
      ),
  };
}
