// Giving a finished directory its name by one rename that only one process can win.
import type { Files } from '../system/files.ts';

/**
 * Renames a directory that is not empty to a name that nobody has. False when somebody has it. Both looks are needed:
 * a rename replaces an empty directory, and between look and rename another process may be faster.
 */
export async function takeName(files: Files, from: string, to: string): Promise<boolean> {
  if (files.facts(to)) return false;
  try {
    await files.rename(from, to);
    return true;
  } catch (error) {
    if (files.facts(to) && files.facts(from)) return false;
    throw error;
  }
}
