// What was freed in the archive, or would be: a line a job, the sum, and what was left alone and why.
import type { PruneValue } from '../commands/prune.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { bytesText, countText, momentText, stateText } from './words.ts';

/** Reasons are told of so many jobs; `--json` tells all. */
const KEPT_SHOWN = 10;

export function pruneText(style: Style, value: PruneValue): string {
  const { dry_run, jobs, kept, failed, bytes, files } = value;
  const { colors } = style;
  const rows = jobs.map((job) => [
    job.job_id,
    job.state === null ? '' : stateText(colors, job.state),
    momentText(job.archived_at).slice(0, 16),
    job.inputs ? bytesText(job.inputs.bytes) : '',
    job.results ? bytesText(job.results.bytes) : '',
  ]);
  const freed = `${bytesText(bytes)} in ${countText(files, 'file')} of ${countText(jobs.length, 'archived job')}`;
  const end = dry_run ? `would free ${freed}; nothing was removed` : `freed ${freed}`;
  return [
    ...(rows.length > 0 ? [table(style, ['job', 'state', 'archived (UTC)', 'inputs', 'results'], rows)] : []),
    ...kept.slice(0, KEPT_SHOWN).map(({ job_id, reason }) => `${colors.yellow('left')} ${job_id}: ${reason}`),
    ...(kept.length > KEPT_SHOWN ? [`and ${kept.length - KEPT_SHOWN} more were left; --json tells why`] : []),
    ...failed.map(({ job_id, error }) => `${colors.red('failed')} ${job_id}: ${error}`),
    jobs.length === 0 && failed.length === 0 ? `nothing to free before ${momentText(value.older_than)}` : end,
  ].join('\n');
}
