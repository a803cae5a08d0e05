// Installs a service: its file, all or nothing, then the commands that are needed. Done twice it changes nothing.
import path from 'node:path';
import { JobqError } from '../../errors.ts';
import type { InstallStep, ServiceFile, ServicePlan } from '../../service/service.ts';
import { writeWhole } from '../../store/disk.ts';
import type { Ask } from '../../system/process/ask.ts';
import type { Context } from '../context.ts';
import type { CommandDone } from './steps.ts';
import { holds, runStep, toldCommands } from './steps.ts';

export interface Installed {
  /** Was anything written or run? */
  changed: boolean;
  /** Was the file written? */
  wrote: boolean;
  commands: CommandDone[];
}

function bytesOf({ text, encoding }: ServiceFile): Buffer {
  // schtasks wants the byte order mark
  return encoding === 'utf16le' ? Buffer.from(`\uFEFF${text}`, 'utf16le') : Buffer.from(text);
}

/** Is the file there just as it would be written? */
export function isWritten({ parts }: Context, file: ServiceFile): boolean {
  return parts.disk.files.read(file.path)?.equals(bytesOf(file)) === true;
}

export async function install(context: Context, plan: ServicePlan, isRunning: boolean): Promise<Installed> {
  const { ask } = await context.parts.loadSystem();
  const wrote = plan.file !== undefined && (await write(context, plan.file));
  const commands: CommandDone[] = [];
  for (const step of plan.install) {
    if (await isNeeded(ask, step, wrote, isRunning)) commands.push(await runStep(ask, plan, step));
    else commands.push(...toldCommands(plan.kind, [step]));
  }
  return { changed: wrote || commands.some(({ ran }) => ran), wrote, commands };
}

async function write(context: Context, file: ServiceFile): Promise<boolean> {
  if (isWritten(context, file)) return false;
  const { disk } = context.parts;
  const dir = path.dirname(file.path);
  if (dir.startsWith('~')) {
    throw new JobqError('usage', 'the variable HOME is not set: nobody knows where units belong', {
      remedy: 'set HOME to the home directory of this user, and give the command again',
    });
  }
  disk.files.makeDir(dir);
  await writeWhole(disk, dir, file.path, bytesOf(file));
  return true;
}

async function isNeeded(ask: Ask, step: InstallStep, wrote: boolean, isRunning: boolean): Promise<boolean> {
  if (step.afterChange && wrote) return true;
  if (step.starts && !isRunning) return true;
  return step.unless !== undefined && !(await holds(ask, step.unless));
}
