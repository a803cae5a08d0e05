// A person's hands: what people do to the files of a queue, with right and without.
import { askToAbandon } from '../../src/store/abandoned.ts';
import { originalOf } from '../../src/store/conflicts.ts';
import { sha256Of } from '../../src/store/disk.ts';
import { writeRequest } from '../../src/store/requests.ts';
import { readSeal } from '../../src/store/seal.ts';
import { listTree } from '../../src/store/tree.ts';
import { count, ROOTS } from './check/book.ts';
import { archivedNamesOf } from './check/contents.ts';
import type { Deed, Fault } from './fault-kinds.ts';
import type { Side } from './machine/side.ts';
import { diskOf } from './machine/side.ts';
import { LINUX_LAYOUT } from './openings.ts';
import type { JobPlan } from './scenario.ts';
import type { World } from './world.ts';

type PersonFault = Extract<Fault, { kind: 'person' }>;

const COPY = '-copy';

/** Jobs that have come into the archive or are on their way there are left alone. */
export function doDeed(world: World, { who, what, job: nth }: PersonFault): void {
  const plan = world.scenario.jobs[nth];
  if (!plan || !world.book.orders.has(plan.id) || !world.sides[who].isOn) return;
  world.sides[who].writer = undefined;
  if (DEEDS[what](world, who, plan)) count(world.book.seen, `person: ${what} on ${who}`);
}

type Do = (world: World, who: 'linux' | 'windows', plan: JobPlan) => boolean;

const placeOf = (who: 'linux' | 'windows', tree: string, id: string) => `${ROOTS[who]}/${tree}/${id}`;

function edit(tree: 'outbox' | 'inbox'): Do {
  return (world, who, { id }) => {
    const { disk } = world.sides[who];
    const file = `${placeOf(who, tree, id)}/job.json`;
    const bytes = disk.bytes(file);
    if (!bytes) return false;
    harm(world, id);
    disk.put(file, Buffer.concat([bytes, Buffer.from('\n')]));
    return true;
  };
}

/** The writer's own files are the only ones there are: people delete the other side's. */
function remove(tree: 'outbox' | 'inbox', name = ''): Do {
  return (world, _who, { id }) => {
    const who = tree === 'outbox' ? 'windows' : 'linux';
    const { disk } = world.sides[who];
    const file = placeOf(who, tree, id) + name;
    if (!disk.files.facts(file)) return false;
    harm(world, id);
    disk.remove(file);
    return true;
  };
}

function copy(tree: 'outbox' | 'inbox'): Do {
  return ({ sides }, who, { id }) => {
    const { disk } = sides[who];
    const from = placeOf(who, tree, id);
    const visit = (dir: string, to: string) => {
      for (const { name, kind } of disk.files.list(dir) ?? []) {
        if (kind === 'directory') visit(`${dir}/${name}`, `${to}/${name}`);
        else disk.put(`${to}/${name}`, disk.bytes(`${dir}/${name}`) ?? Buffer.alloc(0));
      }
    };
    if (!disk.files.facts(from) || disk.files.facts(from + COPY)) return false;
    visit(from, from + COPY);
    return true;
  };
}

function asked(world: World) {
  const requested_at = new Date(world.sides.linux.clock.now()).toISOString();
  return { requested_at, requested_by: 'a person' };
}

const isOpen = (world: World, id: string) =>
  world.sides.linux.isOn && world.sides.linux.disk.files.facts(placeOf('linux', 'outbox', id)) !== undefined;

const DEEDS: Record<Deed, Do> = {
  'edit-order': edit('outbox'),
  'edit-record': edit('inbox'),
  'delete-order': remove('outbox'),
  'delete-record': remove('inbox'),
  'delete-file': remove('inbox', '/stdout.log'),
  'copy-order': copy('outbox'),
  'copy-record': copy('inbox'),
  cancel: (world, _, { id }) => {
    if (!isOpen(world, id)) return false;
    excuse(world, id, 'cancelled');
    void writeRequest(diskOf(world.sides.linux), LINUX_LAYOUT, id, 'cancel', asked(world));
    return true;
  },
  abandon: (world, _, { id }) => {
    if (!isOpen(world, id)) return false;
    excuse(world, id, 'abandoned');
    void askToAbandon(diskOf(world.sides.linux), LINUX_LAYOUT, id, asked(world));
    return true;
  },
};

