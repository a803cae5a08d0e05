// Follows a script, and what it leaves running, until nothing of it lives or until it is to be ended.
import type { Script } from '../../system/process/script.ts';
import { LOOK_MS } from './awake-clock.ts';
import type { LeftRunning } from './left-running.ts';
import { leftRunningOf } from './left-running.ts';
import type { Movement } from './movement.ts';
import { watchMovement } from './movement.ts';
import type { ResourceWatch } from './resources.ts';
import { watchResources } from './resources.ts';
import type { Run } from './run.ts';
import type { Stop } from './stop.ts';
import { askedStop, limitStop } from './stop.ts';

export interface Running {
  run: Run;
  script: Script;
  /** Fires when the script has ended: attached once, however often somebody looks. */
  over: AbortSignal;
  leftRunning: LeftRunning;
  resources: ResourceWatch;
  movement: Movement;
}

export interface Followed {
  /** Why it is to be ended; nothing when it ended by itself, or when it lingered for too long. */
  stop: Stop | undefined;
  lingeredMs: number;
}

export function runningOf(run: Run, script: Script): Running {
  const over = new AbortController();
  void script.ended.then(() => over.abort());
  return {
    run,
    script,
    over: over.signal,
    leftRunning: leftRunningOf(run),
    resources: watchResources(run),
    movement: watchMovement(run),
  };
}

export async function follow(running: Running): Promise<Followed> {
  const { run, over } = running;
  const begunAt = run.awake();
  const limitMs = run.command.timeout_s * 1000;
  const lookForStop = (): Stop | undefined => {
    running.resources.look();
    const evidence = running.movement.look();
    const asked = askedStop(run);
    if (asked) return asked;
    if (limitMs > 0 && run.awake() - begunAt >= limitMs) return limitStop(run, 'timeout');
    return evidence && limitStop(run, 'stall', evidence);
  };
  while (!over.aborted) {
    await run.parts.disk.clock.sleep(LOOK_MS, over);
    const stop = over.aborted ? undefined : lookForStop();
    if (stop) return { stop, lingeredMs: 0 };
  }
  return linger(running, lookForStop);
}

/** Waits for what the script left running. The same limits hold for it as for the script. */
async function linger({ run, leftRunning }: Running, lookForStop: () => Stop | undefined): Promise<Followed> {
  const begunAt = run.awake();
  const lingeredMs = () => run.awake() - begunAt;
  for (;;) {
    if (await leftRunning.isGone()) return { stop: undefined, lingeredMs: lingeredMs() };
    const stop = lookForStop();
    if (stop || lingeredMs() >= run.command.linger_s * 1000) return { stop, lingeredMs: lingeredMs() };
    await run.parts.disk.clock.sleep(LOOK_MS);
  }
}
