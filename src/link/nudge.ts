// Asks Syncthing to scan what was just written, one question after the other for each of its folders. It is a help and
// never a condition: a refusal or silence is no error, since Syncthing finds everything by itself, only later.
import { messageOf } from '../errors.ts';
import type { Layout } from '../store/layout.ts';
import type { Clock } from '../system/clock.ts';
import type { Log } from '../system/log.ts';
import type { Answer, Syncthing } from './api.ts';
import type { Target } from './subs.ts';
import { subsOf, targetOf } from './subs.ts';
import type { Carried } from './trees.ts';

export interface NudgeParts {
  /** What is known of the mirror at this moment; undefined while there is none to ask. */
  ground(): { syncthing: Pick<Syncthing, 'scan'>; carried: Carried } | undefined;
  layout: Pick<Layout, 'tree'>;
  clock: Clock;
  log?: Pick<Log, 'debug'>;
}

export interface Nudge {
  /** Something has changed under this path. Never throws, never waits. */
  tell(absolutePath: string): void;
  /** Resolves when everything told so far has been asked for, or given up, or when the limit is over. */
  settled(limitMs: number): Promise<void>;
  /** Asks for nothing any more; what is being asked is left to itself. */
  close(): void;
}

/**
 * How long results wait for their seal. Syncthing rests for 250 ms after each index that it sends for a folder: a seal that
 * comes right after its results would wait that long.
 */
const PATIENCE_MS = 150;

/** How long a scan is waited for; Syncthing goes on with it. */
const GIVE_UP_MS = 5_000;

/** A folder of Syncthing, and what is to be asked of it. */
interface Line {
  /** By path. */
  waiting: Map<string, Target>;
  going: Promise<void> | undefined;
  /** Ends the waiting for more. */
  hurry: AbortController;
  /** What was wrong with the last question. */
  problem: string | undefined;
}

export function newNudge({ ground, layout, clock, log }: NudgeParts): Nudge {
  const lines = new Map<string, Line>();
  const over = new AbortController();

  const ask = async (folder: string, line: Line, targets: readonly Target[]) => {
    const now = ground();
    if (now === undefined) return;
    const scanned = answerOf(now.syncthing.scan(folder, subsOf(targets)));
    const problem = problemOf(await within(clock, over.signal, GIVE_UP_MS, scanned));
    if (over.signal.aborted || problem === line.problem) return;
    line.problem = problem;
    log?.debug(
      { folder, problem },
      problem === undefined ? 'Syncthing scans again' : 'Syncthing was not nudged',
    );
  };

  const go = async (folder: string, line: Line) => {
    // whatever is told in one go is asked in one question
    await clock.turn();
    while (line.waiting.size > 0 && !over.signal.aborted) {
      const isPatient = [...line.waiting.values()].every(({ patient }) => patient);
      if (isPatient) await clock.sleep(PATIENCE_MS, line.hurry.signal);
      line.hurry = new AbortController();
      const targets = [...line.waiting.values()];
      line.waiting.clear();
      await ask(folder, line, targets);
    }
    line.going = undefined;
  };

  return {
    tell: (absolutePath) => {
      const carried = over.signal.aborted ? undefined : ground()?.carried;
      const target = carried && targetOf(absolutePath, layout, carried);
      if (!target) return;
      const line = lines.get(target.folder) ?? {
        waiting: new Map(),
        going: undefined,
        hurry: new AbortController(),
        problem: undefined,
      };
      lines.set(target.folder, line);
      line.waiting.set(target.sub, target);
      if (!target.patient) line.hurry.abort();
      line.going ??= go(target.folder, line);
    },
    settled: async (limitMs) => {
      for (const line of lines.values()) line.hurry.abort();
      const going = [...lines.values()].flatMap((line) => line.going ?? []);
      if (going.length === 0) return;
      await within(clock, over.signal, limitMs, Promise.all(going));
    },
    close: () => {
      over.abort();
      for (const line of lines.values()) line.hurry.abort();
    },
  };
}

/** Undefined when it is not there in time. No timer is left behind. */
async function within<T>(
  clock: Clock,
  over: AbortSignal,
  limitMs: number,
  work: Promise<T>,
): Promise<T | undefined> {
  const timer = new AbortController();
  const stop = () => timer.abort();
  over.addEventListener('abort', stop);
  try {
    const limit = clock.sleep(limitMs, timer.signal).then(() => undefined);
    return await Promise.race([work, limit]);
  } finally {
    stop();
    over.removeEventListener('abort', stop);
  }
}

function problemOf(answer: Answer<void> | undefined): string | undefined {
  if (answer === undefined) return 'no answer in time';
  return 'problem' in answer ? answer.problem : undefined;
}

function answerOf(scanned: Promise<Answer<void>>): Promise<Answer<void>> {
  return scanned.catch((error: unknown) => ({ problem: messageOf(error) }));
}
