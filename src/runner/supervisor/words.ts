// How a run ended, in words.
import type { ProcessId } from '../../job/outcome.ts';
import type { Stop } from './stop.ts';

const NAMED_MAX = 5;

/** Processes by name and id, as far as they can be read at a glance. */
export function listed(processes: readonly ProcessId[]): string {
  const names = processes.slice(0, NAMED_MAX).map(({ name, pid }) => `${name ?? 'process'} (${pid})`);
  const more = processes.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function left(count: number): string {
  return count === 1 ? '1 process it left running' : `${count} processes it left running`;
}

export function leftEnded(count: number, afterMs: number): string {
  return `${left(count)} ended by ${count === 1 ? 'itself' : 'themselves'} after ${Math.round(afterMs / 1000)} s`;
}

export function leftKilled(killed: readonly ProcessId[], after: string): string {
  return `${left(killed.length)} ${killed.length === 1 ? 'was' : 'were'} ended after ${after}: ${listed(killed)}`;
}

export function grace({ graceMs }: Stop): string {
  return `${graceMs / 1000} s of grace`;
}

export function whyStopped({ word, reason }: Stop): string {
  return reason ? `${word}: ${reason}` : word;
}

export function notStarted({ word, reason }: Stop): string {
  return `${word} before the script was started${reason ? `: ${reason}` : ''}`;
}

/** What was said, one after the other; no message when that is nothing. */
export function message(...parts: (string | undefined)[]): { message?: string } {
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? {} : { message: said.join('; ') };
}
