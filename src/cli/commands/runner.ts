// `jobq runner`: the daemon on the machine that runs the scripts.

import { EXIT_CODES } from '../../errors.ts';
import { openContext } from '../context.ts';
import { daemonOptions, whileLocked } from '../daemon.ts';
import type { CliParts } from '../parts.ts';
import type { PreparedRunner } from '../prepare-runner.ts';
import { prepareRunner } from '../prepare-runner.ts';
import { table } from '../render/table.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  once?: boolean;
  acceptLostLedger?: boolean;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = await openContext(parts, { queue: input.queue });
  const prepared = await prepareRunner(context, {
    acceptLostLedger: input.options.acceptLostLedger === true,
  });
  const { daemon, identity } = prepared;
  return whileLocked(context, context.layout.runnerLock(identity.id), `runner ${identity.id}`, async () => {
    if (input.options.once) return once(parts, prepared);
    const options = daemonOptions(
      context,
      prepared.log,
      prepared.bell,
      context.settings.runner.poll_interval_s,
    );
    const watching = daemon.watch(
      [context.layout.tree('outbox'), context.layout.tree('requests')],
      prepared.bell.ring,
    );
    prepared.log.info(
      { runner: identity.id, queue: context.layout.root, version: identity.version },
      'runner is up',
    );
    await daemon.runLoop(prepared.reopening(), options);
    await watching.close();
    prepared.log.info(
      { runner: identity.id },
      'runner has stopped; running scripts go on and are taken up at the next start',
    );
    return { value: { runner: identity.id, stopped: true }, text: () => '' };
  });
}

async function once(parts: CliParts, prepared: PreparedRunner): Promise<VerbResult> {
  const runner = await prepared.open();
  const before = new Map(runner.ledger.jobs);
  await prepared.daemon.runUntilIdle(runner, prepared.bell, parts.interrupt);
  const ended = [...runner.ledger.jobs].flatMap(([job_id, { outcome }]) =>
    outcome && !before.get(job_id)?.outcome
      ? [{ job_id, outcome: outcome.kind, message: outcome.message }]
      : [],
  );
  return {
    value: { runner: prepared.identity.id, ended, failed: prepared.failures },
    exitCode: prepared.failures.length > 0 ? EXIT_CODES['queue-unusable'].exit : 0,
    text: (style) =>
      ended.length === 0
        ? 'nothing to run'
        : table(
            style,
            ['job', 'outcome', 'message'],
            ended.map((job) => [job.job_id, job.outcome, job.message]),
          ),
  };
}
