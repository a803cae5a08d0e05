// What whoever starts processes tells the tree, at once: an id says nothing about who had it a moment ago.
import type { ProcessTree } from './process-tree.ts';

export interface Starting {
  /** This process has just started one, and has not heard of its end yet. */
  begun(pid: number): void;
  /** It is over: from now on its id may be a stranger's. */
  over(pid: number): void;
}

export type TreeHere = ProcessTree & Starting;
