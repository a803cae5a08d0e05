// Setting up over a real Syncthing: how things are, read together, and a plan carried out and looked at again.
import path from 'node:path';
import { JobqError, messageOf } from '../../errors.ts';
import { applySteps } from '../../link/setup/apply.ts';
import { linesOf } from '../../link/setup/ignore-lines.ts';
import type { SetupFacts, SetupPlan } from '../../link/setup/plan.ts';
import { planSetup } from '../../link/setup/plan.ts';
import type { QueueTree, Side } from '../../link/setup/wanted.ts';
import { writeWhole } from '../../store/disk.ts';
import { IGNORE_FILE } from '../../store/init.ts';
import type { Files } from '../../system/files.ts';
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
      trees.map(({ tree, dir }) => [tree, ignoredIn(files, path.join(dir, IGNORE_FILE))]),
    ),
    defaults: { folder, device },
  };
}

function ignoredIn(files: Files, file: string): string[] {
  try {
    const bytes = files.read(file);
    if (bytes || !files.facts(file)) return linesOf(bytes?.toString() ?? '');
  } catch (error) {
    throw unusable(file, 'read', error);
  }
  throw unusable(file, 'read', new Error('it is no file'));
}

function unusable(file: string, act: 'read' | 'written', error: unknown): JobqError {
  const remedy = 'make it an ordinary file that this account may read and write, then give the command again';
  return new JobqError('queue-unusable', `it cannot be ${act}: ${messageOf(error)}`, { file, remedy });
}

/** Throws unless everything is as it was to become: what has been done so far stays, and is not done again. */
export async function apply(asked: Asked, { steps }: SetupPlan): Promise<void> {
  const { context, mirror } = asked;
  const { disk } = context.parts;
  const write = async ({ dir }: QueueTree, lines: readonly string[]) => {
    const file = path.join(dir, IGNORE_FILE);
    try {
      await writeWhole(disk, context.layout.staging, file, `${lines.join('\n')}\n`);
    } catch (error) {
      throw unusable(file, 'written', error);
    }
  };
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
