// One key, one order: again, with other content, at once, and stopped at every single write.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JobqError } from '../../src/errors.ts';
import type { SubmitRequest } from '../../src/submit/request.ts';
import { submitStudy } from '../../src/submit/submit.ts';
import type { Files, OpenFile } from '../../src/system/files.ts';
import type { Bench } from './study.ts';
import { ask, flawOf, ME, memoryBench, orderJson, orders, realBench, STUDY, writeStudy } from './study.ts';

const ID = 'job-20260210-143022-beam-wfe';
const KEY = { idempotencyKey: 'agent 7, step 3' };

const submit = (bench: Bench, more: Partial<SubmitRequest> = {}, files: Files = bench.disk.files) =>
  submitStudy({ ...bench.disk, files }, bench.layout, ME, ask(bench, { ...KEY, ...more }));

/** What the watcher does in the end: the record becomes the archive, the order moves into it. */
function archive({ fs, layout }: Bench, jobId: string, withOrder = true): void {
  const dir = layout.archived(`${jobId}_20260211-020311`);
  fs.mkdirSync(dir);
  fs.writeFileSync(
    path.join(dir, 'job.json'),
    JSON.stringify({ job_id: jobId, idempotency_key: KEY.idempotencyKey }),
  );
  if (withOrder) fs.renameSync(layout.order(jobId), path.join(dir, 'order'));
  else fs.rmSync(layout.order(jobId), { recursive: true });
}

const conflict = (said: string) =>
  expect.objectContaining({
    code: 'conflict',
    message: expect.stringContaining(said) as string,
  }) as JobqError;

describe('the same key again', () => {
  test('answers with the first job while it is open and once it is archived', async () => {
    const bench = await memoryBench();
    const first = await submit(bench);
    bench.clock.at += 60_000;
    expect(await submit(bench, { createdBy: 'somebody else', runOn: 'auto' })).toEqual({
      ...first,
      existing: true,
    });
    archive(bench, ID);
    expect(await submit(bench)).toEqual({
      ...first,
      existing: true,
      order: path.join(bench.layout.archived(`${ID}_20260211-020311`), 'order'),
    });
    expect(orders(bench)).toEqual([]);
  });

  test.each([
    { name: 'another file', change: { 'new.txt': 'x' }, more: {} },
    { name: 'another content', change: { '1_setup/beam.prt': 'PART' }, more: {} },
    { name: 'another empty directory', change: { '3_results': null }, more: {} },
    { name: 'other arguments', change: {}, more: { args: ['--resume'] } },
    { name: 'another priority', change: {}, more: { priority: 'high' as const } },
    { name: 'other metadata', change: {}, more: { metadata: { a: 1 } } },
  ])('with $name is a conflict that names the first job', async ({ change, more }) => {
    const bench = await memoryBench();
    await submit(bench);
    writeStudy(bench, change);
    await expect(submit(bench, more)).rejects.toEqual(conflict(ID));
    expect(orders(bench)).toEqual([ID]);
  });

  test('does not care about the order of metadata', async () => {
    const bench = await memoryBench();
    await submit(bench, { metadata: { a: 1, b: { c: 2, d: undefined, e: 3 } } });
    expect(await submit(bench, { metadata: { b: { e: 3, c: 2 }, a: 1 } })).toMatchObject({ existing: true });
  });

  test('cannot be answered when only the record is left', async () => {
    const bench = await memoryBench();
    await submit(bench);
    archive(bench, ID, false);
    await expect(submit(bench)).rejects.toEqual(conflict('whose order is gone'));
  });

  test('makes a new job, with a new id, when the first was deleted by hand', async () => {
    const bench = await memoryBench();
    await submit(bench);
    bench.fs.rmSync(bench.layout.order(ID), { recursive: true });
    bench.clock.at += 1000;
    expect(await submit(bench)).toMatchObject({ job_id: 'job-20260210-143023-beam-wfe', existing: false });
    expect(await submit(bench)).toMatchObject({ job_id: 'job-20260210-143023-beam-wfe', existing: true });
  });

  test('other keys are other jobs', async () => {
    const bench = await memoryBench();
    await submit(bench);
    expect(await submit(bench, { idempotencyKey: 'other' })).toMatchObject({
      job_id: `${ID}-2`,
      existing: false,
    });
    expect(await submit(bench)).toMatchObject({ job_id: ID, existing: true });
  });
});

