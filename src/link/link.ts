// The link as a daemon keeps it: looked at again and again beside the ticks, told when it turns.
import type { Clock } from '../system/clock.ts';
import type { Log } from '../system/log.ts';
import type { LinkKnown, LinkTo } from './judge-link.ts';
import { linkTo, nextLink } from './judge-link.ts';
import type { Ground, Looker } from './see.ts';

export interface Link {
  /** To one device of the mirror; as a whole where none is named. */
  to(device?: string): LinkTo;
  /** What is known of the mirror's configuration; undefined while it says nothing. */
  ground(): Ground | undefined;
  close(): Promise<void>;
}

export interface LinkParts {
  looker: Looker;
  clock: Clock;
  log: Log;
  /** The link has turned: whoever judges by it looks now. */
  ring(): void;
  settings: { poll_interval_s: number; half_open_after_s: number };
}

/** A daemon begins its work without knowing the link when the mirror takes longer than this to answer. */
const FIRST_LOOK_MS = 1_000;

/** Looks once, then goes on beside until it is closed. */
export async function openLink({ looker, clock, log, ring, settings }: LinkParts): Promise<Link> {
  const over = new AbortController();
  let known: LinkKnown | undefined;
  const look = async () => {
    const sight = await looker.look(clock.monotonic());
    const moment = { nowMs: clock.monotonic(), wallMs: clock.now() };
    const before = known?.whole;
    known = nextLink(known, sight, moment, settings.half_open_after_s * 1000);
    const { state, why } = known.whole;
    if (before?.state === state) return;
    log.info({ link: state, ...(why && { why }) }, before ? 'the link has turned' : 'the link');
    ring();
  };
  const goOn = async () => {
    while (!over.signal.aborted) {
      await clock.sleep(settings.poll_interval_s * 1000, over.signal);
      if (!over.signal.aborted) await look();
    }
  };
  const seen = new AbortController();
  const first = look().finally(() => seen.abort());
  const going = first.then(goOn);
  await Promise.race([first, clock.sleep(FIRST_LOOK_MS, seen.signal)]);
  return {
    to: (device) => (known ? linkTo(known, device) : { state: 'unknown', sinceMs: 0, why: undefined }),
    ground: looker.ground,
    close: async () => {
      over.abort();
      await going;
    },
  };
}
