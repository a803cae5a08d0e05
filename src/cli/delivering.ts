// Where an order is on its way to its runner, for whoever looks at one job.
import type { Presence } from '../job/presence.ts';
import type { View } from '../job/view.ts';
import type { NeededFile } from '../link/api.ts';
import { lookAtDelivery } from '../link/delivery.ts';
import { groundOf, peersOf } from '../link/see.ts';
import { readPresences } from '../store/presences.ts';
import { listTree } from '../store/tree.ts';
import { seePartsOf } from './ask-syncthing.ts';
import type { Context } from './context.ts';
import type { OrderPlace } from './delivery-place.ts';
import { isLinuxSide } from './side.ts';

/** What a runner says that has read an order whose files are still to come: `inputs 412/980 MB`. */
const STILL_TO_COME = /^inputs \d/;

const OUT: readonly string[] = ['submitted', 'queued', 'running'];

/** Undefined where it cannot be known: without Syncthing, on the other side, or for an order that is not out. */
export async function placeOfOrder(context: Context, view: View): Promise<OrderPlace | undefined> {
  const { parts, layout, settings } = context;
  if (!OUT.includes(view.state) || settings.syncthing.link !== 'auto' || !isLinuxSide(context))
    return undefined;
  const listing = listTree(parts.disk.files, layout.order(view.job_id));
  const files = listing.files.map((file) => ({ name: file.path, size: file.facts.size }));
  if (files.length === 0) return undefined;
  const presences = readPresences(parts.disk.files, layout);
  if (!isTaken(view, presences)) return onItsWay(context, view, { files, presences });
  const bytes_total = files.reduce((sum, { size }) => sum + size, 0);
  return { state: 'accepted', bytes: bytes_total, bytes_total, connected: true };
}

/** Does its runner speak of it as of one whose files are all there? */
function isTaken({ job_id, state, waiting_for }: View, presences: readonly Presence[]): boolean {
  if (STILL_TO_COME.test(waiting_for ?? '')) return false;
  return (
    state !== 'submitted' || presences.some(({ waiting }) => waiting.some((job) => job.job_id === job_id))
  );
}

interface Known {
  files: readonly NeededFile[];
  presences: readonly Presence[];
}

async function onItsWay(
  context: Context,
  view: View,
  { files, presences }: Known,
): Promise<OrderPlace | undefined> {
  const ground = await groundOf(seePartsOf(context, await context.parts.loadMirror()));
  const carried = ground?.carried.outbox;
  if (!ground || !carried) return undefined;
  const named = presences.find(({ runner_id }) => runner_id === (view.runner ?? view.run_on));
  const [only, ...others] = peersOf([carried.folder], ground.myId);
  const device = named?.syncthing_device ?? (others.length === 0 ? only : undefined);
  if (device === undefined) return undefined;
  const parcel = { name: view.job_id, files };
  const seen = await lookAtDelivery(ground.syncthing, carried, device, parcel);
  const connections = await ground.syncthing.connections();
  if ('problem' in seen || 'problem' in connections) return undefined;
  return { ...seen.value, connected: connections.value[device]?.connected ?? false };
}
