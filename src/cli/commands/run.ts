// `jobq run`: a person runs one order by hand, now, with the same record, heartbeat and seal as the daemon would give it.
import { EXIT_CODES, JobqError } from '../../errors.ts';
import { isFinal } from '../../job/states.ts';
import type { View } from '../../job/view.ts';
import { isUnderWay } from '../../queue/plan-runner.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { whileLocked } from '../daemon.ts';
import { indexOf, namedOrder, viewIn } from '../jobs.ts';
import type { CliParts } from '../parts.ts';
import { prepareRunner } from '../prepare-runner.ts';
import { card } from '../render/card.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  const context = await openContext(parts, { queue: input.queue });
  const jobId = namedOrder(context, input.args[0] ?? '');
  const prepared = await prepareRunner(context, { only: jobId });
  return whileLocked(
    context,
    context.layout.runnerLock(prepared.identity.id),
    `runner ${prepared.identity.id}`,
    async () => {
      const runner = await prepared.open();
      const known = runner.ledger.jobs.get(jobId);
      if (known && !isUnderWay(known)) throw ranAlready(jobId);
      await prepared.daemon.runUntilIdle(runner, prepared.bell, parts.interrupt);
      const after = runner.ledger.jobs.get(jobId);
      const view = viewIn(context, indexOf(context), jobId);
      if (isUnderWay(after)) throw stillRuns(jobId);
      if (!after?.outcome) throw notRun(context, view);
      return { value: view, exitCode: exitOf(view), text: (style) => card(style, view) };
    },
  );
}

function exitOf(view: View): number {
  if (view.state === 'completed') return EXIT_CODES.ok.exit;
  return EXIT_CODES[view.state === 'cancelled' ? 'job-cancelled' : 'job-failed'].exit;
}

function ranAlready(jobId: string): JobqError {
  return new JobqError('conflict', `${jobId} was run by this runner already`, {
    remedy: '`jobq status` shows how it ended; submit the study again to run it again',
  });
}

function stillRuns(jobId: string): JobqError {
  return new JobqError('wait-timeout', `stopped waiting for ${jobId}: its script goes on`, {
    remedy: 'give the same command again, or start `jobq runner`, to take it up; `jobq cancel` ends it',
  });
}

function notRun({ layout }: Context, view: View): JobqError {
  const why = isFinal(view.state)
    ? `it has ended: ${view.state}`
    : `it waits for ${view.waiting_for ?? 'its order'}`;
  return new JobqError('invalid-job', `${view.job_id} was not run: ${why}`, {
    file: layout.order(view.job_id),
    remedy:
      'an order runs once it is sealed, whole and meant for this runner: `jobq seal` seals one made by hand',
  });
}
