// For how long the runner waits for what a run left and nobody can read: another program may hold it for a while, and
// what nobody will ever read must not keep the rest from being published. What is published is not known here.
import { systemCode } from '../errors.ts';
import type { Disk } from '../store/disk.ts';
import { hashFile } from '../store/disk.ts';

/** By path: since when, by the monotonic clock, it has not been possible to read it. */
export type Unreadable = Map<string, number>;

/** How long it is waited for. */
export const PATIENCE_MS = 600_000;

/** No time makes a name shorter. */
const AT_ONCE = ['ENAMETOOLONG', 'ELOOP'];
/** What the system says of a file that is there and not for us. UNKNOWN: an antivirus program keeps it, on Windows. */
const NOT_FOR_US = [...AT_ONCE, 'EACCES', 'EPERM', 'EBUSY', 'EIO', 'UNKNOWN'];

/** The code of an error that says that something there cannot be read; undefined for any other error. */
export function unreadableCode(error: unknown): string | undefined {
  const code = systemCode(error);
  return code !== undefined && NOT_FOR_US.includes(code) ? code : undefined;
}

/** Has it been waited for long enough? Notes since when it is. */
export function isGivenUp(unreadable: Unreadable, path: string, code: string, nowMs: number): boolean {
  const sinceMs = unreadable.get(path) ?? nowMs;
  unreadable.set(path, sinceMs);
  return AT_ONCE.includes(code) || nowMs - sinceMs >= PATIENCE_MS;
}

/** Why a file could not be copied, if that is because of the file and not of the place it was copied to. */
export async function whyNotCopied(disk: Disk, file: string, error: unknown): Promise<string | undefined> {
  const code = unreadableCode(error);
  if (code === undefined || code === 'ENAMETOOLONG') return code; // too long here, or in the record
  try {
    disk.files.openRead(file).close();
    if (code === 'EIO') await hashFile(disk, file);
    return undefined;
  } catch (cause) {
    return unreadableCode(cause);
  }
}

/** Notes which files cannot be opened now, so that all are waited for at the same time and not one after another. */
export function noteUnreadable(
  { files, clock }: Disk,
  unreadable: Unreadable,
  paths: readonly string[],
): void {
  for (const file of paths) {
    try {
      files.openRead(file).close();
      unreadable.delete(file);
    } catch (error) {
      const code = unreadableCode(error);
      if (code !== undefined) isGivenUp(unreadable, file, code, clock.monotonic());
    }
  }
}
