// `jobq syncthing setup`: makes the folders of the queue in Syncthing, or mends them, and says what it changes first.
import { JobqError } from '../../../errors.ts';
import { readDeviceId } from '../../../link/setup/device-id.ts';
import type { Change } from '../../../link/setup/plan.ts';
import { planSetup } from '../../../link/setup/plan.ts';
import type { Side } from '../../../link/setup/wanted.ts';
import type { Context } from '../../context.ts';
import { openContext, requireTrees } from '../../context.ts';
import type { CliParts } from '../../parts.ts';
import { styleOf } from '../../render/style.ts';
import { changesText, doneText } from '../../render/syncthing-setup.ts';
import { isLinuxSide, requireArchive } from '../../side.ts';
import { nextSteps } from '../../syncthing/next-steps.ts';
import { requireMirror } from '../../syncthing/open.ts';
import { apply, readFacts } from '../../syncthing/set-up.ts';
import type { VerbInput, VerbResult } from '../../verb.ts';

interface Options {
  role?: Side;
  peer?: string;
  dryRun?: boolean;
}

/** What `--json` prints. */
export interface SetupValue {
  queue: string;
  queue_id: string;
  role: Side;
  /** Where Syncthing was asked. */
  api: string;
  version: string;
  own_device: string;
  peer: string | null;
  changes: readonly Change[];
  dry_run: boolean;
  /** Was anything changed? */
  applied: boolean;
  left: readonly string[];
  next: readonly string[];
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { role, peer: peerText, dryRun = false } = input.options;
  if (role === undefined) throw usage('--role', 'say which side this is', 'give --role linux or windows');
  const context = await openContext(parts, { queue: input.queue });
  const queueId = requireSide(context, role);
  const peer = peerText === undefined ? undefined : readPeer(peerText);
  const mirror = await requireMirror(context);
  const asked = { context, mirror, role, queueId, peer };
  const facts = await readFacts(asked);
  if (peer === facts.ownId)
    throw usage('--peer', 'that is the device id of this machine', 'give the one of the other machine');
  const plan = planSetup(facts);
  const changes = plan.steps.flatMap((step) => step.changes);
  const style = styleOf(parts.environment);
  // what is going to happen is said before it does
  if (!input.json && changes.length > 0) parts.out.stdout(`${changesText(style, changes)}\n`);
  const applied = !dryRun && changes.length > 0;
  if (applied) await apply(asked, plan);
  const value: SetupValue = {
    queue: context.layout.root,
    queue_id: queueId,
    role,
    api: mirror.url,
    version: facts.version,
    own_device: facts.ownId,
    peer: peer ?? null,
    changes,
    dry_run: dryRun,
    applied,
    left: plan.left,
    next: nextSteps(facts, { dryRun: dryRun && changes.length > 0, link: context.settings.syncthing.link }),
  };
  return { value, text: () => doneText(style, value) };
}

/** Throws unless this machine is that side, with the trees that it writes. Answers the queue's id. */
function requireSide(context: Context, role: Side): string {
  if (role === 'linux') requireArchive(context);
  else if (isLinuxSide(context))
    throw new JobqError('conflict', 'this is the Linux side of the queue: it has an archive/', {
      file: context.layout.archive,
      field: '--role',
      remedy: 'give --role linux here, and --role windows on the machine that runs the jobs',
    });
  return requireTrees(context, role === 'linux' ? ['outbox', 'requests'] : ['inbox', 'runners']);
}

function readPeer(text: string): string {
  const read = readDeviceId(text);
  if ('id' in read) return read.id;
  throw usage(
    '--peer',
    read.problem,
    '`jobq syncthing setup` on the other side prints its id; so does its GUI',
  );
}

function usage(field: string, message: string, remedy: string): JobqError {
  return new JobqError('usage', `${field}: ${message}`, { field, remedy });
}
