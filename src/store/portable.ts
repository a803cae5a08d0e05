// From the portable paths of the wire to this machine's paths.
import path from 'node:path';

/** Joins a portable path (`/` between parts) to a directory of this machine. */
export function joinPortable(dir: string, portable: string): string {
  return path.join(dir, ...portable.split('/'));
}
