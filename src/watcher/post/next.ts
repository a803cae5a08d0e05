// What the post-processing of a job does next, and how a run that ended is written down. Pure.
import type {
  EndedProcessor,
  PostJournal,
  RunningProcessor,
  TryingProcessor,
} from '../../store/post-journal.ts';
import { mergedFiles } from '../../store/post-made.ts';
import type { RunEnd } from '../../system/process/run.ts';
import type { Processor } from './choose.ts';

export type PostStep =
  /** `before`: how it went so far, when it failed before. */
  | { do: 'run'; processor: Processor; before: TryingProcessor | undefined; begun: number }
  /** It was cut off too often. */
  | { do: 'give-up'; processor: Processor; before: TryingProcessor | undefined; running: RunningProcessor }
  | { do: 'skip'; processor: Processor; because: string }
  | { do: 'wait'; untilMs: number }
  | { do: 'finish' };

export function nextStep(
  chosen: readonly Processor[],
  journal: PostJournal | undefined,
  nowMs: number,
): PostStep {
  const ended = new Map(journal?.processors.map((each) => [each.name, each]));
  const processor = journal?.status ? undefined : chosen.find(({ name }) => !ended.has(name));
  if (!processor) return { do: 'finish' };
  const stop = chosen.find((each) => each.stopOnFailure && ended.get(each.name)?.status === 'failed');
  if (stop) return { do: 'skip', processor, because: stop.name };
  const before = journal?.trying?.name === processor.name ? journal.trying : undefined;
  if (before && !isDue(before, nowMs)) return { do: 'wait', untilMs: Date.parse(before.next_try_at) };
  const running = journal?.running?.name === processor.name ? journal.running : undefined;
  if (running && running.begun >= BEGUN_MAX) return { do: 'give-up', processor, before, running };
  return { do: 'run', processor, before, begun: (running?.begun ?? 0) + 1 };
}

/** So often one try is begun. What is cut off each time may be what ends the watcher, or fills its disk. */
export const BEGUN_MAX = 5;

/** The journal while one runs. */
export function beforeRun(
  journal: PostJournal | undefined,
  { processor: { name }, begun }: Extract<PostStep, { do: 'run' }>,
  started_at: string,
): PostJournal {
  return { ...journal, processors: journal?.processors ?? [], running: { name, started_at, begun } };
}

/** The journal as if it had not been begun: it was stopped with the watcher, and that is no fault of its own. */
export function afterStop(journal: PostJournal): PostJournal {
  const { running: _, ...before } = journal;
  return before;
}

export function afterGivingUp(
  journal: PostJournal,
  { processor, before, running }: Extract<PostStep, { do: 'give-up' }>,
  at: string,
): PostJournal {
  const failed: EndedProcessor = {
    name: processor.name,
    command: [...processor.command],
    status: 'failed',
    exit_code: null,
    signal: null,
    timed_out: false,
    problem: `it was begun ${running.begun} times, and the watcher ended or could write nothing each time before it was over`,
    tries: (before?.tries ?? 0) + 1,
    started_at: before?.started_at ?? running.started_at,
    finished_at: at,
    files: [],
  };
  return { processors: [...journal.processors, failed] };
}

/** A clock that was set back must not make anybody wait longer than was meant. */
function isDue({ next_try_at, delay_s }: TryingProcessor, nowMs: number): boolean {
  const atMs = Date.parse(next_try_at);
  return nowMs >= atMs || nowMs < atMs - delay_s * 1000;
}

/** Doubling ends here. */
const BACKOFF_MAX_S = 3600;

export function delayAfter(tries: number, backoffS: number): number {
  return Math.max(backoffS, Math.min(BACKOFF_MAX_S, backoffS * 2 ** (tries - 1)));
}

/** A run that is over, with what it made. */
export interface Ran {
  end: RunEnd;
  startedAt: string;
  finishedMs: number;
  files: string[];
  left_out: string[];
}

/** How the journal goes on after a run: it completed, is tried again, or has failed for good. */
export function afterRun(
  journal: PostJournal | undefined,
  { processor, before }: Pick<Extract<PostStep, { do: 'run' }>, 'processor' | 'before'>,
  { end, startedAt, finishedMs, files, left_out }: Ran,
): PostJournal {
  const processors = journal?.processors ?? [];
  const { name } = processor;
  const tries = (before?.tries ?? 0) + 1;
  const started_at = before?.started_at ?? startedAt;
  const isCompleted = end.exit_code === 0 && end.problem === undefined;
  if (!isCompleted && tries < processor.tries) {
    const delay_s = delayAfter(tries, processor.backoffS);
    const next_try_at = new Date(finishedMs + delay_s * 1000).toISOString();
    return { processors, trying: { name, tries, ...end, started_at, next_try_at, delay_s } };
  }
  const ended: EndedProcessor = {
    name,
    command: [...processor.command],
    status: isCompleted ? 'completed' : 'failed',
    ...end,
    tries,
    started_at,
    finished_at: new Date(finishedMs).toISOString(),
    files,
    ...(left_out.length > 0 && { left_out }),
  };
  return { processors: [...processors, ended] };
}

export function afterSkip(
  journal: PostJournal | undefined,
  { processor, because }: Extract<PostStep, { do: 'skip' }>,
  at: string,
): PostJournal {
  const skipped: EndedProcessor = {
    name: processor.name,
    command: [...processor.command],
    status: 'skipped',
    exit_code: null,
    signal: null,
    timed_out: false,
    problem: `not run: ${because} failed`,
    tries: 0,
    started_at: at,
    finished_at: at,
    files: [],
  };
  return { processors: [...(journal?.processors ?? []), skipped] };
}

/** The result: of the whole, with the command that failed first, or else the last one, shown at the top. */
export function resultOf({ processors }: PostJournal): PostJournal {
  const failed = processors.find(({ status }) => status === 'failed');
  const shown = failed ?? processors.at(-1);
  return {
    status: failed ? 'failed' : 'completed',
    ...(shown && {
      command: shown.command,
      exit_code: shown.exit_code,
      signal: shown.signal,
      timed_out: shown.timed_out,
      ...(shown.problem !== undefined && { problem: shown.problem }),
    }),
    started_at: processors[0]?.started_at,
    finished_at: processors.at(-1)?.finished_at,
    processors,
    files: mergedFiles(processors),
  };
}