function excuse({ book }: World, id: string, why: string): void {
  book.excuses.set(id, why);
}

function harm(world: World, id: string): void {
  world.book.harmed.add(id);
  excuse(world, id, 'a person changed its files');
}

function removeCopies(side: Side, root: string): void {
  side.writer = undefined;
  for (const dir of [`${root}/outbox`, `${root}/inbox`])
    for (const { name } of side.disk.files.list(dir) ?? [])
      if (name.endsWith(COPY)) side.disk.remove(`${dir}/${name}`);
}

/** An order that is not sealed waits for its maker, who sees that the right versions bear the names. */
function settleConflicts({ sides, book }: World): void {
  const { disk } = sides.linux;
  sides.linux.writer = undefined;
  for (const [job, { content }] of book.orders) {
    const dir = placeOf('linux', 'outbox', job);
    const copies = listTree(disk.files, dir).conflicts;
    if (copies.length === 0 || disk.bytes(`${dir}/SHA256SUMS`)) continue;
    for (const [file, text] of content) disk.put(`${dir}/${file}`, Buffer.from(text, 'latin1'));
    for (const copy of copies) disk.remove(`${dir}/${copy}`);
  }
}

/** Of a sealed record the version that was sealed is given its name back where it ran, and the others are removed. */
function settleRecords({ sides, book }: World): void {
  const { disk } = sides.windows;
  sides.windows.writer = undefined;
  for (const job of book.orders.keys()) {
    const dir = placeOf('windows', 'inbox', job);
    const seal = readSeal(disk.files, dir);
    const sealed = new Map(
      seal.seal === 'valid' ? seal.entries.map(({ path, sha256 }) => [path, sha256]) : [],
    );
    for (const copy of listTree(disk.files, dir).conflicts) {
      const [file, bytes] = [originalOf(copy), disk.bytes(`${dir}/${copy}`)];
      if (!file || !bytes || !sealed.has(file)) continue;
      if (sha256Of(bytes) === sealed.get(file)) disk.put(`${dir}/${file}`, bytes);
      disk.remove(`${dir}/${copy}`);
    }
  }
}

/** A mirror of one folder that lost its index keeps a record that its runner deleted: whoever finds it archived removes it. */
function removeRemains({ sides, book, scenario }: World): void {
  if (scenario.folders !== 'one') return;
  const { disk } = sides.linux;
  sides.linux.writer = undefined;
  for (const job of book.orders.keys()) {
    const dir = placeOf('linux', 'inbox', job);
    const isOver = archivedNamesOf(disk, `${ROOTS.linux}/archive`, job).length > 0;
    const isDeleted = !sides.windows.disk.files.facts(placeOf('windows', 'inbox', job));
    if (isOver && isDeleted && disk.files.facts(dir)) disk.remove(dir);
  }
}

/** People who look after their queue: they lift holds, accept what is lost, and remove what they copied. */
export async function tidyUp(world: World): Promise<void> {
  const { sides, book } = world;
  for (const who of ['linux', 'windows'] as const) removeCopies(sides[who], ROOTS[who]);
  settleConflicts(world);
  settleRecords(world);
  removeRemains(world);
  const isLedgerLost = book.seen.has('fault: ledger deleted');
  if (isLedgerLost) world.runner.restart();
  for (const id of book.orders.keys()) if (isLedgerLost && isOpen(world, id)) await release(world, id);
  world.mirror.revert();
}

export async function release(world: World, id: string): Promise<void> {
  if (!isOpen(world, id)) return;
  world.sides.linux.writer = undefined;
  await writeRequest(diskOf(world.sides.linux), LINUX_LAYOUT, id, 'release', asked(world));
}
