// What must hold of jobs that are tried again or given up, at every step and at the end.
import path from 'node:path';
import { askToAbandon } from '../../src/store/abandoned.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { readArrival } from '../../src/store/read-record.ts';
import { readRequests } from '../../src/store/requests.ts';
import { isOpenPlan, readRetryPlan } from '../../src/store/retry-plan.ts';
import type { Content } from './contents.ts';
import { archivedNamesOf, contentOf, sameContent } from './contents.ts';
import type { World } from './world.ts';
import { LINUX } from './world.ts';

const layout = layoutOf(LINUX);
const RETRY = /^(.+)-r(\d+)$/;

/** What was seen of a world so far. */
export interface Seen {
  /** Directories of outbox/ and requests/ that were there and are gone. */
  gone: Set<string>;
  here: Set<string>;
  abandoned: Set<string>;
}

export function newSeen(): Seen {
  return { gone: new Set(), here: new Set(), abandoned: new Set() };
}

/** Retries that have come are watched like the orders that were submitted. Answers what is wrong with one. */
export function watchRetries(world: World, orders: Map<string, Content>, seen: Seen): string | undefined {
  for (const { name } of world.linux.disk.files.list(layout.tree('outbox')) ?? []) {
    const [, root] = RETRY.exec(name) ?? [];
    if (root === undefined || orders.has(name)) continue;
    const problem = firstSight(world, orders, root, name);
    if (problem) return `${name}: ${problem}`;
    orders.set(name, contentOf(world.linux.disk.files, layout.order(name)));
  }
  return resurrected(world, seen);
}

function firstSight(
  world: World,
  orders: Map<string, Content>,
  root: string,
  name: string,
): string | undefined {
  const { files } = world.linux.disk;
  const content = contentOf(files, layout.order(name));
  const { retry_of } = JSON.parse(content.get('job.json') ?? '{}') as { retry_of?: string };
  if (retry_of === undefined) return 'says of no job that it repeats it';
  const told = readRequests(files, layout, retry_of).cancel?.superseded_by;
  const plans = archivedNamesOf(files, retry_of).map((dir) => readRetryPlan(files, layout.archived(dir)));
  if (told !== name && !plans.some((plan) => plan?.retried_as === name))
    return `was made before ${retry_of} was told`;
  const old = orders.get(root);
  const inputs = [...(old ?? [])].filter(([file]) => file !== 'job.json' && file !== 'SHA256SUMS');
  const differs = inputs.find(([file, text]) => content.get(file) !== text);
  if (differs) return `${differs[0]} is not that of ${root}`;
  return content.size === old?.size ? undefined : 'holds other files';
}

/** No directory that was removed comes back. */
function resurrected({ linux }: World, seen: Seen): string | undefined {
  const now = new Set(
    (['outbox', 'requests'] as const).flatMap((tree) =>
      (linux.disk.files.list(layout.tree(tree)) ?? []).map(({ name }) => `${tree}/${name}`),
    ),
  );
  for (const dir of seen.here) if (!now.has(dir)) seen.gone.add(dir);
  seen.here = now;
  const back = [...now].find((dir) => seen.gone.has(dir));
  return back && `${back} came back after it was removed`;
}

export function isRetryOpen({ linux }: World, orders: ReadonlyMap<string, Content>): boolean {
  const { files } = linux.disk;
  return [...orders.keys()].some((job) =>
    archivedNamesOf(files, job).some((name) => {
      const plan = readRetryPlan(files, layout.archived(name));
      return plan !== undefined && isOpenPlan(plan);
    }),
  );
}

/** A person gives a job up, if it can be given up now. */
export async function giveUp({ linux, clock }: World, seen: Seen, job: string): Promise<void> {
  const { files } = linux.disk;
  const isWhole = readArrival(files, layout.record(job), job)?.complete === true;
  if (isWhole || archivedNamesOf(files, job).length > 0 || !files.facts(layout.order(job))) return;
  const requested_at = new Date(clock.now()).toISOString();
  await askToAbandon(linux.disk, layout, job, { requested_at, requested_by: 'a person' });
  seen.abandoned.add(job);
}

/** A job that was given up has one order, at most one record as it was and at most one that is whole. */
export function checkGivenUp(world: World, job: string, content: Content): string | undefined {
  const { files } = world.linux.disk;
  const dirs = archivedNamesOf(files, job).map((name) => layout.archived(name));
  const has = (name: string) => dirs.filter((dir) => files.facts(path.join(dir, name)) !== undefined);
  if (has('order').length !== 1) return `has ${has('order').length} orders`;
  const order = contentOf(files, path.join(has('order')[0] ?? '', 'order'));
  if (!sameContent(order, content)) return 'order/ differs from what was submitted';
  const whole = has('SHA256SUMS').length;
  if (whole > 1) return `has ${whole} whole records`;
  if (dirs.length - whole > 1) return `was archived as it is ${dirs.length - whole} times`;
  return has('abandoned.json').length === dirs.length ? undefined : 'does not say that it was given up';
}
