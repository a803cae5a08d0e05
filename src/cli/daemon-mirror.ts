// The mirror as a daemon keeps it: what it knows of the link, and files that tell Syncthing what they change.
import type { Link } from '../link/link.ts';
import { openLink } from '../link/link.ts';
import type { Nudge } from '../link/nudge.ts';
import { newNudge } from '../link/nudge.ts';
import { newLooker } from '../link/see.ts';
import { tellingFiles } from '../link/telling-files.ts';
import type { LinkState } from '../queue/liveness.ts';
import type { Log } from '../system/log.ts';
import { seePartsOf } from './ask-syncthing.ts';
import type { Context } from './context.ts';
import { withFiles } from './context.ts';

export interface DaemonMirror {
  /** The same context, whose files tell the mirror what they change. */
  context: Context;
  /** Looks at the link while the work is done, from before it begins; then gives what was told last a moment. */
  whileOpen<T>(log: Log, ring: () => void, work: () => Promise<T>): Promise<T>;
  /** To one device of the mirror; as a whole where none is named. */
  link(device?: string): LinkState;
  /** More of the link as a whole, for people. */
  why(): string | undefined;
  /** The device that this machine is, once that is known. */
  ownDevice(): string | undefined;
}

/** A daemon that ends does not wait longer for Syncthing to take up its last words. */
const LAST_WORDS_MS = 2_000;

export function newDaemonMirror(context: Context): DaemonMirror {
  const { link } = context.settings.syncthing;
  if (link === 'auto') return askingMirror(context);
  return {
    context,
    whileOpen: (_log, _ring, work) => work(),
    link: () => link,
    why: () => undefined,
    ownDevice: () => undefined,
  };
}

function askingMirror(context: Context): DaemonMirror {
  const { parts, layout, settings } = context;
  const { clock, files } = parts.disk;
  let link: Link | undefined;
  let nudge: Nudge | undefined;
  return {
    context: withFiles(
      context,
      tellingFiles(files, (file) => nudge?.tell(file)),
    ),
    whileOpen: async (log, ring, work) => {
      const over = new AbortController();
      const looker = newLooker(seePartsOf(context, await parts.loadMirror(), { signal: over.signal }));
      if (settings.syncthing.nudge) nudge = newNudge({ ground: looker.ground, layout, clock, log });
      link = await openLink({ looker, clock, log, ring, settings: settings.syncthing });
      try {
        return await work();
      } finally {
        await nudge?.settled(LAST_WORDS_MS);
        nudge?.close();
        over.abort();
        await link.close();
      }
    },
    // a runner of this machine is on this side of the mirror
    link: (device) =>
      device !== undefined && device === link?.ground()?.myId
        ? 'local'
        : (link?.to(device).state ?? 'unknown'),
    why: () => link?.to().why,
    ownDevice: () => link?.ground()?.myId,
  };
}
