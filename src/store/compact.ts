// What is kept of the small files of ten thousand jobs, made small: what many of them say alike is kept once for all.
// What it gives is shared, and nobody changes it.
import type { JobRecord } from '../job/record.ts';
import type { OrderFacts } from '../queue/order-facts.ts';

/** So many texts and values are remembered at most; then it begins anew, which only means that some are kept twice. */
const MOST = 4096;
/** What is longer is seldom said twice. */
const LONGEST = 512;

const texts = new Map<string, string>();
const values = new Map<string, unknown>();

function once<T>(known: Map<string, T>, key: string, made: T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= MOST) known.clear();
  known.set(key, made);
  return made;
}

/** The same value, of which equal parts are one. `own`: the one text that is the job's alone and is kept already. */
function shared(value: unknown, own: string): unknown {
  if (typeof value === 'string') {
    if (value === own) return own;
    return value.length > LONGEST ? value : once(texts, value, value);
  }
  if (typeof value !== 'object' || value === null) return value;
  const key = JSON.stringify(value);
  if (key.length > LONGEST) return inParts(value, own);
  return values.get(key) ?? once(values, key, Object.freeze(inParts(value, own)));
}

function inParts<T extends object>(value: T, own: string): T {
  const parts = value as Record<string, unknown>;
  for (const key of Object.keys(parts)) parts[key] = shared(parts[key], own);
  return value;
}

/**
 * A value that came from JSON, as JSON makes it: what a schema has put together piece by piece takes three times as much.
 */
function packed<T extends object>(value: T, own: string): T {
  return inParts(JSON.parse(JSON.stringify(value)) as T, own);
}

/** Of a sealed order that fits the schema the fields as they were written, and the digests of its files, are left out. */
export function compactOrder(facts: OrderFacts | undefined, jobId: string): OrderFacts | undefined {
  if (facts?.seal !== 'valid' || !facts.order) return facts;
  const order = packed(facts.order, jobId);
  const { entries, arrived, problems, unsealed, sha256, signature } = facts;
  const paths = entries.map(({ path }) => ({ path }));
  // no two jobs have the same digests
  const kept = packed({ entries: paths, arrived, problems, unsealed }, jobId);
  return { seal: facts.seal, ...kept, sha256, signature, order, fields: order };
}

export function compactRecord<T extends { record: JobRecord | undefined }>(
  seen: T | undefined,
  jobId: string,
): T | undefined {
  return seen?.record ? { ...seen, record: packed(seen.record, jobId) } : seen;
}
