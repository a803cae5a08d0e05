// What may end a command before it ends by itself: its time, its output that fills the disk, or that nobody waits for it
// any more. Then all that it has started is ended with it.
import { fstatSync, ftruncateSync } from 'node:fs';
import { thisTree } from './this-tree.ts';

export type EndedBy = 'timeout' | 'output' | 'stop';

export interface Limits {
  timeoutMs: number;
  /** What it may add to its output, and the descriptor of that. */
  output?: { fd: number; maxBytes: number } | undefined;
  /** Ended so long after the signal fires. */
  stop?: { signal: AbortSignal; graceMs: number } | undefined;
}

export interface Limited {
  /** What ended it, where it was not itself. */
  endedBy(): EndedBy | undefined;
  /** The command is over; resolves when all below it is, where it was to be ended. */
  over(): Promise<void>;
}

/** How often the size of the output is looked at. */
const LOOK_MS = 500;

/** `unended` is called where it cannot be ended. */
export function limited(
  pid: number | undefined,
  mark: string,
  { timeoutMs, output, stop }: Limits,
  unended: (by: EndedBy) => void,
): Limited {
  if (pid !== undefined) thisTree.begun(pid);
  let by: EndedBy | undefined;
  let ending: Promise<void> | undefined;
  const end = (why: EndedBy) => {
    if (ending) return;
    by = why;
    ending = endTree(pid, mark).then((confirmed) => {
      if (!confirmed) unended(why);
    });
  };
  const timers = [setTimeout(() => end('timeout'), timeoutMs)];
  const cap = output && output.maxBytes + fstatSync(output.fd).size;
  const isOver = () => output !== undefined && cap !== undefined && fstatSync(output.fd).size > cap;
  const looking = output && setInterval(() => isOver() && end('output'), LOOK_MS);
  const stopping = () => void timers.push(setTimeout(() => end('stop'), stop?.graceMs));
  if (stop?.signal.aborted) stopping();
  else stop?.signal.addEventListener('abort', stopping, { once: true });
  return {
    endedBy: () => by,
    over: async () => {
      timers.forEach(clearTimeout);
      clearInterval(looking);
      stop?.signal.removeEventListener('abort', stopping);
      if (pid !== undefined) thisTree.over(pid);
      await ending;
      if (isOver() && output) ftruncateSync(output.fd, cap);
    },
  };
}

/** Ends what bears this mark, and what descends from this process. Answers whether nothing of it is left. */
export async function endTree(pid: number | undefined, mark: string): Promise<boolean> {
  try {
    const first = pid === undefined ? undefined : await thisTree.identify(pid);
    return (await thisTree.end({ mark, known: first ? [first] : [] })).confirmed;
  } catch {
    return false;
  }
}
