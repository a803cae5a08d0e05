// Who is alive, as commands show it: what the watcher of this machine has judged lately. Where none runs, nobody knows.
import type { Problem } from '../queue/problem.ts';
import type { Judgement, Silence } from '../store/judgement.ts';
import { readJudgement } from '../store/judgement.ts';
import { forShowing } from '../store/unreadable.ts';
import type { Context } from './context.ts';
import { runsHere } from './stop.ts';

/** A watcher that looks writes every half minute; what is older was left by one that does not look any more. */
const FRESH_MS = 90_000;

/** What the watcher said last, unless that was long ago. Written and read by the clock of one machine. */
function freshJudgement({ parts, layout }: Context): Judgement | undefined {
  // what another user keeps from us is not known here
  const files = forShowing(parts.disk.files, () => {});
  const judgement = readJudgement(files, layout);
  if (!judgement) return undefined;
  const ageMs = parts.disk.clock.now() - Date.parse(judgement.at);
  return Math.abs(ageMs) <= FRESH_MS ? judgement : undefined;
}

/** The jobs of which nothing is heard; none where nobody judges. */
export function silentJobs(context: Context): ReadonlyMap<string, Silence> {
  return new Map(Object.entries(freshJudgement(context)?.jobs ?? {}));
}

/** What the watcher tries in vain at this moment. */
export function failingNow(context: Context): Problem[] {
  return freshJudgement(context)?.failing ?? [];
}

/** Jobs of which the watcher knows a retry that is to come. */
export function retriedJobs(context: Context): readonly string[] {
  return freshJudgement(context)?.retried ?? [];
}

/** What `status` shows of the living. */
export interface Living {
  /** On this machine. Where it does not, nobody judges who is alive. */
  watcher_runs: boolean;
  /** null where nobody has judged lately. */
  liveness: Omit<Judgement, 'jobs' | 'failing' | 'retried'> | null;
}

export async function lookAtLiving(context: Context): Promise<Living> {
  const watcher_runs = await watcherRuns(context);
  return { watcher_runs, liveness: watcher_runs ? livenessIn(context) : null };
}

/** What the watcher said lately, if one runs or not. */
export function livenessIn(context: Context): Living['liveness'] {
  const judgement = freshJudgement(context);
  if (!judgement) return null;
  const { jobs: _jobs, failing: _failing, retried: _retried, ...liveness } = judgement;
  return liveness;
}

export function watcherRuns(context: Context): Promise<boolean> {
  return runsHere(context, { role: 'watcher' });
}
