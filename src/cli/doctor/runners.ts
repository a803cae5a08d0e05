// The runners of the queue as their presence shows them. What their clocks say is told and never judged, but for the
// runner of this machine: its clock is ours.
import type { Presence } from '../../job/presence.ts';
import { readPresences } from '../../store/presences.ts';
import type { Context } from '../context.ts';
import { livenessIn } from '../living.ts';
import { clockText } from '../render/living-text.ts';
import { durationText, momentText } from '../render/words.ts';
import { runsHere } from '../stop.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

export interface RunnersFacts {
  presences: readonly Presence[];
  host: string;
  ownId: string;
  nowMs: number;
  /** By runner: at most so many seconds its clock is behind ours, where the watcher has measured it. */
  behindS?: ReadonlyMap<string, number>;
  /** Does the daemon run: the one of this side? */
  runs: { runner?: boolean; watcher?: boolean };
}

export async function lookAtRunners(
  context: Context,
  sides: { runner: boolean; watcher: boolean },
): Promise<RunnersFacts> {
  const { parts, layout, settings } = context;
  const ownId = settings.runner.id;
  return {
    presences: readPresences(parts.disk.files, layout),
    host: parts.environment.host,
    ownId,
    nowMs: parts.disk.clock.now(),
    behindS: new Map(
      livenessIn(context)?.runners.flatMap(({ runner_id, clock_behind_s }) =>
        clock_behind_s === null ? [] : [[runner_id, clock_behind_s] as const],
      ),
    ),
    runs: {
      ...(sides.runner && { runner: await runsHere(context, { role: 'runner', id: ownId }) }),
      ...(sides.watcher && { watcher: await runsHere(context, { role: 'watcher' }) }),
    },
  };
}

/** Heartbeats that may be missing. */
const MISSED = 3;

export function judgeRunners(facts: RunnersFacts): Finding[] {
  const { presences, runs } = facts;
  return [
    ...(['runner', 'watcher'] as const).flatMap((role) => judgeDaemon(role, runs[role])),
    ...(presences.length === 0
      ? [
          seen.warning(
            'no runner has been seen',
            'start `jobq runner` on the machine that runs the jobs, and look whether the mirror carries runners/',
          ),
        ]
      : presences.map((presence) => judgePresence(facts, presence))),
  ];
}

const seen = newCheck('runners', 'jobs run only where a runner shows signs of life');

function judgeDaemon(role: 'runner' | 'watcher', runs: boolean | undefined): Finding[] {
  if (runs === undefined) return [];
  const why =
    role === 'runner'
      ? 'without it no job of this machine runs'
      : 'without it no result is verified and archived';
  const check = newCheck(role, why);
  return [
    runs
      ? check.ok('runs on this machine')
      : check.warning('does not run on this machine', `start it: \`jobq service install --role ${role}\``),
  ];
}

/** The way here takes seconds, and minutes behind a large model. */
const CLOCK_LIMIT_S = 120;

function judgePresence({ host, ownId, nowMs, runs, behindS }: RunnersFacts, presence: Presence): Finding {
  const { runner_id, clock, heartbeat_interval_s } = presence;
  const ageS = (nowMs - Date.parse(clock)) / 1000;
  const said = `${runner_id} on ${presence.host}: last sign ${momentText(clock)} by its clock`;
  if (runner_id === ownId && presence.host === host) {
    const isLate = ageS > MISSED * heartbeat_interval_s && runs.runner === true;
    const age = `${said}, ${durationText(ageS)} ago`;
    return isLate ? seen.warning(age, 'it runs and shows no sign of life: look into its log') : seen.ok(age);
  }
  const behind = behindS?.get(runner_id);
  if (behind !== undefined) {
    const measured = `${said}; its clock against ours: ${clockText(behind)}`;
    return Math.abs(behind) > CLOCK_LIMIT_S
      ? seen.warning(
          measured,
          'set both clocks by the network: nothing is decided by them, but people read them',
        )
      : seen.ok(measured);
  }
  const apart = ageS >= 0 ? `${durationText(ageS)} before` : `${durationText(-ageS)} after`;
  return seen.note(`${said}, ${apart} this machine's time; clocks are told, not compared`);
}
