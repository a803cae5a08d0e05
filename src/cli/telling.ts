// Work of a command on files that note what they change; afterwards the mirror is told, so that it need not find it.
import type { Ground } from '../link/see.ts';
import { tellingFiles } from '../link/telling-files.ts';
import type { Context } from './context.ts';
import { withFiles } from './context.ts';

/** The mirror finds everything by itself, only later: nobody waits longer than twice this for it. */
const LIMIT_MS = 2_500;

export async function whileTelling<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T> {
  const { link, nudge } = context.settings.syncthing;
  if (link !== 'auto' || !nudge) return work(context);
  const changed = new Set<string>();
  const files = tellingFiles(context.parts.disk.files, (file) => changed.add(file));
  const over = new AbortController();
  // asked while the work is done: an order is no later for it
  const ground = lookForGround(context, over.signal).catch(() => undefined);
  try {
    return await work(withFiles(context, files));
  } finally {
    if (changed.size > 0) await tell(context, changed, await ground);
    over.abort();
  }
}

async function lookForGround(context: Context, over: AbortSignal): Promise<Ground | undefined> {
  const [{ seePartsOf }, { groundOf }] = await Promise.all([
    import('./ask-syncthing.ts'),
    import('../link/see.ts'),
    import('../link/nudge.ts'),
  ]);
  return groundOf(
    seePartsOf(context, await context.parts.loadMirror(), { signal: over, timeoutMs: LIMIT_MS }),
  );
}

async function tell(
  { parts, layout }: Context,
  changed: ReadonlySet<string>,
  ground: Ground | undefined,
): Promise<void> {
  if (!ground) return;
  const { newNudge } = await import('../link/nudge.ts');
  const nudge = newNudge({ ground: () => ground, layout, clock: parts.disk.clock });
  for (const file of changed) nudge.tell(file);
  await nudge.settled(LIMIT_MS);
  nudge.close();
}
