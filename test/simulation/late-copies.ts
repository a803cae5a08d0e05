// Late copies: a part of what the mirror had brought of a job, and had deleted again, stands there once more.
import { count, ROOTS } from './check/book.ts';
import { contentOf } from './check/contents.ts';
import type { Fault } from './fault-kinds.ts';
import type { World } from './world.ts';

const LOOK_MS = 500;
const LOOK_MAX_MS = 30_000;

/** Keeps what there is of a job once there is something, and brings some of it back when it has gone. */
export function comeBack(world: World, fault: Extract<Fault, { kind: 'return' }>): void {
  const { sides, scenario, book, timeline } = world;
  // where both sides write, what comes back is a version like any other, and a power cut does that as well
  if (scenario.folders === 'one') return;
  const { who, afterMs, job } = fault;
  const { disk } = sides[who];
  const dir = `${ROOTS[who]}/${who === 'linux' ? 'inbox' : 'outbox'}/${scenario.jobs[job]?.id}`;
  const random = world.random(`late copies ${fault.atMs}`);
  let lookMs = LOOK_MS;
  // a world may be hours long: who looks twice a second all the time fills it with looks
  const again = (look: () => void) => {
    timeline.after(lookMs, look);
    lookMs = Math.min(lookMs * 1.1, LOOK_MAX_MS);
  };
  const waitForIt = () => {
    if (world.isCalm) return;
    const kept = [...contentOf(disk, dir)].filter(() => random.chance(0.7));
    if (disk.files.facts(`${dir}/job.json`) && kept.length > 0) waitUntilGone(kept);
    else again(waitForIt);
  };
  const waitUntilGone = (kept: readonly (readonly [string, string])[]) => {
    if (world.isCalm) return;
    if (disk.files.facts(dir)) again(() => waitUntilGone(kept));
    else timeline.after(afterMs, () => bringBack(kept));
  };
  const bringBack = (kept: readonly (readonly [string, string])[]) => {
    if (world.isCalm || !sides[who].isOn) return;
    count(book.seen, `fault: late copies on ${who}`);
    world.say('fault', `late copies of ${dir}`);
    sides[who].writer = undefined;
    for (const [file, text] of kept) disk.put(`${dir}/${file}`, Buffer.from(text, 'latin1'));
  };
  waitForIt();
}
