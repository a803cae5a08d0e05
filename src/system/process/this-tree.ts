// How this platform handles a tree of processes.
import { posixTree } from './posix.ts';
import type { ProcessTree } from './process-tree.ts';
import { windowsTree } from './windows.ts';

export const thisTree: ProcessTree = process.platform === 'win32' ? windowsTree : posixTree;
