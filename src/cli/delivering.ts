// Where an order is on its way to its runner, for whoever looks at one job.
import path from 'node:path';
import type { View } from '../job/view.ts';
import { lookAtDelivery } from '../link/delivery.ts';
import { groundOf, peersOf } from '../link/see.ts';
import { readPresences } from '../store/presences.ts';
import { listTree } from '../store/tree.ts';
import { seePartsOf } from './ask-syncthing.ts';
import type { Context } from './context.ts';
import type { OrderPlace } from './delivery-place.ts';
import { isLinuxSide } from './side.ts';

/** What a runner says that has read an order whose files are still to come. */
const WAITING_FOR_INPUTS = 'inputs';

/** Undefined where it cannot be known: without Syncthing, on the other side, or for an order that is not out. */
export async function placeOfOrder(context: Context, view: View): Promise<OrderPlace | undefined> {
  const { parts, layout, settings } = context;
  const isOut = view.state === 'submitted' || view.state === 'queued';
  if (!isOut || settings.syncthing.link !== 'auto' || !isLinuxSide(context)) return undefined;
  const dir = layout.order(view.job_id);
  const listing = listTree(parts.disk.files, dir);
  const files = listing.files.map((file) => ({ name: file.path, size: file.facts.size }));
  if (files.length === 0) return undefined;
  const bytes_total = files.reduce((sum, { size }) => sum + size, 0);
  const presences = readPresences(parts.disk.files, layout);
  const isTaken = presences.some(({ waiting }) => waiting.some(({ job_id }) => job_id === view.job_id));
  const isWhole = !(view.waiting_for ?? '').startsWith(WAITING_FOR_INPUTS);
  const accepted = { state: 'accepted' as const, bytes: bytes_total, bytes_total };
  if ((view.state === 'queued' || isTaken) && isWhole) return accepted;
  const ground = await groundOf(seePartsOf(context, await parts.loadMirror()));
  const carried = ground?.carried.outbox;
  if (!ground || !carried) return undefined;
  const named = presences.find(({ runner_id }) => runner_id === (view.runner ?? view.run_on));
  const [only, ...others] = peersOf([carried.folder], ground.myId);
  const device = named?.syncthing_device ?? (others.length === 0 ? only : undefined);
  if (device === undefined) return undefined;
  const parcel = { name: path.basename(dir), files };
  const seen = await lookAtDelivery(ground.syncthing, carried, device, parcel);
  return 'problem' in seen ? undefined : seen.value;
}
