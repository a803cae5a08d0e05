// Work of a command on files that note what they change; afterwards the mirror is told, so that it need not find it.
import { tellingFiles } from '../link/telling-files.ts';
import type { Context } from './context.ts';
import { withFiles } from './context.ts';

/** The mirror finds everything by itself, only later: nobody waits longer than this for its answer. */
const LIMIT_MS = 5_000;

export async function whileTelling<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T> {
  const { link, nudge } = context.settings.syncthing;
  if (link !== 'auto' || !nudge) return work(context);
  const changed = new Set<string>();
  const files = tellingFiles(context.parts.disk.files, (file) => changed.add(file));
  try {
    return await work(withFiles(context, files));
  } finally {
    if (changed.size > 0) await tell(context, changed);
  }
}

async function tell(context: Context, changed: ReadonlySet<string>): Promise<void> {
  const { parts, layout } = context;
  // a command that changes nothing need not load what asks
  const [{ seePartsOf }, { groundOf }, { newNudge }] = await Promise.all([
    import('./ask-syncthing.ts'),
    import('../link/see.ts'),
    import('../link/nudge.ts'),
  ]);
  const ground = await groundOf(seePartsOf(context, await parts.loadMirror()));
  if (!ground) return;
  const nudge = newNudge({ ground: () => ground, layout, clock: parts.disk.clock });
  for (const file of changed) nudge.tell(file);
  await nudge.settled(LIMIT_MS);
  nudge.close();
}
