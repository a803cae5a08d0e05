// All checks, in the order in which they are told. A further group is one more file and one more line here.
import { JobqError } from '../../errors.ts';
import type { ServiceRole } from '../../service/service.ts';
import type { Context } from '../context.ts';
import type { DaemonName } from '../stop.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';
import { judgeLeftovers, lookAtLeftovers } from './leftovers.ts';
import { judgeMachine, lookAtMachine } from './machine.ts';
import { checkMessages } from './messages.ts';
import { deviceNames, judgeMirror, lookForMirror } from './mirror.ts';
import { judgeRoom, judgeRunnerPlaces, judgeWritable, lookAtPlace, lookAtRunnerPlaces } from './places.ts';
import { judgeProgram, judgeRunnerPrograms, lookAtPostProcessors, lookAtRunnerPrograms } from './programs.ts';
import { judgeQueue, lookAtQueue } from './queue.ts';
import type { RunnersFacts } from './runners.ts';
import { judgeRunners, lookAtRunners } from './runners.ts';
import { judgeService, lookAtService } from './service.ts';

export interface Sides {
  runner: boolean;
  watcher: boolean;
}

export async function checkAll(context: Context, sides: Sides): Promise<Finding[]> {
  const runners = await lookAtRunners(context, sides);
  const mirror = await lookForMirror(context);
  const roles = (['runner', 'watcher'] as const).filter((role) => sides[role]);
  return [
    ...judgeMachine(await lookAtMachine(context.parts, sides.runner, context.settings.runner.keep_awake)),
    ...judgeQueue(lookAtQueue(context)),
    ...(mirror ? judgeMirror(mirror) : []),
    ...(sides.runner ? await checkRunner(context) : []),
    ...(sides.watcher ? await checkWatcher(context) : []),
    ...(sides.watcher ? checkMessages(context, runners.runs.watcher === true) : []),
    ...(await checkLog(context)),
    ...(await checkServices(context, roles)),
    ...judgeRunners(runners),
    ...judgeLeftovers(await lookAtLeftovers(context, stoppedOf(runners), deviceNames(mirror))),
  ];
}

async function checkRunner(context: Context): Promise<Finding[]> {
  const places = await lookAtRunnerPlaces(context);
  const about =
    places instanceof JobqError
      ? [newCheck('work directory', 'scripts run there').problem(places.message, places.remedy)]
      : judgeRunnerPlaces(places);
  return [...about, ...judgeRunnerPrograms(lookAtRunnerPrograms(context))];
}

async function checkWatcher(context: Context): Promise<Finding[]> {
  const { parts, layout, settings } = context;
  const archive = await lookAtPlace(parts.disk.files, layout.archive);
  const why = 'a result that cannot be archived stays on the runner';
  return [
    judgeWritable('archive', why, archive, 'make the folder writable for the user of the watcher'),
    judgeRoom('room for results', archive, settings.queue.free_space_margin_mb, why),
    ...lookAtPostProcessors(context).map((post) =>
      judgeProgram(
        post.name === 'post_command' ? 'post-processor' : `post-processor ${post.name}`,
        'results are archived without it, marked as failed',
        post,
      ),
    ),
  ];
}

async function checkLog({ parts, settings }: Context): Promise<Finding[]> {
  if (settings.log.dir === undefined) return [];
  const place = await lookAtPlace(parts.disk.files, settings.log.dir);
  const finding = judgeWritable('log', 'it tells what happened in the night', place, 'set log.dir');
  // a daemon works without it
  return [finding.level === 'problem' ? { ...finding, level: 'warning' } : finding];
}

async function checkServices(context: Context, roles: readonly ServiceRole[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const role of roles) findings.push(...judgeService(role, await lookAtService(context, role)));
  return findings;
}

function stoppedOf({ runs, ownId }: RunnersFacts): DaemonName[] {
  return [
    ...(runs.runner === false ? [{ role: 'runner', id: ownId } as const] : []),
    ...(runs.watcher === false ? [{ role: 'watcher' } as const] : []),
  ];
}
