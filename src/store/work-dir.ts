// The work directory of a job: a verified copy of the order outside the queue, and one directory for each attempt.
import path from 'node:path';
import * as z from 'zod/mini';
import { moment } from '../job/fields.ts';
import type { Exit } from '../job/outcome.ts';
import { exitSchema } from '../job/outcome.ts';
import { parseWith } from '../job/parsed.ts';
import { JOB_JSON } from '../job/seal.ts';
import type { SealedOrder } from '../queue/order-facts.ts';
import type { Files } from '../system/files.ts';
import { copySealed } from './copy-sealed.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { RunnerLayout } from './layout.ts';
import { joinPortable } from './portable.ts';

/** Written into the copy before it gets its name: which order it is a whole copy of. */
const STAGED = '.jobq-staged.json';
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
});
export type Staged = z.infer<typeof stagedSchema>;

/** What the work directory is a whole copy of; undefined when it is none. */
export function readStaged(files: Files, workDir: string): Staged | undefined {
  return readJson(files, path.join(workDir, STAGED), stagedSchema);
}

/**
 * Copies a sealed order to its work directory, checking every digest. Answers the first breach in words, and leaves no
 * work directory then. What stood under the name before is never deleted, only moved aside.
 */
export async function stageOrder(
  disk: Disk,
  at: RunnerLayout,
  jobId: string,
  orderDir: string,
  facts: SealedOrder,
): Promise<string | undefined> {
  const { files } = disk;
  const copy = path.join(at.staging, `${jobId}-${files.uniqueName()}`);
  const emptyDirs = facts.arrived.expected?.empty_dirs;
  const breach = await copySealed(disk, orderDir, copy, facts.entries, emptyDirs).catch(async (error) => {
    await files.removeTree(copy);
    throw error;
  });
  const fault = breach ?? wrongNumbers(files, copy, facts);
  if (fault) {
    await files.removeTree(copy);
    return fault;
  }
  await writeWhole(disk, copy, path.join(copy, STAGED), jsonText(stagedOf(files, copy, facts)));
  const target = at.workDir(jobId);
  if (files.facts(target)) await files.rename(target, `${target}.old-${files.uniqueName()}`);
  await files.rename(copy, target);
  files.syncDir(at.work);
  return undefined;
}

/** Every digest fits, and still job.json says other numbers. Looked at in the copy, which nothing changes any more. */
function wrongNumbers(files: Files, copy: string, facts: SealedOrder): string | undefined {
  const { expected } = facts.arrived;
  const payload = facts.entries.filter((entry) => entry.path !== JOB_JSON);
  const bytes = payload.reduce(
    (sum, { path: file }) => sum + (files.facts(joinPortable(copy, file))?.size ?? 0),
    0,
  );
  if (!expected || (expected.files === payload.length && expected.bytes === bytes)) return undefined;
  const says = `says ${expected.files} files, ${expected.bytes} bytes`;
  return `job.json, inputs: ${says}, but SHA256SUMS names ${payload.length} files, ${bytes} bytes`;
}

function stagedOf(files: Files, copy: string, facts: SealedOrder): Staged {
  const signatures = facts.entries.map(
    ({ path: file }) => [file, files.facts(joinPortable(copy, file))?.signature ?? ''] as const,
  );
  return {
    order_seal_sha256: facts.sha256,
    job_json: (files.read(path.join(copy, JOB_JSON)) ?? Buffer.alloc(0)).toString('base64'),
    signatures: Object.fromEntries(signatures),
    inputs: facts.entries,
    unsealed: facts.unsealed,
  };
}

/** Removes what interrupted copies left behind; only while no copy is being made. */
export async function clearStaging(files: Files, at: RunnerLayout): Promise<void> {
  await files.removeTree(at.staging);
}

/** The files of one attempt. */
export const ATTEMPT = {
  command: 'command.json',
  supervisor: 'supervisor.json',
  cancel: 'cancel.json',
  exit: 'exit.json',
  log: 'stdout.log',
  /** Held by the supervisor as long as it lives. */
  lock: 'supervisor.lock',
} as const;

/** What the supervisor is to run. */
export const commandSchema = z.looseObject({
  job_id: z.string(),
  attempt: z.number(),
  /** The program and its arguments, never given to a shell. */
  command: z.array(z.string()),
  cwd: z.string(),
  /** Set for the script on top of the runner's own environment. */
  env: z.record(z.string(), z.string()),
  path_prepend: z.array(z.string()),
  /** 0: no limit. */
  timeout_s: z.number(),
  grace_s: z.number(),
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
});

/** What the daemon (or the supervisor at a time-out) wrote to tell the script that it is to end. */
export function readAttemptCancel(files: Files, attemptDir: string) {
  return readJson(files, path.join(attemptDir, ATTEMPT.cancel), attemptCancelSchema);
}

const supervisorSchema = z.looseObject({ pid: z.number(), boot_id: z.string(), started_at: moment });

export function readSupervisor(files: Files, attemptDir: string) {
  return readJson(files, path.join(attemptDir, ATTEMPT.supervisor), supervisorSchema);
}

export function hasAttemptFile(files: Files, attemptDir: string, name: keyof typeof ATTEMPT): boolean {
  return files.facts(path.join(attemptDir, ATTEMPT[name])) !== undefined;
}

export async function writeAttemptFile(
  disk: Disk,
  attemptDir: string,
  name: keyof typeof ATTEMPT,
  value: object,
): Promise<void> {
  await writeWhole(disk, attemptDir, path.join(attemptDir, ATTEMPT[name]), jsonText(value));
}

function readJson<T>(files: Files, file: string, schema: z.ZodMiniType<T>): T | undefined {
  const bytes = files.read(file);
  const parsed = bytes && parseWith(schema, bytes);
  return parsed?.ok ? parsed.value : undefined;
}
