// What a runner knows of one interpreter: the program that runs a job's script, and how it is called.
import * as z from 'zod/mini';
import type { Facts } from './kinds.ts';
import { absolutePath, programPath, shortName, variableName } from './kinds.ts';

const texts = z._default(z.array(z.string()), []);

function interpreterSchema(facts: Facts) {
  return z.strictObject({
    path: programPath(facts),
    args_before_script: texts,
    args_after_script: texts,
    path_prepend: z._default(z.array(absolutePath(facts)), []),
    env: z._default(z.record(variableName, z.string()), {}),
  });
}
export type Interpreter = z.infer<ReturnType<typeof interpreterSchema>>;
export type Interpreters = { [name: string]: Interpreter };

export const INTERPRETER_FIELDS = [
  'path',
  'args_before_script',
  'args_after_script',
  'path_prepend',
  'env',
] as const satisfies (keyof Interpreter)[];

export function interpretersSchema(facts: Facts) {
  return z.record(shortName, interpreterSchema(facts));
}

/** Python is there without being configured. Windows has no `python3`, and many Linux systems no `python`. */
export function defaultInterpreters(facts: Pick<Facts, 'platform'>): Interpreters {
  const path = facts.platform === 'win32' ? 'python' : 'python3';
  return { python: { path, args_before_script: [], args_after_script: [], path_prepend: [], env: {} } };
}
