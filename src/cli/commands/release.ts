// `jobq release`: lets held jobs start.
import { ask } from '../asking.ts';
import { openContext } from '../context.ts';
import type { CliParts } from '../parts.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  return ask(await openContext(parts, input), input.args, 'release', {});
}
