// Where a job's order is and what it says, in outbox/ or in the archive; and with that, which jobs repeat which.
import path from 'node:path';
import type { Fields } from '../job/lenient-text.ts';
import { parseJson } from '../job/lenient-text.ts';
import type { Kin, RetryNames } from '../job/retry.ts';
import { retryNamesAmong } from '../job/retry.ts';
import { JOB_JSON } from '../job/seal.ts';
import type { Files } from '../system/files.ts';
import type { Layout } from './layout.ts';
import { ORDER_DIR } from './layout.ts';

/** Names below archive/ of each job, oldest first. */
export type ArchiveNames = ReadonlyMap<string, readonly string[]>;

/**
 * The directory of a job's order; undefined when it is nowhere. Once it is in the archive, what stands in outbox/ is a
 * copy that the mirror brought back, maybe in part.
 */
export function orderDirOf(
  files: Files,
  layout: Layout,
  archived: ArchiveNames,
  jobId: string,
): string | undefined {
  const names = (archived.get(jobId) ?? []).toReversed();
  const places = [...names.map((name) => path.join(layout.archived(name), ORDER_DIR)), layout.order(jobId)];
  return places.find((dir) => files.facts(dir)?.kind === 'directory');
}

/** The fields of a directory's job.json as they were written. */
export function fieldsIn(files: Files, dir: string): Fields | undefined {
  const bytes = files.readSmall(path.join(dir, JOB_JSON));
  return bytes && fieldsOf(bytes);
}

/** What stands in a JSON file, if that is an object. */
export function fieldsOf(bytes: Uint8Array): Fields | undefined {
  const parsed = parseJson(bytes);
  if ('problem' in parsed) return undefined;
  const { value } = parsed;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The order's fields, or those of a record, which repeats them; newest first. */
function told(files: Files, layout: Layout, archived: ArchiveNames, jobId: string): Fields | undefined {
  const order = orderDirOf(files, layout, archived, jobId);
  const fields = order === undefined ? undefined : fieldsIn(files, order);
  if (fields) return fields;
  const records = [layout.record(jobId), ...(archived.get(jobId) ?? []).map((name) => layout.archived(name))];
  return records.map((dir) => fieldsIn(files, dir)).find((each) => each !== undefined);
}

/** `open`: the ids of all jobs that may not be archived. */
export function kinOf(files: Files, layout: Layout, archived: ArchiveNames, open: Iterable<string>): Kin {
  return kinAmong(files, layout, archived, retryNamesIn(archived, open));
}

/** An order is read only where a name asks for it. */
export function kinAmong(files: Files, layout: Layout, archived: ArchiveNames, names: RetryNames): Kin {
  const read = new Map<string, string | undefined>();
  return {
    names,
    retryOf: (jobId) => {
      if (!read.has(jobId)) read.set(jobId, textOf(told(files, layout, archived, jobId)?.['retry_of']));
      return read.get(jobId);
    },
  };
}

/** Those of the jobs in the archive, and of these, which may not be there. */
export function retryNamesIn(archived: ArchiveNames, open: Iterable<string>): RetryNames {
  return retryNamesAmong(new Set([...open, ...archived.keys()]));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Is there anything of a job with this id? Requests alone count too: they would meet a new one. */
export function isKnown(files: Files, layout: Layout, archived: ArchiveNames, jobId: string): boolean {
  const places = [layout.order(jobId), layout.record(jobId), layout.requests(jobId)];
  return archived.has(jobId) || places.some((dir) => files.facts(dir) !== undefined);
}
