// Walks a study folder: which files and empty directories an order of it holds, and every name that cannot travel.
// It reads no file's content.
import path from 'node:path';
import { systemCode } from '../errors.ts';
import { caseClashes, foldCase, partProblem } from '../job/portable-path.ts';
import { JOB_JSON, SEAL, SEAL_SIGNATURE } from '../job/seal.ts';
import { isConflictCopy, isSkippedName } from '../job/skipped-names.ts';
import type { FileFacts, FileKind, Files } from '../system/files.ts';
import type { Findings } from './problems.ts';
import { problem } from './problems.ts';

/** One file that goes into the order. */
export interface StudyFile {
  /** Relative, `/` between parts: its path in the order. */
  path: string;
  /** Where it is read; a followed link's target. */
  source: string;
  size: number;
  /** Changes when the file changes. */
  signature: string;
}

export interface StudyTree {
  files: StudyFile[];
  /** Directories of which nothing else would tell that they exist. */
  emptyDirs: string[];
}

export interface WalkOptions {
  followSymlinks: boolean;
  maxPathLength: number;
}

/** What tools leave behind: never wanted, and not worth a warning at every submission. */
const DEBRIS = new Set(['__pycache__', '.git']);
/** What submit itself puts at the top of an order, in whatever case: a study cannot bring its own. */
const OWN_NAMES = new Map<string, { rule: 'job-json' | 'left-out'; message: string }>([
  [foldCase(JOB_JSON), { rule: 'job-json', message: 'is left out: the order gets a new one' }],
  [foldCase(SEAL), { rule: 'left-out', message: 'is left out: the seal of an earlier order' }],
  [foldCase(SEAL_SIGNATURE), { rule: 'left-out', message: 'is left out: the signature of an earlier seal' }],
]);

interface Walk {
  files: Files;
  root: string;
  options: WalkOptions;
  found: Findings;
  tree: StudyTree;
}

interface Place {
  /** A real path, as every link on the way here was resolved. */
  dir: string;
  /** `''` or a path that ends in a slash. */
  prefix: string;
  /** The real paths of the directories that lead here: a link to one of them is a loop. */
  trail: readonly string[];
}

/** Lists the study at `root`, a path without links. */
export function walkStudy(files: Files, root: string, options: WalkOptions, found: Findings): StudyTree {
  const walk: Walk = { files, root, options, found, tree: { files: [], emptyDirs: [] } };
  visit(walk, { dir: root, prefix: '', trail: [root] });
  return walk.tree;
}

function visit(walk: Walk, place: Place): void {
  const { files, found, tree } = walk;
  const entries = guarded(walk, place.prefix.slice(0, -1) || '.', () => files.list(place.dir)) ?? [];
  const kept = entries.filter(({ name }) => isKept(place.prefix, name, found));
  for (const clash of caseClashes(kept.map(({ name }) => name))) {
    const [first = '', ...others] = clash.map((name) => place.prefix + name);
    found.errors.push(problem('case-clash', first, `differs only in case from ${others.join(' and ')}`));
  }
  if (kept.length === 0 && place.prefix) tree.emptyDirs.push(checkedPath(walk, place.prefix.slice(0, -1)));
  for (const { name } of kept) {
    const broken = partProblem(name);
    if (broken) found.errors.push(problem('name', place.prefix + name, broken));
    visitEntry(walk, place, name);
  }
}

/** Does this name belong to the order? Says so where it does not. */
function isKept(prefix: string, name: string, found: Findings): boolean {
  const relative = prefix + name;
  if (DEBRIS.has(name)) return false;
  if (isConflictCopy(name)) {
    found.errors.push(
      problem('conflict-copy', relative, 'is a copy that the mirror made of a file both sides changed'),
    );
    return false;
  }
  if (isSkippedName(name)) {
    found.warnings.push(problem('left-out', relative, 'is left out: a name that is never mirrored'));
    return false;
  }
  const own = prefix === '' ? OWN_NAMES.get(foldCase(name)) : undefined;
  if (own) found.warnings.push(problem(own.rule, relative, own.message));
  return !own;
}

function visitEntry(walk: Walk, place: Place, name: string): void {
  const relative = place.prefix + name;
  const target = guarded(walk, relative, () => targetOf(walk, place, name));
  if (!target) return;
  if (target.kind === 'directory') {
    const trail = [...place.trail, target.source];
    visit(walk, { dir: target.source, prefix: `${relative}/`, trail });
    return;
  }
  const { source, facts } = target;
  // opening shows now, and not after half an hour of copying, that it may not be read
  const readable = guarded(walk, relative, () => {
    walk.files.openRead(source).close();
    return true;
  });
  if (!readable) return;
  walk.tree.files.push({
    path: checkedPath(walk, relative),
    source,
    size: facts.size,
    signature: facts.signature,
  });
}

type Target = { kind: Exclude<FileKind, 'other'>; source: string; facts: FileFacts };

/** What a name stands for; undefined, and a problem, when it cannot be sent. */
function targetOf(walk: Walk, place: Place, name: string): Target | undefined {
  const source = path.join(place.dir, name);
  const facts = walk.files.facts(source);
  if (!facts) {
    walk.found.errors.push(
      problem('unreadable', place.prefix + name, 'cannot be found under the name it is listed by'),
    );
    return undefined;
  }
  if (facts.kind !== 'other') return { kind: facts.kind, source, facts };
  const refused = refusal(walk, place, name, source);
  if ('target' in refused) return refused.target;
  walk.found.errors.push(problem(refused.rule, place.prefix + name, refused.message));
  return undefined;
}

type Refusal = { rule: 'symlink' | 'special-file'; message: string };

function refusal(walk: Walk, place: Place, name: string, link: string): Refusal | { target: Target } {
  const refuse = (message: string): Refusal => ({ rule: 'symlink', message });
  const real = realPathOf(walk.files, link);
  if (real === path.join(place.dir, name)) {
    return { rule: 'special-file', message: 'is no regular file (a pipe, a socket or a device)' };
  }
  if (!walk.options.followSymlinks) return refuse('is a symbolic link');
  if (real === undefined) return refuse('is a symbolic link that leads nowhere or to itself');
  if (real !== walk.root && !isInside(walk.root, real))
    return refuse(`is a symbolic link out of the study, to ${real}`);
  if (place.trail.includes(real)) return refuse('is a symbolic link to a folder it is in: a loop');
  const facts = walk.files.facts(real);
  if (!facts || facts.kind === 'other')
    return { rule: 'special-file', message: 'is a link to no regular file' };
  return { target: { kind: facts.kind, source: real, facts } };
}

/** The real path of a link; undefined when it leads nowhere or in a circle. */
function realPathOf(files: Files, link: string): string | undefined {
  try {
    return files.realPath(link);
  } catch (error) {
    if (systemCode(error) === 'ELOOP') return undefined;
    throw error;
  }
}

export function isInside(dir: string, file: string): boolean {
  const relative = path.relative(dir, file);
  return (
    relative !== '' &&
    relative !== '..' &&
    !relative.startsWith(`..${path.sep}`) &&
    !path.isAbsolute(relative)
  );
}

function checkedPath({ found, options }: Walk, relative: string): string {
  if (relative.length > options.maxPathLength) {
    const message = `has a path of ${relative.length} characters, over ${options.maxPathLength}`;
    found.errors.push(problem('path-length', relative, message));
  }
  return relative;
}

/** Does the work, or notes that the system refused it. */
function guarded<T>({ found }: Walk, relative: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    found.errors.push(problem('unreadable', relative, `cannot be read (${code})`));
    return undefined;
  }
}
