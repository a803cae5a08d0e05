// Carries out the faults of a scenario in its world, and takes them back when it is to be calm.
import { writeOwner } from '../../src/store/owner.ts';
import { rot } from './bit-rot.ts';
import { count, isHarmed, ROOTS, STATE_DIR } from './check/book.ts';
import { breach } from './check/breach.ts';
import { checkOrders } from './check/rules.ts';
import type { Fault } from './fault-kinds.ts';
import { comeBack } from './late-copies.ts';
import { diskOf } from './machine/side.ts';
import type { Device } from './mirror/versions.ts';
import { RUNNER_LAYOUT } from './openings.ts';
import { doDeed } from './persons.ts';
import type { World } from './world.ts';

type Of<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

export function arrange(world: World, fault: Fault): void {
  world.timeline.after(fault.atMs, () => {
    if (world.isCalm) return;
    world.say('fault', JSON.stringify(fault));
    strike(world, fault);
  });
}

function strike(world: World, fault: Fault): void {
  const { book, timeline, sides, mirror } = world;
  const seen = (what: string) => count(book.seen, `fault: ${what}`);
  switch (fault.kind) {
    case 'crash':
      crash(world, fault);
      return;
    case 'restart':
      seen(`restart of the ${fault.who}`);
      world[fault.who].restart();
      return;
    case 'power':
      seen(`power of ${fault.who}`);
      cutPower(world, fault);
      return;
    case 'errors':
      trouble(world, fault);
      return;
    case 'clock':
      seen(`clock of ${fault.who} set`);
      sides[fault.who].setClock(fault.byMs);
      return;
    case 'sleep':
      seen(`sleep of ${fault.who}`);
      sides[fault.who].fallAsleep();
      timeline.after(fault.forMs, () => wakeUp(world, fault.who));
      return;
    case 'cut':
      seen(`${fault.how} cut of the link`);
      mirror.cut(fault.how, fault.forMs);
      return;
    case 'mirror':
      seen(`mirror of ${fault.who} stopped, index ${fault.index}`);
      if (fault.index !== 'kept' && world.scenario.folders === 'one') noteResurrection(world);
      mirror.stop(fault.who);
      timeline.after(awayMs(fault), () => void (world.isCalm || mirror.start(fault.who, fault.index)));
      return;
    case 'person':
      doDeed(world, fault);
      return;
    case 'absence':
      hide(world, fault);
      return;
    case 'return':
      comeBack(world, fault);
      return;
    case 'owner':
      return void pause(world, fault);
    case 'rot':
      rot(world, fault);
      return;
    case 'ledger':
      loseLedger(world);
      return;
  }
}

/**
 * To look at everything anew takes its time. Without it versions, which count seconds, could be given twice, and what has
 * the same version is the same to a mirror.
 */
const ANEW_MS = 10_000;

function awayMs({ index, forMs }: Of<'mirror'>): number {
  return index === 'kept' ? forMs : Math.max(forMs, ANEW_MS);
}

function crash(world: World, { who, inCalls, downMs, inLines = false }: Of<'crash'>): void {
  const { book, supervisors } = world;
  if (who !== 'supervisor') world[who].dieIn(inCalls, downMs, inLines);
  else if (!supervisors.crash(inCalls)) return;
  else excuseRunning(world, 'a supervisor died');
  count(book.seen, `fault: crash of the ${who}${inLines ? ' amid a line' : ''}`);
}

/** Whatever runs may be interrupted. */
function excuseRunning({ book }: World, why: string): void {
  for (const job of book.orders.keys()) if (!book.excuses.has(job)) book.excuses.set(job, why);
}

/** An index that is gone makes what was deleted come back where both sides may write. */
function noteResurrection({ book }: World): void {
  count(book.seen, 'fault: index lost in the one folder');
}

function trouble(world: World, { who, code, chance, forMs, on = '' }: Of<'errors'>): void {
  const { sides, timeline, book } = world;
  const side = sides[who === 'watcher' ? 'linux' : 'windows'];
  side.troubles.push({ who, code, chance, untilMs: timeline.nowMs() + forMs, on });
  count(book.seen, `fault: ${code} for the ${who}${on && ` on ${on}`}`);
}

/** What one side has of the other's, a job's record or its order with what is asked of it. */
function hide({ sides, scenario, book, timeline }: World, { who, forMs, job }: Of<'absence'>): void {
  const id = scenario.jobs[job]?.id;
  const side = sides[who];
  const trees = who === 'linux' ? ['inbox'] : ['outbox', 'requests'];
  const dirs = trees.map((tree) => `${ROOTS[who]}/${tree}/${id}`);
  if (!dirs.some((dir) => side.disk.files.facts(dir))) return;
  count(book.seen, `fault: absence on ${who}`);
  for (const dir of dirs) side.absent.add(dir);
  timeline.after(forMs, () => {
    for (const dir of dirs) side.absent.delete(dir);
  });
}

