// Somebody writes where only the other side may write: the mirror puts one version aside, jobq tells of both and goes on,
// and nobody takes the copy for anything or removes it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { sumsProblems, toldOf } from './facts.ts';
import { runningPair } from './mirrored.ts';
import type { Pair } from './pair.ts';
import type { Side } from './side.ts';
import { openEnded } from './studies.ts';

interface Told {
  kind: string;
  file: string;
  reason: string;
  conflict?: { copy: { bytes: number } | null; kept: { bytes: number } | null; kept_by: string | null };
}

const copiesIn = (side: Side, ...where: string[]) =>
  side.has(...where) ? readdirSync(side.at(...where)).filter((name) => name.includes('.sync-conflict-')) : [];

/** By a person's hand, with an editor that writes in place. */
function edit(file: string, key: string): string {
  const text = JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), [key]: 'by hand' });
  writeFileSync(file, text);
  return text;
}

async function problemsOf(pair: Pair, job: string): Promise<Told[]> {
  const { value } = await pair.linux.jobq('status', job);
  return value['problems'] as Told[];
}

describe.concurrent('a file that both sides write', () => {
  test('four folders: the record, edited on the Linux side while its job runs', async (context) => {
    const { pair } = await runningPair(context);
    const { linux } = pair;
    const { dir, args, finish } = openEnded(pair.home, 'conflict');
    const job = await pair.submit(dir, ...args);
    await pair.until('it runs', async () => (await pair.view(job)).state === 'running');
    const where = ['inbox', job] as const;
    // the mirror has to have seen the edit before the next version arrives
    await pair.until('the mirror has put one aside', async () => {
      if (copiesIn(linux, ...where).length > 0) return true;
      edit(linux.at(...where, 'job.json'), 'note');
      await linux.mirror.rest('POST', `db/scan?folder=jobq-inbox&sub=${job}`);
      return false;
    });
    const [copy = ''] = copiesIn(linux, ...where);
    const text = readFileSync(linux.at(...where, copy), 'utf8');
    expect(text).toContain('by hand');
    const told = await pair.until('it is told', async () =>
      (await problemsOf(pair, job)).find(({ kind }) => kind === 'conflict-copy'),
    );
    expect(told).toMatchObject({
      file: `inbox/${job}/${copy}`,
      conflict: {
        copy: { bytes: Buffer.byteLength(text) },
        kept: { bytes: expect.any(Number) as number },
        kept_by: pair.windows.mirror.deviceId.slice(0, 7),
      },
    });
    finish();
    const dirName = await pair.until('it is archived', () => pair.archived(job));
    expect(sumsProblems(linux.at('archive', dirName)).filter((line) => !line.includes('/order'))).toEqual([]);
    await pair.until(
      'nothing but the copy is left',
      () =>
        !linux.has('outbox', job) &&
        !pair.windows.has('inbox', job) &&
        copiesIn(linux, ...where).includes(copy) &&
        readdirSync(linux.at(...where)).length === 1,
    );
    expect(readFileSync(linux.at(...where, copy), 'utf8')).toBe(text);
    expect(await pair.view(job)).toMatchObject({ state: 'completed', late: false, attempt: 1 });
  });

  test('one folder: the order, edited on both sides while the link is down', async (context) => {
    const { pair } = await runningPair(context, { layout: 'one' });
    const { linux, windows } = pair;
    const { dir, args, finish } = openEnded(pair.home, 'conflict');
    const job = await pair.submit(dir, ...args);
    await pair.until('it runs', async () => (await pair.view(job)).state === 'running');
    await pair.cut(linux);
    for (const [side, key] of [
      [linux, 'here'],
      [windows, 'there'],
    ] as const) {
      edit(side.at('outbox', job, 'job.json'), key);
      await side.mirror.rest('POST', `db/scan?folder=job-queue&sub=outbox/${job}`);
    }
    await pair.mend(linux);
    const where = ['outbox', job] as const;
    await pair.until('the copy is on both sides', () =>
      [linux, windows].every((side) => copiesIn(side, ...where).length === 1),
    );
    const told = await pair.until('it is told', async () =>
      (await problemsOf(pair, job)).find(({ kind }) => kind === 'conflict-copy'),
    );
    expect(told.file).toMatch(`outbox/${job}/job.sync-conflict-`);
    expect(await toldOf(pair, job)).not.toContain('finished');
    finish();
    const waited = await linux.jobq('wait', job, '--timeout', '60');
    expect(waited.status).toBe(0);
    const archived = linux.at('archive', await pair.until('it is archived', () => pair.archived(job)));
    expect(readFileSync(path.join(archived, 'result.txt'), 'utf8')).toBe('7\n');
    expect(await pair.view(job)).toMatchObject({ state: 'completed', attempt: 1 });
    const jobs = (await linux.jobq('list')).value['jobs'] as { job_id: string }[];
    expect(jobs.map(({ job_id }) => job_id)).not.toContainEqual(expect.stringContaining('sync-conflict'));
  });

  test('four folders: a hand edit of an order on the wrong side does not stop its job', async (context) => {
    const { pair } = await runningPair(context);
    const { windows } = pair;
    const { dir, args, finish } = openEnded(pair.home, 'edited');
    const job = await pair.submit(dir, ...args);
    await pair.until('it runs', async () => (await pair.view(job)).state === 'running');
    edit(windows.at('outbox', job, 'job.json'), 'note');
    await windows.mirror.rest('POST', `db/scan?folder=jobq-outbox&sub=${job}`);
    finish();
    expect((await pair.linux.jobq('wait', job, '--timeout', '60')).status).toBe(0);
    await pair.until('it is archived', () => pair.archived(job) && !pair.linux.has('outbox', job));
    expect(await pair.view(job)).toMatchObject({ state: 'completed', attempt: 1 });
    // what a person wrote is left to the person, and nobody takes it for an order
    await pair.until('only the edit is left', () => readdirSync(windows.at('outbox', job)).length === 1);
    expect(readFileSync(windows.at('outbox', job, 'job.json'), 'utf8')).toContain('by hand');
    expect(await pair.view(job)).toMatchObject({ state: 'completed', attempt: 1 });
  });
});