describe('the same key at once', () => {
  test.each([
    { name: 'in memory', make: () => memoryBench(), remove: () => undefined },
    {
      name: 'on the real disk',
      make: () => realBench(mkdtempSync(path.join(tmpdir(), 'jobq-key-'))),
      remove: ({ study }: Bench) => rmSync(path.dirname(study), { recursive: true }),
    },
  ])('makes one order, $name', async ({ make, remove }) => {
    const bench = await make();
    const results = await Promise.all(Array.from({ length: 8 }, () => submit(bench)));
    expect(new Set(results.map((result) => result.job_id))).toEqual(new Set([ID]));
    expect(results.filter((result) => !result.existing)).toHaveLength(1);
    expect(orders(bench)).toEqual([ID]);
    expect(await flawOf(bench, ID)).toBeUndefined();
    remove(bench);
  });

  test('with other content makes one order and a conflict', async () => {
    const bench = await memoryBench();
    const results = await Promise.allSettled([submit(bench), submit(bench, { args: ['--other'] })]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    const [reason] = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as JobqError] : [],
    );
    expect(reason).toEqual(conflict(ID));
    expect(orders(bench)).toEqual([ID]);
  });

  test('takes another id when the reserved one went to another job', async () => {
    const bench = await memoryBench();
    const files: Files = { ...bench.disk.files };
    let done = false;
    files.rename = async (from, to) => {
      if (to === bench.layout.order(ID) && !done) {
        done = true;
        writeStudy({ fs: bench.fs, study: to }, { 'job.json': '{"idempotency_key": "somebody else"}' });
      }
      await bench.disk.files.rename(from, to);
    };
    const result = await submit(bench, {}, files);
    expect(result).toMatchObject({ job_id: `${ID}-2`, existing: false });
    expect(orderJson(bench, `${ID}-2`)['idempotency_key']).toBe(KEY.idempotencyKey);
    expect(await submit(bench)).toMatchObject({ job_id: `${ID}-2`, existing: true });
  });
});

class Stopped extends Error {}

/** A disk on which nothing changes any more from the n-th write on, as if the process had been killed there. */
function stoppingAt(files: Files, limit: number, count: { writes: number }): Files {
  const step = () => {
    if (++count.writes >= limit) throw new Stopped();
  };
  const opened = (file: OpenFile): OpenFile => ({
    read: (buffer) => file.read(buffer),
    write: (bytes) => {
      step();
      file.write(bytes);
    },
    sync: async () => {
      step();
      await file.sync();
    },
    close: () => file.close(),
  });
  return {
    ...files,
    openNew: (file) => {
      step();
      return opened(files.openNew(file));
    },
    makeDir: (dir) => {
      if (files.facts(dir)) return;
      step();
      files.makeDir(dir);
    },
    makeNewDir: (dir) => {
      step();
      files.makeNewDir(dir);
    },
    rename: async (from, to) => {
      step();
      await files.rename(from, to);
    },
    removeFile: async (file) => {
      step();
      await files.removeFile(file);
    },
    removeTree: async (dir) => {
      step();
      await files.removeTree(dir);
    },
    syncDir: (dir) => {
      step();
      files.syncDir(dir);
    },
  };
}

describe('stopped at any write', () => {
  const content = { ...STUDY, '3_results': null };

  async function everyStop(
    make: () => Promise<Bench>,
    check: (bench: Bench, limit: number) => Promise<void>,
  ) {
    for (let limit = 1; ; limit++) {
      const bench = await make();
      const count = { writes: 0 };
      // a stop after the order is out may be swallowed: what was submitted is submitted
      await submit(bench, {}, stoppingAt(bench.disk.files, limit, count)).catch((error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
      });
      for (const id of orders(bench))
        expect(await flawOf(bench, id), `stopped at write ${limit}`).toBeUndefined();
      await check(bench, limit);
      if (count.writes < limit) return;
    }
  }

  test('nothing half-made is visible, and the same key ends with one order', async () => {
    let before = 0;
    let after = 0;
    await everyStop(
      () => memoryBench(content),
      async (bench, limit) => {
        if (orders(bench).length === 0) before++;
        else after++;
        bench.clock.at += 5000;
        const { job_id } = await submit(bench);
        expect(orders(bench), `stopped at write ${limit}`).toEqual([job_id]);
        expect(await flawOf(bench, job_id)).toBeUndefined();
        expect(await submit(bench)).toMatchObject({ job_id, existing: true });
      },
    );
    expect(before).toBeGreaterThan(20);
    expect(after).toBeGreaterThan(3);
  });

  test('other content may take the key over as long as nothing is published', async () => {
    await everyStop(
      () => memoryBench(content),
      async (bench, limit) => {
        const published = orders(bench);
        const answer = await submit(bench, { args: ['--other'] }).then(
          ({ job_id }) => job_id,
          (error: JobqError) => error.code,
        );
        const expected = published.length > 0 ? 'conflict' : orders(bench)[0];
        expect(answer, `stopped at write ${limit}`).toBe(expected);
        expect(orders(bench)).toHaveLength(1);
      },
    );
  });

  test('and on the real disk', async () => {
    const homes: string[] = [];
    const make = async () => {
      homes.push(mkdtempSync(path.join(tmpdir(), 'jobq-stop-')));
      return realBench(homes.at(-1) ?? '', content);
    };
    try {
      await everyStop(make, async (bench) => {
        const { job_id } = await submit(bench);
        expect(orders(bench)).toEqual([job_id]);
      });
    } finally {
      for (const home of homes) rmSync(home, { recursive: true, force: true });
    }
  });
});
