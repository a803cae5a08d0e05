// `jobq wait`: waits for jobs; the exit code tells how they ended.

import type { View } from '../../job/view.ts';
import { openContext } from '../context.ts';
import { namedJobs } from '../jobs.ts';
import type { CliParts } from '../parts.ts';
import { jobTable } from '../render/job-table.ts';
import type { VerbInput, VerbResult } from '../verb.ts';
import type { Until } from '../waiting.ts';
import { exitCodeOf, waitForJobs } from '../waiting.ts';

interface Options {
  until: Until;
  timeout?: number;
}

const ENDS = {
  reached: '',
  'timed-out': 'the time to wait ran out; the jobs go on',
  interrupted: 'interrupted; the jobs go on',
};

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = await openContext(parts, input);
  const { until, timeout } = input.options;
  const waited = await waitForJobs(context, namedJobs(context, input.args), { until, timeoutS: timeout });
  if (!input.json) parts.out.stderr(waited.jobs.map(retryNote).join(''));
  return {
    value: waited,
    exitCode: exitCodeOf(waited),
    text: (style) => [jobTable(style, waited.jobs), ENDS[waited.stopped]].filter(Boolean).join('\n'),
  };
}

/** Who waited for a job that is tried again may want to wait for that. */
function retryNote({ job_id, state, retried_as, retry_at }: View): string {
  if (retried_as === null || (state !== 'failed' && state !== 'lost')) return '';
  const when = retry_at === null ? '' : ` (${retry_at})`;
  return `jobq: ${job_id} is tried again as ${retried_as}${when}: \`jobq wait ${retried_as}\` waits for that\n`;
}
