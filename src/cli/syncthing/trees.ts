// The trees of a queue as its mirror needs to know them: where each lies, who writes it, what is ignored in it.
import type { QueueTree } from '../../link/setup/wanted.ts';
import { IGNORE_FILES } from '../../store/init.ts';
import type { Layout } from '../../store/layout.ts';
import { TREE_NAMES, TREES } from '../../store/layout.ts';

export function queueTrees(layout: Layout): QueueTree[] {
  return TREE_NAMES.map((tree) => ({
    tree,
    dir: layout.tree(tree),
    writer: TREES[tree],
    ignore: ignoredIn(tree),
  }));
}

/** `''` is the folder of the queue. */
export function ignoredIn(dir: string): readonly string[] {
  return IGNORE_FILES.find((each) => each.dir === dir)?.lines ?? [];
}
