// Writes down who is alive, for whoever shows the queue: at once when that changes, and now and then as a sign that the
// watcher still looks.
import { messageOf } from '../errors.ts';
import { clockBehindS } from '../queue/clock-difference.ts';
import type { Judgement, Silence } from '../store/judgement.ts';
import { writeJudgement } from '../store/judgement.ts';
import type { JudgedJob } from './judge.ts';
import type { WatcherState } from './parts.ts';

/** Whoever reads it takes it as out of date after three times this. */
const SIGN_MS = 30_000;

export async function tellLiveness(watcher: WatcherState, seen: readonly JudgedJob[]): Promise<void> {
  const { liveness, disk, layout } = watcher;
  const judgement = judgementOf(watcher, seen);
  const what = JSON.stringify({ ...judgement, at: '' });
  const nowMs = disk.clock.monotonic();
  const { told } = liveness;
  if (told && told.what === what && nowMs - told.atMs < SIGN_MS) return;
  liveness.told = { what, atMs: nowMs };
  try {
    await writeJudgement(disk, layout, judgement);
  } catch (error) {
    watcher.log.warn({ file: layout.judgement, error: messageOf(error) }, 'liveness cannot be written');
  }
}

function judgementOf(
  { liveness, disk, lasting, linkWhy }: WatcherState,
  seen: readonly JudgedJob[],
): Judgement {
  const iso = (ms: number) => new Date(ms).toISOString();
  const jobs: Record<string, Silence> = {};
  for (const [id, { verdict }] of liveness.jobs) {
    if (verdict.is === 'unreachable' || verdict.is === 'stale')
      jobs[id] = { verdict: verdict.is, since: iso(verdict.sinceMs) };
  }
  return {
    at: iso(disk.clock.now()),
    link: liveness.looks.get(undefined)?.link ?? 'unknown',
    link_since: iso(liveness.linkSinceMs),
    link_why: linkWhy?.() ?? null,
    runners: [...liveness.runners].map(([runner_id, { observed, verdict, clock }]) => ({
      runner_id,
      verdict: verdict.is,
      since: verdict.is === 'heard' ? null : iso(verdict.sinceMs),
      heard_at: observed.heard ? iso(observed.heardWallMs) : null,
      clock_behind_s: clockBehindS(clock) ?? null,
    })),
    jobs,
    failing: [...lasting.failing.values()],
    retried: seen.flatMap(({ job_id, retry }) => (retry && !retry.isMade ? [job_id] : [])),
  };
}

/** A watcher that stops says nothing of the living any more. */
export async function stopTelling({ disk, layout, log }: WatcherState): Promise<void> {
  try {
    await disk.files.removeFile(layout.judgement);
  } catch (error) {
    log.warn({ file: layout.judgement, error: messageOf(error) }, 'liveness cannot be removed');
  }
}
