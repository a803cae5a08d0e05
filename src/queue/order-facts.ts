// What can be seen of an order's directory without reading the big files.

import type { Contents } from '../job/fields.ts';
import type { FieldProblem } from '../job/issues.ts';
import type { Fields } from '../job/lenient-text.ts';
import type { Order } from '../job/order.ts';
import type { SealEntry } from '../job/seal.ts';

/** An order as it stands in `outbox/`, seen with lstat and two small files. */
export type OrderFacts = UnsealedOrder | UnfitOrder | SealedOrder;

export interface UnsealedOrder {
  seal: 'missing';
  fields: Fields;
  /** Changes when anything in the directory changes. */
  signature: string;
}

/** A seal is there, but it is cut short, or job.json is not the one it names: it may still be arriving. */
export interface UnfitOrder {
  seal: 'unfit';
  fields: Fields;
  reason: string;
  signature: string;
}

/** A valid seal and the job.json that it names. */
export interface SealedOrder {
  seal: 'valid';
  fields: Fields;
  /** The order, or undefined when its job.json does not fit the schema. */
  order: Order | undefined;
  /** What is wrong with job.json. */
  problems: FieldProblem[];
  /** The files that the seal names. */
  entries: readonly Pick<SealEntry, 'path'>[];
  arrived: Arrived;
  /** Digest of the seal file itself. */
  sha256: string;
  signature: string;
  /** Files in the directory that the seal does not name. */
  unsealed: string[];
}

/** The same as it was read: whoever copies the order needs the digests, too. */
export interface ReadOrder extends SealedOrder {
  entries: readonly SealEntry[];
}

export type ReadOrderFacts = Exclude<OrderFacts, SealedOrder> | ReadOrder;

/** How much of what the seal names is there, by name and size; digests are for the copy to check. */
export interface Arrived {
  /** Besides job.json. */
  files: number;
  bytes: number;
  /** What there must be, where job.json tells. */
  expected: Contents | undefined;
  /** Every named file is there and the sizes add up. */
  complete: boolean;
}
