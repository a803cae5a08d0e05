// `jobq service install|uninstall|status`: keeps a daemon running by the means of the system, or shows how that would be
// done.
import { JobqError, messageOf } from '../../errors.ts';
import { ownKind } from '../../service/plan.ts';
import type { ServiceKind, ServicePlan, ServiceRole } from '../../service/service.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import type { CliParts } from '../parts.ts';
import type { ServiceChange } from '../render/service-text.ts';
import { changeText, printedText, statusText } from '../render/service-text.ts';
import { planOf } from '../service/facts.ts';
import { install } from '../service/install.ts';
import { daemonOf, serviceStatus } from '../service/status.ts';
import { toldCommands } from '../service/steps.ts';
import { uninstall } from '../service/uninstall.ts';
import { requireArchive } from '../side.ts';
import { requestStop, runsHere } from '../stop.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

type Action = 'install' | 'uninstall' | 'status';

interface Options {
  role?: ServiceRole;
  kind?: ServiceKind;
  print?: boolean;
  window?: boolean;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { role, kind, print = false, window } = input.options;
  const action = input.args[0] as Action;
  if (role === undefined)
    throw usage('--role', 'say which daemon it is for', 'give --role runner or watcher');
  const context = await openContext(parts, { queue: input.queue });
  const plan = planOf(context, { role, kind, window });
  refuseMisfits(context, plan, action, print, window === true);
  if (action === 'status') {
    const status = await serviceStatus(context, plan, role);
    return { value: status, text: (style) => statusText(style, status, plan) };
  }
  if (print) return printed(action, role, plan);
  return action === 'install' ? installed(context, role, plan) : uninstalled(context, role, plan);
}

function usage(field: string, message: string, remedy: string): JobqError {
  return new JobqError('usage', `${field}: ${message}`, { field, remedy });
}

function refuseMisfits(
  { parts }: Context,
  { kind }: ServicePlan,
  action: Action,
  print: boolean,
  window: boolean,
): void {
  const own = ownKind(parts.environment.platform);
  if (window && kind !== 'task') throw usage('--window', `means nothing for ${kind}`, 'leave it out');
  if (print && action === 'status') throw usage('--print', 'status changes nothing anyway', 'leave it out');
  if (print || kind === own) return;
  const why =
    kind === 'winsw' || kind === 'servy' ? 'jobq only prints what it needs' : 'that is for another system';
  throw usage('--kind', `${kind} cannot be used here: ${why}`, 'add --print, or leave --kind out');
}

function changeOf(action: Action, role: ServiceRole, plan: ServicePlan): ServiceChange {
  const { kind, name, file = null, notes, install: steps, uninstall: away } = plan;
  const commands = toldCommands(kind, action === 'install' ? steps : [...away.before, ...away.after]);
  return { action, role, kind, name, printed: true, changed: false, file, commands, notes };
}

function printed(action: Action, role: ServiceRole, plan: ServicePlan): VerbResult {
  const value = changeOf(action, role, plan);
  return { value, text: () => printedText(value, plan) };
}

async function installed(context: Context, role: ServiceRole, plan: ServicePlan): Promise<VerbResult> {
  if (role === 'watcher') requireArchive(context);
  const isRunning = await runsHere(context, daemonOf(role, context.settings.runner.id));
  const { wrote, ...done } = await install(context, plan, isRunning);
  const stale =
    wrote && isRunning && plan.kind === 'task'
      ? [
          `the ${role} that runs now was started before: \`jobq ${role} stop\` ends it, and the task starts it anew`,
        ]
      : [];
  const value = {
    ...changeOf('install', role, plan),
    ...done,
    printed: false,
    notes: [...stale, ...plan.notes],
  };
  return { value, text: (style) => changeText(style, value, wrote) };
}

async function uninstalled(context: Context, role: ServiceRole, plan: ServicePlan): Promise<VerbResult> {
  const before = await serviceStatus(context, plan, role);
  const { wrote, ...done } = await uninstall(context, plan);
  // systemd stops what it no longer keeps; Task Scheduler lets it run
  const goesOn = plan.kind === 'task' && before.running === true ? await stopped(context, role) : undefined;
  const notes = [
    ...(goesOn === undefined ? [] : [goesOn]),
    `left as they are: the queue, ledger, work directories and logs${plan.leaves.map((each) => `, ${each}`).join('')}`,
    ...(role === 'runner'
      ? ['scripts that run go on: `jobq runner` takes them up, `jobq cancel` ends them']
      : []),
  ];
  const value = { ...changeOf('uninstall', role, plan), ...done, printed: false, notes };
  return { value, text: (style) => changeText(style, value, wrote) };
}

const STOP_LIMIT_S = 30;

/** Why the daemon goes on; undefined when it has stopped. */
async function stopped(context: Context, role: ServiceRole): Promise<string | undefined> {
  try {
    await requestStop(context, daemonOf(role, context.settings.runner.id), STOP_LIMIT_S);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
