// Tells the script by the file that JOBQ_CANCEL_FILE names. It lies in the work directory, within the script's reach;
// what the supervisor itself goes by does not.
import path from 'node:path';
import { jsonText, writeWhole } from '../../store/disk.ts';
import { ATTEMPT, readAttemptCancel } from '../../store/work-dir.ts';
import type { Run } from './run.ts';

/** A work directory that is full or gone does not keep the run from being ended. */
export async function tellScript({ parts, dir, command }: Run): Promise<void> {
  const { disk } = parts;
  const file = command.env['JOBQ_CANCEL_FILE'];
  if (file === undefined || file === path.join(dir, ATTEMPT.cancel)) return;
  const told = readAttemptCancel(disk.files, dir) ?? {};
  try {
    await writeWhole(disk, path.dirname(file), file, jsonText(told));
  } catch {
    makeEmpty(disk.files, file);
  }
}

/** A file without content needs no room: that it is there is what scripts look for. */
function makeEmpty(files: Run['parts']['disk']['files'], file: string): void {
  try {
    files.openNew(file).close();
  } catch {
    // it is there already, or cannot be made: the signal and the end of the grace are left
  }
}
