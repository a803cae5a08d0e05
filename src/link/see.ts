// Looks at the mirror through its API: who is connected, what is under way, what stands still. Cheap while nothing
// moves: what a folder lacks is asked only when bytes have come.
import type { Tree } from '../store/layout.ts';
import type { Answer, Connection, FolderConfig, Syncthing } from './api.ts';
import type { PeerSight, Pending, Sight } from './judge-link.ts';
import type { Carried } from './trees.ts';

/** The trees as seen from one side. */
export interface Direction {
  /** Written by the other side: what brings signs of life and what they are about. */
  incoming: readonly Tree[];
  outgoing: readonly Tree[];
}

export interface SeeParts {
  /** Finds the API; done again after it has failed, since its address may be another one then. */
  connect(): Answer<Syncthing>;
  /** Where this queue's trees lie in Syncthing's folders. */
  carriedBy(folders: readonly FolderConfig[]): Carried;
  direction: Direction;
}

/** What changes only when somebody changes the configuration. */
export interface Ground {
  syncthing: Syncthing;
  /** This machine's device. */
  myId: string;
  carried: Carried;
}

export interface Looker {
  look(nowMs: number): Promise<Sight>;
  /** As of the last look. */
  ground(): Ground | undefined;
}

/** How old the configuration and the state of a quiet folder may be. */
const FRESH_MS = 60_000;
/** Heartbeats and pings stay below this between two looks; a transfer does not. */
const QUIET_BYTES = 65_536;

interface Deep {
  atMs: number;
  /** Moved by then, both ways. */
  bytes: number;
  pending: Pending;
  /** By device: why nothing comes from it. */
  stopped: ReadonlyMap<string, string>;
  /** By device: what it has yet to get. */
  lacks: ReadonlyMap<string, Pending>;
}

export function newLooker(parts: SeeParts): Looker {
  let ground: (Ground & { atMs: number }) | undefined;
  let deep: Deep | undefined;
  const look = async (nowMs: number): Promise<Sight> => {
    if (!ground || nowMs - ground.atMs >= FRESH_MS) ground = { ...(await readGround(parts)), atMs: nowMs };
    const { syncthing, carried, myId } = ground;
    const folders = foldersOf(carried, parts.direction.incoming);
    const connections = answered(await syncthing.connections());
    const peers = peersOf(folders, myId);
    const bytes = sumOf(peers, connections);
    if (!deep || isOutdated(deep, bytes, nowMs)) {
      const looked = await lookDeep(ground, { folders, peers, connections }, parts.direction);
      deep = { ...looked, atMs: nowMs, bytes };
    }
    const seen = deep;
    const sights = peers.map((id) => peerSight(id, connections[id], seen));
    return { is: 'seen', pending: seen.pending, peers: sights };
  };
  return {
    ground: () => ground,
    look: async (nowMs) => {
      try {
        return await look(nowMs);
      } catch (error) {
        if (!(error instanceof Halt)) throw error;
        deep = undefined;
        if (error.isBlind) ground = undefined;
        return error.sight;
      }
    },
  };
}

/** Ends a look early: that is all there is to see. */
class Halt extends Error {
  readonly sight: Sight;
  /** The mirror does not even answer. */
  readonly isBlind: boolean;

  constructor(sight: Sight, isBlind: boolean) {
    super(sight.is);
    this.sight = sight;
    this.isBlind = isBlind;
  }
}

function answered<T>(answer: Answer<T>): T {
  if (!('problem' in answer)) return answer.value;
  throw new Halt({ is: answer.status === undefined ? 'down' : 'nothing', why: answer.problem }, true);
}

async function readGround({ connect, carriedBy }: SeeParts): Promise<Ground> {
  const found = connect();
  if ('problem' in found) throw new Halt({ is: 'nothing', why: found.problem }, true);
  const syncthing = found.value;
  const [system, config] = await Promise.all([syncthing.system(), syncthing.config()]);
  const { myId } = answered(system);
  const { folders } = answered(config);
  return { syncthing, myId, carried: carriedBy(folders) };
}

/** The configuration alone; undefined when there is no Syncthing to ask. */
export async function groundOf(parts: SeeParts): Promise<Ground | undefined> {
  try {
    return await readGround(parts);
  } catch (error) {
    if (error instanceof Halt) return undefined;
    throw error;
  }
}

