// Which rule a conflict copy shows to be broken, and by whom. It knows devices by what runners say of theirs, and by the
// names that somebody who knows the mirror's settings gives it.
import { shortDeviceId } from '../../job/conflict-name.ts';
import type { Presence } from '../../job/presence.ts';
import type { Problem } from '../../queue/problem.ts';
import { WRITERS, writerOf } from '../../store/conflicts.ts';
import { conflictLines } from '../render/conflict-text.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

export interface Devices {
  /** By short id, as the mirror's settings name them. */
  names: ReadonlyMap<string, string>;
  /** Short ids of the machines that run jobs. */
  runners: ReadonlySet<string>;
}

export function devicesOf(presences: readonly Presence[], names: ReadonlyMap<string, string>): Devices {
  const runners = presences.flatMap(({ syncthing_device }) =>
    syncthing_device === undefined ? [] : [shortDeviceId(syncthing_device)],
  );
  return { names, runners: new Set(runners) };
}

const check = newCheck(
  'conflict copies',
  'every file has one side that writes it: what the mirror puts aside is used by nobody',
);

export function judgeConflict(problem: Problem, devices: Devices): Finding {
  const { file, remedy } = problem;
  const what = [`${file}: ${whoBroke(problem, devices)}`, ...conflictLines(problem)].join('; ');
  return check.warning(what, remedy);
}

/** Who wrote where it may not, as far as the name of the copy and the devices tell. */
export function whoBroke({ file, conflict }: Problem, { names, runners }: Devices): string {
  const writer = writerOf(file);
  const device = conflict?.kept_by ?? undefined;
  if (writer === undefined) return 'both sides changed one file';
  const [tree] = file.split('/');
  const rule = `only ${WRITERS[writer]} may write in ${tree}/`;
  const name = device && names.get(device);
  const who = name === undefined ? `device ${device}` : `${name} (device ${device})`;
  if (device === undefined) return `${rule}; somebody else did`;
  const kept = `${who} wrote the version that was kept`;
  if (runners.size === 0) return `${rule}; ${kept}, another one wrote the other: one of the two may not`;
  const side = runners.has(device) ? 'windows' : 'linux';
  if (side !== writer) return `${rule}; ${kept}: it is on ${WRITERS[side]} and may not`;
  return `${rule}; ${kept} and may; the one that was put aside is by ${strangerOf(writer, runners)}, who may not`;
}

function strangerOf(writer: 'linux' | 'windows', runners: ReadonlySet<string>): string {
  if (writer === 'linux') return `somebody on ${WRITERS.windows}`;
  return `somebody on ${WRITERS.linux}${runners.size > 1 ? ', or another runner' : ''}`;
}
