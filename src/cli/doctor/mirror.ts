// Syncthing under the queue: does it answer, does it carry the trees as it should, is the other side there?
import { shortDeviceId } from '../../job/conflict-name.ts';
import type { Answer } from '../../link/api.ts';
import type { NoApi } from '../../link/find-api.ts';
import type { LintFacts } from '../../link/lint/finding.ts';
import { carriersOf } from '../../link/lint/finding.ts';
import { lintMirror } from '../../link/lint.ts';
import type { Context } from '../context.ts';
import type { MirrorLook } from '../syncthing/look.ts';
import { lookAtMirror } from '../syncthing/look.ts';
import { openMirror, trouble, troubleAt } from '../syncthing/open.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

export interface MirrorFacts {
  /** Where Syncthing is asked, or why that is not known. */
  api: string | NoApi;
  look: Answer<MirrorLook> | undefined;
}

/** Nothing where nothing mirrors, or where nobody is to be asked. */
export async function lookForMirror(context: Context): Promise<MirrorFacts | undefined> {
  if (context.settings.syncthing.link !== 'auto') return undefined;
  const mirror = await openMirror(context);
  return 'problem' in mirror
    ? { api: mirror, look: undefined }
    : { api: mirror.url, look: await lookAtMirror(context, mirror) };
}

/** What Syncthing calls its devices, by the short ids with which it signs conflict copies. */
export function deviceNames(facts: MirrorFacts | undefined): Map<string, string> {
  if (!facts?.look || 'problem' in facts.look) return new Map();
  const { devices } = facts.look.value.facts.config;
  return new Map(devices.map(({ deviceID, name }) => [shortDeviceId(deviceID), name]));
}

const check = newCheck(
  'syncthing',
  'asked, it carries an order within a second, and tells a link that is down from a runner that is dead; without it all works, only slower',
);

export function judgeMirror({ api, look }: MirrorFacts): Finding[] {
  if (typeof api !== 'string') {
    const { what, remedy } = trouble(api);
    return [api.isAbsent ? check.note(what, `${remedy}; ${NOT_MIRRORED}`) : check.warning(what, remedy)];
  }
  if (look === undefined) return [];
  if ('problem' in look) {
    const { what, remedy } = troubleAt(api, look);
    return [look.status === undefined ? still.problem(what, remedy) : check.warning(what, remedy)];
  }
  const { facts } = look.value;
  return [check.ok(`Syncthing ${facts.version} at ${api}, device ${facts.ownId}`), ...judgeFound(facts)];
}

const still = newCheck('syncthing', 'while it does not run nothing is mirrored at all');

const NOT_MIRRORED =
  'where something else mirrors the queue set syncthing.link to unknown, where nothing needs to, to local';

function judgeFound(facts: LintFacts): Finding[] {
  const about = { check: 'mirror' };
  // of a folder that is in the queue the files themselves are looked at: one fault is told once
  const found = lintMirror(facts).filter(({ rule }) => rule !== 'ignore-lines' || !readsOwnFiles(facts));
  if (found.length > 0) return found.map(({ rule: _rule, ...finding }) => ({ ...about, ...finding }));
  const folders = carriersOf(facts).map(({ folder }) => folder.id);
  return [
    newCheck('mirror', 'it carries orders there and results back').ok(
      `${folders.join(', ')}: shared, of the right types, and connected`,
    ),
  ];
}

/** Does every folder have its ignore file where `init` makes one? */
function readsOwnFiles(facts: LintFacts): boolean {
  return carriersOf(facts).every(({ queuePrefix }) => queuePrefix === undefined || queuePrefix === '');
}
