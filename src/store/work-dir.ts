// What is written beside a run: in the work directory which order it is a copy of, and a directory of its own, out of the
// script's way, for each attempt.
import path from 'node:path';
import * as z from 'zod/mini';
import { systemCode } from '../errors.ts';
import { moment } from '../job/fields.ts';
import type { Exit } from '../job/outcome.ts';
import { exitSchema, processSchema } from '../job/outcome.ts';
import { parseWith } from '../job/parsed.ts';
import { ATTEMPT_BYTES, STAGED_BYTES } from '../job/sizes.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';

/** Written into the copy before it gets its name: which order it is a whole copy of. */
export const STAGED = '.jobq-staged.json';
const stagedSchema = z.looseObject({
  order_seal_sha256: z.string(),
  /** The file facts right after the copy: a file that still has them was not touched by the script. */
  signatures: z.record(z.string(), z.string()),
  /** What the order's seal names. */
  inputs: z.array(z.object({ path: z.string(), sha256: z.string() })),
  /** The order's job.json, base64: the copy in the work directory is the script's to change. */
  job_json: z.string(),
  /** Files that stood in the order's directory without being named by its seal. */
  unsealed: z.array(z.string()),
  /** The attempt that this copy was made for. */
  attempt: z._default(z.number(), 1),
  /** Where the files are, when not in the work directory itself: `runner.work_path`. */
  files_dir: z.optional(z.string()),
});
export type Staged = z.infer<typeof stagedSchema>;

/** What the work directory is a whole copy of; undefined when it is none. */
export function readStaged(files: Files, workDir: string): Staged | undefined {
  return readJson(files, path.join(workDir, STAGED), stagedSchema, STAGED_BYTES);
}

/** The files of one attempt. */
export const ATTEMPT = {
  command: 'command.json',
  supervisor: 'supervisor.json',
  /** Which processes were seen to belong to it, for a later supervisor to end. */
  processes: 'processes.json',
  cancel: 'cancel.json',
  exit: 'exit.json',
  log: 'stdout.log',
  /** Room that is given back when the disk is full, so that a cancel or the end of the run can be written all the same. */
  reserve: 'reserve',
} as const;

/**
 * Held by the supervisor as long as it lives. It stands beside the directory of the attempt: whoever deletes that must
 * not make room for a second supervisor.
 */
export function attemptLock(attemptDir: string): string {
  const jobDir = path.dirname(attemptDir);
  return path.join(path.dirname(jobDir), `${path.basename(jobDir)}.${path.basename(attemptDir)}.lock`);
}

/** What the supervisor is to run. The defaults are for attempts that an older version began. */
export const commandSchema = z.looseObject({
  job_id: z.string(),
  attempt: z.number(),
  /** The program and its arguments, never given to a shell. */
  command: z.array(z.string()),
  cwd: z.string(),
  /** The work directory, where it is said what the files in `cwd` are a copy of. */
  work_dir: z.optional(z.string()),
  /** Set for the script on top of what it inherits. */
  env: z.record(z.string(), z.string()),
  /** Names of the supervisor's own variables that the script inherits; `*` stands for any letters. */
  env_inherit: z._default(z.array(z.string()), ['*']),
  path_prepend: z.array(z.string()),
  /** 0: no limit. Time in which the machine sleeps does not count. */
  timeout_s: z.number(),
  /** The same for time in which nothing moves. */
  stall_timeout_s: z._default(z.number(), 0),
  grace_s: z.number(),
  /** How long processes that the script leaves running may go on. */
  linger_s: z._default(z.number(), 0),
  /** Regular expressions, one line of the log at a time. */
  fail_patterns: z._default(z.array(z.string()), []),
  licence_patterns: z._default(z.array(z.string()), []),
  /** Patterns of paths of CSV files whose numbers must be finite. */
  finite_csv: z._default(z.array(z.string()), []),
  keep_awake: z._default(z.boolean(), false),
  /** The order's job.json, base64: nothing in the work directory is safe from the script. */
  order: z.optional(z.string()),
});
export type AttemptCommand = z.infer<typeof commandSchema>;

export function readCommand(files: Files, attemptDir: string): AttemptCommand | undefined {
  return readJson(files, path.join(attemptDir, ATTEMPT.command), commandSchema);
}

export function readExit(files: Files, attemptDir: string): Exit | undefined {
  return readJson(files, path.join(attemptDir, ATTEMPT.exit), exitSchema);
}

