// `jobq syncthing status`: the mirror of this queue as Syncthing here tells it, and what of it is unfit.

import { peersOf } from '../../../link/lint/finding.ts';
import { seenAt } from '../../../link/lint/live.ts';
import { lintMirror } from '../../../link/lint.ts';
import type { CarriedBy } from '../../../link/trees.ts';
import type { Tree } from '../../../store/layout.ts';
import type { Context } from '../../context.ts';
import { openContext } from '../../context.ts';
import type { CliParts } from '../../parts.ts';
import { syncthingText } from '../../render/syncthing-text.ts';
import type { MirrorLook } from '../../syncthing/look.ts';
import { lookAtMirror } from '../../syncthing/look.ts';
import { answered, requireMirror } from '../../syncthing/open.ts';
import type { VerbInput, VerbResult } from '../../verb.ts';

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  const context = await openContext(parts, { queue: input.queue });
  const mirror = await requireMirror(context);
  const value = statusOf(context, mirror.url, await answered(mirror, lookAtMirror(context, mirror)));
  return { value, text: (style) => syncthingText(style, value) };
}

/** What `--json` prints. */
export type SyncthingStatus = ReturnType<typeof statusOf>;
export type TreeStatus = ReturnType<typeof treeStatus>;

function statusOf({ layout, queueId }: Context, api: string, look: MirrorLook) {
  const { facts } = look;
  const findings = lintMirror(facts);
  return {
    queue: layout.root,
    queue_id: queueId ?? null,
    role: facts.side,
    api,
    version: facts.version,
    own_device: facts.ownId,
    trees: facts.trees.map(({ tree }) => treeStatus(tree, facts.carried[tree], look)),
    devices: peersOf(facts).map((id) => deviceStatus(id, look)),
    ok: !findings.some(({ level }) => level === 'problem'),
    findings,
  };
}

/** A tree that is a part of a folder shows what that folder does. */
function treeStatus(tree: Tree, by: CarriedBy | undefined, { facts, needs }: MirrorLook) {
  const folder = by?.folder;
  const status = folder && facts.statuses[folder.id];
  return {
    tree,
    folder: folder?.id ?? null,
    below: by?.prefix ? by.prefix : null,
    type: folder?.type ?? null,
    paused: folder?.paused ?? null,
    state: status?.state ?? null,
    error: status?.error || null,
    need_items: status?.needItems ?? null,
    need_bytes: status?.needBytes ?? null,
    pull_errors: status?.pullErrors ?? null,
    changed_here: status?.changedHere ?? null,
    devices: Object.entries((folder && needs[folder.id]) ?? {}).map(([device, need]) => ({
      device,
      need_items: need.needItems,
      need_bytes: need.needBytes,
    })),
  };
}

function deviceStatus(id: string, { facts }: MirrorLook) {
  const device = facts.config.devices.find(({ deviceID }) => deviceID === id);
  const connection = facts.connections[id];
  return {
    device: id,
    name: device?.name || null,
    connected: connection?.connected ?? null,
    paused: device?.paused ?? connection?.paused ?? null,
    last_seen: seenAt(facts.lastSeen[id]) ?? null,
  };
}
