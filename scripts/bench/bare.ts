// The floor: the same files as a job's, over the same pair of Syncthings, in folders of their own, with nothing but a
// rename and one request to scan. It knows no queue.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import type { MirrorEnd } from '../../test/integration/mirror/mirror-end.ts';
import type { Side } from '../../test/integration/mirror/side.ts';

const pathIn = (side: Side, folder: string) => path.join(side.home, folder);

/** A folder that the first side sends to the second one. */
export async function shareBare(id: string, from: Side, to: Side): Promise<void> {
  const devices = [from.mirror.deviceId, to.mirror.deviceId];
  const shared = { id, devices, fsWatcherDelayS: 10 };
  for (const side of [from, to]) mkdirSync(pathIn(side, id), { recursive: true });
  await from.mirror.share({ ...shared, path: pathIn(from, id), type: 'sendonly' });
  await to.mirror.share({ ...shared, path: pathIn(to, id), type: 'receiveonly' });
}

const filesOf = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)));

export interface BareCopy {
  folder: string;
  from: Side;
  to: Side;
  /** What is copied: a directory of a job, without these entries of it. */
  like: string;
  without: readonly string[];
  name: string;
}

const nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** From the rename into the folder until the last file is there; in milliseconds. */
export async function copyBare({ folder, from, to, like, without, name }: BareCopy): Promise<number> {
  const staged = path.join(from.home, `staged-${folder}-${name}`);
  const left = without.map((entry) => path.join(like, entry));
  cpSync(like, staged, { recursive: true, filter: (file) => !left.includes(file) });
  const names = filesOf(staged);
  const source = path.join(pathIn(from, folder), name);
  const target = path.join(pathIn(to, folder), name);
  renameSync(staged, source);
  const began = statSync(source).ctimeMs;
  const asked = scan(from.mirror, folder, name);
  const deadline = performance.now() + 60_000;
  while (!names.every((file) => existsSync(path.join(target, file)))) {
    if (performance.now() > deadline) throw new Error(`the bare copy did not arrive: ${target}`);
    await nap(2);
  }
  const took = Date.now() - began;
  await asked;
  return took;
}

const scan = (mirror: MirrorEnd, folder: string, sub: string) =>
  mirror.rest<void>('POST', `db/scan?folder=${folder}&sub=${sub}`);
