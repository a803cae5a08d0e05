// The marker of each mirrored tree, and the halt on the improbable: a queue whose roots cannot be trusted is not touched.
import path from 'node:path';
import * as z from 'zod/mini';
import { JobqError, messageOf } from '../errors.ts';
import { SCHEMA_VERSION, schemaVersion } from '../job/fields.ts';
import { sentence } from '../job/issues.ts';
import { parseWith } from '../job/parsed.ts';
import { MARKER } from '../job/skipped-names.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout, Tree } from './layout.ts';
import { TREE_NAMES } from './layout.ts';
import type { Sighting } from './sighting.ts';
import { sight } from './sighting.ts';

const markerSchema = z.looseObject({ queue_id: z.string(), schema_version: schemaVersion });

export function markerFile(layout: Layout, tree: Tree): string {
  return path.join(layout.tree(tree), MARKER);
}

export async function writeMarker(disk: Disk, layout: Layout, tree: Tree, queueId: string): Promise<void> {
  disk.files.makeDir(layout.staging);
  const marker = { queue_id: queueId, schema_version: SCHEMA_VERSION };
  await writeWhole(disk, layout.staging, markerFile(layout, tree), jsonText(marker));
}

/** The queue's id as one tree tells it; undefined when the tree has no marker. */
export function markedId(files: Files, layout: Layout, tree: Tree): string | undefined {
  const file = markerFile(layout, tree);
  const bytes = markerBytes(files, file, tree);
  if (!bytes) return undefined;
  const parsed = parseWith(markerSchema, bytes);
  if (parsed.ok) return parsed.value.queue_id;
  const [problem = { field: '', reason: 'cannot be read' }] = parsed.problems;
  throw new JobqError('queue-unusable', sentence(`${tree}/${MARKER}`, problem), {
    file,
    remedy: 'wait until it has arrived whole, or run `jobq init` again on the side that writes this tree',
  });
}

/** A link, or far too many bytes: no jobq wrote that. */
function markerBytes(files: Files, file: string, tree: Tree): Buffer | undefined {
  try {
    return files.readSmall(file);
  } catch (error) {
    throw new JobqError('queue-unusable', `${tree}/${MARKER} cannot be read: ${messageOf(error)}`, {
      file,
      remedy: 'look at it and at the disk; on the side that writes this tree `jobq init` makes a new one',
      cause: error,
    });
  }
}

/**
 * Throws unless every one of these trees is there with this queue's marker. Answers the queue's id.
 * Daemons ask before every tick: an unmounted disk or a wrong folder must look like neither "empty" nor "all gone".
 */
export function assertQueue(
  files: Files,
  layout: Layout,
  expectedId?: string,
  trees: readonly Tree[] = TREE_NAMES,
): string {
  return assertMarked(layout, expectedId, trees, (tree) => markedId(files, layout, tree));
}

/** The same for whoever asks before every look: a marker that looks as it did is not read again. */
export function queueGuard(disk: Disk, layout: Layout): (expectedId?: string) => string {
  const seen = new Map<Tree, Sighting<string | undefined>>();
  const idIn = (tree: Tree) => {
    const read = () => markedId(disk.files, layout, tree);
    const now = sight(disk, seen.get(tree), [markerFile(layout, tree)], read);
    seen.set(tree, now);
    return now.value;
  };
  return (expectedId) => assertMarked(layout, expectedId, TREE_NAMES, idIn);
}

function assertMarked(
  layout: Layout,
  expectedId: string | undefined,
  trees: readonly Tree[],
  idIn: (tree: Tree) => string | undefined,
): string {
  let id = expectedId;
  for (const tree of trees) {
    const found = idIn(tree);
    if (found === undefined) throw missingMarker(layout, tree, id);
    if (id !== undefined && found !== id) throw foreignMarker(layout, tree, found, id);
    id = found;
  }
  return id ?? '';
}

function missingMarker(layout: Layout, tree: Tree, id: string | undefined): JobqError {
  const role = tree === 'inbox' || tree === 'runners' ? 'windows' : 'linux';
  const queueId = id ? ` --queue-id ${id}` : '';
  return new JobqError(
    'queue-unusable',
    `${tree}/ has no marker ${MARKER}: it is not this queue, or it has not arrived yet`,
    {
      file: markerFile(layout, tree),
      remedy: `run \`jobq init <queue> --role ${role}${role === 'windows' ? queueId : ''}\` on that side, or check that the folder is mounted and mirrored`,
    },
  );
}

function foreignMarker(layout: Layout, tree: Tree, found: string, id: string): JobqError {
  return new JobqError('queue-unusable', `${tree}/ belongs to queue ${found}, not to ${id}`, {
    file: markerFile(layout, tree),
    remedy:
      'share the folders of one queue only with each other; queue.id in jobq.toml says which one this machine means',
  });
}
