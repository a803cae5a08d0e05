// Asks the machine's Python for a copy of an SQLite file that a script may be writing, and for the study in it.
// When that is done, and what becomes of the copy, is not known here.
import path from 'node:path';
import { parseWith } from '../job/parsed.ts';
import type { DatabaseAnswer } from '../job/study.ts';
import { databaseAnswerSchema } from '../job/study.ts';
import { tempName, writeWhole } from '../store/disk.ts';
import type { Files } from '../system/files.ts';
import type { RunEnd } from '../system/process/run.ts';
import type { RunnerState } from './parts.ts';
import { STUDY_READER } from './study-reader.ts';

const MAGIC = 'SQLite format 3\0';

export function isDatabase(files: Files, file: string): boolean {
  return files.readFrom(file, 0, MAGIC.length)?.toString('latin1') === MAGIC;
}

export interface DatabaseTask {
  source: string;
  /** A directory of the attempt, for what is only needed meanwhile. */
  scratchDir: string;
  copy: boolean;
  study: boolean;
  /** What is larger is not copied. */
  largestBytes: number;
}

type Asking = Pick<RunnerState, 'disk' | 'run' | 'settings'>;

/** How long Python may wait for the locks of the script, and how long it may take in all. */
const WAIT_S = 20;
const LIMIT_MS = 30_000;

/** `take` gets the answer, and the copy where one was wanted; the copy is gone afterwards. Fails with the reason. */
export async function askDatabase(
  asking: Asking,
  task: DatabaseTask,
  take: (answer: DatabaseAnswer, copy: string) => Promise<void> | void,
): Promise<void> {
  const { files } = asking.disk;
  const scratch = tempName(asking.disk, task.scratchDir);
  try {
    await take(await answerOf(asking, task, scratch), scratch);
  } finally {
    for (const left of ['', '-wal', '-shm', '-journal', OUTPUT]) await files.removeFile(scratch + left);
  }
}

const OUTPUT = '.txt';

async function answerOf(asking: Asking, task: DatabaseTask, scratch: string): Promise<DatabaseAnswer> {
  const { disk, run, settings } = asking;
  const interpreter = settings.interpreters[settings.study_interpreter];
  if (!interpreter) throw new Error(`there is no interpreter ${settings.study_interpreter} in the settings`);
  const reader = await writeReader(asking, task.scratchDir);
  const outputFile = scratch + OUTPUT;
  const wishes = [task.copy ? 'copy' : 'read', task.study ? 'study' : '-'];
  const limits = [String(task.largestBytes), String(WAIT_S)];
  const program = [interpreter.path, ...interpreter.args_before_script, '-I', reader];
  const end = await run({
    command: [...program, task.source, scratch, ...wishes, ...limits],
    cwd: task.scratchDir,
    env: interpreter.env,
    path_prepend: interpreter.path_prepend,
    input: '',
    timeoutMs: LIMIT_MS,
    outputFile,
  });
  const output = (disk.files.readFrom(outputFile, 0, OUTPUT_MAX) ?? Buffer.alloc(0)).toString('utf8');
  return readAnswer(end, output);
}

const OUTPUT_MAX = 1 << 20;

/** A program in a file, not on the command line: what stands between us and Python need not take line ends there. */
async function writeReader({ disk }: Asking, dir: string): Promise<string> {
  const file = path.join(dir, 'study-reader.py');
  if (disk.files.read(file)?.toString('utf8') !== STUDY_READER)
    await writeWhole(disk, dir, file, STUDY_READER);
  return file;
}

function readAnswer(end: RunEnd, output: string): DatabaseAnswer {
  const lastLine = output.trimEnd().split(/\r?\n/).at(-1) ?? '';
  if (end.problem !== undefined) throw new Error(end.problem);
  if (end.timed_out) throw new Error(`Python took longer than ${LIMIT_MS / 1000} s`);
  const parsed = parseWith(databaseAnswerSchema, Buffer.from(lastLine));
  if (!parsed.ok || end.exit_code !== 0)
    throw new Error(`Python ended with ${end.signal ?? `exit code ${end.exit_code}`}: ${lastLine}`);
  if (parsed.value.problem !== undefined) throw new Error(parsed.value.problem);
  return parsed.value;
}
