// What Syncthing 1.19 to 2.x answers, as far as jobq reads it; whatever else is there is ignored, or kept where a
// configuration is written back. Text in, value or problem out; it knows no HTTP.
import * as z from 'zod/mini';
import { jsonOf } from '../job/lenient-text.ts';
import type { Answer, Completion, Config, Connection, FolderStatus, FolderType, NeededFile } from './api.ts';
import { FOLDER_TYPES } from './api.ts';

const flag = z._default(z.boolean(), false);
const text = z._default(z.string(), '');
const count = z._default(z.number(), 0);
/** Go writes an empty list as null. */
function listOf<T extends z.ZodMiniType>(item: T) {
  return z.pipe(
    z.nullish(z.array(item)),
    z.transform((items) => items ?? []),
  );
}

const folder = z.looseObject({
  id: z.string(),
  label: text,
  path: z.string(),
  type: z.string(),
  paused: flag,
  devices: listOf(z.looseObject({ deviceID: z.string() })),
  fsWatcherEnabled: flag,
  fsWatcherDelayS: count,
  maxConflicts: count,
  ignorePerms: flag,
  pullerDelayS: z.optional(z.number()),
});

const device = z.looseObject({ deviceID: z.string(), name: text, paused: flag });
/** Of a type that is still to be invented nothing can be said. */
function isKnown<T extends { type: string }>(folder: T): folder is T & { type: FolderType } {
  return FOLDER_TYPES.some((type) => type === folder.type);
}

const connection = z.object({
  connected: z.boolean(),
  paused: flag,
  inBytesTotal: count,
  outBytesTotal: count,
});

const completion = z.object({
  needItems: z.number(),
  needDeletes: count,
  needBytes: z.number(),
  remoteState: z.optional(z.string()),
});

const folderStatus = z.object({
  state: text,
  error: text,
  invalid: text,
  pullErrors: count,
  needTotalItems: z.number(),
  needBytes: z.number(),
  receiveOnlyTotalItems: count,
});

const FILE = 'FILE_INFO_TYPE_FILE';
const needed = z.object({ name: z.string(), size: count, deleted: flag, type: text });

type Read<T> = (body: string) => Answer<T>;

function reading<S extends z.ZodMiniType, T>(schema: S, use: (answer: z.output<S>) => T): Read<T> {
  return (body) => {
    try {
      const result = schema.safeParse(jsonOf(body));
      if (result.success) return { value: use(result.data) };
      const place = result.error.issues[0]?.path.map(String).join('.').slice(0, 100);
      return { problem: `the answer has another shape than Syncthing's${place ? `, at ${place}` : ''}` };
    } catch {
      return { problem: 'the answer is no JSON' };
    }
  };
}

export const readVersion = reading(z.object({ version: z.string() }), ({ version }) => version);

export const readMyId = reading(z.object({ myID: z.string() }), ({ myID }) => myID);

export const readConfig: Read<Config> = reading(
  z.object({ folders: listOf(folder), devices: listOf(device) }),
  ({ folders, devices }) => ({ folders: folders.filter(isKnown), devices }),
);

export const readConnections: Read<Readonly<Record<string, Connection>>> = reading(
  z.object({ connections: z.record(z.string(), connection) }),
  ({ connections }) => connections,
);

export const readLastSeen: Read<Readonly<Record<string, string>>> = reading(
  z.record(z.string(), z.object({ lastSeen: z.string() })),
  (devices) => Object.fromEntries(Object.entries(devices).map(([id, { lastSeen }]) => [id, lastSeen])),
);

export const readFolderStatus: Read<FolderStatus> = reading(folderStatus, (status) => ({
  state: status.state,
  // the older name of the same
  error: status.error || status.invalid,
  pullErrors: status.pullErrors,
  changedHere: status.receiveOnlyTotalItems,
  needItems: status.needTotalItems,
  needBytes: status.needBytes,
}));

export const readCompletion: Read<Completion> = reading(
  completion,
  ({ needItems, needDeletes, needBytes, remoteState }) => ({
    needItems: needItems + needDeletes,
    needBytes,
    ...(remoteState !== undefined && { remoteState }),
  }),
);

/** Windows has its own separator, which no name of a queue's files may hold. */
export const readRemoteNeed: Read<readonly NeededFile[]> = reading(
  z.object({ files: listOf(needed) }),
  ({ files }) =>
    files
      .filter(({ type, deleted }) => type === FILE && !deleted)
      .map(({ name, size }) => ({ name: name.replaceAll('\\', '/'), size })),
);

export const readIgnores: Read<readonly string[]> = reading(
  z.object({ ignore: listOf(z.string()) }),
  ({ ignore }) => ignore,
);

export const readObject: Read<Readonly<Record<string, unknown>>> = reading(
  z.record(z.string(), z.unknown()),
  (object) => object,
);

const indexed = z.object({ local: z.nullish(z.object({ name: text, deleted: flag })) });

/** A file that only others have is told of, too, with an empty name here. */
export const readKnown: Read<boolean> = reading(
  indexed,
  ({ local }) => local != null && local.name !== '' && !local.deleted,
);
