// Regular expressions that other people wrote, held against lines within a limited time: one that backtracks for hours
// is given up. It knows nothing of logs.
import { createContext, Script } from 'node:vm';
import { systemCode } from '../errors.ts';

/** The index of the first line that the expression fits, -1 for none, undefined when it was given up. */
export type FindLine = (pattern: RegExp, lines: readonly string[], limitMs: number) => number | undefined;

/** Only what runs in a context of its own has a time limit; Node ends it even in the middle of one match. */
const search = new Script('find()');
const world = { find: () => -1 };
const context = createContext(world);

export const findLine: FindLine = (pattern, lines, limitMs) => {
  world.find = () => lines.findIndex((line) => pattern.test(line));
  try {
    return search.runInContext(context, { timeout: Math.max(1, Math.ceil(limitMs)) }) as number;
  } catch (error) {
    if (systemCode(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  } finally {
    world.find = () => -1;
  }
};
