// The end of a world in which nothing is killed any more: both daemons are told to stop, then find everything done.
import { utimesSync } from 'node:fs';
import path from 'node:path';
import { temporaryFiles } from './evidence.ts';
import type { World } from './world.ts';

/** Both daemons once more, with what a killed process left made old: it is swept, and nothing is left to do. */
export async function lastTurn(w: World): Promise<string[]> {
  const dayBefore = Date.now() / 1000 - 2 * 86_400;
  for (const file of temporaryFiles(w)) utimesSync(path.join(w.home, file), dayBefore, dayBefore);
  const turns = await Promise.all(['runner', 'watcher'].map((role) => w.jobq(role, '--once')));
  const idle = [
    { ended: [], failed: [] },
    { archived: [], failed: [] },
  ];
  return turns.flatMap(({ value, stderr }, index) =>
    Object.entries(idle[index] ?? {}).flatMap(([field, wanted]) =>
      JSON.stringify(value[field]) === JSON.stringify(wanted)
        ? []
        : [`one more turn does not find everything done: ${JSON.stringify(value)} ${stderr}`],
    ),
  );
}

export async function stopBoth(w: World): Promise<void> {
  const living = (['runner', 'watcher'] as const).flatMap((role) => w.alive(role) ?? []);
  await w.until('both are up', () => living.every((life) => life.output().includes('is up')));
  await Promise.all(living.map((life) => w.end(life, 'SIGTERM')));
}
