// Why a run is to end before it does so by itself, and whose word counts when there is more than one.
import type { StallEvidence } from '../../job/outcome.ts';
import type { AttemptCancel } from '../../store/work-dir.ts';
import { hasAttemptFile, readAttemptCancel, writeAttemptFile } from '../../store/work-dir.ts';
import type { Run } from './run.ts';
import { unlessItFails } from './unless-it-fails.ts';

export interface Stop {
  by: 'cancel' | 'interrupted' | 'timeout' | 'stall';
  /** What happened to it, in a word or more. */
  word: string;
  reason?: string;
  graceMs: number;
  evidence?: StallEvidence;
}

/** What cancel.json asks for; undefined when there is none. */
export function askedStop(run: Run): Stop | undefined {
  return unlessItFails(() => {
    const { files } = run.parts.disk;
    if (!hasAttemptFile(files, run.dir, 'cancel')) return undefined;
    return stopOf(run, readAttemptCancel(files, run.dir) ?? {});
  });
}

function stopOf(run: Run, { reason, grace_s, interrupt, limit }: AttemptCancel): Stop {
  const graceMs = Math.max(0, grace_s ?? run.command.grace_s) * 1000;
  if (limit) return { by: limit, word: limitWord(run, limit), graceMs };
  const asked = interrupt ? ({ by: 'interrupted', word: 'interrupted' } as const) : CANCELLED;
  return { ...asked, graceMs, ...(reason && { reason }) };
}

const CANCELLED = { by: 'cancel', word: 'cancelled' } as const;

export function limitStop(run: Run, limit: 'timeout' | 'stall', evidence?: StallEvidence): Stop {
  const graceMs = run.command.grace_s * 1000;
  return { by: limit, word: limitWord(run, limit), graceMs, ...(evidence && { evidence }) };
}

function limitWord({ command }: Run, limit: 'timeout' | 'stall'): string {
  return limit === 'timeout'
    ? `ran longer than timeout_s (${command.timeout_s} s)`
    : `nothing moved for stall_timeout_s (${command.stall_timeout_s} s)`;
}

/** A cancel that comes while a run is being ended for another reason is what the run ended by. */
export function stronger(now: Stop, asked: Stop): Stop {
  if (asked.by !== 'cancel' || now.by === 'cancel') return now;
  return { ...asked, graceMs: now.graceMs, ...(now.evidence && { evidence: now.evidence }) };
}

export function isSame(a: Stop | undefined, b: Stop): boolean {
  return a?.by === b.by && a.reason === b.reason && a.graceMs === b.graceMs;
}

/**
 * Tells the script of a limit by the file it may look at; of all else it was told there already. A full disk must not
 * keep the run from being ended.
 */
export async function tellLimit(run: Run, { by, graceMs }: Stop): Promise<void> {
  if ((by !== 'timeout' && by !== 'stall') || askedStop(run)) return;
  const { disk } = run.parts;
  const deadline = new Date(disk.clock.now() + graceMs).toISOString();
  const told = { reason: by, limit: by, grace_s: graceMs / 1000, deadline };
  await writeAttemptFile(disk, run.dir, 'cancel', told).catch(() => {});
}