function cutPower(world: World, { who, downMs }: Of<'power'>): void {
  const { sides, mirror, supervisors, book } = world;
  const side = sides[who];
  if (!side.isOn) return;
  side.isOn = false;
  if (who === 'windows') {
    supervisors.powerLost();
    excuseRunning(world, 'the machine went down');
  }
  world[who === 'linux' ? 'watcher' : 'runner'].kill(1000);
  mirror.stop(who);
  const cut = side.disk.cutPower(world.random(`power ${world.timeline.nowMs()}`));
  if (cut.names > 0) count(book.seen, 'power: names lost');
  if (cut.files > 0) count(book.seen, 'power: bytes lost');
  world.say(
    'fault',
    `power of ${who}: ${cut.names} changes of names and the bytes of ${cut.files} files are lost`,
  );
  if (who === 'linux') afterLinuxCut(world);
  else afterWindowsCut(world);
  world.timeline.after(downMs, () => powerUp(world, who));
}

/** A retry that was being made may be gone: it is made again. */
function afterLinuxCut(world: World): void {
  const { book, sides } = world;
  const { files } = sides.linux.disk;
  const isArchived = (job: string) =>
    (files.list(`${ROOTS.linux}/archive`) ?? []).some(({ name }) => name.startsWith(`${job}_`));
  for (const job of book.orders.keys())
    if (/-r\d+$/.test(job) && !files.facts(`${ROOTS.linux}/outbox/${job}`) && !isArchived(job))
      book.orders.delete(job);
  checkOrders(world);
}

/** What the records say now is what is left of them; one whose seal is gone is no sealed one. */
function afterWindowsCut(world: World): void {
  const { book, sides } = world;
  const { disk } = sides.windows;
  book.states.clear();
  for (const { name } of disk.files.list(`${ROOTS.windows}/inbox`) ?? []) {
    const bytes = disk.bytes(`${ROOTS.windows}/inbox/${name}/job.json`);
    if (!bytes) continue;
    const state = /"state": "(\w+)"/.exec(String(bytes))?.[1];
    if (isHarmed(book, name)) continue;
    if (state === undefined || !String(bytes).endsWith('}\n'))
      breach(world, `${name}: a power cut left a part of job.json`);
    else book.states.set(name, state);
  }
}

function powerUp(world: World, who: Device): void {
  const side = world.sides[who];
  if (side.isOn) return;
  side.isOn = true;
  side.bootId = `boot-${Math.round(world.timeline.nowMs())}`;
  world[who === 'linux' ? 'watcher' : 'runner'].start();
  world.mirror.start(who, 'kept');
}

function wakeUp(world: World, who: Device): void {
  const side = world.sides[who];
  if (!side.isAsleep) return;
  side.wakeUp();
  world.mirror.start(who, 'kept');
}

async function pause(world: World, { forMs, interrupt }: Of<'owner'>): Promise<void> {
  const { sides, book, timeline } = world;
  count(book.seen, `fault: owner pauses${interrupt ? ' and interrupts' : ''}`);
  if (interrupt) excuseRunning(world, 'the owner interrupted');
  sides.windows.writer = undefined;
  const wish = { at: new Date(sides.windows.clock.now()).toISOString(), interrupt };
  await writeOwner(diskOf(sides.windows), RUNNER_LAYOUT, { paused: wish });
  timeline.after(forMs, () => resume(world));
}

function resume(world: World): void {
  world.sides.windows.writer = undefined;
  world.sides.windows.disk.remove(RUNNER_LAYOUT.owner);
}

function loseLedger(world: World): void {
  const { sides, book } = world;
  count(book.seen, 'fault: ledger deleted');
  excuseRunning(world, 'the ledger was deleted');
  sides.windows.disk.remove(`${STATE_DIR}/ledger.jsonl`);
}

/** Nothing goes wrong any more, and all that was stopped goes on. */
export function calmDown(world: World): void {
  world.isCalm = true;
  world.say('fault', 'it is calm from now on');
  for (const device of ['linux', 'windows'] as const) {
    world.sides[device].troubles = [];
    world.sides[device].absent.clear();
    powerUp(world, device);
    wakeUp(world, device);
  }
  for (const daemon of [world.watcher, world.runner]) {
    daemon.dieIn(Number.POSITIVE_INFINITY, 1000);
    daemon.start();
  }
  resume(world);
  world.mirror.calm();
}
