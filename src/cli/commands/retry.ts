// `jobq retry`: tries jobs again by hand, as new jobs.
import { JobqError } from '../../errors.ts';
import type { RetryResult } from '../../submit/retry.ts';
import { lookAtRetry, refusal, retryJob } from '../../submit/retry.ts';
import { openContext } from '../context.ts';
import { namedJobs } from '../jobs.ts';
import type { CliParts } from '../parts.ts';
import { requireLinuxSide, whoAsks } from '../side.ts';
import { whileTelling } from '../telling.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  arg?: string[];
  keepArgs?: boolean;
  runOn?: string;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { arg, keepArgs, runOn } = input.options;
  if (arg && keepArgs) {
    throw new JobqError('usage', '--arg and --keep-args say opposite things', {
      field: '--keep-args',
      remedy: 'give one of them: --arg replaces all arguments of the old job, --keep-args keeps them',
    });
  }
  const context = await openContext(parts, input);
  requireLinuxSide(context);
  const { layout, settings } = context;
  const requests = namedJobs(context, input.args).map((jobId) => ({
    jobId,
    createdBy: settings.queue.created_by,
    askedBy: whoAsks(context),
    args: arg,
    runOn,
    freeSpaceMarginMb: settings.queue.free_space_margin_mb,
  }));
  const reasons = requests.flatMap((request) => {
    const seen = lookAtRetry(parts.disk, layout, request);
    return seen.is === 'refused' ? [seen.reason] : [];
  });
  if (reasons.length > 0) throw refusal(reasons);
  const retries = await whileTelling(context, async (telling) => {
    const each: RetryResult[] = [];
    for (const request of requests) each.push(await retryJob(telling.parts.disk, layout, request));
    return each;
  });
  if (!input.json) parts.out.stderr(retries.map(noteOf).join(''));
  return { value: { retries }, text: () => retries.map(({ retried_as }) => retried_as).join('\n') };
}

function noteOf({ job_id, retried_as, existing }: RetryResult): string {
  return existing ? `jobq: ${job_id} is tried again as ${retried_as} already: nothing was made\n` : '';
}
