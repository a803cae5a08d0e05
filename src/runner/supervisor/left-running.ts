// The processes that a script leaves running: watched until the last one has ended. Asking the system costs time, so
// it is asked more and more seldom.
import type { ProcessId } from '../../job/outcome.ts';
import { LOOK_MS } from './awake-clock.ts';
import { notIn } from './processes.ts';
import type { Run } from './run.ts';

export interface LeftRunning {
  /** Is nothing left? No while the system is not asked, or takes its time: then it is asked again. */
  isGone(): Promise<boolean>;
  /** All that were seen. */
  seen: ProcessId[];
}

const PAUSE_MAX_MS = 2000;

export function leftRunningOf(run: Run): LeftRunning {
  const seen: ProcessId[] = [];
  let pauseMs = LOOK_MS;
  let due = run.awake();
  let gone = false;
  let looking: Promise<void> | undefined;
  const look = async () => {
    const living = await run.processes.list();
    due = run.awake() + pauseMs;
    pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 1.5);
    seen.push(...notIn(seen, living ?? []));
    gone = living?.length === 0;
    looking = undefined;
  };
  return {
    seen,
    isGone: async () => {
      if (!looking && !gone && run.awake() >= due) looking = look();
      if (!looking) return gone;
      const enough = new AbortController();
      await Promise.race([looking, run.parts.disk.clock.sleep(LOOK_MS, enough.signal)]);
      enough.abort();
      return gone;
    },
  };
}
