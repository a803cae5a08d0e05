// What the log and the outputs of a script that ended say against its success.
import { messageOf } from '../../errors.ts';
import type { Exit } from '../../job/outcome.ts';
import { firstNotFinite } from './finite-csv.ts';
import { searchLog } from './log-search.ts';
import type { Run } from './run.ts';

export interface Findings {
  findings?: NonNullable<Exit['findings']>;
  /** What could not be looked for, and why. */
  troubles: string[];
}

export async function lookForFindings(
  { parts, command, logFile }: Run,
  exitCode: number | null,
): Promise<Findings> {
  const search = (patterns: readonly string[]) => searchLog(parts.disk, parts.findLine, logFile, patterns);
  const fail = await search(command.fail_patterns);
  // a program that went on without a licence in the end has said so, too
  const hasFailed = exitCode !== 0 || fail.line !== undefined;
  const licence = hasFailed ? await search(command.licence_patterns) : { troubles: [] };
  const not_finite = await firstNotFinite(parts.disk, command.cwd, command.finite_csv).catch(
    (error: unknown) => `its CSV files cannot be looked at (${messageOf(error)})`,
  );
  const findings = {
    ...(fail.line !== undefined && { fail: fail.line }),
    ...('line' in licence && { licence: licence.line }),
    ...(not_finite !== undefined && { not_finite }),
  };
  const troubles = [...fail.troubles, ...licence.troubles];
  return Object.keys(findings).length > 0 ? { findings, troubles } : { troubles };
}
