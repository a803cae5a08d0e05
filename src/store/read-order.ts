// Reads an order's directory as far as two small files and lstat go.
import path from 'node:path';
import { contents } from '../job/fields.ts';
import type { FieldProblem } from '../job/issues.ts';
import type { Fields } from '../job/lenient-text.ts';
import type { Order } from '../job/order.ts';
import { parseOrder } from '../job/order.ts';
import type { SealEntry } from '../job/seal.ts';
import { JOB_JSON } from '../job/seal.ts';
import { ORDER_BYTES } from '../job/sizes.ts';
import type { Arrived, OrderFacts, ReadOrder, ReadOrderFacts } from '../queue/order-facts.ts';
import type { Files } from '../system/files.ts';
import { sha256Of } from './disk.ts';
import { fieldsOf } from './kin.ts';
import { isSealedManifest, manifestFault, readSeal } from './seal.ts';
import type { TreeListing } from './tree.ts';
import { listTree, sealable, signatureOf } from './tree.ts';

/** What stands in an order's directory; undefined when there is no such directory, or nothing in it. */
export function readOrder(files: Files, dir: string, jobId: string): ReadOrderFacts | undefined {
  const listing = listTree(files, dir);
  if (listing.files.length === 0) return undefined;
  // kept for each of ten thousand orders, and only ever compared
  const signature = sha256Of(signatureOf(listing)).slice(0, 32);
  const seal = readSeal(files, dir);
  const jobJson = files.readSmall(path.join(dir, JOB_JSON), ORDER_BYTES);
  const fields = (jobJson && fieldsOf(jobJson)) ?? {};
  if (seal.seal === 'missing') return { seal: 'missing', fields, signature };
  if (seal.seal === 'unfit') return { seal: 'unfit', fields, reason: seal.reason, signature };
  if (!jobJson || !isSealedManifest(seal.entries, jobJson))
    return { seal: 'unfit', fields, reason: manifestFault(jobJson), signature };
  return sealedOrder({
    jobId,
    jobJson,
    fields,
    listing,
    signature,
    entries: seal.entries,
    sha256: seal.sha256,
  });
}

interface SealedParts {
  jobId: string;
  jobJson: Buffer;
  fields: Fields;
  listing: TreeListing;
  signature: string;
  entries: readonly SealEntry[];
  sha256: string;
}

function sealedOrder(parts: SealedParts): ReadOrder {
  const { jobId, jobJson, fields, listing, signature, entries, sha256 } = parts;
  const { order, problems } = checkedOrder(jobJson, jobId);
  const named = new Set(entries.map((entry) => entry.path));
  const unsealed = sealable(listing).flatMap((file) => (named.has(file.path) ? [] : [file.path]));
  const arrived = arrivedOf(listing, named, fields);
  return { seal: 'valid', fields, order, problems, entries, arrived, sha256, signature, unsealed };
}

function checkedOrder(
  jobJson: Buffer,
  jobId: string,
): { order: Order | undefined; problems: FieldProblem[] } {
  const parsed = parseOrder(jobJson, jobId);
  if (!parsed.ok) return { order: undefined, problems: parsed.problems };
  if (parsed.value.inputs) return { order: parsed.value, problems: [] };
  return {
    order: undefined,
    problems: [{ field: 'inputs', reason: 'is missing: a sealed order says what it holds' }],
  };
}

function arrivedOf(listing: TreeListing, named: Set<string>, fields: Fields): Arrived {
  const there = listing.files.filter((file) => named.has(file.path) && file.path !== JOB_JSON);
  const told = contents.safeParse(fields['inputs']);
  const bytes = there.reduce((sum, file) => sum + file.facts.size, 0);
  const expected = told.success ? told.data : undefined;
  const all = there.length === named.size - 1;
  return {
    files: there.length,
    bytes,
    expected,
    complete: all && (!expected || (expected.bytes === bytes && expected.files === there.length)),
  };
}

/** Is every file there that its seal names? Nothing is to come any more, and what comes beside it is no part of it. */
export function isWhole(facts: OrderFacts | undefined): boolean {
  return facts?.seal === 'valid' && facts.arrived.complete;
}
