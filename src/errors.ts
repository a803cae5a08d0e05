// The one error jobq throws on purpose, and the one table of exit codes, which is a contract.

/** What each exit code means; printed by `jobq --help` and shown in the README. */
export const EXIT_CODES = {
  ok: { exit: 0, meaning: 'done; for wait: every job completed' },
  internal: { exit: 1, meaning: 'an error jobq did not foresee: please report it' },
  usage: { exit: 2, meaning: 'the command line or a setting is wrong; nothing was changed' },
  'not-found': { exit: 3, meaning: 'no such job, study or file, or the name fits several jobs' },
  'invalid-job': { exit: 4, meaning: 'the study or order breaks a rule; nothing was submitted' },
  'job-failed': { exit: 5, meaning: 'a job failed' },
  'wait-timeout': { exit: 6, meaning: 'the time to wait ran out; the jobs go on' },
  'queue-unusable': { exit: 7, meaning: 'the queue folder, its marker or its disk cannot be used' },
  'job-cancelled': { exit: 8, meaning: 'a job was cancelled' },
  'job-lost': { exit: 9, meaning: 'a job is lost: its runner gives no sign of life' },
  conflict: {
    exit: 10,
    meaning:
      'refused: another daemon holds the queue, the key stands for other content, or the job has ended',
  },
} as const;

export type ErrorCode = Exclude<keyof typeof EXIT_CODES, 'ok'>;

export interface ErrorDetails {
  /** The file the error is about. */
  file?: string | undefined;
  /** The field in that file, such as `args[1]`. */
  field?: string | undefined;
  /** What to do next, as one sentence. */
  remedy: string;
  cause?: unknown;
}

/** An error a person or an agent can act on: it names what is wrong, where, and what to do. */
export class JobqError extends Error {
  readonly code: ErrorCode;
  readonly file: string | undefined;
  readonly field: string | undefined;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'JobqError';
    this.code = code;
    this.file = details.file;
    this.field = details.field;
    this.remedy = details.remedy;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code].exit;
  }

  /** The value `--json` prints. */
  toJSON(): object {
    const { code, message, file, field, remedy } = this;
    return { code, message, ...(file && { file }), ...(field && { field }), remedy };
  }
}

/** The code of a system error (`ENOENT`, `EBUSY`, …), if it is one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
