// Nobody is called lost, and nothing is tried again, for a silence that the link explains, or that was none.
import type { World } from '../world.ts';
import { count, isHarmed, ROOTS } from './book.ts';
import { breach, json } from './breach.ts';

/** A job is tried again only after it failed here, whole, or when its runner is silent and the mirror would deliver. */
export function afterCancel(world: World, job: string, file: string): void {
  const { superseded_by, reason } = json(world, 'linux', file);
  if (superseded_by === undefined) return;
  count(world.book.seen, 'superseded');
  if (!String(reason).endsWith('class lost')) return;
  const state = world.mirror.link();
  if (state !== 'up' && state !== 'local')
    breach(world, `${job} is tried again for silence while the link is ${state}`);
  checkSilence(world, job, 'is tried again');
}

/** What a runner says takes some of the time to come here; what it said before that has come, as far as the link is up. */
const ON_ITS_WAY_MS = 70_000;
const SURELY_SILENT_MS = 170_000;

const PRESENCE = `${ROOTS.windows}/runners/station.json`;

function checkSilence(world: World, job: string, what: string): void {
  if (world.mirror.isBehind('windows', PRESENCE)) return;
  const nowMs = world.timeline.nowMs();
  const spoke = world.book.presenceMs.findLast(
    (ms) => nowMs - ms > ON_ITS_WAY_MS && nowMs - ms < SURELY_SILENT_MS,
  );
  if (spoke !== undefined && !isHarmed(world.book, job))
    breach(world, `${job} ${what}, but its runner spoke ${Math.round((nowMs - spoke) / 1000)} s ago`);
}

export function afterLost(world: World, job: string, file: string): void {
  const { recovered_at } = json(world, 'linux', file);
  count(world.book.seen, recovered_at === undefined ? 'lost' : 'recovered');
  const state = world.mirror.link();
  if (recovered_at !== undefined) return;
  if (!['up', 'local', 'unknown'].includes(state)) {
    breach(world, `${job} is called lost while the link is ${state}`);
    return;
  }
  if (state !== 'unknown') checkSilence(world, job, 'is called lost');
}
