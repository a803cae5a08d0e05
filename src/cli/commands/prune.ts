// `jobq prune`: frees space in the archive, or says what it would free.
import { EXIT_CODES, JobqError, messageOf } from '../../errors.ts';
import type { State } from '../../job/states.ts';
import type { PruneCase, Weight } from '../../store/prune.ts';
import { lookForPrune, NoteNotWritten, pruneJob, sum } from '../../store/prune.ts';
import type { Prunable } from '../../store/pruned.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import type { CliParts } from '../parts.ts';
import { pruneText } from '../render/prune-text.ts';
import { requireLinuxSide, whoAsks } from '../side.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  olderThan?: number;
  keep: 'inputs' | 'results' | 'none';
  state?: State;
  dryRun?: boolean;
  /** Also what was archived a moment ago. */
  yes?: boolean;
}

const DAY_MS = 86_400_000;

/** One archived job, as `--json` shows it. */
export interface PrunedJob {
  job_id: string;
  archived_as: string;
  archived_at: string;
  state: State | null;
  inputs: Weight | null;
  results: Weight | null;
}

export interface PruneValue {
  dry_run: boolean;
  older_than: string;
  files: number;
  bytes: number;
  jobs: PrunedJob[];
  kept: { job_id: string; archived_as: string; reason: string }[];
  failed: { job_id: string; archived_as: string; error: string }[];
}

const PARTS: Readonly<Record<Options['keep'], readonly Prunable[]>> = {
  inputs: ['results'],
  results: ['inputs'],
  none: ['inputs', 'results'],
};

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { olderThan, keep, state, dryRun = false, yes = false } = input.options;
  if (olderThan === undefined) {
    throw new JobqError('usage', 'say how old a job must be: nothing is removed by default', {
      field: '--older-than',
      remedy: 'give --older-than 90d, and --dry-run to see what it would free',
    });
  }
  if (olderThan < DAY_MS && !yes && !dryRun) {
    throw new JobqError(
      'usage',
      '--older-than is less than a day: that would take results nobody has seen yet',
      {
        field: '--older-than',
        remedy: 'give 1d or more; --yes means it as it is, --dry-run shows what it would free',
      },
    );
  }
  const context = await openContext(parts, input);
  requireLinuxSide(context);
  const beforeMs = parts.disk.clock.now() - olderThan;
  const wish = { beforeMs, parts: PARTS[keep], state };
  const { cases, holding } = lookForPrune(parts.disk.files, context.layout, wish);
  const value: PruneValue = {
    dry_run: dryRun,
    older_than: new Date(beforeMs).toISOString(),
    files: 0,
    bytes: 0,
    jobs: [],
    kept: [],
    failed: [],
  };
  const prune = dryRun
    ? (each: PruneCase) => Promise.resolve(each.held)
    : (each: PruneCase) => pruneJob(parts.disk, context.layout, each, { holding, by: whoAsks(context) });
  await each(context, cases, value, prune);
  Object.assign(
    value,
    sum(value.jobs.flatMap(({ inputs, results }) => [inputs ?? [], results ?? []].flat())),
  );
  return {
    value,
    exitCode: value.failed.length > 0 ? EXIT_CODES['queue-unusable'].exit : 0,
    text: (style) => pruneText(style, value),
  };
}

async function each(
  { parts }: Context,
  cases: readonly PruneCase[],
  value: PruneValue,
  prune: (each: PruneCase) => Promise<string | undefined>,
): Promise<void> {
  for (const found of cases) {
    if (parts.interrupt.aborted) return;
    const { job_id, archived_as, archived_at, state, weights } = found;
    try {
      const reason = found.held ?? (await prune(found));
      if (reason !== undefined) value.kept.push({ job_id, archived_as, reason });
      else {
        const { inputs = null, results = null } = weights;
        value.jobs.push({ job_id, archived_as, archived_at, state, inputs, results });
      }
    } catch (error) {
      value.failed.push({ job_id, archived_as, error: whyOf(error) });
      if (error instanceof NoteNotWritten) return;
    }
  }
}

function whyOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  return `${messageOf(error)}${cause}`;
}
