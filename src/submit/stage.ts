// Builds an order where nobody looks: copies a study into the staging folder, hashing on the way, and seals it.
// What is half-made here is worthless, and removed by a later submission.
import path from 'node:path';
import type { SealEntry } from '../job/seal.ts';
import { formatSeal, JOB_JSON, SEAL } from '../job/seal.ts';
import type { Digest, Disk } from '../store/disk.ts';
import { copyHashed, hashFile, jsonText, sha256Of, writeNew } from '../store/disk.ts';
import type { Together } from '../store/durable-together.ts';
import { durableTogether } from '../store/durable-together.ts';
import type { Layout } from '../store/layout.ts';
import { joinPortable } from '../store/portable.ts';
import type { Files } from '../system/files.ts';
import type { Findings } from './problems.ts';
import { problem } from './problems.ts';
import type { CopyProgress } from './request.ts';
import { README } from './study-rules.ts';
import type { StudyFile } from './walk.ts';

/** What goes into an order. */
export interface Material {
  files: readonly StudyFile[];
  emptyDirs: readonly string[];
  bytes: number;
  /** Text of the README.md that the study lacks. */
  readme: string | undefined;
  onProgress: ((progress: CopyProgress) => void) | undefined;
}

/** A name of our own in the staging folder, which others use too. */
const PREFIX = 'submit-';
/** No copy takes this long; what is older was interrupted. */
const STALE_MS = 24 * 3600 * 1000;

export function newStagingDir({ files }: Disk, layout: Layout): string {
  return path.join(layout.staging, PREFIX + files.uniqueName());
}

/** Removes what interrupted submissions left. What cannot be removed must not keep a new one from its work. */
export async function removeStale({ files, clock }: Disk, layout: Layout): Promise<void> {
  for (const { name } of files.list(layout.staging) ?? []) {
    const dir = path.join(layout.staging, name);
    const facts = name.startsWith(PREFIX) ? files.facts(dir) : undefined;
    if (facts && clock.now() - facts.mtimeMs > STALE_MS) await files.removeTree(dir).catch(() => undefined);
  }
}

/** A copy of a study in the staging folder: nobody looks into it, and it is durable once it is sealed. */
export interface StagedStudy {
  dir: string;
  /** Those of its seal, without job.json. */
  entries: SealEntry[];
  /** Its directories, each before those in it. */
  dirs: string[];
  together: Together;
}

/** Fills the new directory `dir`. */
export async function stageStudy(
  disk: Disk,
  dir: string,
  material: Material,
  found: Findings,
): Promise<StagedStudy> {
  const { files } = disk;
  const together = durableTogether(disk);
  files.makeDir(path.dirname(dir));
  files.makeNewDir(dir);
  const dirs = ['', ...directoriesOf(material)].map((each) => joinPortable(dir, each));
  for (const each of dirs.slice(1)) files.makeDir(each);
  const entries = await readAll(together.disk, material, found, (counted, file) =>
    copyHashed(counted, file.source, joinPortable(dir, file.path)),
  );
  if (material.readme !== undefined) await writeNew(together.disk, path.join(dir, README), material.readme);
  return { dir, entries, dirs, together };
}

/** The entries that the seal of this study would have, with nothing written. */
export async function hashStudy(disk: Disk, material: Material, found: Findings): Promise<SealEntry[]> {
  return readAll(disk, material, found, (counted, file) => hashFile(counted, file.source));
}

/** Writes job.json and the seal; all of it is durable when it returns. May be done again when the order needs another id. */
export async function sealStaged(
  { dir, entries, dirs, together }: StagedStudy,
  fields: object,
): Promise<void> {
  const { disk, durable } = together;
  const text = jsonText(fields);
  const sealed = formatSeal([...entries, { path: JOB_JSON, sha256: sha256Of(text) }]);
  for (const [name, content] of [
    [JOB_JSON, text],
    [SEAL, sealed],
  ] as const) {
    const file = path.join(dir, name);
    if (disk.files.facts(file)) await disk.files.removeFile(file); // sealed before, with an id that was taken
    await writeNew(disk, file, content);
  }
  await durable();
  for (const each of dirs.toReversed()) disk.files.syncDir(each);
}

/** The directories an order needs, each before those in it. */
function directoriesOf({ files, emptyDirs }: Material): string[] {
  const dirs = new Set<string>();
  const above = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
  for (const start of [...emptyDirs, ...files.map((file) => above(file.path))]) {
    for (let dir = start; dir && !dirs.has(dir); dir = above(dir)) dirs.add(dir);
  }
  return [...dirs].sort();
}

type ReadOne = (disk: Disk, file: StudyFile) => Promise<Digest>;

async function readAll(
  disk: Disk,
  material: Material,
  found: Findings,
  readOne: ReadOne,
): Promise<SealEntry[]> {
  const progress: CopyProgress = { done_bytes: 0, total_bytes: material.bytes, file: '' };
  const tell = (bytes: number) => {
    progress.done_bytes += bytes;
    material.onProgress?.({ ...progress });
  };
  const counted: Disk = { files: countingReads(disk.files, tell), clock: disk.clock };
  const entries: SealEntry[] = [];
  for (const file of material.files) {
    progress.file = file.path;
    const digest = await readOne(counted, file);
    entries.push({ path: file.path, sha256: digest.sha256 });
    if (digest.bytes !== file.size || !isAsSeen(disk.files, file)) break; // the second look below names it
  }
  // a second look at all of them: files that belong together must not come from before and after a change
  for (const file of material.files) {
    if (isAsSeen(disk.files, file)) continue;
    found.errors.push(problem('changed', file.path, 'changed while it was copied'));
  }
  if (material.readme !== undefined) entries.push({ path: README, sha256: sha256Of(material.readme) });
  return entries;
}

function isAsSeen(files: Files, file: StudyFile): boolean {
  return files.facts(file.source)?.signature === file.signature;
}

/** The same disk, telling how many bytes were read from it: one big model takes longer than all other files. */
function countingReads(files: Files, tell: (bytes: number) => void): Files {
  const counted = Object.create(files) as Files;
  counted.openRead = (file) => {
    const source = files.openRead(file);
    return {
      read: (buffer) => {
        const size = source.read(buffer);
        if (size > 0) tell(size);
        return size;
      },
      write: (bytes) => source.write(bytes),
      sync: () => source.sync(),
      close: () => source.close(),
    };
  };
  return counted;
}
