// A model of Syncthing between one tree here and the same tree there, in steps as small as what was measured:
// files one by one in any order, a temporary name first, a moment of absence while a file is replaced, directories
// early, deletions last and one by one.
import path from 'node:path';
import type { Files } from '../../src/system/files.ts';
import type { Random } from './random.ts';

export interface Mirror {
  /** Does one small step of one file. False when both sides are equal. */
  step(): Promise<boolean>;
}

const TEMP_PREFIX = '.syncthing.';

interface Seen {
  files: Map<string, string>;
  dirs: string[];
  temps: string[];
}

function look(files: Files, root: string): Seen {
  const seen: Seen = { files: new Map(), dirs: [], temps: [] };
  visit(files, root, '', seen);
  return seen;
}

function visit(files: Files, root: string, relative: string, seen: Seen): void {
  for (const { name, kind } of files.list(path.join(root, relative)) ?? []) {
    const at = relative ? `${relative}/${name}` : name;
    if (name.startsWith(TEMP_PREFIX)) seen.temps.push(at);
    if (name.startsWith('.')) continue;
    if (kind === 'directory') {
      seen.dirs.push(at);
      visit(files, root, at, seen);
    } else seen.files.set(at, (files.read(path.join(root, at)) ?? Buffer.alloc(0)).toString('latin1'));
  }
}

function tempOf(file: string): string {
  return path.posix.join(path.posix.dirname(file), `${TEMP_PREFIX}${path.posix.basename(file)}.tmp`);
}

type Step = () => Promise<void> | void;

/** The steps with which one receiver can come closer to what the sender has. */
function receiver(to: Files, root: string) {
  const at = (file: string) => path.join(root, file);
  const write = async (file: string, text: string) => {
    await to.removeFile(at(file));
    const out = to.openNew(at(file));
    out.write(Buffer.from(text, 'latin1'));
    out.close();
  };
  const deliver = (file: string, text: string, there: Seen): Step => {
    const temp = tempOf(file);
    const dir = path.posix.dirname(file);
    if (dir !== '.' && !there.dirs.includes(dir)) return () => to.makeDir(at(dir));
    const ready = there.temps.includes(temp) && to.read(at(temp))?.toString('latin1') === text;
    if (!ready) return () => write(temp, text);
    // Syncthing deletes the old file, then renames: for a moment there is none
    return there.files.has(file) ? () => to.removeFile(at(file)) : () => to.rename(at(temp), at(file));
  };
  const remove =
    (file: string): Step =>
    () =>
      to.removeFile(at(file));
  return { at, deliver, remove };
}

function stepsToward(here: Seen, there: Seen, { deliver, remove }: ReturnType<typeof receiver>): Step[] {
  const wanted = [...here.files].filter(([file, text]) => there.files.get(file) !== text);
  const temps = new Set([...here.files.keys()].map(tempOf));
  return [
    ...wanted.map(([file, text]) => deliver(file, text, there)),
    ...[...there.files.keys()].filter((file) => !here.files.has(file)).map(remove),
    ...there.temps.filter((temp) => !temps.has(temp)).map(remove),
  ];
}

export function mirrorOf(from: Files, fromRoot: string, to: Files, toRoot: string, random: Random): Mirror {
  const receive = receiver(to, toRoot);
  return {
    step: async () => {
      const here = look(from, fromRoot);
      const there = look(to, toRoot);
      const made = here.dirs.filter((dir) => !there.dirs.includes(dir));
      const steps = [
        ...made.map(
          (dir): Step =>
            () =>
              to.makeDir(receive.at(dir)),
        ),
        ...stepsToward(here, there, receive),
      ];
      if (steps.length > 0) {
        await random.pick(steps)();
        return true;
      }
      const [gone] = there.dirs.filter((dir) => !here.dirs.includes(dir)).reverse();
      if (gone === undefined) return false;
      to.removeEmptyDir(receive.at(gone));
      return true;
    },
  };
}
