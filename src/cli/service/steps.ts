// Runs the commands of a plan, one after the other, and tells what became of each.
import { JobqError } from '../../errors.ts';
import { shownCommand } from '../../service/plan.ts';
import type { Condition, ServiceKind, ServicePlan, Step } from '../../service/service.ts';
import type { Ask } from '../../system/process/ask.ts';

/** A command as `--json` shows it. */
export interface CommandDone {
  command: readonly string[];
  /** As one would type it. */
  shown: string;
  /** False when it was not needed, or only to be shown. */
  ran: boolean;
}

export function toldCommands(kind: ServiceKind, steps: readonly Step[], ran = false): CommandDone[] {
  return steps.map(({ command }) => ({ command, shown: shownCommand(kind, command), ran }));
}

export async function holds(ask: Ask, { command, prints }: Condition): Promise<boolean> {
  const { exit_code, output } = await ask(command);
  return exit_code === 0 && (prints === undefined || output.trim() === prints);
}

/** Throws when it fails: with the command, what it said, and what to do. */
export async function runStep(ask: Ask, plan: ServicePlan, { command, remedy }: Step): Promise<CommandDone> {
  const shown = shownCommand(plan.kind, command);
  const { exit_code, output, complaint } = await ask(command);
  if (exit_code === 0) return { command, shown, ran: true };
  const said =
    [complaint, output].map((text) => text.trim()).find((text) => text !== '') ?? 'it said nothing';
  const ended = exit_code === null ? 'could not be run' : `ended with ${exit_code}`;
  throw new JobqError('queue-unusable', `\`${shown}\` ${ended}: ${said}`, {
    file: plan.file?.path,
    remedy,
  });
}
