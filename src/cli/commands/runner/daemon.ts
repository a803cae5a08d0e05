// `jobq runner`: the daemon on the machine that runs the scripts.
import { EXIT_CODES, messageOf } from '../../../errors.ts';
import { isSkippedName } from '../../../job/skipped-names.ts';
import { isUnderWay } from '../../../queue/plan-runner.ts';
import type { Runner } from '../../../runner/runner.ts';
import { readOwner, writeOwner } from '../../../store/owner.ts';
import type { Context } from '../../context.ts';
import { openContext } from '../../context.ts';
import { daemonOptions, reopening, whileLocked } from '../../daemon.ts';
import { newDaemonMirror } from '../../daemon-mirror.ts';
import type { CliParts } from '../../parts.ts';
import type { PreparedRunner } from '../../prepare-runner.ts';
import { prepareRunner } from '../../prepare-runner.ts';
import { table } from '../../render/table.ts';
import { whileStoppable } from '../../stop-file.ts';
import type { VerbInput, VerbResult } from '../../verb.ts';

const afterStop = (goesOn: boolean) =>
  goesOn ? 'running scripts go on and are taken up at the next start' : 'no script runs';
const DRAINED = 'it was drained and nothing runs; started again it takes jobs again';

interface Options {
  once?: boolean;
  acceptLostLedger?: boolean;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const startedMs = parts.disk.clock.now();
  const mirror = newDaemonMirror(await openContext(parts, { queue: input.queue }));
  const { context } = mirror;
  const prepared = await prepareRunner(context, {
    acceptLostLedger: input.options.acceptLostLedger === true,
    device: mirror.ownDevice,
  });
  const { identity } = prepared;
  return whileLocked(context, context.layout.runnerLock(identity.id), `runner ${identity.id}`, async () => {
    await prepared.keepLog();
    return mirror.whileOpen(prepared.log, prepared.bell.ring, () =>
      input.options.once ? once(parts, prepared) : goOn(context, prepared, startedMs),
    );
  });
}

async function goOn(context: Context, prepared: PreparedRunner, startedMs: number): Promise<VerbResult> {
  const { daemon, at, identity, log, bell } = prepared;
  const { layout } = context;
  const watching = daemon.watch([layout.tree('outbox'), layout.tree('requests')], bell.ring, isSkippedName);
  daemon.launcher.keepReady?.(at.attemptsOfAll);
  log.info({ runner: identity.id, queue: layout.root, version: identity.version }, 'runner is up');
  prepared.follow(watching.follow);
  const { drained, goesOn } = await runOn(context, prepared, startedMs);
  await watching.close();
  const why = drained ? DRAINED : afterStop(goesOn);
  log.info({ runner: identity.id }, `runner has stopped; ${why}`);
  const value = { runner: identity.id, stopped: true, ...(drained && { drained }) };
  return { value, text: () => (drained ? `runner ${identity.id} has stopped; ${DRAINED}` : '') };
}

interface Ended {
  drained: boolean;
  /** A script runs on without the daemon. */
  goesOn: boolean;
}

/** Ticks until the daemon is told to stop, or is drained. */
async function runOn(context: Context, prepared: PreparedRunner, startedMs: number): Promise<Ended> {
  const { daemon, identity, log, bell } = prepared;
  const options = daemonOptions(context, log, bell, context.settings.runner.poll_interval_s);
  const drained = new AbortController();
  let runner: Runner | undefined;
  const ticking = reopening(async () => {
    runner = await prepared.open();
    return runner;
  });
  const onTick = () => {
    options.onTick?.();
    if (runner?.isDrained()) drained.abort();
  };
  await whileStoppable(context, { daemon: `runner-${identity.id}`, startedMs, log }, (stop) =>
    daemon.runLoop(ticking, { ...options, onTick, stop: AbortSignal.any([stop, drained.signal]) }),
  );
  if (drained.signal.aborted) await endDraining(context, prepared);
  else if (runner && context.settings.runner.on_stop === 'interrupt') await interruptRuns(prepared, runner);
  await sayStopped(prepared, runner);
  const goesOn = [...(runner?.ledger.jobs.values() ?? [])].some(isUnderWay);
  return { drained: drained.signal.aborted, goesOn };
}

/** A queue that is away now cannot be told; then silence says the rest, as after a kill. */
async function sayStopped({ log }: PreparedRunner, runner: Runner | undefined): Promise<void> {
  try {
    await runner?.tellStopped();
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'nobody could be told that the runner stops');
  }
}

/** Nothing runs any more: the wish is fulfilled, and the next start is an ordinary one. */
async function endDraining({ parts }: Context, { at }: PreparedRunner): Promise<void> {
  const { draining: _, ...wish } = readOwner(parts.disk.files, at);
  await writeOwner(parts.disk, at, wish);
}

/** Asks what runs to end, and goes on until it has; what follows is for on_interrupt to say, at the next start. */
async function interruptRuns({ daemon, bell }: PreparedRunner, runner: Runner): Promise<void> {
  runner.interrupt();
  await daemon.runUntilIdle(runner, bell, new AbortController().signal);
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
