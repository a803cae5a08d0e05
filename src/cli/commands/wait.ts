// `jobq wait`: waits for jobs; the exit code tells how they ended.
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
  return {
    value: waited,
    exitCode: exitCodeOf(waited),
    text: (style) => [jobTable(style, waited.jobs), ENDS[waited.stopped]].filter(Boolean).join('\n'),
  };
}
