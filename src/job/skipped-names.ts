// The names that are never part of a job: what the mirror, the desktop and jobq itself leave in a folder.
// It knows names only; whether a file is there is for others to see.

const EXACT = new Set(['.stfolder', '.stignore', '.stversions', '.ds_store', 'thumbs.db', 'desktop.ini']);
const PREFIXES = ['.syncthing.', '~syncthing~', '.jobq-'];
const CONFLICT_MARK = '.sync-conflict-';

/** The marker file each mirrored tree carries: `{queue_id, schema_version}`. */
export const MARKER = '.jobq-queue';

/** Is this one path part a name that is skipped everywhere (never data, never a job)? */
export function isSkippedName(name: string): boolean {
  const lower = name.toLowerCase();
  return EXACT.has(lower) || PREFIXES.some((p) => lower.startsWith(p)) || isConflictCopy(name);
}

/** Is this a copy that Syncthing made because both sides changed a file? Skipped as data, reported as a problem. */
export function isConflictCopy(name: string): boolean {
  return name.toLowerCase().includes(CONFLICT_MARK);
}

/**
 * The lines of a `.stignore` that keeps these names out of the mirror but lets the marker through.
 * Conflict copies are left out on purpose: hiding them would hide data.
 */
export const IGNORE_PATTERNS: readonly string[] = [
  `!${MARKER}`,
  '(?d).jobq-*',
  '(?d).DS_Store',
  '(?d)Thumbs.db',
  '(?d)desktop.ini',
];
