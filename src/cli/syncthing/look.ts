// The mirror as it is now: its configuration, who is connected, what each folder does and what each device still lacks.
import type { Answer, Config, Need, Syncthing } from '../../link/api.ts';
import type { LintFacts } from '../../link/lint/finding.ts';
import { carriersOf, peersOf } from '../../link/lint/finding.ts';
import type { Context } from '../context.ts';
import { isLinuxSide } from '../side.ts';
import type { Mirror } from './open.ts';
import { ignoredIn, queueTrees } from './trees.ts';

export interface MirrorLook {
  facts: LintFacts;
  /** By folder, then by device: what the device lacks. What Syncthing did not tell is missing. */
  needs: Readonly<Record<string, Readonly<Record<string, Need>>>>;
}

/** A refusal only where nothing can be said at all. */
export async function lookAtMirror(context: Context, mirror: Mirror): Promise<Answer<MirrorLook>> {
  const { syncthing } = mirror;
  const [system, config] = await Promise.all([syncthing.system(), syncthing.config()]);
  if ('problem' in system) return system;
  if ('problem' in config) return config;
  const { version, myId } = system.value;
  const known = knownOf(context, mirror, config.value, version, myId);
  const folders = carriersOf(known).map(({ folder }) => folder);
  const ids = folders.map(({ id }) => id);
  const peers = peersOf(known);
  const [connections, lastSeen, statuses, ignores, needs] = await Promise.all([
    syncthing.connections(),
    syncthing.lastSeen(),
    told(ids, (id) => syncthing.folderStatus(id)),
    told(ids, (id) => syncthing.ignores(id)),
    needsOf(syncthing, folders, peers),
  ]);
  const facts = {
    ...known,
    connections: valueOr(connections, {}),
    lastSeen: valueOr(lastSeen, {}),
    statuses,
    ignores,
  };
  return { value: { facts, needs } };
}

type Known = Omit<LintFacts, 'connections' | 'lastSeen' | 'statuses' | 'ignores'>;

function knownOf(
  context: Context,
  { carriedBy }: Mirror,
  config: Config,
  version: string,
  ownId: string,
): Known {
  const { layout, settings } = context;
  return {
    side: isLinuxSide(context) ? 'linux' : 'windows',
    trees: queueTrees(layout),
    rootIgnore: ignoredIn(''),
    version,
    ownId,
    config,
    carried: carriedBy(config.folders),
    heartbeatS: settings.runner.heartbeat_interval_s,
    nudges: settings.syncthing.nudge,
  };
}

async function needsOf(
  syncthing: Syncthing,
  folders: readonly { id: string; devices: readonly { deviceID: string }[] }[],
  peers: readonly string[],
): Promise<MirrorLook['needs']> {
  const entries = folders.map(async ({ id, devices }) => {
    const sharing = peers.filter((peer) => devices.some(({ deviceID }) => deviceID === peer));
    return [id, await told(sharing, (device) => syncthing.completion(id, device))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The answers by key, without those that were none. */
async function told<T>(
  keys: readonly string[],
  ask: (key: string) => Promise<Answer<T>>,
): Promise<Record<string, T>> {
  const answers = await Promise.all(keys.map(async (key) => [key, await ask(key)] as const));
  return Object.fromEntries(
    answers.flatMap(([key, answer]) => ('problem' in answer ? [] : [[key, answer.value] as const])),
  );
}

function valueOr<T>(answer: Answer<T>, otherwise: T): T {
  return 'problem' in answer ? otherwise : answer.value;
}
