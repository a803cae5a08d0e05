// Lists a directory tree as portable paths, leaving out the names that are never data.
import path from 'node:path';
import { isSealFile } from '../job/seal.ts';
import { isConflictCopy, isSkippedName } from '../job/skipped-names.ts';
import type { FileFacts, Files } from '../system/files.ts';

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

/** Every file below a directory; empty when the directory is not there. */
export function listTree(files: Files, dir: string): TreeListing {
  const listing: TreeListing = { files: [], emptyDirs: [], others: [], conflicts: [] };
  visit(files, dir, '', listing);
  return listing;
}

function visit(files: Files, dir: string, prefix: string, listing: TreeListing): void {
  const entries = files.list(dir) ?? [];
  if (entries.length === 0 && prefix) listing.emptyDirs.push(prefix.slice(0, -1));
  for (const { name, kind } of entries) {
    const relative = prefix + name;
    if (isConflictCopy(name)) listing.conflicts.push(relative);
    if (isSkippedName(name)) continue;
    if (kind === 'directory') visit(files, path.join(dir, name), `${relative}/`, listing);
    else addFile(files, path.join(dir, name), relative, listing);
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

/** The bytes of all files below a directory, those that are never data included. */
export function bytesBelow(files: Files, dir: string): number {
  return (files.list(dir) ?? []).reduce((sum, { name, kind }) => {
    const at = path.join(dir, name);
    return sum + (kind === 'directory' ? bytesBelow(files, at) : (files.facts(at)?.size ?? 0));
  }, 0);
}
