// What must hold of a simulated queue: at every step, and once everything has come to rest.
import path from 'node:path';
import { readEventsAfter } from '../../src/store/event-files.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { readSeal, sealBreach } from '../../src/store/seal.ts';
import type { Files } from '../../src/system/files.ts';
import type { Content } from './contents.ts';
import { archivedNamesOf, contentOf, sameContent } from './contents.ts';
import { FLAKY } from './fake-processes.ts';
import { checkGivenUp, isRetryOpen } from './retries.ts';
import type { World } from './world.ts';
import { LINUX, WINDOWS } from './world.ts';

/** Jobs that say by their names what becomes of them when they are interrupted. */
const mayStartAgain = (job: string) => /-(resumed|restarted|no-licence)$/.test(job);
const mayFail = (job: string) => job.endsWith('-failing') || job.endsWith(FLAKY);

/** Rules that hold at every moment. */
export function checkStep(world: World, orders: ReadonlyMap<string, Content>): string | undefined {
  for (const side of [world.linux, world.windows]) {
    if (side.breaches.length > 0) return `wrote what belongs to the other side: ${side.breaches.join(', ')}`;
  }
  if (world.processes.breaches.length > 0) return world.processes.breaches.join(', ');
  for (const [attempt, starts] of world.processes.attempts)
    if (starts > 1) return `attempt ${attempt} was started ${starts} times`;
  for (const [job, starts] of world.processes.starts)
    if (starts > 1 && !mayStartAgain(job)) return `${job} was started ${starts} times`;
  const { files } = world.linux.disk;
  for (const [job, content] of orders) {
    const archived = archivedNamesOf(files, job);
    const kept = [
      layoutOf(LINUX).order(job),
      ...archived.map((name) => path.join(LINUX, 'archive', name, 'order')),
    ];
    if (!kept.some((dir) => sameContent(contentOf(files, dir), content)))
      return `${job}: the order is not whole anywhere`;
  }
  return undefined;
}

export function isAtRest(world: World, orders: ReadonlyMap<string, Content>): boolean {
  const empty = (files: Files, dir: string) =>
    (files.list(dir) ?? []).every(({ name }) => name.startsWith('.'));
  const trees = ['outbox', 'inbox', 'requests'];
  const linux = trees.every((tree) => empty(world.linux.disk.files, `${LINUX}/${tree}`));
  const windows = trees.every((tree) => empty(world.windows.disk.files, `${WINDOWS}/${tree}`));
  return (
    linux &&
    windows &&
    !isRetryOpen(world, orders) &&
    [...orders.keys()].every((job) => archivedNamesOf(world.linux.disk.files, job).length > 0)
  );
}

/** What must be true at the end. */
export async function checkEnd(
  world: World,
  orders: ReadonlyMap<string, Content>,
  abandoned: ReadonlySet<string>,
): Promise<string | undefined> {
  for (const [job, content] of orders) {
    if (abandoned.has(job)) {
      const fault = checkGivenUp(world, job, content);
      if (fault) return `${job}: ${fault}`;
      continue;
    }
    const problem = await checkArchived(world, job, content);
    if (problem) return `${job}: ${problem}`;
    const starts = world.processes.starts.get(job) ?? 0;
    if (starts < 1) return `${job} was never started`;
  }
  return undefined;
}

/** Each step of a job is told once, whoever died. */
function toldAmiss({ linux }: World, job: string): string | undefined {
  const events = readEventsAfter(linux.disk.files, layoutOf(LINUX), 0).events;
  const amiss = (['submitted', 'finished', 'archived'] as const).filter(
    (type) => events.filter((event) => event.job_id === job && event.type === type).length !== 1,
  );
  return amiss.length === 0 ? undefined : `not told once: ${amiss.join(', ')}`;
}

async function checkArchived(world: World, job: string, content: Content): Promise<string | undefined> {
  const { disk } = world.linux;
  const names = archivedNamesOf(disk.files, job);
  if (names.length !== 1) return `archived ${names.length} times`;
  const told = toldAmiss(world, job);
  if (told) return told;
  const dir = path.join(LINUX, 'archive', names[0] ?? '');
  if (!sameContent(contentOf(disk.files, path.join(dir, 'order')), content))
    return 'order/ differs from what was submitted';
  const seal = readSeal(disk.files, dir);
  if (seal.seal !== 'valid') return `the archived seal is ${seal.seal}`;
  const breach = await sealBreach(disk, dir, seal.entries);
  if (breach) return breach;
  const { state } = JSON.parse(String(disk.files.read(path.join(dir, 'job.json')))) as { state: string };
  if (state === 'failed' && mayFail(job)) return undefined;
  if (state !== 'completed') return `ended as ${state}`;
  if (!seal.entries.some((entry) => entry.path === '3_results/study.db'))
    return 'the results are not in the seal';
  return disk.files.facts(path.join(dir, 'post', 'result.json')) ? undefined : 'not post-processed';
}
