// The story of the example queue, job by job, and the folder that is left of it.
// A test knows the end of each job's id and its state.
import { cpSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import type { View } from '../../src/job/view.ts';
import { indexJobs, resolveJob, viewJob } from '../../src/store/find.ts';
import { layoutOf } from '../../src/store/layout.ts';
import type { StoryClock } from './clock.ts';
import { storyClock } from './clock.ts';
import type { Machine, Scene } from './machines.ts';
import { newMachine, newScene } from './machines.ts';
import type { Told } from './readme.ts';
import { readmeText } from './readme.ts';

/** Written by the post-processor of the example: how many trials there are, and the best one. */
const POST_COMMAND = [
  'python3',
  '-c',
  [
    'import csv, json',
    "rows = list(csv.DictReader(open('3_results/history.csv')))",
    "best = min(rows, key=lambda row: float(row['value']))",
    "json.dump({'trials': len(rows), 'best': best}, open('summary.json', 'w'), indent=2)",
    "print(f'{len(rows)} trials read')",
  ].join('; '),
];

interface Story {
  scene: Scene;
  clock: StoryClock;
  study: string;
  agents: Machine;
  workstation: Machine;
  spare: Machine;
  told: Told[];
}

interface Request {
  home: string;
  study: string;
  /** Made; nothing may be there. */
  target: string;
}

export async function makeExampleQueue({ home, study, target }: Request) {
  const clock = storyClock('2026-02-10T14:30:22Z');
  const scene = newScene(clock, home, manifest.version);
  const agents = newMachine(scene, {
    host: 'agents',
    user: 'agent',
    pid: 2101,
    variables: {
      JOBQ_WATCHER_POST_COMMAND: JSON.stringify(POST_COMMAND),
      // ten minutes of the story: an hour would have to be waited for, since a clock that jumps starts the age anew
      JOBQ_WATCHER_LOST_UNKNOWN_AFTER_S: '600',
    },
  });
  const workstation = newMachine(scene, { host: 'workstation', user: 'engineer', pid: 4201 });
  const spare = newMachine(scene, { host: 'spare', user: 'engineer', pid: 3301 });
  const story: Story = { scene, clock, study, agents, workstation, spare, told: [] };
  try {
    await agents.jobq('init', scene.queue, '--queue-id', 'q-example');
    await firstDay(story);
    await secondDay(story);
    const { files, bytes } = takeSnapshot(story, target);
    return { files, bytes, table: (await agents.jobq('list')).trimEnd() };
  } finally {
    for (const machine of [agents, workstation, spare]) await machine.switchOff();
  }
}

/** A runner goes off in the middle of a job, another one takes the next; then the watcher is stopped. */
async function firstDay(story: Story): Promise<void> {
  const { clock, agents, spare, workstation } = story;
  agents.daemon('watcher');
  await submit(story, 'overnight', 'lost', ['--description', 'A long search'], trials(40, 0.3));
  clock.run();
  spare.daemon('runner');
  await until(story, 'overnight', (view) => (view.progress?.trial ?? 0) >= 6);
  await spare.switchOff();
  clock.standAt('2026-02-10T15:36:00Z');
  clock.run();
  await until(story, 'overnight', (view) => view.state === 'lost');

  clock.standAt('2026-02-10T15:52:07Z');
  await submit(
    story,
    'first-look',
    'archived',
    ['--run-on', 'workstation', '--expect', '3_results/best.json'],
    trials(6, 0.1),
  );
  clock.run();
  workstation.daemon('runner');
  await until(story, 'first-look', (view) => view.archived_as !== null && isOnlyThere(story, view));
  await agents.switchOff();
  await workstation.switchOff();
}

/** What ends from here on stays in inbox/, as no watcher brings it into the archive. */
async function secondDay(story: Story): Promise<void> {
  const { clock, agents, workstation } = story;
  const here = ['--run-on', 'workstation'];
  clock.standAt('2026-02-10T16:05:40Z');
  await submit(story, 'edited-model', 'rejected', here, trials(6, 0.1));
  editModel(story);
  clock.run();
  workstation.daemon('runner');
  await until(story, 'edited-model', (view) => view.state === 'queued');
  clock.standAt('2026-02-11T16:06:00Z');
  clock.run();
  await until(story, 'edited-model', isSealed);

  clock.standAt('2026-02-11T16:15:00Z');
  await submit(story, 'finer', 'completed', [...here, '--hold', '--priority', 'high'], trials(12, 0.1));
  await until(story, 'finer', (view) => view.waiting_for === 'release');
  await agents.jobq('release', 'finer');
  clock.run();
  await until(story, 'finer', isSealed);

  clock.standAt('2026-02-11T16:25:00Z');
  const failing = [...trials(8, 0.1), '--fail-at', '5', '--exit-code', '3'];
  await submit(story, 'breaks-off', 'failed', here, failing);
  clock.run();
  await until(story, 'breaks-off', isSealed);

  clock.standAt('2026-02-11T16:35:00Z');
  await submit(story, 'too-wide', 'cancelled', here, trials(30, 0.2));
  clock.run();
  await until(story, 'too-wide', (view) => (view.progress?.trial ?? 0) >= 4);
  await agents.jobq('cancel', 'too-wide', '--reason', 'the range of x is too wide');
  await until(story, 'too-wide', isSealed);

  clock.standAt('2026-02-11T16:45:00Z');
  await submit(story, 'long-search', 'running', here, trials(40, 0.3));
  clock.run();
  await until(story, 'long-search', (view) => (view.progress?.trial ?? 0) >= 9);
  clock.standAt('2026-02-11T16:52:10Z');
  await submit(story, 'held', 'queued', [...here, '--hold'], trials(20, 0));
  await until(story, 'held', (view) => view.waiting_for === 'release');
  clock.standAt('2026-02-11T16:52:40Z');
  await submit(story, 'for-spare', 'submitted', ['--run-on', 'spare', '--priority', 'low'], trials(20, 0));
  makeByHand(story, 'job-20260211-165300-by-hand');
  await workstation.stopDaemons(); // and not the script: the record says that it runs
}

function trials(count: number, sleepS: number): string[] {
  return ['--start', '--trials', String(count), ...(sleepS > 0 ? ['--sleep', String(sleepS)] : [])];
}

async function submit(
  { agents, study, told }: Story,
  name: string,
  kind: Told['kind'],
  options: readonly string[],
  args: readonly string[],
): Promise<void> {
  const given = args.flatMap((arg) => ['--arg', arg]);
  const id = await agents.jobq(
    'submit',
    study,
    '--name',
    name,
    '--project',
    'parabola',
    ...options,
    ...given,
  );
  told.push({ id: id.trim(), kind });
}

/** What nobody may do: another model under a seal that is already there, of the same size. */
function editModel({ scene, told }: Story): void {
  const model = path.join(layoutOf(scene.queue).order(told.at(-1)?.id ?? ''), '1_setup', 'model.json');
  const text = scene.disk.files.read(model)?.toString('utf8') ?? '';
  writeFileSync(model, text.replace('"curvature": 0.5', '"curvature": 0.7'));
}

/** An order as a person makes it with nothing but a file manager and an editor. */
function makeByHand({ scene, study, told }: Story, id: string): void {
  const dir = layoutOf(scene.queue).order(id);
  cpSync(study, dir, { recursive: true });
  const fields = {
    job_id: id,
    created_at: '2026-02-11T16:53:00Z',
    created_by: 'study-builder',
    project: 'parabola',
    channel: '#parabola',
    type: 'optimization',
    script: 'run_optimization.py',
    args: ['--start'],
    status: 'submitted',
    notify: { on_complete: true, on_fail: true },
  };
  writeFileSync(path.join(dir, 'job.json'), `${JSON.stringify(fields, null, 2)}\n`);
  told.push({ id, kind: 'by-hand' });
}

function isSealed(view: View): boolean {
  return view.results_sealed;
}

/** Is nothing left of an archived job outside the archive? */
function isOnlyThere({ scene }: Story, { job_id }: View): boolean {
  const layout = layoutOf(scene.queue);
  const others = [layout.order(job_id), layout.record(job_id), layout.requests(job_id)];
  return others.every((dir) => scene.disk.files.facts(dir) === undefined);
}

/** Waits for a fact about a job, a minute of real time at most. */
async function until({ scene }: Story, name: string, isSo: (view: View) => boolean): Promise<void> {
  const { files } = scene.disk;
  const layout = layoutOf(scene.queue);
  let view: View | undefined;
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    const index = indexJobs(files, layout);
    view = viewJob(files, layout, index, resolveJob(index, name));
    if (isSo(view)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${name} did not get on within a minute: ${JSON.stringify(view)}`);
}

/** Copies the queue as it is, with the README; git keeps no empty folders, so the copy has none. */
function takeSnapshot({ scene, told }: Story, target: string): { files: number; bytes: number } {
  cpSync(scene.queue, target, { recursive: true });
  const layout = layoutOf(target);
  const names = [...indexJobs(scene.disk.files, layout).archived.values()].flat();
  writeFileSync(path.join(target, 'README.md'), readmeText(told, names[0] ?? ''));
  return clear(target);
}

function clear(dir: string): { files: number; bytes: number } {
  const sum = { files: 0, bytes: 0 };
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const at = path.join(dir, entry.name);
    const part = entry.isDirectory() ? clear(at) : { files: 1, bytes: statSync(at).size };
    sum.files += part.files;
    sum.bytes += part.bytes;
  }
  if (sum.files === 0) rmdirSync(dir);
  return sum;
}
