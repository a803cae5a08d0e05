// Makes the order of a retry from the one that is here: the same files, checked on the way, and a job.json of its own.
// Stopped at any point it leaves the whole new order or none.
import path from 'node:path';
import { contents } from '../job/fields.ts';
import type { Fields } from '../job/lenient-text.ts';
import type { SealEntry } from '../job/seal.ts';
import { JOB_JSON } from '../job/seal.ts';
import { copySealed } from './copy-sealed.ts';
import type { Disk } from './disk.ts';
import { jsonText, sha256Of, writeWhole } from './disk.ts';
import { fieldsIn } from './kin.ts';
import type { Layout } from './layout.ts';
import { isSealedManifest, readSeal, writeSeal } from './seal.ts';
import { takeName } from './take-name.ts';

export interface RetryWish {
  /** The job that is repeated, and the directory of its order. */
  jobId: string;
  orderDir: string;
  retryAs: string;
  createdBy: string;
  /** A person asks for it: it starts without a release. */
  byHand: boolean;
  /** The old job had been started: what it had waited for is not waited for again. */
  hadStarted: boolean;
  /** In place of those of the old order. */
  args?: readonly string[] | undefined;
  runOn?: string | undefined;
}

/** The order cannot be repeated, and will not be another time. */
export class NotRepeatable extends Error {}

/** The job.json of the retry. An idempotency key stands for the one order that was submitted with it. */
export function retryFields(fields: Fields, wish: RetryWish, createdAtMs: number): Fields {
  const { idempotency_key: _, hold, depends_on, ...rest } = fields;
  const { hadStarted, byHand, args, runOn } = wish;
  return {
    ...rest,
    job_id: wish.retryAs,
    created_at: new Date(createdAtMs).toISOString(),
    created_by: wish.createdBy,
    ...(!hadStarted && depends_on !== undefined && { depends_on }),
    ...(!hadStarted && !byHand && hold !== undefined && { hold }),
    ...(args && { args }),
    ...(runOn !== undefined && { run_on: runOn }),
    retry_of: wish.jobId,
  };
}

/** What stands in an order that can be repeated. Throws `NotRepeatable`. */
function readSource(
  disk: Disk,
  { jobId, orderDir }: RetryWish,
): { fields: Fields; entries: readonly SealEntry[] } {
  const { files } = disk;
  const seal = readSeal(files, orderDir);
  if (seal.seal !== 'valid')
    throw new NotRepeatable(
      `the order of ${jobId} has no seal that can be read: nobody can tell whether it is whole`,
    );
  const jobJson = files.readSmall(path.join(orderDir, JOB_JSON));
  const fields = fieldsIn(files, orderDir);
  if (!jobJson || !fields || !isSealedManifest(seal.entries, jobJson))
    throw new NotRepeatable(`the job.json of ${jobId} is not the one that was sealed`);
  return { fields, entries: seal.entries };
}

/**
 * Copies the order into the new directory `dir` of the staging folder, seals it and gives it its place in outbox/.
 * False when a job of this id is there.
 */
export async function publishRetry(
  disk: Disk,
  layout: Layout,
  dir: string,
  wish: RetryWish,
): Promise<boolean> {
  const { files } = disk;
  const { fields, entries } = readSource(disk, wish);
  const inputs = entries.filter((entry) => entry.path !== JOB_JSON);
  try {
    files.makeDir(path.dirname(dir));
    files.makeNewDir(dir);
    const breach = await copySealed(disk, wish.orderDir, dir, inputs, emptyDirsOf(fields));
    if (breach) throw new NotRepeatable(`the order of ${wish.jobId} is not what was sealed: ${breach}`);
    const text = jsonText(retryFields(fields, wish, disk.clock.now()));
    await writeWhole(disk, layout.staging, path.join(dir, JOB_JSON), text);
    await writeSeal(disk, layout.staging, dir, [...inputs, { path: JOB_JSON, sha256: sha256Of(text) }]);
    if (!(await takeName(files, dir, layout.order(wish.retryAs)))) return false;
    files.syncDir(layout.tree('outbox'));
    return true;
  } finally {
    await files.removeTree(dir).catch(() => undefined);
  }
}

function emptyDirsOf(fields: Fields): string[] {
  const told = contents.safeParse(fields['inputs']);
  return told.success ? (told.data.empty_dirs ?? []) : [];
}
