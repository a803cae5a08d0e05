// `jobq release`: lets held jobs start, once what they depend on has completed.
import { ask } from '../asking.ts';
import { openContext } from '../context.ts';
import type { CliParts } from '../parts.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  force?: boolean;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const wishes = input.options.force === true ? { forced: true } : {};
  return ask(await openContext(parts, input), input.args, 'release', wishes);
}
