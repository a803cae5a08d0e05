// Lists a directory tree as portable paths, leaving out the names that are never data.
import path from 'node:path';
import { systemCode } from '../errors.ts';
import { isSealFile } from '../job/seal.ts';
import { isConflictCopy, isSkippedName } from '../job/skipped-names.ts';
import type { Entry, FileFacts, Files } from '../system/files.ts';
import { joinPortable } from './portable.ts';

export interface TreeFile {
  /** Relative, `/` between parts. */
  path: string;
  facts: FileFacts;
}

export interface TreeListing {
  files: TreeFile[];
  /** Directories that hold nothing at all, which only a list can carry over. */
  emptyDirs: string[];
  /** Symbolic links, junctions and devices: they are never part of a job. */
  others: string[];
  /** Copies that the mirror made of files both sides changed. */
  conflicts: string[];
}

/** A name below which there may be files that nobody can see from here. */
export interface Unseen {
  path: string;
  /** What the system said: EACCES, ENAMETOOLONG, … */
  code: string;
}

type Listing = TreeListing & { unseen: Unseen[] };

/** The same by names alone: no file is looked at. What cannot be looked into is an error. */
export function listNames(files: Files, dir: string): { files: string[]; conflicts: string[] } {
  const names: string[] = [];
  const conflicts: string[] = [];
  const below = (at: string, prefix: string): void => {
    for (const { name, kind } of files.list(at) ?? []) {
      const relative = prefix + name;
      if (isConflictCopy(name)) conflicts.push(relative);
      if (isSkippedName(name)) continue;
      if (kind === 'directory') below(at + path.sep + name, `${relative}/`);
      else if (kind === 'file') names.push(relative);
    }
  };
  below(dir, '');
  return { files: names, conflicts };
}

/** Every file below a directory; empty when the directory is not there. What cannot be looked at is an error. */
export function listTree(files: Files, dir: string): TreeListing {
  const { unseen, ...listing } = listWhatIsSeen(files, dir);
  const [first] = unseen;
  if (!first) return listing;
  const message = `${first.code}: ${joinPortable(dir, first.path)} cannot be looked at`;
  throw Object.assign(new Error(message), { code: first.code });
}

/** The same where a part of it cannot be looked at: of that only the names are known. */
export function listWhatIsSeen(files: Files, dir: string): Listing {
  const listing: Listing = { files: [], emptyDirs: [], others: [], conflicts: [], unseen: [] };
  visit(files, dir, '', listing, files.list(dir) ?? []);
  return listing;
}

function visit(files: Files, dir: string, prefix: string, listing: Listing, entries: readonly Entry[]): void {
  if (entries.length === 0 && prefix) listing.emptyDirs.push(prefix.slice(0, -1));
  for (const { name, kind } of entries) {
    const relative = prefix + name;
    if (isConflictCopy(name)) listing.conflicts.push(relative);
    if (isSkippedName(name)) continue;
    const at = dir + path.sep + name;
    const unseen = (code: string) => void listing.unseen.push({ path: relative, code });
    if (kind !== 'directory') seen(() => addFile(files, at, relative, listing), unseen);
    else {
      const below = seen(() => files.list(at) ?? [], unseen);
      if (below) visit(files, at, `${relative}/`, listing, below);
    }
  }
}

/** What a script, or the depth of a path, can keep a process from that may look at everything else. */
const UNSEEN = ['EACCES', 'EPERM', 'ENAMETOOLONG', 'ELOOP', 'EIO'];

function seen<T>(look: () => T, unseen: (code: string) => void): T | undefined {
  try {
    return look();
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined || !UNSEEN.includes(code)) throw error;
    unseen(code);
    return undefined;
  }
}

function addFile(files: Files, file: string, relative: string, listing: TreeListing): void {
  const facts = files.facts(file);
  if (!facts) return; // gone since the directory was read
  if (facts.kind === 'file') listing.files.push({ path: relative, facts });
  else listing.others.push(relative);
}

/** The files a seal of this directory would name. */
export function sealable(listing: TreeListing): TreeFile[] {
  return listing.files.filter((file) => !isSealFile(file.path));
}

/** Changes when any file of the listing changes. */
export function signatureOf(listing: TreeListing): string {
  return listing.files.map((file) => `${file.path}=${file.facts.signature}`).join('\n');
}

/** The bytes of all files below a directory, those that are never data included, as far as it can be looked at. */
export function bytesBelow(files: Files, dir: string): number {
  const entries =
    seen(
      () => files.list(dir),
      () => {},
    ) ?? [];
  return entries.reduce((sum, { name, kind }) => {
    const at = path.join(dir, name);
    return (
      sum +
      (kind === 'directory'
        ? bytesBelow(files, at)
        : (seen(
            () => files.facts(at)?.size,
            () => {},
          ) ?? 0))
    );
  }, 0);
}
