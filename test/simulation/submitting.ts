// How orders come into a simulated queue: whole and sealed as by `submit`, or written by hand into outbox/, bit by bit.
import { sha256Of } from '../../src/store/disk.ts';
import type { Content } from './check/book.ts';
import { ROOTS } from './check/book.ts';
import { contentOf } from './check/contents.ts';
import type { JobPlan } from './scenario.ts';
import type { World } from './world.ts';

const SCRIPT = 'run_optimization.py';

function filesOf({ id, modelBytes }: JobPlan): Map<string, string> {
  return new Map([
    [SCRIPT, 'print("hello")\n'],
    ['README.md', `# ${id}\n`],
    ['1_setup/model.prt', `model of ${id} `.repeat(Math.ceil(modelBytes / 30))],
  ]);
}

function jobJson({ id, fields }: JobPlan, files: ReadonlyMap<string, string>, sealed: boolean): string {
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const more = { schema_version: 1, inputs: { files: files.size, bytes }, run_on: 'station' };
  const order = {
    job_id: id,
    created_at: '2026-02-10T14:30:22Z',
    script: SCRIPT,
    args: ['--start'],
    status: 'submitted',
    ...(sealed && more),
    ...fields,
  };
  return `${JSON.stringify(order, null, 2)}\n`;
}

/** Submits when the Linux machine is on. */
export function submit(world: World, plan: JobPlan): void {
  if (!world.sides.linux.isOn) {
    world.timeline.after(5000, () => submit(world, plan));
    return;
  }
  if (plan.kind === 'by-hand') writeByHand(world, plan);
  else void publish(world, plan);
}

async function publish(world: World, plan: JobPlan): Promise<void> {
  const { disk } = world.sides.linux;
  const files = filesOf(plan);
  const staging = `${ROOTS.linux}/.jobq-staging/order-${plan.id}`;
  const all = new Map([...files, ['job.json', jobJson(plan, files, true)]]);
  for (const [file, text] of all) disk.put(`${staging}/${file}`, Buffer.from(text));
  const lines = [...all]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, text]) => `${sha256Of(text)}  ${file}\n`);
  disk.put(`${staging}/SHA256SUMS`, Buffer.from(lines.join('')));
  const place = `${ROOTS.linux}/outbox/${plan.id}`;
  await disk.files.rename(staging, place);
  disk.files.syncDir(`${ROOTS.linux}/outbox`);
  world.book.orders.set(plan.id, { content: contentOf(disk, place), plan });
  world.say('person', `submits ${plan.id}`);
}

/** Never quiet for so long that it could be taken for ready. */
const PAUSE_MS = 40_000;

function writeByHand(world: World, plan: JobPlan): void {
  const { disk } = world.sides.linux;
  const random = world.random(`by hand ${plan.id}`);
  const files = filesOf(plan);
  const dir = `${ROOTS.linux}/outbox/${plan.id}`;
  const all = random.shuffled([...files, ['job.json', jobJson(plan, files, false)] as const]);
  const steps = all.flatMap(([file, text]) => [
    () => disk.put(`${dir}/${file}`, Buffer.from(text.slice(0, text.length >> 1))),
    () => disk.put(`${dir}/${file}`, Buffer.from(text)),
  ]);
  world.say('person', `begins to write ${plan.id}`);
  const next = () => {
    if (!world.sides.linux.isOn) return world.timeline.after(5000, next);
    const step = steps.shift();
    if (step) {
      world.sides.linux.writer = undefined;
      step();
      world.timeline.after(random.magnitude(10, PAUSE_MS), next);
      return;
    }
    world.book.orders.set(plan.id, { content: new Map(all), plan });
  };
  next();
}

/** The payload of an order that the watcher seals must be all that its maker wrote. */
export function isAllOf(sealed: Content, made: Content): boolean {
  return sealed.size === payloadOf(made).length + 2 && hasPayload(sealed, made);
}

export function hasPayload(now: Content, made: Content): boolean {
  return payloadOf(made).every(([file, text]) => now.get(file) === text);
}

function payloadOf(made: Content): [string, string][] {
  return [...made].filter(([file]) => file !== 'job.json');
}
