// A queue in which something cannot be read is shown all the same: all the rest of it, and what cannot be read.
import path from 'node:path';
import { expect, test } from 'vitest';
import type { World } from './world.ts';
import { archive, end, queueWorld, RUNNING, report, submitted } from './world.ts';

/** A link that leads to itself, in place of what is there. */
async function loop({ disk, layout }: World, file: string): Promise<string> {
  const at = path.join(layout.root, file);
  await disk.files.removeFile(at);
  disk.files.makeDir(path.dirname(at));
  disk.volume.symlinkSync(path.basename(at), at);
  return file;
}

async function threeJobs() {
  const world = await queueWorld();
  const waits = await submitted(world, 'waits');
  const runs = await submitted(world, 'runs');
  await report(world, runs, RUNNING);
  const old = await submitted(world, 'old');
  await end(world, old, 'completed');
  return { world, waits, runs, old, archived: await archive(world, old) };
}

type Jobs = Awaited<ReturnType<typeof threeJobs>>;
const idsIn = (jobs: readonly { job_id: string }[]) => jobs.map(({ job_id }) => job_id);

test.each<{ what: string; file: (jobs: Jobs) => string }>([
  { what: 'a verdict of the watcher', file: ({ waits }) => `.jobq-watcher/lost/${waits}.json` },
  { what: 'a request', file: ({ waits }) => `requests/${waits}/release.json` },
  { what: 'an order', file: ({ waits }) => `outbox/${waits}/job.json` },
  { what: 'a presence', file: () => 'runners/station.json' },
  {
    what: 'the retry of an archived job',
    file: ({ archived }) => `archive/${path.basename(archived)}/retry.json`,
  },
  {
    what: 'the record of an archived job',
    file: ({ archived }) => `archive/${path.basename(archived)}/job.json`,
  },
])('status, list and show go on where $what cannot be read, and say so', async ({ file }) => {
  const jobs = await threeJobs();
  const { world, waits, runs, old } = jobs;
  const broken = await loop(world, file(jobs));
  const problem = expect.objectContaining({ kind: 'unreadable', reason: expect.stringContaining(broken) });

  const status = (await world.json('status')).json as {
    running: [];
    waiting: [];
    finished: [];
    problems: { reason: string }[];
  };
  expect([idsIn(status.running), idsIn(status.waiting), idsIn(status.finished)]).toEqual([
    [runs],
    [waits],
    [old],
  ]);
  expect(status.problems).toEqual([problem]);

  const list = (await world.json('list')).json as { jobs: []; problems: [] };
  expect(new Set(idsIn(list.jobs))).toEqual(new Set([waits, runs, old]));
  expect(list.problems).toEqual([problem]);

  const about = [waits, old].find((id) => broken.includes(id));
  for (const id of [waits, runs, old]) {
    for (const verb of ['status', 'show']) {
      const { code, json } = await world.json(verb, id);
      expect({ code, json: code === 0 ? {} : json }).toEqual({ code: 0, json: {} });
      expect((json as { problems: [] }).problems).toEqual(id === about ? [problem] : []);
    }
  }
});

test('what the watcher judges and another user keeps to himself is not known, and stops no command', async () => {
  const { world, waits } = await threeJobs();
  await loop(world, '.jobq-watcher/liveness.json');
  expect((await world.json('status', waits)).code).toBe(0);
  expect((await world.json('list')).code).toBe(0);
});
