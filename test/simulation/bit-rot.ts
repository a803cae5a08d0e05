// Turns a bit of a copy in the archive that was verified: disks do that, too.
import { count } from './check/book.ts';
import type { Fault } from './fault-kinds.ts';
import type { World } from './world.ts';

const COLLECTED = /^(.+\/\.jobq-collected-[^/]+)$/;
const PROCESSED = /^(.+\/\.jobq-collected-[^/]+)\/post\/result\.json$/;

/** A bit of a copy that was verified turns, once it waits for its place. */
export function rot({ sides, book, timeline }: World, { early }: Extract<Fault, { kind: 'rot' }>): void {
  const { disk } = sides.linux;
  let isOver = false;
  const turnBit = (file: string) => {
    const bytes = disk.bytes(file);
    if (isOver || !bytes || bytes.length === 0) return;
    isOver = true;
    const rotten = Buffer.from(bytes);
    rotten[0] = (rotten[0] ?? 0) ^ 1;
    disk.put(file, rotten);
    count(book.seen, 'fault: a bit turned');
  };
  const { changed } = disk;
  disk.changed = (file) => {
    changed(file);
    const [, copy] = (early ? COLLECTED : PROCESSED).exec(file) ?? [];
    if (copy !== undefined && !isOver) timeline.after(0, () => turnBit(`${copy}/3_results/study.db`));
  };
}
