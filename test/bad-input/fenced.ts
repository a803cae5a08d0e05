// A whole queue in memory, with both daemons, in which every call that writes or deletes is held against a fence: the
// queue, the runner's own folder and its work root. Beyond it stand files that must stay as they are.
import path from 'node:path';
import type { View } from '../../src/job/view.ts';
import type { Problem } from '../../src/queue/problem.ts';
import { indexJobs, viewJob } from '../../src/store/find.ts';
import { findProblems } from '../../src/store/find-problems.ts';
import type { Files } from '../../src/system/files.ts';
import { makeOrder } from '../helpers/make-order.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { oneMachine } from '../runner/one-machine.ts';
import { everything } from '../store/two-disks.ts';

/** A sound job among all that is not. */
const GOOD = 'job-20260210-143022-good';
const WITHIN = ['queue', 'state', 'work'];
const BEYOND = ['outside', 'etc', 'home'];

function isWithin(base: string, file: string): boolean {
  const [top = ''] = path.relative(base, path.resolve(file)).split(path.sep);
  return WITHIN.includes(top);
}

/** The same files; what is written or deleted beyond the fence is noted. */
function fence(files: Files, base: string, breaches: string[]): Files {
  const held =
    <A extends unknown[], R>(call: string, work: (...args: A) => R, paths = 1) =>
    (...args: A): R => {
      for (const file of args.slice(0, paths) as string[])
        if (!isWithin(base, file)) breaches.push(`${call} ${file}`);
      return work(...args);
    };
  return {
    ...files,
    openNew: held('openNew', files.openNew),
    openAppend: held('openAppend', files.openAppend),
    makeDir: held('makeDir', files.makeDir),
    makeNewDir: held('makeNewDir', files.makeNewDir),
    rename: held('rename', files.rename, 2),
    removeFile: held('removeFile', files.removeFile),
    removeEmptyDir: held('removeEmptyDir', files.removeEmptyDir),
    removeTree: held('removeTree', files.removeTree),
  };
}

/** What no daemon may ever say: that something happened which nobody foresaw. */
export const ACCIDENT =
  /please report it|TypeError|RangeError|Maximum call stack|is not (a function|iterable|defined)|of undefined|of null|Invalid time value|circular/;

function changes(before: readonly string[], after: readonly string[]): string[] {
  const gone = before
    .filter((file) => !after.includes(file))
    .map((file) => `beyond the fence is gone: ${file}`);
  return [
    ...gone,
    ...after.filter((file) => !before.includes(file)).map((file) => `beyond the fence is new: ${file}`),
  ];
}

export type Fenced = Awaited<ReturnType<typeof fencedQueue>>;

/** In memory, or below a directory of another disk. */
export async function fencedQueue(on?: { disk: MemoryDisk; base: string }) {
  const base = on?.base ?? '/';
  const breaches: string[] = [];
  const machine = await oneMachine({ on, seenBy: (files) => fence(files, base, breaches) });
  const { disk, layout, lines } = machine;
  const dirs = BEYOND.map((name) => path.join(base, name));
  for (const dir of dirs) {
    disk.files.makeDir(path.join(dir, 'job'));
    disk.volume.writeFileSync(path.join(dir, 'job', 'job.json'), '{"mine":true}');
    disk.volume.writeFileSync(path.join(dir, 'SHA256SUMS'), 'mine');
  }
  const beyond = () => dirs.flatMap((dir) => Object.entries(everything(disk, dir, `${dir}/`)).map(String));
  const before = beyond();
  const index = () => indexJobs(disk.files, layout);
  return {
    ...machine,
    base,
    /** Writes a file, whatever was there. */
    write: (file: string, bytes: Buffer | string): void => {
      disk.files.makeDir(path.dirname(file));
      disk.volume.writeFileSync(file, bytes);
    },
    /** The sound job is brought home, and then there is time enough for everything to be told. */
    goesOn: async (more = 2): Promise<boolean> => {
      await makeOrder(disk, layout, { job_id: GOOD, fields: { priority: 'critical' } });
      const isHome = await machine.until(() => machine.archived(GOOD) !== undefined, { limit: 150 });
      for (let looks = 0; looks < more; looks++) {
        await machine.step();
        disk.clock.advance(31_000);
      }
      return isHome;
    },
    problems: (): Problem[] => findProblems(disk.files, layout, index()),
    view: (job: string): View => viewJob(disk.files, layout, index(), job),
    /** What was done or said that must not be; empty when all is well. */
    faults: (): string[] => [
      ...new Set(breaches),
      ...changes(before, beyond()),
      ...lines.map((line) => JSON.stringify(line)).filter((line) => ACCIDENT.test(line)),
    ],
  };
}
