// Which plan a kind of service has, which kind a system has of its own, and how its commands are shown.
import type { ServiceFacts, ServiceKind, ServicePlan } from './service.ts';
import { servyPlan } from './servy.ts';
import { systemdPlan } from './systemd.ts';
import { taskPlan } from './windows-task.ts';
import { windowsWord } from './windows-words.ts';
import { winswPlan } from './winsw.ts';

const PLANS: Readonly<Record<ServiceKind, (facts: ServiceFacts) => ServicePlan>> = {
  systemd: systemdPlan,
  task: taskPlan,
  winsw: winswPlan,
  servy: servyPlan,
};

export function servicePlan(kind: ServiceKind, facts: ServiceFacts): ServicePlan {
  return PLANS[kind](facts);
}

/** The kind that jobq installs on this platform; undefined where it installs none. */
export function ownKind(platform: string): ServiceKind | undefined {
  if (platform === 'win32') return 'task';
  return platform === 'linux' ? 'systemd' : undefined;
}

/** A command as a person would type it into the shell of the system it is for. */
export function shownCommand(kind: ServiceKind, command: readonly string[]): string {
  return command.map(kind === 'systemd' ? posixWord : commandPromptWord).join(' ');
}

function posixWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function commandPromptWord(word: string): string {
  return /^[\w@+=:,./\\-]+$/.test(word) ? word : windowsWord(word);
}
