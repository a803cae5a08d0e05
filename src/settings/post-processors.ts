// What the watcher knows of one post-processor: the program, for which jobs it is, and how it is tried.
import * as z from 'zod/mini';
import type { Facts } from './kinds.ts';
import {
  anyText,
  command,
  MAX_TIMER_S,
  numberWithin,
  pathPattern,
  shortName,
  variableName,
  wholeNumberWithin,
} from './kinds.ts';

const RANK_MAX = 1_000_000;
export const TRIES_MAX = 100;

const names = z.optional(
  z
    .array(anyText)
    .check(z.refine(({ length }) => length > 0, 'is empty: no job would fit; leave it out for every job')),
);
const paths = z.optional(
  z
    .array(pathPattern)
    .check(z.refine(({ length }) => length > 0, 'is empty: no job would fit; leave it out for every job')),
);

function postProcessorSchema(facts: Facts) {
  return z.strictObject({
    command: command(facts).check(z.refine(({ length }) => length > 0, 'names no program')),
    types: names,
    projects: names,
    paths,
    timeout_s: z.optional(numberWithin({ min: 1, max: MAX_TIMER_S })),
    tries: z.optional(wholeNumberWithin({ min: 1, max: TRIES_MAX })),
    backoff_s: z.optional(numberWithin({ max: MAX_TIMER_S })),
    order: z._default(wholeNumberWithin({ min: -RANK_MAX, max: RANK_MAX }), 0),
    stop_on_failure: z._default(z.boolean(), false),
    env: z.optional(z.record(variableName, z.string())),
  });
}
export type PostProcessor = z.infer<ReturnType<typeof postProcessorSchema>>;
export type PostProcessors = { [name: string]: PostProcessor };

export const POST_FIELDS = [
  'command',
  'types',
  'projects',
  'paths',
  'timeout_s',
  'tries',
  'backoff_s',
  'order',
  'stop_on_failure',
  'env',
] as const satisfies (keyof PostProcessor)[];

/** `post_command` is an entry of its own, and its output is in `output.log`. */
const TAKEN = ['post_command', 'output'];

const postName = shortName.check(
  z.refine((name) => !TAKEN.includes(name.toLowerCase()), {
    error: ({ input }) => `is kept for watcher.post_command: ${JSON.stringify(input)} cannot be a name here`,
  }),
);

export function postProcessorsSchema(facts: Facts) {
  return z.record(postName, postProcessorSchema(facts));
}
