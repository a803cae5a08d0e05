// What the scripts of a simulated world do, and what must be so when one begins.
import type { AttemptCommand } from '../../src/store/work-dir.ts';
import { count, isHarmed, rootOf } from './check/book.ts';
import { breach } from './check/breach.ts';
import type { ScriptPlan } from './machine/supervisors.ts';
import type { JobKind, JobPlan } from './scenario.ts';
import type { World } from './world.ts';

/** How a job's attempts end: the first one of an unlicensed job, and all of a job that fails. */
export function scriptPlanOf({ book }: World, { job_id, attempt }: AttemptCommand): ScriptPlan {
  const plan = book.orders.get(job_id)?.plan ?? book.orders.get(rootOf(job_id))?.plan;
  const kind: JobKind = plan?.kind ?? 'plain';
  const isRetry = rootOf(job_id) !== job_id;
  const runMs = plan?.runMs ?? 1000;
  if (kind === 'failing' || (kind === 'flaky' && !isRetry)) return { runMs, end: { exit_code: 3 } };
  if (kind === 'unlicensed' && attempt === 1)
    return { runMs, end: { exit_code: 1, findings: { licence: 'no seat is free' } } };
  return { runMs, end: { exit_code: 0 } };
}

/** An attempt starts once, on a whole order, and a job only as often as its policy says. */
export function whenStarted(world: World, { job_id, attempt, cwd }: AttemptCommand): void {
  const { book, sides } = world;
  const starts = count(book.starts, job_id);
  world.say('script', `${job_id} starts, attempt ${attempt}`);
  const key = `${job_id}#${attempt}`;
  if (count(book.attempts, key) > 1) breach(world, `attempt ${key} was started twice`);
  const order = book.orders.get(job_id);
  if (!order) {
    breach(world, `${job_id} was started and never submitted`);
    return;
  }
  count(book.seen, 'started');
  checkCount(world, order.plan, job_id, starts);
  const isResumed = order.plan.kind === 'resume' && attempt > 1;
  if (isHarmed(book, job_id) || isResumed) return;
  const found = (file: string) => sides.windows.disk.bytes(`${cwd}/${file}`)?.toString('latin1');
  for (const [file, text] of order.content)
    if (file !== 'SHA256SUMS' && found(file) !== text)
      breach(world, `${job_id} was started without the whole ${file}`);
  if (found('3_results/history.csv') !== undefined)
    breach(world, `${job_id} found results of an earlier attempt`);
}

function checkCount(world: World, { kind, fields }: JobPlan, job: string, starts: number): void {
  const mayAgain = ['restart', 'resume', 'unlicensed'].includes(kind);
  if (starts > 1 && !mayAgain) breach(world, `${job} was started ${starts} times`);
  const limit = Number(fields['max_attempts'] ?? 1);
  if (mayAgain && starts > limit + ownersInterrupts(world) + (kind === 'unlicensed' ? 1 : 0))
    breach(world, `${job} was started ${starts} times, max_attempts is ${limit}`);
}

/** What the owner interrupted does not count as an attempt. */
function ownersInterrupts({ scenario }: World): number {
  return scenario.faults.filter((fault) => fault.kind === 'owner' && fault.interrupt).length;
}

export function whenEnded(
  { book, say }: World,
  { job_id, attempt }: AttemptCommand,
  files: ReadonlyMap<string, string>,
): void {
  say('script', `${job_id} ends, attempt ${attempt}`);
  book.outputs.set(job_id, files);
}
