// Asks a program of the system: a short command, run to its end, and what it printed. It knows none of these programs.
import { execa } from 'execa';

export interface Answer {
  /** Null when it could not be started or was ended. */
  exit_code: number | null;
  /** Standard output, without the last line feed. */
  output: string;
  /** Standard error, or why it could not be started. */
  complaint: string;
}

/** Runs a program by its name, without a shell. Nothing is thrown. */
export type Ask = (command: readonly string[]) => Promise<Answer>;

/** A system that takes longer than this to answer does not answer. */
const LIMIT_MS = 90_000;

export const systemAsk: Ask = async ([program = '', ...args]) => {
  const ended = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    timeout: LIMIT_MS,
    windowsHide: true,
    // words that are read again are those of no language
    env: { LC_ALL: 'C', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' },
  });
  const why = ended.stderr || (ended.exitCode === undefined ? (ended.shortMessage ?? '') : '');
  return { exit_code: ended.exitCode ?? null, output: ended.stdout, complaint: why };
};