const attemptCancelSchema = z.looseObject({
  reason: z.optional(z.string()),
  grace_s: z.optional(z.number()),
  /** The run is only interrupted, by the owner or by the clock: what follows is on_interrupt's to say. */
  interrupt: z.optional(z.boolean()),
  /** Nobody asked: the supervisor wrote it because this limit was reached. */
  limit: z.optional(z.enum(['timeout', 'stall'])),
});
export type AttemptCancel = z.infer<typeof attemptCancelSchema>;

/** What the daemon (or the supervisor at a time-out) wrote to tell the script that it is to end. */
export function readAttemptCancel(files: Files, attemptDir: string): AttemptCancel | undefined {
  return readJson(files, path.join(attemptDir, ATTEMPT.cancel), attemptCancelSchema);
}

const supervisorSchema = z.looseObject({
  pid: z.number(),
  boot_id: z.string(),
  started_at: moment,
  /** How its processes are kept together, and why not better. */
  contained: z.optional(z.object({ by: z.string(), note: z.optional(z.string()) })),
  /** How the machine is kept from sleeping, or why not. */
  awake: z.optional(z.string()),
  /** Processes that could not be ended yet: the attempt is not over before they are gone. */
  unended: z.optional(z.array(processSchema)),
});
export type SupervisorSeen = z.infer<typeof supervisorSchema>;

export function readSupervisor(files: Files, attemptDir: string): SupervisorSeen | undefined {
  return readJson(files, path.join(attemptDir, ATTEMPT.supervisor), supervisorSchema);
}

const processesSchema = z.looseObject({
  /** Missing when it could not be started, or was gone at once. */
  script: z.optional(processSchema),
  /** What it started, as far as anybody looked. */
  seen: z.array(processSchema),
});
export type AttemptProcesses = z.infer<typeof processesSchema>;

export function readProcesses(files: Files, attemptDir: string): AttemptProcesses | undefined {
  return readJson(files, path.join(attemptDir, ATTEMPT.processes), processesSchema);
}

export function hasAttemptFile(files: Files, attemptDir: string, name: keyof typeof ATTEMPT): boolean {
  return files.facts(path.join(attemptDir, ATTEMPT[name])) !== undefined;
}

/** As much as a block of any disk, for the few hundred bytes of one more file. */
const RESERVE_BYTES = 65_536;

/** Sets room aside; without it a run that fills the disk could be neither cancelled nor ended. */
export async function reserveRoom(disk: Disk, attemptDir: string): Promise<void> {
  await writeWhole(disk, attemptDir, path.join(attemptDir, ATTEMPT.reserve), Buffer.alloc(RESERVE_BYTES, 1));
}

/** Writes a file of the attempt, with the room that was set aside when there is no other. */
export async function writeWithReserve(
  disk: Disk,
  attemptDir: string,
  name: 'cancel' | 'exit',
  value: object,
): Promise<void> {
  try {
    await writeAttemptFile(disk, attemptDir, name, value);
  } catch (error) {
    const reserve = path.join(attemptDir, ATTEMPT.reserve);
    if (systemCode(error) !== 'ENOSPC' || !disk.files.facts(reserve)) throw error;
    await disk.files.removeFile(reserve);
    await writeAttemptFile(disk, attemptDir, name, value);
  }
}

export async function writeAttemptFile(
  disk: Disk,
  attemptDir: string,
  name: keyof typeof ATTEMPT,
  value: object,
): Promise<void> {
  await writeWhole(disk, attemptDir, path.join(attemptDir, ATTEMPT[name]), jsonText(value));
}

/** What such a file says; undefined where it says nothing that can be understood. */
export function readJson<T>(
  files: Files,
  file: string,
  schema: z.ZodMiniType<T>,
  maxBytes = ATTEMPT_BYTES,
): T | undefined {
  const bytes = bytesOf(files, file, maxBytes);
  const parsed = bytes && parseWith(schema, bytes);
  return parsed?.ok ? parsed.value : undefined;
}

/** A link, or far too many bytes, is what a script may have put there: it says as little as half a file. */
function bytesOf(files: Files, file: string, maxBytes: number): Buffer | undefined {
  try {
    return files.readSmall(file, maxBytes);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ELOOP' || code === 'EFBIG') return undefined;
    throw error;
  }
}
