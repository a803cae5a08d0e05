// Follows the log of a running script, and its progress.json, for what it says of its progress; what its study says is
// put beneath that.
import path from 'node:path';
import { LOG_TAIL_LINES } from '../job/outcome.ts';
import { parseWith } from '../job/parsed.ts';
import type { Progress } from '../job/progress.ts';
import { afterLine, progressSchema } from '../job/progress.ts';
import type { Disk } from '../store/disk.ts';
import type { Files } from '../system/files.ts';
import { unreadableCode } from './unreadable-outputs.ts';

export interface Follower {
  /** The log that is followed: each attempt has its own. */
  logFile: string | undefined;
  offset: number;
  /** The beginning of a line whose end has not been written yet. */
  rest: string;
  /** What the script said, and what it did not say from its study. */
  progress: Progress;
  said: Progress;
  study: Progress;
  tail: string[];
  progressFile: string | undefined;
  /** How far it was when the rest of the log was too long to be read within a tick; to be followed from there. */
  behind: Follower | undefined;
}

export function newFollower(): Follower {
  const nothing = {
    logFile: undefined,
    offset: 0,
    rest: '',
    tail: [],
    progressFile: undefined,
    behind: undefined,
  };
  return { ...nothing, progress: {}, said: {}, study: {} };
}

/** What is read of a log in one piece, and in one look: a script that writes faster is followed later. */
const READ_BYTES = 1 << 20;
const LOOK_BYTES = 8 * READ_BYTES;
const LINE_MAX = 4096;

/** Nobody waits until more than this is searched for what a script that is over said of its progress. */
const CATCH_UP_BYTES = 1024 * READ_BYTES;

/** Reads what is new; of a log to which nothing is added any more its end. True when the progress moved. */
export function follow(
  files: Files,
  follower: Follower,
  { logFile, workDir, isOver = false }: { logFile: string; workDir: string; isOver?: boolean },
): boolean {
  const before = follower.progress;
  if (follower.logFile !== logFile) Object.assign(follower, newFollower(), { logFile });
  if (isOver) goToEnd(files, follower, logFile);
  for (const end = follower.offset + LOOK_BYTES; follower.offset < end; )
    if (!takeNext(files, follower, logFile)) break;
  takeProgressFile(files, follower, path.join(workDir, 'progress.json'));
  follower.progress = merged(follower);
  return follower.progress !== before;
}

/** Passes over what cannot be read within one look. */
function goToEnd(files: Files, follower: Follower, logFile: string): void {
  const start = (files.facts(logFile)?.size ?? 0) - LOOK_BYTES;
  if (start <= follower.offset) return;
  follower.behind ??= { ...follower };
  Object.assign(follower, { tail: [], ...lineAfter(files, logFile, start) });
}

/** Where the first line after a place in the log begins; the place itself where none does. */
function lineAfter(files: Files, logFile: string, offset: number) {
  const piece = files.readFrom(logFile, offset, READ_BYTES);
  return { offset: offset + (piece?.indexOf('\n') ?? -1) + 1, rest: '' };
}

/** Reads what was passed over: beside the ticks. The progress is what it would be had nothing been passed over. */
export async function catchUp({ files, clock }: Disk, follower: Follower, workDir: string): Promise<void> {
  const { behind, logFile } = follower;
  if (!behind || logFile === undefined) return;
  follower.behind = undefined; // what fails is not tried again: the rest of the results does not wait for it
  const start = follower.offset - CATCH_UP_BYTES;
  if (start > behind.offset) Object.assign(behind, lineAfter(files, logFile, start));
  while (takeNext(files, behind, logFile)) await clock.turn();
  takeProgressFile(files, behind, path.join(workDir, 'progress.json'));
  const { said, progressFile } = behind;
  Object.assign(follower, { said, progressFile });
  follower.progress = merged(follower);
}

/** False at the end. */
function takeNext(files: Files, follower: Follower, logFile: string): boolean {
  const facts = files.facts(logFile);
  if (!facts || (facts.kind === 'file' && facts.size === follower.offset)) return false;
  const piece = files.readFrom(logFile, follower.offset, READ_BYTES);
  if (!piece || piece.length === 0) return false;
  takePiece(follower, piece);
  return piece.length === READ_BYTES;
}

/** Takes what the study of the script says. */
export function takeStudy(follower: Follower, study: Progress): void {
  follower.study = study;
  follower.progress = merged(follower);
}

/** The script knows best, field by field. */
function merged({ progress, said, study }: Follower): Progress {
  const next = { ...study, ...said };
  return JSON.stringify(next) === JSON.stringify(progress) ? progress : next;
}

function takePiece(follower: Follower, piece: Buffer): void {
  follower.offset += piece.length;
  // cut at a line end, so that a character is never cut in two
  const lines = (follower.rest + piece.toString('latin1')).split(/\r?\n/);
  follower.rest = (lines.pop() ?? '').slice(-LINE_MAX);
  for (const raw of lines) takeLine(follower, Buffer.from(raw.slice(0, LINE_MAX), 'latin1').toString('utf8'));
}

function takeLine(follower: Follower, line: string): void {
  follower.said = afterLine(follower.said, line);
  follower.tail.push(line);
  if (follower.tail.length > LOG_TAIL_LINES) follower.tail.shift();
}

function takeProgressFile(files: Files, follower: Follower, file: string): void {
  const facts = files.facts(file);
  if (facts?.kind !== 'file' || facts.signature === follower.progressFile || facts.size > READ_BYTES) return;
  const bytes = readIfPossible(files, file);
  const parsed = bytes && parseWith(progressSchema, bytes);
  if (!parsed?.ok) return; // half written: the next look reads it whole
  follower.progressFile = facts.signature;
  follower.said = { ...follower.said, ...parsed.value };
}

/** Who keeps it from being read says nothing with it. */
function readIfPossible(files: Files, file: string): Buffer | undefined {
  try {
    return files.read(file);
  } catch (error) {
    if (unreadableCode(error) === undefined) throw error;
    return undefined;
  }
}

/** The last lines of the log, the unfinished one included. */
export function logTail(follower: Follower): string[] {
  const rest = Buffer.from(follower.rest, 'latin1').toString('utf8');
  return [...follower.tail, ...(rest ? [rest] : [])].slice(-LOG_TAIL_LINES);
}
