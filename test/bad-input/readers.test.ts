// Every file that the programs read, in every way it may be wrong, given to the very reader that they use: it is taken,
// counts for nothing, or is an error that says so; it is never an accident, and nothing that is taken carries one further.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { machineKinds } from './machine-kinds.ts';
import type { Hostile } from './mutations.ts';
import type { Kind } from './queue-kinds.ts';
import { queueKinds } from './queue-kinds.ts';
import { flawOf, isTold } from './sound.ts';
import { printTally, tally } from './tally.ts';

printTally('each reader by itself');

type Read = { taken: unknown } | { told: unknown };

async function read(disk: MemoryDisk, kind: Kind, bytes: Buffer): Promise<Read> {
  disk.files.makeDir(path.dirname(kind.file));
  disk.volume.writeFileSync(kind.file, bytes);
  kind.around?.(disk, bytes);
  try {
    return { taken: await kind.read(disk) };
  } catch (error) {
    return { told: error };
  }
}

const isTaken = (seen: Read) =>
  'taken' in seen && Boolean(seen.taken) && !(Array.isArray(seen.taken) && seen.taken.length === 0);

/** What is wrong with how an input was read; undefined when nothing is. */
async function faultOf(
  disk: MemoryDisk,
  kind: Kind,
  { name, bytes, isNone }: Hostile,
): Promise<string | undefined> {
  const seen = await read(disk, kind, bytes);
  tally(kind.name);
  if ('told' in seen) return isTold(seen.told) ? undefined : `${name}: ${String((seen.told as Error).stack)}`;
  const flaw = flawOf(seen.taken);
  if (flaw !== undefined) return `${name}: ${flaw}`;
  return isNone && !kind.isText && isTaken(seen) ? `${name}: was taken for a whole one` : undefined;
}

describe.each([...queueKinds, ...machineKinds])('$name', (kind) => {
  test('is read when nothing is wrong with it', async () => {
    const seen = await read(memoryDisk(), kind, Buffer.from(kind.good));
    expect(seen).not.toHaveProperty('told');
    expect(isTaken(seen)).toBe(true);
  });

  test('is no accident, whatever stands in it', async () => {
    const disk = memoryDisk();
    const faults: string[] = [];
    for (const input of kind.inputs()) {
      const fault = await faultOf(disk, kind, input);
      if (fault !== undefined) faults.push(fault);
    }
    expect(faults.slice(0, 5)).toEqual([]);
  });
});
