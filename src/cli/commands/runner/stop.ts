// `jobq runner stop`: asks the daemon of this machine to end, and waits until it has.
import { openContext } from '../../context.ts';
import type { CliParts } from '../../parts.ts';
import { requestStop } from '../../stop.ts';
import type { VerbInput, VerbResult } from '../../verb.ts';

const TIMEOUT_S = 30;

export async function run(parts: CliParts, input: VerbInput<{ timeout?: number }>): Promise<VerbResult> {
  const context = await openContext(parts, { queue: input.queue });
  const { id } = context.settings.runner;
  return requestStop(context, { role: 'runner', id }, input.options.timeout ?? TIMEOUT_S);
}
