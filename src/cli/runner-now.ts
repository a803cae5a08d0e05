// What is to be seen of the runner of this machine, whether or not its daemon runs: the owner's wish, the daemon's
// presence, its jobs, and what the machine itself tells.
import type { Presence } from '../job/presence.ts';
import { closedUntil } from '../job/schedule.ts';
import type { View } from '../job/view.ts';
import type { OwnerWish } from '../queue/machine.ts';
import { pausedNow } from '../queue/owner-wish.ts';
import type { Problem } from '../queue/problem.ts';
import { readOwner } from '../store/owner.ts';
import { readPresence } from '../store/presences.ts';
import { forShowing } from '../store/unreadable.ts';
import type { Context } from './context.ts';
import { indexOf, viewIn } from './jobs.ts';
import { placesOf } from './prepare-runner.ts';
import { runsHere } from './stop.ts';

/** What `jobq runner status`, `pause`, `resume` and `drain` print. */
export interface RunnerNow {
  runner: string;
  /** What was asked of it; false when that was so already. */
  changed: boolean;
  paused: OwnerWish['paused'] | null;
  draining: OwnerWish['draining'] | null;
  schedule: string | null;
  disk_free_mb: number | null;
  daemon_runs: boolean;
  /** Has a daemon with these settings run on this machine at all? */
  ran_here: boolean;
  /** Seconds since the last sign of life; presence and this clock are of one machine. */
  last_sign_s: number | null;
  running: View[];
  waiting: Presence['waiting'];
  problems: Problem[];
  presence: Presence | null;
}

const MB = 1_000_000;

export async function runnerNow(context: Context, changed: boolean): Promise<RunnerNow> {
  const { parts, layout, settings } = context;
  const { files, clock } = parts.disk;
  const at = placesOf(context);
  const nowMs = clock.now();
  const problems: Problem[] = [];
  const owner = readOwner(files, at, problems);
  const presence = readPresence(
    forShowing(files, () => {}),
    layout,
    settings.runner.id,
  );
  const opens = closedUntil(settings.runner.schedule, parts.machine.weekMinute(nowMs));
  const freeBytes = files.freeBytes(at.work);
  return {
    runner: settings.runner.id,
    changed,
    paused: pausedNow(owner, nowMs) ?? null,
    draining: owner.draining ?? null,
    schedule: opens === undefined ? null : `closed until ${opens}`,
    disk_free_mb: freeBytes === undefined ? (presence?.disk_free_mb ?? null) : Math.floor(freeBytes / MB),
    daemon_runs: await runsHere(context, { role: 'runner', id: settings.runner.id }),
    ran_here: files.facts(at.ledger) !== undefined,
    last_sign_s: presence ? Math.max(0, (nowMs - Date.parse(presence.clock)) / 1000) : null,
    running: runningOf(context, presence),
    waiting: presence?.waiting ?? [],
    problems,
    presence: presence ?? null,
  };
}

/** Presence also names jobs whose results are not archived yet; their scripts have ended. */
function runningOf(context: Context, presence: Presence | undefined): View[] {
  if (!presence) return [];
  const index = indexOf(context);
  return presence.running.flatMap(({ job_id }) => {
    const view = viewIn(context, index, job_id);
    return view.state === 'running' ? [view] : [];
  });
}
