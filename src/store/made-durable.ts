// Makes what a script wrote durable before its end is: scripts sync nothing, and an end that a power cut leaves says that
// its results are there. What is published of it is not known here.
import path from 'node:path';
import { systemCode } from '../errors.ts';
import type { Disk } from './disk.ts';
import { joinPortable } from './portable.ts';
import { listWhatIsSeen } from './tree.ts';
import type { AttemptCommand } from './work-dir.ts';
import { ATTEMPT, readStaged } from './work-dir.ts';

/**
 * Syncs the log and the files that are not as they were copied, with their directories. Never fails: what cannot be synced
 * is named in the answer, and the outcome is written all the same.
 */
export async function makeDurable(
  disk: Disk,
  attemptDir: string,
  { cwd, work_dir = cwd }: Pick<AttemptCommand, 'cwd' | 'work_dir'>,
): Promise<string | undefined> {
  const failed: string[] = [];
  const surely = async (name: string, work: () => void | Promise<void>) => {
    try {
      await work();
    } catch (error) {
      failed.push(`${name} (${systemCode(error) ?? 'error'})`);
    }
  };
  const { files } = disk;
  const log = path.join(attemptDir, ATTEMPT.log);
  await surely(ATTEMPT.log, () => (files.facts(log) ? files.syncFile(log) : undefined));
  await surely('the work directory', async () => {
    const changed = changedFiles(disk, cwd, work_dir);
    for (const name of changed) await surely(name, () => files.syncFile(joinPortable(cwd, name)));
    for (const dir of directoriesOf(changed))
      await surely(dir, () => files.syncDir(dir ? joinPortable(cwd, dir) : cwd));
  });
  const [first] = failed;
  const others = failed.length > 1 ? ` and ${failed.length - 1} more` : '';
  return first && `a power cut may take ${first}${others}`;
}

function changedFiles({ files }: Disk, cwd: string, workDir: string): string[] {
  const untouched = readStaged(files, workDir)?.signatures ?? {};
  return listWhatIsSeen(files, cwd)
    .files.filter(({ path: name, facts }) => untouched[name] !== facts.signature)
    .map(({ path: name }) => name);
}

/** Every directory that may have got one of these names, deepest first; the top is ''. */
function directoriesOf(names: readonly string[]): string[] {
  const all = new Set(names.length > 0 ? [''] : []);
  for (const name of names)
    for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1))
      all.add(name.slice(0, slash));
  return [...all].sort((a, b) => b.length - a.length);
}
