// `jobq run`: a person runs one order by hand, now, with the same record, heartbeat and seal as the daemon would give it.
import path from 'node:path';
import { EXIT_CODES, JobqError } from '../../errors.ts';
import { isFinal } from '../../job/states.ts';
import { indexJobs, resolveJob, viewJob } from '../../store/find.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { whileLocked } from '../daemon.ts';
import type { CliParts } from '../parts.ts';
import { prepareRunner } from '../prepare-runner.ts';
import { card } from '../render/card.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  const context = await openContext(parts, { queue: input.queue });
  const { files } = parts.disk;
  const { layout } = context;
  const named = input.args[0] ?? '';
  const index = indexJobs(files, layout);
  const isOrderDir = path.dirname(path.resolve(parts.environment.cwd, named)) === layout.tree('outbox');
  const jobId = isOrderDir ? path.basename(named) : resolveJob(index, named);
  const prepared = await prepareRunner(context, jobId);
  return whileLocked(context, prepared.at.lock, `runner ${prepared.identity.id}`, async () => {
    const runner = await prepared.open();
    if (runner.ledger.jobs.has(jobId)) throw ranAlready(jobId);
    await prepared.daemon.runUntilIdle(runner, prepared.bell, parts.interrupt);
    if (!runner.ledger.jobs.get(jobId)?.outcome) throw notRun(context, jobId);
    const view = viewJob(files, layout, indexJobs(files, layout), jobId);
    const exitCode =
      view.state === 'completed'
        ? 0
        : EXIT_CODES[view.state === 'cancelled' ? 'job-cancelled' : 'job-failed'].exit;
    return { value: view, exitCode, text: (style) => card(style, view) };
  });
}

function ranAlready(jobId: string): JobqError {
  return new JobqError('conflict', `${jobId} was run by this runner already`, {
    remedy: '`jobq status` shows how it ended; submit the study again to run it again',
  });
}

function notRun({ parts, layout }: Context, jobId: string): JobqError {
  const view = viewJob(parts.disk.files, layout, indexJobs(parts.disk.files, layout), jobId);
  const why = isFinal(view.state)
    ? `it has ended: ${view.state}`
    : `it waits for ${view.waiting_for ?? 'its order'}`;
  return new JobqError('invalid-job', `${jobId} was not run: ${why}`, {
    file: layout.order(jobId),
    remedy:
      'an order runs once it is sealed, whole and meant for this runner: `jobq seal` seals one made by hand',
  });
}
