// What must hold on the real file system once a soak is over, beside what the crash test checks of each job.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JobEvidence } from '../crash/evidence.ts';
import type { JobPlan } from '../crash/plan.ts';
import { submitOptions } from '../crash/plan.ts';
import type { World } from '../crash/world.ts';
import { STUDY } from '../crash/world.ts';

/** A job that was submitted, with the order's files as they lay in the outbox, unless it was archived meanwhile. */
export interface Submitted {
  id: string;
  plan: JobPlan;
  order: ReadonlyMap<string, string> | undefined;
}

const FULL = /ENOSPC|no space|"rule":"free-space"/i;

const namesIn = (dir: string): string[] => (existsSync(dir) ? readdirSync(dir) : []);

/** All files below a folder, by path; undefined when one goes while it is read. */
function contentOf(dir: string): ReadonlyMap<string, string> | undefined {
  try {
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    return new Map(
      files.map(({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return [path.relative(dir, file), readFileSync(file, 'latin1')];
      }),
    );
  } catch {
    return undefined;
  }
}

/** Submits until there is room. Whatever is there of the job when it was refused is told. */
export async function submitPatiently(
  w: World,
  plan: JobPlan,
  refused: (traces: readonly string[]) => void,
): Promise<Submitted> {
  for (;;) {
    try {
      const id = await w.submit(...submitOptions(plan), `--idempotency-key=${plan.name}`);
      return { id, plan, order: contentOf(path.join(w.queue, 'outbox', id)) };
    } catch (error) {
      if (!FULL.test(String(error))) throw error;
      refused(namesIn(path.join(w.queue, 'outbox')).filter((name) => name.endsWith(`-${plan.name}`)));
    }
  }
}

/** The order is what was submitted, byte for byte, and ends as planned or is excused. */
export function endBreaches(w: World, { id, plan, order }: Submitted, evidence: JobEvidence): string[] {
  const [name = ''] = w.archived(id);
  const archived = contentOf(path.join(w.queue, 'archive', name, 'order')) ?? new Map<string, string>();
  const study = contentOf(STUDY) ?? new Map<string, string>();
  const changed = [...study, ...(order ?? [])].filter(([file, text]) => archived.get(file) !== text);
  const added = order ? [...archived.keys()].filter((file) => !order.has(file)) : [];
  const { outcome } = evidence.archived[0]?.record ?? {};
  const planned = plan.exit === 0 ? 'completed' : 'failed';
  // that the supervisor, or the script, was killed then is a check of the crash test
  const isExcused =
    outcome?.kind === 'interrupted' || (outcome?.kind === 'failed' && outcome.exit_code === null);
  const isPlanned = outcome?.kind === planned && outcome.exit_code === plan.exit;
  return [
    ...changed.map(([file]) => `${id}: order/${file} is not what was submitted`),
    ...added.map((file) => `${id}: order/${file} was not submitted`),
    ...(isPlanned || isExcused
      ? []
      : [`${id}: planned was ${planned}, it came to ${JSON.stringify(outcome)}`]),
  ];
}

/** Nothing is archived that was not submitted, and nothing half made lies where orders are put together. */
export function strangers(w: World, submitted: readonly Submitted[]): string[] {
  const known = new Set(submitted.flatMap(({ id }) => w.archived(id)));
  const archived = namesIn(path.join(w.queue, 'archive')).filter((name) => !name.startsWith('.jobq-events'));
  return [
    ...archived.filter((name) => !known.has(name)).map((name) => `archive/${name} was never submitted`),
    ...namesIn(path.join(w.queue, '.jobq-staging')).map((name) => `left: .jobq-staging/${name}`),
  ];
}

/** Failures that a full disk does not explain. */
export const unexplained = (told: readonly string[]) => told.filter((line) => !FULL.test(line));
