// What exit.json says of how a script ended, from what was seen. It ends nothing and looks for nothing.
import type { Exit, ProcessId } from '../../job/outcome.ts';
import type { ScriptEnd } from '../../system/process/script.ts';
import type { Findings } from './findings.ts';
import { seconds } from './run.ts';
import type { Stop } from './stop.ts';
import { grace, leftEnded, leftKilled, message, whyStopped } from './words.ts';

export interface Seen {
  end: ScriptEnd;
  /** What it was ended for, or was asked to end for when it did so by itself. */
  stop: Stop | undefined;
  /** Had the script ended before anything was killed? */
  endedFirst: boolean;
  killed: ProcessId[];
  /** How long what it left running was waited for, how much that was, and how long at most. */
  lingeredMs: number;
  left: number;
  lingerS: number;
  looked: Findings;
}

/** All that exit.json says but for the times. */
export type End = Pick<
  Exit,
  | 'exit_code'
  | 'signal'
  | 'ended_by'
  | 'message'
  | 'killed'
  | 'lingered_s'
  | 'evidence'
  | 'findings'
  | 'resources'
>;

/** Less is the time a process takes to end, and not worth a word. */
const LINGER_MIN_MS = 1000;
const GENTLY = 'the script ended itself when asked';

export function verdictOf(seen: Seen): End {
  const { exit_code, signal } = seen.end;
  const { killed } = seen;
  return { exit_code, signal, ...reasonOf(seen), ...(killed.length > 0 && { killed }), ...lingered(seen) };
}

function reasonOf(seen: Seen): Pick<End, 'ended_by' | 'message' | 'evidence' | 'findings'> {
  const { stop, end, looked } = seen;
  if (end.problem !== undefined) return { ended_by: 'spawn-error', message: end.problem };
  if (stop) {
    const { by, evidence } = stop;
    return {
      ended_by: by,
      ...message(whyStopped(stop), ...howStopped(stop, seen)),
      ...(evidence && { evidence }),
    };
  }
  const { findings, troubles } = looked;
  return { ended_by: 'itself', ...message(leftWords(seen), ...troubles), ...(findings && { findings }) };
}

function howStopped(stop: Stop, { endedFirst, killed, lingeredMs }: Seen): (string | undefined)[] {
  if (!endedFirst) return [`the script was ended after ${grace(stop)}`];
  const left = killed.length > 0 ? leftKilled(killed, grace(stop)) : undefined;
  const hadEnded = lingeredMs >= LINGER_MIN_MS; // before anybody asked
  return hadEnded ? [left ?? 'what it left running ended when asked'] : [GENTLY, left];
}

function leftWords({ killed, lingeredMs, lingerS, left }: Seen): string | undefined {
  const isOver = lingeredMs >= lingerS * 1000;
  if (killed.length > 0)
    return leftKilled(killed, isOver ? `linger_s (${lingerS} s)` : `${seconds(lingeredMs)} s`);
  return lingeredMs < LINGER_MIN_MS ? undefined : leftEnded(left, lingeredMs);
}

function lingered({ lingeredMs, killed, endedFirst }: Seen): Pick<End, 'lingered_s'> {
  const isWorthIt = lingeredMs >= LINGER_MIN_MS || (endedFirst && killed.length > 0);
  return isWorthIt ? { lingered_s: seconds(lingeredMs) } : {};
}
