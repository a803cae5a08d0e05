// `jobq runner status`: the runner of this machine as its owner sees it.
import { openContext } from '../../context.ts';
import type { CliParts } from '../../parts.ts';
import { runnerCard } from '../../render/runner-card.ts';
import { runnerNow } from '../../runner-now.ts';
import type { VerbInput, VerbResult } from '../../verb.ts';

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  const value = await runnerNow(await openContext(parts, { queue: input.queue }), false);
  return { value, text: (style) => runnerCard(style, value, parts.machine) };
}
