// What must hold of everything that a reader gives, and of every error it throws.
import { JobqError, systemCode } from '../../src/errors.ts';

/** A file that is not read at all says so by one of these. */
const REFUSALS = new Set(['EFBIG', 'ELOOP']);

/** Is this an error that names what is wrong, and no accident of the code? */
export function isTold(error: unknown): boolean {
  return error instanceof JobqError || REFUSALS.has(systemCode(error) ?? '');
}

/** Why a value that was read cannot go on into a record, a message or a list; undefined when it can. */
export function flawOf(value: unknown): string | undefined {
  if (Object.hasOwn(Object.prototype, 'polluted')) return 'it has changed what every object has';
  const strange = prototypeIn(value, 20);
  if (strange !== undefined) return `it has a prototype of its own at ${strange}`;
  try {
    JSON.stringify(value);
    return undefined;
  } catch (error) {
    return `it cannot be written again: ${String(error)}`;
  }
}

function prototypeIn(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || depth === 0) return undefined;
  if (value instanceof Map) return prototypeIn(Object.fromEntries(value), depth);
  if (!Array.isArray(value)) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return '.';
  }
  for (const [key, inner] of Object.entries(value)) {
    const below = prototypeIn(inner, depth - 1);
    if (below !== undefined) return `${key}/${below}`;
  }
  return undefined;
}
