// A job is closed when its record is gone for good, not while the mirror replaces it.
import type { World } from '../world.ts';
import { ROOTS } from './book.ts';
import { breach } from './breach.ts';

const ORDER = /^\/queue\/outbox\/([^/]+)$/;

/** One absence is shorter than the wait for the second look; two may follow one another. */
function isHiddenOnce({ scenario }: World, job: string): boolean {
  const hidden = scenario.faults.filter(
    (fault) => fault.kind === 'absence' && fault.who === 'linux' && scenario.jobs[fault.job]?.id === job,
  );
  return hidden.length === 1;
}

/** An order of an acknowledged record goes into the archive: the last step but one. */
export function afterMoved(world: World, from: string): void {
  const job = ORDER.exec(from)?.[1];
  if (job === undefined) return;
  const { disk, absent } = world.sides.linux;
  const record = `${ROOTS.linux}/inbox/${job}`;
  const isAcknowledged = disk.bytes(`${ROOTS.linux}/requests/${job}/archived.json`) !== undefined;
  const isHidden = absent.has(record) && disk.bytes(`${record}/SHA256SUMS`) !== undefined;
  if (isAcknowledged && isHidden && isHiddenOnce(world, job))
    breach(world, `${job} was closed while its record was only not to be seen for a moment`);
}
