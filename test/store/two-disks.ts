// The two disks that everything in the store is tried on: one in memory, and the real one in a directory of its own.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { afterAll, describe } from 'vitest';
import type { Disk } from '../../src/store/disk.ts';
import { initQueue } from '../../src/store/init.ts';
import type { Layout } from '../../src/store/layout.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { systemFiles } from '../../src/system/files.ts';
import type { FakeClock, MemoryDisk } from '../helpers/memory-disk.ts';
import { fakeClock, memoryDisk } from '../helpers/memory-disk.ts';

export interface Place {
  disk: Disk & { clock: FakeClock };
  /** A directory of its own for each test. */
  root: string;
}

interface Kind {
  name: string;
  /** A new, empty place. */
  make(): Place;
}

let count = 0;

function memoryKind(): Kind {
  const make = () => {
    const disk = memoryDisk();
    disk.files.makeDir('/here');
    return { disk, root: '/here' };
  };
  return { name: 'in memory', make };
}

function realKind(): Kind & { remove(): void } {
  let base: string | undefined;
  const make = () => {
    base ??= mkdtempSync(path.join(tmpdir(), 'jobq-store-'));
    const root = path.join(base, String(++count));
    systemFiles.makeDir(root);
    return { disk: { files: systemFiles, clock: fakeClock() }, root };
  };
  const remove = () => base && rmSync(base, { recursive: true, force: true });
  return { name: 'on the real disk', make, remove };
}

/** Declares the same tests for both disks. */
export function onBothDisks(what: string, declare: (make: () => Place) => void): void {
  const real = realKind();
  describe.each<Kind>([memoryKind(), real])(`${what}, $name`, ({ make }) => {
    afterAll(() => real.remove());
    declare(make);
  });
}

export const QUEUE_ID = 'q-store';

export interface QueuePlace extends Place {
  layout: Layout;
}

/** A place with an empty queue in it. */
export async function queueIn(place: Place): Promise<QueuePlace> {
  const layout = layoutOf(path.join(place.root, 'queue'));
  await initQueue(place.disk, layout, 'both', [QUEUE_ID], () => '');
  return { ...place, layout };
}

/** Every file below a directory with its text, hidden ones included. */
export function everything(disk: Disk, dir: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, kind } of disk.files.list(dir) ?? []) {
    const file = path.join(dir, name);
    if (kind === 'directory') Object.assign(found, everything(disk, file, `${prefix}${name}/`));
    else found[prefix + name] = kind === 'file' ? String(disk.files.read(file)) : kind;
  }
  return found;
}

/** Makes symbolic links on either disk. */
export function linkOn(disk: Disk, context: TestContext): (target: string, at: string) => void {
  if ('volume' in disk) {
    const { volume } = disk as MemoryDisk;
    return (target, at) => volume.symlinkSync(target, at);
  }
  if (process.platform === 'win32') context.skip('links need a privilege on Windows');
  return (target, at) => symlinkSync(target, at);
}