/** The folders that carry these trees, each once. */
function foldersOf(carried: Carried, trees: readonly Tree[]): FolderConfig[] {
  const missing = trees.filter((tree) => !carried[tree]).map((tree) => `${tree}/`);
  if (missing.length > 0)
    throw new Halt({ is: 'nothing', why: `Syncthing does not carry ${missing.join(' and ')}` }, false);
  const folders = [...new Set(trees.flatMap((tree) => carried[tree]?.folder ?? []))];
  const paused = folders.find((folder) => folder.paused);
  if (paused) throw new Halt({ is: 'down', why: `its folder ${paused.id} is paused on this machine` }, false);
  return folders;
}

/** The other devices of these folders. */
export function peersOf(folders: readonly FolderConfig[], myId: string): string[] {
  const ids = folders.flatMap(({ devices }) => devices.map(({ deviceID }) => deviceID));
  return [...new Set(ids)].filter((id) => id !== myId);
}

function sumOf(peers: readonly string[], connections: Readonly<Record<string, Connection>>): number {
  const moved = (of: Connection | undefined) => (of ? of.inBytesTotal + of.outBytesTotal : 0);
  return peers.reduce((sum, id) => sum + moved(connections[id]), 0);
}

function isOutdated({ atMs, bytes, pending, lacks }: Deep, nowBytes: number, nowMs: number): boolean {
  const isMoving = pending.busy || [pending, ...lacks.values()].some((each) => each.bytes > 0);
  return isMoving || Math.abs(nowBytes - bytes) > QUIET_BYTES || nowMs - atMs >= FRESH_MS;
}

interface Seen {
  folders: readonly FolderConfig[];
  peers: readonly string[];
  connections: Readonly<Record<string, Connection>>;
}

async function lookDeep(
  { syncthing, carried }: Ground,
  { folders, peers, connections }: Seen,
  { outgoing }: Direction,
): Promise<Pick<Deep, 'pending' | 'stopped' | 'lacks'>> {
  const sending = new Set(outgoing.flatMap((tree) => carried[tree]?.folder.id ?? []));
  const alive = carried.runners?.folder.id;
  const needs: Pending[] = [];
  for (const { id } of folders)
    needs.push(await pendingHere(syncthing, id, id === alive && !sending.has(id)));
  const stopped = new Map<string, string>();
  const lacks = new Map<string, Pending>();
  const all = new Set([...folders.map(({ id }) => id), ...sending]);
  for (const device of peers.filter((peer) => connections[peer]?.connected)) {
    const outs: Pending[] = [];
    for (const id of all) {
      const { remoteState, needItems, needBytes } = answered(await syncthing.completion(id, device));
      const why = STOPPED[remoteState ?? ''];
      if (why !== undefined) stopped.set(device, `${id} is ${why} on the other device`);
      if (sending.has(id)) outs.push({ items: needItems, bytes: needBytes, busy: false });
    }
    lacks.set(device, sumUp(outs));
  }
  return { pending: sumUp(needs), stopped, lacks };
}

function sumUp(each: readonly Pending[]): Pending {
  const sum = (a: Pending, b: Pending) => ({
    items: a.items + b.items,
    bytes: a.bytes + b.bytes,
    busy: a.busy || b.busy,
  });
  return each.reduce(sum, { items: 0, bytes: 0, busy: false });
}

/** What Syncthing calls it when a folder comes from a device no more. */
const STOPPED: Readonly<Record<string, string>> = { paused: 'paused', notSharing: 'not shared' };

/** A folder that brings signs of life alone and cannot take them in does not bring them. */
async function pendingHere(syncthing: Syncthing, folder: string, isAlive: boolean): Promise<Pending> {
  const status = answered(await syncthing.folderStatus(folder));
  const { error, state, needItems, needBytes, pullErrors } = status;
  if (isAlive && pullErrors > 0)
    throw new Halt(
      { is: 'down', why: `its folder ${folder} cannot take in what comes: is the disk full?` },
      false,
    );
  if (error) throw new Halt({ is: 'down', why: `its folder ${folder}: ${error}` }, false);
  return { items: needItems, bytes: needBytes, busy: state !== 'idle' && state !== 'error' };
}

function peerSight(
  device: string,
  connection: Connection | undefined,
  { stopped, lacks }: Pick<Deep, 'stopped' | 'lacks'>,
): PeerSight {
  const why = connection?.paused ? 'the device is paused on this machine' : stopped.get(device);
  return {
    device,
    connected: connection?.connected ?? false,
    inBytes: connection?.inBytesTotal ?? 0,
    stopped: why,
    lacks: lacks.get(device),
  };
}
