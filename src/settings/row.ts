// What one row of the table of settings says, and the parts that many rows share.
import * as z from 'zod/mini';
import type { Facts, Form, Limits } from './kinds.ts';
import { absolutePath, MAX_TIMER_S, numberWithin, pathsOf, wholeNumberWithin } from './kinds.ts';

/** What a default may depend on. */
export interface Known extends Facts {
  queueId: string | undefined;
}

export interface Row {
  form: Form;
  schema: (facts: Facts) => z.ZodMiniType;
  /** A value, or how it is worked out on this machine; undefined when the key may stay unset. */
  default: unknown;
  /** The default in words, where it is not the same everywhere. */
  shown?: string;
  /** Never shown, only that it is set. */
  secret?: true;
  /** TOML lines for the commented file, where the default cannot stand there. */
  examples?: readonly string[];
  unit: string;
  meaning: string;
  source: string;
}

export const text = { form: 'text', unit: 'text' } as const;
export const path = { form: 'text', unit: 'path', schema: absolutePath } as const;
export const list = { form: 'list', unit: 'list' } as const;
export const yesNo = { form: 'boolean', unit: 'true or false', schema: () => z.boolean() } as const;

export function amount(unit: string, limits: Limits) {
  return { form: 'number', unit, schema: () => numberWithin(limits) } as const;
}

export function count(unit: string, limits: Limits) {
  return { form: 'number', unit, schema: () => wholeNumberWithin(limits) } as const;
}

export function seconds(limits: Limits) {
  return amount('s', limits);
}

/** Seconds between two looks; many times a second would only burn the processor. */
export function timer(min = 0.05) {
  return seconds({ min, max: MAX_TIMER_S });
}

/** A folder of this queue among this user's data, once the queue's id is known. */
export function ownDir(name: string) {
  return (known: Known): string | undefined =>
    known.queueId === undefined ? undefined : pathsOf(known).join(known.dataDir, known.queueId, name);
}
