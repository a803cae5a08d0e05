// What jobq asks of Syncthing's REST API, 1.19 to 2.x, as a port: the real one speaks HTTP, tests may bring their own.
// It knows no queue and no job.

/** An answer, or why there is none. Nothing here throws: that Syncthing says nothing is an answer, too. */
export type Answer<T> = { value: T } | Refusal;

export interface Refusal {
  problem: string;
  /** Of HTTP; missing when there was no answer at all. */
  status?: number;
}

export const FOLDER_TYPES = ['sendreceive', 'sendonly', 'receiveonly', 'receiveencrypted'] as const;
export type FolderType = (typeof FOLDER_TYPES)[number];

/** A folder of Syncthing as its configuration has it; fields we do not know are kept. */
export interface FolderConfig {
  readonly id: string;
  readonly label: string;
  /** As it is written there: `~` may stand for the home directory. */
  readonly path: string;
  readonly type: FolderType;
  readonly paused: boolean;
  readonly devices: readonly { readonly deviceID: string }[];
  readonly fsWatcherEnabled: boolean;
  readonly fsWatcherDelayS: number;
  readonly maxConflicts: number;
  readonly ignorePerms: boolean;
  /** From 2.0 on; there 1 s by default before every pull. */
  readonly pullerDelayS?: number | undefined;
}

export interface DeviceConfig {
  readonly deviceID: string;
  readonly name: string;
  readonly paused: boolean;
}

export interface Config {
  readonly folders: readonly FolderConfig[];
  readonly devices: readonly DeviceConfig[];
}

export interface Connection {
  readonly connected: boolean;
  readonly paused: boolean;
  readonly inBytesTotal: number;
  readonly outBytesTotal: number;
}

/** What a folder lacks, here or on another device. `needItems` counts deletions, too. */
export interface Need {
  readonly needItems: number;
  /** Less what has been loaded of files that are under way, where Syncthing knows that. */
  readonly needBytes: number;
}

/** What another device lacks of a folder. */
export interface Completion extends Need {
  /** valid, paused, notSharing or unknown; from 1.20 on. */
  readonly remoteState?: string | undefined;
}

export interface FolderStatus extends Need {
  /** idle, scanning, syncing, error, … */
  readonly state: string;
  /** Why the folder as a whole does nothing; empty when nothing is wrong. */
  readonly error: string;
  /** Items that cannot be pulled. */
  readonly pullErrors: number;
  /** In a receive-only folder: what was changed here and is not sent. */
  readonly changedHere: number;
}

export interface NeededFile {
  /** Below the folder, `/` between parts. */
  readonly name: string;
  readonly size: number;
}

export interface Syncthing {
  /** Version, such as `v1.19.2`, and the own device id. */
  system(): Promise<Answer<{ version: string; myId: string }>>;
  config(): Promise<Answer<Config>>;
  /** By device id. */
  connections(): Promise<Answer<Readonly<Record<string, Connection>>>>;
  /** When each device was seen last, by its id, as ISO time. */
  lastSeen(): Promise<Answer<Readonly<Record<string, string>>>>;
  folderStatus(folder: string): Promise<Answer<FolderStatus>>;
  /** What a device still lacks of a folder; answers for a device that is away, too, from what is known of it. */
  completion(folder: string, device: string): Promise<Answer<Completion>>;
  /** The files a device still lacks, up to some thousands. */
  remoteNeed(folder: string, device: string): Promise<Answer<readonly NeededFile[]>>;
  /** Is this file in the index of the folder here, and not as one that was deleted? */
  knows(folder: string, name: string): Promise<Answer<boolean>>;
  /** Asks for a scan of these paths below the folder; all of it when there are none. Waits behind a pull. */
  scan(folder: string, subs: readonly string[]): Promise<Answer<void>>;
  ignores(folder: string): Promise<Answer<readonly string[]>>;
  setIgnores(folder: string, lines: readonly string[]): Promise<Answer<void>>;
  /** The settings a new folder or device gets. */
  defaults(what: 'folder' | 'device'): Promise<Answer<Readonly<Record<string, unknown>>>>;
  /** Makes or replaces a folder or a device: the whole object. */
  put(what: 'folder' | 'device', id: string, value: Readonly<Record<string, unknown>>): Promise<Answer<void>>;
  /** Changes some fields of one. */
  patch(
    what: 'folder' | 'device',
    id: string,
    value: Readonly<Record<string, unknown>>,
  ): Promise<Answer<void>>;
}
