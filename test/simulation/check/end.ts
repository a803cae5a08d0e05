// What must be so once nothing goes wrong any more: every job has come to rest in the archive, whole, and was announced.
import { isSkippedName } from '../../../src/job/skipped-names.ts';
import { isOpenPlan, readRetryPlan } from '../../../src/store/retry-plan.ts';
import type { World } from '../world.ts';
import type { Content, Submitted } from './book.ts';
import { INPUTS_TIMEOUT_S, isHarmed, ROOTS, rootOf } from './book.ts';
import { archivedNamesOf, contentOf, lacks, sameContent } from './contents.ts';

const ARCHIVE = `${ROOTS.linux}/archive`;

/** What there is still to be done; undefined when all is at rest. */
export function unrest(world: World): string | undefined {
  for (const device of ['linux', 'windows'] as const)
    for (const tree of ['outbox', 'inbox', 'requests']) {
      const names = world.sides[device].disk.files.list(`${ROOTS[device]}/${tree}`) ?? [];
      const left = names.find(({ name }) => !isSkippedName(name) && !mayStay(world, tree, name));
      if (left) return `${tree}/${left.name} is left on ${device}`;
    }
  for (const job of world.book.orders.keys()) {
    const open = isForPeople(world, job) ? undefined : whatIsOpen(world, job);
    if (open) return open;
  }
  return world.mirror.isQuiet() ? undefined : 'the mirror still brings something';
}

/** A person changed its files, or deleted all there was of a job that it depends on: that one will never end. */
function isForPeople(world: World, job: string): boolean {
  const { book, sides } = world;
  if (isHarmed(book, job)) return true;
  const before = (book.orders.get(job)?.plan.fields['depends_on'] ?? []) as string[];
  const { disk } = sides.linux;
  const isNowhere = (id: string) =>
    !disk.files.facts(`${ROOTS.linux}/outbox/${id}/job.json`) &&
    archivedNamesOf(disk, ARCHIVE, id).length === 0;
  return before.some((id) => isForPeople(world, id) && (isNowhere(id) || !isHarmed(book, id)));
}

function whatIsOpen(world: World, job: string): string | undefined {
  const { disk } = world.sides.linux;
  const names = archivedNamesOf(disk, ARCHIVE, job);
  if (names.length === 0) return `${job} is not archived`;
  const plans = names.map((name) => readRetryPlan(disk.files, `${ARCHIVE}/${name}`));
  if (plans.some((plan) => plan && isOpenPlan(plan))) return `${job} is to be tried again`;
  return isAnnounced(world, job) ? undefined : `${job} was not announced`;
}

/**
 * In one folder that both sides write, whatever a power cut or a lost index brings back on one side is a version like any
 * other: it comes back on the other side, whose order or record it no longer is.
 */
function mayComeBack({ book, scenario }: World): boolean {
  const causes = BRINGING_BACK.some((fault) => book.seen.has(`fault: ${fault}`));
  return scenario.folders === 'one' && causes;
}

const BRINGING_BACK = ['power of linux', 'power of windows', 'index lost in the one folder'];

/** What a person has changed, and what is left of a job that is archived with its order, is for people to look at. */
function mayStay(world: World, tree: string, name: string): boolean {
  const { book, sides } = world;
  if (name.endsWith('-copy') || isForPeople(world, name)) return true;
  const mayBeLeft = mayComeBack(world) || (tree === 'inbox' && isLitter(world, name));
  if (!book.orders.has(name)) return false;
  if (isWithoutSeal(world, name)) return true;
  if (!mayBeLeft) return false;
  return archivedNamesOf(sides.linux.disk, ARCHIVE, name).some((archived) =>
    sides.linux.disk.files.facts(`${ARCHIVE}/${archived}/order`),
  );
}

/**
 * A directory with nothing in it is no record: a runner that dies right after it made one, or at the very end of a
 * deletion, leaves it, and since it might be another runner's nobody removes it. Without its ledger a runner does not know
 * that a job is over: while the mirror removes the order and the request that says so, it may see one without the other;
 * it starts nothing, but its word that the order waits is left.
 */
function isLitter({ book, sides }: World, job: string): boolean {
  const { disk } = sides.windows;
  const dir = `${ROOTS.windows}/inbox/${job}`;
  if (disk.files.list(dir)?.length === 0) return true;
  const isQueued = /"state": "queued"/.test(String(disk.bytes(`${dir}/job.json`)));
  return book.seen.has('fault: ledger deleted') && isQueued;
}

/**
 * Of a record that was deleted, files came back without the seal, which alone tells a runner that lost its ledger that all
 * of it is archived: it deletes nothing, and the order is not filed while there is something in its place of results.
 */
function isWithoutSeal(world: World, job: string): boolean {
  const { files } = world.sides.windows.disk;
  const dir = `${ROOTS.windows}/inbox/${job}`;
  const has = (name: string) => files.facts(`${dir}/${name}`) !== undefined;
  const isLeft = (files.list(dir) ?? []).length > 0 && !has('job.json') && !has('SHA256SUMS');
  return isLeft && mayComeBack(world) && world.book.seen.has('fault: ledger deleted');
}

function isAnnounced({ book }: World, job: string): boolean {
  return [...book.sent.keys()].some((id) => id.startsWith(`${job}/`) && !id.includes('/lost/'));
}

export function endBreach(world: World): string | undefined {
  for (const [job, order] of world.book.orders) {
    if (isForPeople(world, job)) continue;
    const fault = faultOf(world, job, order);
    if (fault) return `${job}: ${fault}`;
  }
  return undefined;
}

