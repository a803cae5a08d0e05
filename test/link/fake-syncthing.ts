// A Syncthing that answers what a test sets, and notes what it was asked.
import type {
  Answer,
  Config,
  Connection,
  FolderConfig,
  FolderStatus,
  Syncthing,
} from '../../src/link/api.ts';

const ME = 'DESK';
export const PEER = 'STATION';

export function folder(id: string, fields: Partial<FolderConfig> = {}): FolderConfig {
  return {
    id,
    label: id,
    path: `/queue/${id}`,
    type: 'receiveonly',
    paused: false,
    devices: [{ deviceID: ME }, { deviceID: PEER }],
    fsWatcherEnabled: true,
    fsWatcherDelayS: 1,
    maxConflicts: 10,
    ignorePerms: true,
    ...fields,
  };
}

export interface World {
  folders: FolderConfig[];
  connections: Record<string, Partial<Connection>>;
  status: Record<string, Partial<FolderStatus>>;
  /** By folder; of whichever device. */
  need: Record<string, { files?: { name: string; size: number }[]; bytes?: number; remoteState?: string }>;
  /** In the index here. */
  known: Set<string>;
  /** Every question is refused so. */
  refusal?: { problem: string; status?: number };
}

export function fakeSyncthing(world: World): Syncthing & { asked: string[] } {
  const asked: string[] = [];
  const answer = <T>(what: string, value: () => T): Promise<Answer<T>> => {
    asked.push(what);
    return Promise.resolve(world.refusal ?? { value: value() });
  };
  const connection: Connection = { connected: true, paused: false, inBytesTotal: 0, outBytesTotal: 0 };
  const config = (): Config => ({ folders: world.folders, devices: [] });
  const needed = (id: string) => {
    const { files = [], bytes, remoteState } = world.need[id] ?? {};
    const needBytes = bytes ?? files.reduce((sum, { size }) => sum + size, 0);
    return { needItems: files.length, needBytes, ...(remoteState && { remoteState }) };
  };
  const no = () => Promise.reject(new Error('nobody asks for that here'));
  return {
    asked,
    system: () => answer('system', () => ({ version: 'v1.19.2', myId: ME })),
    config: () => answer('config', config),
    connections: () =>
      answer('connections', () =>
        Object.fromEntries(
          Object.entries(world.connections).map(([id, of]) => [id, { ...connection, ...of }]),
        ),
      ),
    lastSeen: () => answer('lastSeen', () => ({})),
    folderStatus: (id) =>
      answer(`status ${id}`, () => ({
        needItems: 0,
        needBytes: 0,
        state: 'idle',
        error: '',
        pullErrors: 0,
        changedHere: 0,
        ...world.status[id],
      })),
    completion: (id, device) => answer(`completion ${id} ${device}`, () => needed(id)),
    remoteNeed: (id) => answer(`need ${id}`, () => world.need[id]?.files ?? []),
    knows: (id, name) => answer(`knows ${id} ${name}`, () => world.known.has(name)),
    scan: (id, subs) => answer(`scan ${id} ${subs.join(' ')}`, () => undefined),
    ignores: no,
    setIgnores: no,
    defaults: no,
    put: no,
    patch: no,
  };
}
