// Files that are of no use one without the other are made durable together: a disk that is asked for all of them at once
// does it in little more time than for one.
import type { Files, OpenFile } from '../system/files.ts';
import type { Disk } from './disk.ts';

/** A large file is asked for at once, while the next one is written. */
const LARGE_BYTES = 1 << 18;
/** So many at a time: each is open meanwhile. */
const MOST = 32;

export interface Together {
  /** The same disk, on which no new file is durable before `durable` has resolved. */
  disk: Disk;
  durable(): Promise<void>;
}

export function durableTogether({ files, clock }: Disk): Together {
  const waiting = new Set<string>();
  const gathering = Object.create(files) as Files;
  gathering.openNew = (file) => gathered(files.openNew(file), () => void waiting.add(file));
  return {
    disk: { files: gathering, clock },
    durable: async () => {
      const all = [...waiting];
      for (let at = 0; at < all.length; at += MOST)
        await allOver(all.slice(at, at + MOST).map((file) => files.syncFile(file)));
      waiting.clear();
    },
  };
}

/** Nothing is left under way when it fails. */
async function allOver(works: readonly Promise<void>[]): Promise<void> {
  for (const work of await Promise.allSettled(works)) if (work.status === 'rejected') throw work.reason;
}

function gathered(open: OpenFile, wait: () => void): OpenFile {
  let bytes = 0;
  return {
    read: (buffer) => open.read(buffer),
    write: (piece) => {
      open.write(piece);
      bytes += piece.length;
    },
    sync: () => (bytes > LARGE_BYTES ? open.sync() : Promise.resolve(wait())),
    close: () => open.close(),
  };
}
