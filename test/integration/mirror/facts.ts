// What the tests of the mirror ask of a pair: is a job home whole, what was told of it, what is judged of its runner.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { View } from '../../../src/job/view.ts';
import type { Pair } from './pair.ts';
import type { Side } from './side.ts';

const TREES = ['outbox', 'inbox', 'requests'];

/** Waits until a job lies in the archive and nothing of it is left on either side. Answers its folder. */
export async function home(pair: Pair, job: string, limitMs = 60_000): Promise<string> {
  const isLeft = ({ has }: Side) => TREES.some((tree) => has(tree, job));
  const name = await pair.until(
    `${job} is archived, and gone on both sides`,
    () => !isLeft(pair.linux) && !isLeft(pair.windows) && pair.archived(job),
    limitMs,
  );
  return pair.linux.at('archive', name);
}

/** What `sha256sum -c` has against the record and the order; empty when all is well. */
export function sumsProblems(dir: string): string[] {
  return [dir, path.join(dir, 'order')].flatMap((each) => {
    const { status, stdout, stderr } = spawnSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], {
      cwd: each,
      encoding: 'utf8',
    });
    return status === 0 ? [] : [`${each}: ${stdout} ${stderr}`];
  });
}

/** The types of the events of a job, in order. */
export async function toldOf(pair: Pair, job: string): Promise<string[]> {
  const { value } = await pair.linux.jobq('events', '--job', job, '--limit', '1000');
  return (value['events'] as { type: string }[]).map(({ type }) => type);
}

export interface Judged {
  link: string | undefined;
  verdict: string | undefined;
}

/** Of the link, and of the only runner, as `status` says. */
export async function judged(pair: Pair): Promise<Judged> {
  const { value } = await pair.linux.jobq('status');
  const liveness = value['liveness'] as { link: string; runners: { verdict: string }[] } | null;
  return { link: liveness?.link, verdict: liveness?.runners[0]?.verdict };
}

/** Names below `tree` that this side has of a job, temporary ones of the mirror among them. */
function filesOf(side: Side, tree: string, job: string): string[] {
  if (!side.has(tree, job)) return [];
  return readdirSync(side.at(tree, job), { recursive: true, encoding: 'utf8' });
}

/** Is this file on its way to this side: begun, but not there? */
export function isOnTheWire(side: Side, tree: string, job: string, name: string): boolean {
  const names = filesOf(side, tree, job).map((each) => path.basename(each));
  return names.includes(`.syncthing.${name}.tmp`) && !names.includes(name);
}

/** Looks at a job again and again, until told to stop; keeps every view that is another than the one before. */
export function follow(pair: Pair, job: string): { views: View[]; stop(): Promise<View[]> } {
  const views: View[] = [];
  let isOver = false;
  const going = (async () => {
    while (!isOver) {
      views.push(await pair.view(job));
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  })();
  return {
    views,
    stop: async () => {
      isOver = true;
      await going;
      return views;
    },
  };
}
