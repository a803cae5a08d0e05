// Carries out a plan, step by step, through the port; it stops at the first refusal. Run again, the rest is done.
import type { Answer, Syncthing } from '../api.ts';
import type { Change, Step } from './plan.ts';
import type { QueueTree } from './wanted.ts';

export interface Applied {
  /** What has been changed. */
  readonly done: readonly Change[];
  /** Why it went no further. */
  readonly refused?: { readonly step: Step; readonly problem: string };
}

export type WriteIgnoreFile = (tree: QueueTree, lines: readonly string[]) => Promise<void>;

export async function applySteps(
  syncthing: Syncthing,
  steps: readonly Step[],
  writeIgnoreFile: WriteIgnoreFile,
): Promise<Applied> {
  const done: Change[] = [];
  for (const step of steps) {
    const answer = await applied(syncthing, step, writeIgnoreFile);
    if ('problem' in answer) return { done, refused: { step, problem: answer.problem } };
    done.push(...step.changes);
  }
  return { done };
}

async function applied(
  syncthing: Syncthing,
  step: Step,
  writeIgnoreFile: WriteIgnoreFile,
): Promise<Answer<void>> {
  if (step.do !== 'ignore') return syncthing[step.do](step.what, step.id, step.value);
  if (step.folder !== undefined) return syncthing.setIgnores(step.folder, step.lines);
  await writeIgnoreFile(step.tree, step.lines);
  return { value: undefined };
}
