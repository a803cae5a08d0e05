// The index of a queue, made again where it may be out of date: a job whose results were in no place when it was looked at
// may have moved into the archive since. It is not made again as long as the archive is as it was.
import type { JobIndex } from '../store/find.ts';
import { indexJobs } from '../store/find.ts';
import { asTheyAre } from '../store/seen-once.ts';
import type { Context } from './context.ts';

/** A directory that changed as lately as this may change again and bear the same time. */
const SETTLED_MS = 100;

interface Made {
  index: Pick<JobIndex, 'open' | 'archived'>;
  /** Of the archive, before it was listed; undefined when that was too fresh to tell anything. */
  signature: string | undefined;
}

const made = new WeakMap<JobIndex, Made>();

/** What is to be asked before the index is made. */
export function archiveNow({ parts, layout }: Context): string | undefined {
  const { files, clock } = parts.disk;
  const facts = asTheyAre(files).facts(layout.archive);
  return facts && clock.now() - facts.mtimeMs > SETTLED_MS ? facts.signature : undefined;
}

export function noteIndex(index: JobIndex, signature: string | undefined): JobIndex {
  made.set(index, { index, signature });
  return index;
}

/** The jobs as they are now; undefined when nothing can have been archived since this index was made. */
export function laterIndex(context: Context, index: JobIndex): JobIndex | undefined {
  const last = made.get(index);
  const signature = archiveNow(context);
  if (last?.signature !== undefined && last.signature === signature)
    return last.index === index ? undefined : { ...index, ...last.index };
  const { disk } = context.parts;
  const later = indexJobs(asTheyAre(disk.files), context.layout);
  made.set(index, { index: later, signature });
  return { ...index, ...later };
}
