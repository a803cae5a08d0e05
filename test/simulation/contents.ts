// What a directory holds, by path.
import path from 'node:path';
import { listTree } from '../../src/store/tree.ts';
import type { Files } from '../../src/system/files.ts';

export function contentOf(files: Files, dir: string): Map<string, string> {
  return new Map(
    listTree(files, dir).files.map((file) => [file.path, String(files.read(path.join(dir, file.path)))]),
  );
}
