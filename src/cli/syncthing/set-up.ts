// Setting up over a real Syncthing: how things are, read together, and a plan carried out and looked at again.
import path from 'node:path';
import { JobqError } from '../../errors.ts';
import { applySteps } from '../../link/setup/apply.ts';
import { linesOf } from '../../link/setup/ignore-lines.ts';
import type { SetupFacts, SetupPlan } from '../../link/setup/plan.ts';
import { planSetup } from '../../link/setup/plan.ts';
import type { QueueTree, Side } from '../../link/setup/wanted.ts';
import { writeWhole } from '../../store/disk.ts';
import { IGNORE_FILE } from '../../store/init.ts';
import type { Context } from '../context.ts';
import type { Mirror } from './open.ts';
import { answered } from './open.ts';
import { queueTrees } from './trees.ts';

export interface Asked {
  context: Context;
  mirror: Mirror;
  role: Side;
  queueId: string;
  peer: string | undefined;
}

export async function readFacts({ context, mirror, role, queueId, peer }: Asked): Promise<SetupFacts> {
  const { syncthing } = mirror;
  const { version, myId } = await answered(mirror, syncthing.system());
  const [config, folder, device] = await Promise.all([
    answered(mirror, syncthing.config()),
    answered(mirror, syncthing.defaults('folder')),
    answered(mirror, syncthing.defaults('device')),
  ]);
  const trees = queueTrees(context.layout);
  const { files } = context.parts.disk;
  return {
    queueId,
    side: role,
    trees,
    version,
    ownId: myId,
    peer,
    config,
    carried: mirror.carriedBy(config.folders),
    ignores: Object.fromEntries(
      trees.map(({ tree, dir }) => [
        tree,
        linesOf(files.read(path.join(dir, IGNORE_FILE))?.toString() ?? ''),
      ]),
    ),
    defaults: { folder, device },
  };
}

/** Throws unless everything is as it was to become: what has been done so far stays, and is not done again. */
export async function apply(asked: Asked, { steps }: SetupPlan): Promise<void> {
  const { context, mirror } = asked;
  const { disk } = context.parts;
  const write = ({ dir }: QueueTree, lines: readonly string[]) =>
    writeWhole(disk, context.layout.staging, path.join(dir, IGNORE_FILE), `${lines.join('\n')}\n`);
  const { refused } = await applySteps(mirror.syncthing, steps, write);
  if (refused) {
    const [change] = refused.step.changes;
    throw new JobqError('queue-unusable', `Syncthing did not take ${change?.what}: ${refused.problem}`, {
      remedy: 'what stands before it is done; mend what it says and give the command again',
    });
  }
  const [left] = planSetup(await readFacts(asked)).steps;
  if (!left) return;
  const [change] = left.changes;
  throw new JobqError('queue-unusable', `Syncthing did not keep ${change?.field} of ${change?.what}`, {
    remedy: 'look whether another program changes its configuration, then give the command again',
  });
}
