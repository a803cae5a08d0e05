// Removes a service: what the system knows of it, then its file. Queue, ledger, logs and running scripts stay.
import type { ServicePlan, UninstallStep } from '../../service/service.ts';
import type { Ask } from '../../system/process/ask.ts';
import type { Context } from '../context.ts';
import type { Installed } from './install.ts';
import type { CommandDone } from './steps.ts';
import { holds, runStep, toldCommands } from './steps.ts';

export async function uninstall(context: Context, plan: ServicePlan): Promise<Installed> {
  const { parts } = context;
  const { ask } = await parts.loadSystem();
  const { before, after } = plan.uninstall;
  const isThere = plan.file !== undefined && parts.disk.files.facts(plan.file.path) !== undefined;
  const commands = await all(ask, plan, before, isThere);
  if (isThere && plan.file) await parts.disk.files.removeFile(plan.file.path);
  commands.push(...(await all(ask, plan, after, isThere)));
  return { changed: isThere || commands.some(({ ran }) => ran), wrote: isThere, commands };
}

/** A command that tells by itself whether it is needed is asked; the others go with the file. */
async function all(
  ask: Ask,
  plan: ServicePlan,
  steps: readonly UninstallStep[],
  isThere: boolean,
): Promise<CommandDone[]> {
  const done: CommandDone[] = [];
  for (const step of steps) {
    const needed = step.ifSo ? await holds(ask, step.ifSo) : isThere;
    done.push(...(needed ? [await runStep(ask, plan, step)] : toldCommands(plan.kind, [step])));
  }
  return done;
}
