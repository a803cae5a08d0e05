// `jobq cancel`: asks the runner to end jobs.
import { ask } from '../asking.ts';
import { openContext } from '../context.ts';
import type { CliParts } from '../parts.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  reason?: string;
  grace?: number;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = await openContext(parts, input);
  const { reason, grace } = input.options;
  const wishes = { ...(reason !== undefined && { reason }), ...(grace !== undefined && { grace_s: grace }) };
  return ask(context, input.args, 'cancel', wishes);
}
