// `jobq runner pause`, `resume` and `drain`: the owner's wish, left in the runner's own folder. The daemon acts on it
// at its next look; one that does not run finds it when it starts.

import type { OwnerWish } from '../../../queue/machine.ts';
import { pausedNow } from '../../../queue/owner-wish.ts';
import { isoNow } from '../../../store/disk.ts';
import { readOwner, writeOwner } from '../../../store/owner.ts';
import type { Context } from '../../context.ts';
import { openContext } from '../../context.ts';
import type { CliParts } from '../../parts.ts';
import { placesOf } from '../../prepare-runner.ts';
import { runnerCard } from '../../render/runner-card.ts';
import { runnerNow } from '../../runner-now.ts';
import { whoAsks } from '../../side.ts';
import { localText, untilMs } from '../../until.ts';
import type { VerbInput, VerbResult } from '../../verb.ts';

interface Options {
  until?: string;
  reason?: string;
  interrupt?: boolean;
}

export async function pause(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = await openContext(parts, { queue: input.queue });
  const { until, interrupt } = input.options;
  const nowMs = parts.disk.clock.now();
  const endMs = until === undefined ? undefined : untilMs('--until', until, nowMs, parts.machine);
  const paused: OwnerWish['paused'] = {
    ...askedOf(context, input.options),
    ...(endMs !== undefined && { until: new Date(endMs).toISOString() }),
    ...(interrupt && { interrupt }),
  };
  const { draining } = wishOf(context);
  await writeOwner(parts.disk, placesOf(context), { paused, ...(draining && { draining }) });
  const span =
    endMs === undefined ? 'until `jobq runner resume`' : `until ${localText(endMs, parts.machine)}`;
  const rest = interrupt
    ? 'what runs is asked to end, and on_interrupt says what becomes of it'
    : 'what runs goes on';
  return answer(context, true, `paused ${span}: nothing starts, ${rest}`);
}

export async function resume(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  const context = await openContext(parts, { queue: input.queue });
  const wish = wishOf(context);
  const changed = pausedNow(wish, parts.disk.clock.now()) !== undefined || wish.draining !== undefined;
  // also what cannot be read, and a pause that is over, are gone after this
  await writeOwner(parts.disk, placesOf(context), {});
  return answer(
    context,
    changed,
    changed ? 'resumed: jobs may start again' : 'was neither paused nor draining: nothing has changed',
  );
}

export async function drain(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = await openContext(parts, { queue: input.queue });
  const { paused } = wishOf(context);
  const draining = askedOf(context, input.options);
  await writeOwner(parts.disk, placesOf(context), { ...(paused && { paused }), draining });
  return answer(
    context,
    true,
    'draining: nothing starts, and the daemon ends once nothing runs; `jobq runner resume` takes it back',
  );
}

function wishOf(context: Context): OwnerWish {
  return readOwner(context.parts.disk.files, placesOf(context));
}

function askedOf(context: Context, { reason }: Options) {
  const at = isoNow(context.parts.disk);
  return { at, by: whoAsks(context), ...(reason !== undefined && { reason }) };
}

async function answer(context: Context, changed: boolean, done: string): Promise<VerbResult> {
  const value = await runnerNow(context, changed);
  return { value, text: (style) => `${done}\n\n${runnerCard(style, value, context.parts.machine)}` };
}
