// How a service is: what the system says of it, and whether its daemon runs and gives signs of life.

import type { ServicePlan, ServiceRole } from '../../service/service.ts';
import { readUnitState } from '../../service/systemd.ts';
import { readTaskState } from '../../service/windows-task.ts';
import { readPresence } from '../../store/presences.ts';
import { forShowing } from '../../store/unreadable.ts';
import type { Answer } from '../../system/process/ask.ts';
import type { Context } from '../context.ts';
import { runsHere } from '../stop.ts';
import { isWritten } from './install.ts';

/** What the system says; null where it says nothing or cannot be asked. */
interface SystemWord {
  installed: boolean | null;
  enabled: boolean | null;
  running: boolean | null;
  state: string | null;
  last_result: string | null;
}

export interface ServiceStatus extends SystemWord {
  role: ServiceRole;
  kind: string;
  name: string;
  file: string | null;
  /** Is the installed file the one that this program would install? */
  current: boolean;
  /** Why the system could not be asked. */
  problem: string | null;
  /** Does the daemon run on this machine, started by whomever? */
  daemon_runs: boolean;
  /** Seconds since the runner's last sign of life; null for the watcher, and when there was none here. */
  last_sign_s: number | null;
  /** Is that as young as it should be? */
  sign_is_fresh: boolean | null;
}

const SILENT: SystemWord = { installed: null, enabled: null, running: null, state: null, last_result: null };

export async function serviceStatus(
  context: Context,
  plan: ServicePlan,
  role: ServiceRole,
): Promise<ServiceStatus> {
  const { parts, settings } = context;
  const { ask } = await parts.loadSystem();
  const answer = plan.query && (await ask(plan.query));
  const file = plan.file?.path ?? null;
  const isThere = file !== null && parts.disk.files.facts(file) !== undefined;
  return {
    role,
    kind: plan.kind,
    name: plan.name,
    file,
    current: plan.file !== undefined && isWritten(context, plan.file),
    ...wordOf(plan, answer, isThere),
    problem: problemOf(answer, plan),
    daemon_runs: await runsHere(context, daemonOf(role, settings.runner.id)),
    ...(role === 'runner' ? lastSign(context) : NO_SIGN),
  };
}

export function daemonOf(role: ServiceRole, id: string) {
  return role === 'runner' ? { role, id } : { role };
}

function wordOf({ kind }: ServicePlan, answer: Answer | undefined, isThere: boolean): SystemWord {
  if (answer === undefined || answer.exit_code === null) return SILENT;
  if (kind === 'task') {
    const task = answer.exit_code === 0 ? readTaskState(answer.output) : undefined;
    if (!task) return { ...SILENT, installed: answer.exit_code === 0, running: false };
    const { running, state, lastResult } = task;
    return { installed: true, enabled: null, running, state, last_result: lastResult };
  }
  if (answer.exit_code !== 0) return { ...SILENT, installed: isThere };
  const { installed, enabled, running, state, lastResult } = readUnitState(answer.output);
  return { installed, enabled, running, state, last_result: lastResult ?? null };
}

/** `schtasks` ends with an error when there is no such task: that is an answer. */
function problemOf(answer: Answer | undefined, { kind }: ServicePlan): string | null {
  if (answer === undefined) return `jobq cannot ask ${kind}`;
  if (answer.exit_code === 0 || (kind === 'task' && answer.exit_code !== null)) return null;
  return answer.complaint.trim() || `it ended with ${answer.exit_code}`;
}

const NO_SIGN = { last_sign_s: null, sign_is_fresh: null };
/** Heartbeats that may be missing before it counts. */
const MISSED = 3;

/** Only a presence that was written on this machine can be held against its clock. */
function lastSign({
  parts,
  layout,
  settings,
}: Context): Pick<ServiceStatus, 'last_sign_s' | 'sign_is_fresh'> {
  const presence = readPresence(
    forShowing(parts.disk.files, () => {}),
    layout,
    settings.runner.id,
  );
  if (presence?.host !== parts.environment.host) return NO_SIGN;
  const last_sign_s = Math.max(0, (parts.disk.clock.now() - Date.parse(presence.clock)) / 1000);
  return { last_sign_s, sign_is_fresh: last_sign_s <= MISSED * presence.heartbeat_interval_s };
}
