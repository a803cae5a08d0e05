// `jobq seal`: seals an order made by hand, at once.

import path from 'node:path';
import { parseOrder, RUN_ON_AUTO, runOn } from '../../job/order.ts';
import { JOB_JSON } from '../../job/seal.ts';
import { readPresences } from '../../store/presences.ts';
import { sealHandMade } from '../../store/seal-hand-made.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { namedOrder } from '../jobs.ts';
import type { CliParts } from '../parts.ts';
import { bytesText, countText } from '../render/words.ts';
import { requireLinuxSide, whoAsks } from '../side.ts';
import { whileTelling } from '../telling.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  const context = await openContext(parts, input);
  requireLinuxSide(context);
  const jobId = namedOrder(context, input.args[0] ?? '');
  const sealed = await whileTelling(context, (telling) =>
    sealHandMade(telling.parts.disk, context.layout, jobId, {
      runOn: chosenRunner(context),
      sealedBy: whoAsks(context),
    }),
  );
  const value = { ...sealed, order: context.layout.order(jobId), run_on: sealedRunOn(context, jobId) };
  return {
    value,
    text: () =>
      `sealed ${jobId}: ${countText(sealed.files, 'file')}, ${bytesText(sealed.bytes)}, to run on ${value.run_on}`,
  };
}

/** As submit chooses: the setting, else the only runner there is, else whichever is assigned. */
function chosenRunner({ parts, layout, settings }: Context): string {
  const [only, ...others] = readPresences(parts.disk.files, layout);
  const single = others.length === 0 ? only?.runner_id : undefined;
  return settings.queue.run_on ?? single ?? RUN_ON_AUTO;
}

/** What job.json itself asked for goes before what was chosen. */
function sealedRunOn({ parts, layout }: Context, jobId: string): string {
  const bytes = parts.disk.files.readSmall(path.join(layout.order(jobId), JOB_JSON));
  const parsed = bytes && parseOrder(bytes, jobId);
  return parsed?.ok ? runOn(parsed.value) : RUN_ON_AUTO;
}
