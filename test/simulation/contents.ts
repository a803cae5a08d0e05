// What a directory holds, and where the archived jobs are.
import path from 'node:path';
import { listTree } from '../../src/store/tree.ts';
import type { Files } from '../../src/system/files.ts';
import { LINUX } from './world.ts';

export type Content = Map<string, string>;

export function contentOf(files: Files, dir: string): Content {
  return new Map(
    listTree(files, dir).files.map((file) => [file.path, String(files.read(path.join(dir, file.path)))]),
  );
}

export function archivedNamesOf(files: Files, job: string): string[] {
  return (files.list(`${LINUX}/archive`) ?? []).flatMap(({ name }) =>
    name.startsWith(`${job}_`) ? [name] : [],
  );
}

export function sameContent(a: Content, b: Content): boolean {
  return a.size === b.size && [...a].every(([file, text]) => b.get(file) === text);
}
