// Looks at a study before anything is copied and says everything that is wrong with it at once.
// It writes nothing, and knows nothing of orders.
import path from 'node:path';
import type { Files } from '../system/files.ts';
import type { Findings, StudyProblem } from './problems.ts';
import { problem } from './problems.ts';
import {
  checkArguments,
  checkEarlierResults,
  checkExpected,
  checkModel,
  checkReadme,
  checkScript,
  checkTexts,
  DEFAULT_SCRIPT,
} from './study-rules.ts';
import type { StudyFile, StudyTree } from './walk.ts';
import { isInside, walkStudy } from './walk.ts';

export interface PreflightOptions {
  maxPathLength: number;
  script?: string | undefined;
  /** Stands in for a README.md. */
  description?: string | undefined;
  args?: readonly string[] | undefined;
  resumeArgs?: readonly string[] | undefined;
  expect?: readonly string[] | undefined;
  allowAbsolutePaths?: boolean | undefined;
  followSymlinks?: boolean | undefined;
  /** The queue the study is meant for: its disk must have room, and it must not lie in the study. */
  queueRoot?: string | undefined;
  /** What must stay free on that disk. */
  freeSpaceMarginMb?: number | undefined;
}

export interface Preflight {
  /** What the order would hold, besides what submit writes itself. */
  files: StudyFile[];
  emptyDirs: string[];
  bytes: number;
  errors: StudyProblem[];
  warnings: StudyProblem[];
}

const NOTHING: StudyTree = { files: [], emptyDirs: [] };

export function preflight(files: Files, studyDir: string, options: PreflightOptions): Preflight {
  const found: Findings = { errors: [], warnings: [] };
  const tree = look(files, studyDir, options, found);
  const bytes = tree.files.reduce((sum, file) => sum + file.size, 0);
  if (tree.files.length > 0) {
    checkStudy(files, tree, options, found);
    checkSpace(files, bytes, options, found);
  }
  checkExpected(options.expect ?? [], found);
  checkArguments('args', options.args ?? [], found);
  checkArguments('resume_args', options.resumeArgs ?? [], found);
  return { ...tree, bytes, ...found };
}

/** The files of the study; none when the folder cannot be a study at all. */
function look(files: Files, studyDir: string, options: PreflightOptions, found: Findings): StudyTree {
  const root = files.realPath(studyDir);
  if (root === undefined || files.facts(root)?.kind !== 'directory') {
    found.errors.push(
      problem('study-missing', studyDir, root ? 'is not a folder' : 'there is no such folder'),
    );
    return NOTHING;
  }
  const queue = options.queueRoot && files.realPath(options.queueRoot);
  if (queue && (queue === root || isInside(root, queue))) {
    found.errors.push(problem('study-holds-queue', path.relative(root, queue) || '.', 'is the queue itself'));
    return NOTHING;
  }
  const { followSymlinks = false, maxPathLength } = options;
  const before = found.errors.length;
  const tree = walkStudy(files, root, { followSymlinks, maxPathLength }, found);
  const empty = tree.files.length === 0 && found.errors.length === before;
  if (empty) found.errors.push(problem('study-empty', '.', 'holds no file that could be sent'));
  return tree;
}

function checkStudy(files: Files, tree: StudyTree, options: PreflightOptions, found: Findings): void {
  checkScript(tree.files, options.script ?? DEFAULT_SCRIPT, found);
  checkReadme(tree.files, options.description, found);
  checkTexts(files, tree.files, options.allowAbsolutePaths ?? false, found);
  checkModel(tree.files, found);
  checkEarlierResults(tree.files, found);
}

const MB = 1_000_000;

function checkSpace(files: Files, bytes: number, options: PreflightOptions, found: Findings): void {
  const free = options.queueRoot === undefined ? undefined : files.freeBytes(options.queueRoot);
  const margin = (options.freeSpaceMarginMb ?? 0) * MB;
  if (free === undefined || bytes <= free - margin) return;
  const needed = `needs ${inMb(bytes)} MB, and ${inMb(margin)} MB must stay free`;
  found.errors.push(
    problem('free-space', '.', `${needed}, but the disk of the queue has only ${inMb(free)} MB left`),
  );
}

function inMb(bytes: number): string {
  return String(Math.ceil(bytes / MB));
}
