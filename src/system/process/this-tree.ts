// How this platform handles the processes of an attempt.
import { posixTree } from './posix.ts';
import type { TreeHere } from './starting.ts';
import { windowsTree } from './windows.ts';

export const thisTree: TreeHere = process.platform === 'win32' ? windowsTree : posixTree;
