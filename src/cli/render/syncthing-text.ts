// The mirror of a queue as people read it: the trees, the devices, and what is unfit.
import type { SyncthingStatus, TreeStatus } from '../commands/syncthing/status.ts';
import { findingLines } from './doctor-text.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { bytesText, countText, momentText } from './words.ts';

export function syncthingText(style: Style, status: SyncthingStatus): string {
  const { api, version, own_device, role, trees, devices, findings } = status;
  const treeRows = trees.map((tree) => [
    `${tree.tree}/`,
    tree.folder === null ? 'not shared' : `${tree.folder}${tree.below ? ` (in it: ${tree.below})` : ''}`,
    tree.type ?? '',
    tree.paused ? 'paused' : (tree.error ?? tree.state ?? ''),
    needText(tree),
    awayText(tree),
  ]);
  const deviceRows = devices.map(({ device, name, connected, paused, last_seen }) => [
    device,
    name ?? '',
    stateOf(connected, paused),
    last_seen === null ? 'never' : momentText(last_seen),
  ]);
  const { colors } = style;
  return [
    `Syncthing ${version} at ${api}, ${role} side`,
    `this device: ${own_device}`,
    '',
    table(style, ['tree', 'folder', 'type', 'state', 'to come here', 'to arrive there'], treeRows),
    ...(deviceRows.length === 0 ? [] : ['', table(style, ['device', 'name', 'is', 'last seen'], deviceRows)]),
    '',
    ...(findings.length === 0
      ? [colors.green('nothing to complain of')]
      : findings.flatMap(({ rule, ...finding }) => findingLines(colors, { ...finding, check: rule }))),
  ].join('\n');
}

function stateOf(connected: boolean | null, paused: boolean | null): string {
  if (paused) return 'paused';
  if (connected === null) return 'unknown';
  return connected ? 'connected' : 'not connected';
}

function needText({
  folder,
  need_items,
  need_bytes,
}: Pick<TreeStatus, 'folder' | 'need_items' | 'need_bytes'>) {
  if (folder === null) return '';
  return need_items === null ? 'unknown' : amountText(need_items, need_bytes ?? 0);
}

/** Of the devices together: there is most often one. */
function awayText({ folder, devices }: TreeStatus): string {
  if (folder === null) return '';
  if (devices.length === 0) return 'unknown';
  const sum = (pick: (need: TreeStatus['devices'][number]) => number) =>
    devices.reduce((total, need) => total + pick(need), 0);
  return amountText(
    sum((need) => need.need_items),
    sum((need) => need.need_bytes),
  );
}

function amountText(items: number, bytes: number): string {
  return items === 0 ? 'nothing' : `${countText(items, 'item')}, ${bytesText(bytes)}`;
}
