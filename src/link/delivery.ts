// How far an order is on its way to a device: not seen by the mirror yet, on the wire, or there.
import type { Answer, NeededFile, Syncthing } from './api.ts';
import type { CarriedBy } from './trees.ts';

export interface Delivery {
  /** published: the mirror here has not taken it up yet. */
  state: 'published' | 'on-the-wire' | 'delivered';
  /** What is there; of a file under way as much as the other device has told. */
  bytes: number;
  bytes_total: number;
}

/** A directory below a tree, and what is in it. */
export interface Parcel {
  name: string;
  /** Paths below it, `/` between parts. */
  files: readonly NeededFile[];
}

/** Files of which is asked whether the mirror has taken them up: large ones take it longest. */
const ASKED = 16;

export async function lookAtDelivery(
  syncthing: Syncthing,
  { folder, prefix }: CarriedBy,
  device: string,
  { name, files }: Parcel,
): Promise<Answer<Delivery>> {
  const below = [prefix, name].filter(Boolean).join('/');
  const bytes_total = files.reduce((sum, { size }) => sum + size, 0);
  const largest = [...files].sort((a, b) => b.size - a.size).slice(0, ASKED);
  for (const file of largest) {
    const known = await syncthing.knows(folder.id, `${below}/${file.name}`);
    if ('problem' in known) return known;
    if (!known.value) return { value: { state: 'published', bytes: 0, bytes_total } };
  }
  const need = await syncthing.remoteNeed(folder.id, device);
  if ('problem' in need) return need;
  const lacking = need.value.filter((file) => file.name.startsWith(`${below}/`));
  if (lacking.length === 0) return { value: { state: 'delivered', bytes: bytes_total, bytes_total } };
  let missing = lacking.reduce((sum, { size }) => sum + size, 0);
  if (lacking.length === need.value.length) {
    // nothing else is under way, so that what has come of it is known by the byte
    const all = await syncthing.completion(folder.id, device);
    if ('problem' in all) return all;
    missing = Math.min(missing, all.value.needBytes);
  }
  return { value: { state: 'on-the-wire', bytes: Math.max(0, bytes_total - missing), bytes_total } };
}