function faultOf(world: World, job: string, order: Submitted): string | undefined {
  const { disk } = world.sides.linux;
  const names = archivedNamesOf(disk, ARCHIVE, job);
  const orders = names.filter((name) => disk.files.facts(`${ARCHIVE}/${name}/order`));
  const isOnce = orders.length === 1 || (orders.length > 1 ? mayComeBack(world) : isWithoutSeal(world, job));
  if (!isOnce) return `has ${orders.length} orders in the archive`;
  const changed = orders.filter(
    (name) => !sameContent(contentOf(disk, `${ARCHIVE}/${name}/order`), order.content),
  );
  // a part of an order that came back when the whole one was in the archive is filed beside what came late
  const isKept = changed.length === 0 || (mayComeBack(world) && changed.length < orders.length);
  if (isKept) return recordFaultOf(world, job, order, names);
  // the mirror took an older version of a file for the newer one
  const isInConflict = mayComeBack(world) && changed.every((name) => isPutAside(world, name, order.content));
  return isInConflict ? undefined : 'order/ differs from what was submitted';
}

function recordFaultOf(
  world: World,
  job: string,
  order: Submitted,
  names: readonly string[],
): string | undefined {
  const { book, sides } = world;
  const { disk } = sides.linux;
  const records = names.filter((name) => disk.bytes(`${ARCHIVE}/${name}/SHA256SUMS`));
  // without its ledger a runner closes what such a mirror brings back of a record, and that is filed beside the whole one
  const isClosedAgain = mayComeBack(world) && book.seen.has('fault: ledger deleted');
  if (records.length > 1) return isClosedAgain ? undefined : `${records.length} records are archived`;
  const [record] = records;
  const why = book.excuses.get(job) ?? book.excuses.get(order.plan.id);
  if (record === undefined) return why === 'abandoned' ? undefined : 'no whole record is archived';
  const dir = `${ARCHIVE}/${record}`;
  const lacking = lacks(disk, dir, 'now');
  if (lacking) return `in the archive ${lacking}`;
  const sealed = book.records.get(job)?.at(-1)?.content ?? new Map<string, string>();
  const archived = contentOf(disk, dir);
  if ([...sealed].some(([file, text]) => archived.get(file) !== text)) return 'is not archived byte for byte';
  return asPlanned(world, job, order, archived) ?? resultsOf(world, job, archived);
}

/** Is every file that was submitted there, under its name or as a conflict copy beside it? */
function isPutAside({ sides }: World, archived: string, submitted: Content): boolean {
  const { files, bytes } = sides.linux.disk;
  return [...submitted].every(([file, text]) => {
    const place = `${ARCHIVE}/${archived}/order/${file}`;
    const dir = place.slice(0, place.lastIndexOf('/'));
    const stem = place.slice(dir.length + 1).replace(/\.[^.]*$/, '');
    const copies = (files.list(dir) ?? []).filter(({ name }) => name.startsWith(`${stem}.sync-conflict-`));
    const versions = [place, ...copies.map(({ name }) => `${dir}/${name}`)];
    return versions.some((version) => bytes(version)?.toString('latin1') === text);
  });
}

interface Ended {
  state?: string;
  outcome?: { kind?: string; message?: string };
}

/** Half of an order arrived, and the rest not within `inputs_timeout_s`, for nothing was brought for as long as that. */
function isOverdue({ scenario }: World, { outcome }: Ended): boolean {
  const limitMs = INPUTS_TIMEOUT_S * 1000;
  const wasAway = scenario.faults.some(
    (fault) =>
      ((fault.kind === 'mirror' || fault.kind === 'cut') && fault.forMs >= limitMs) ||
      (fault.kind === 'power' && fault.who === 'linux' && fault.downMs >= limitMs) ||
      (fault.kind === 'sleep' && fault.who === 'linux' && fault.forMs >= limitMs),
  );
  const says = `nothing changed for ${INPUTS_TIMEOUT_S} s`;
  return wasAway && outcome?.kind === 'rejected' && outcome.message?.includes(says) === true;
}

/** How a job ends when nothing interrupts it. */
function asPlanned(world: World, job: string, { plan }: Submitted, archived: Content): string | undefined {
  const { book } = world;
  const record = JSON.parse(archived.get('job.json') ?? '{}') as Ended;
  const { state } = record;
  const isRetry = job !== plan.id || /-r\d+$/.test(job);
  const isExcused = [job, plan.id, rootOf(job)].some((id) => book.excuses.has(id));
  const fails = plan.kind === 'failing' || (plan.kind === 'flaky' && !isRetry);
  if (isExcused || isOverdue(world, record) || plan.kind === 'dependent' || plan.kind === 'retried')
    return undefined;
  const expected = fails ? 'failed' : 'completed';
  return state === expected ? undefined : `ended as ${state}, not as ${expected}`;
}

/** A completed job has the results that its script wrote. */
function resultsOf({ book }: World, job: string, archived: Content): string | undefined {
  const { state } = JSON.parse(archived.get('job.json') ?? '{}') as { state?: string };
  if (state !== 'completed') return undefined;
  if (!book.starts.has(job)) return 'completed and was never started';
  const lost = [...(book.outputs.get(job) ?? [])].find(([file, text]) => archived.get(file) !== text);
  return lost && `completed, but ${lost[0]} is not what its script wrote`;
}
