// A queue and a study to submit, in memory or on the real disk, and a look at what was published.
import * as nodeFs from 'node:fs';
import path from 'node:path';
import { createFsFromVolume, Volume } from 'memfs';
import { parseOrder } from '../../src/job/order.ts';
import type { Disk } from '../../src/store/disk.ts';
import type { Layout } from '../../src/store/layout.ts';
import { layoutOf, TREE_NAMES } from '../../src/store/layout.ts';
import { writeMarker } from '../../src/store/marker.ts';
import { readOrder } from '../../src/store/read-order.ts';
import { sealBreach } from '../../src/store/seal.ts';
import type { SubmitRequest } from '../../src/submit/request.ts';
import type { Clock } from '../../src/system/clock.ts';
import type { Files, FsLike } from '../../src/system/files.ts';
import { filesOver } from '../../src/system/files.ts';

/** 2026-02-10T14:30:22Z */
const NOW = Date.UTC(2026, 1, 10, 14, 30, 22);

interface FakeClock extends Clock {
  at: number;
}

function fakeClock(): FakeClock {
  const clock: FakeClock = {
    at: NOW,
    now: () => clock.at,
    monotonic: () => clock.at,
    turn: () => Promise.resolve(),
    sleep: () => Promise.resolve(),
  };
  return clock;
}

export interface Bench {
  fs: FsLike;
  clock: FakeClock;
  disk: Disk;
  layout: Layout;
  study: string;
}

/** Like the system's: a folder that is not empty is never replaced. memfs alone would. */
function strict(files: Files): Files {
  return {
    ...files,
    rename: async (from, to) => {
      if ((files.list(to) ?? []).length > 0)
        throw Object.assign(new Error(`ENOTEMPTY: ${to}`), { code: 'ENOTEMPTY' });
      await files.rename(from, to);
    },
  };
}

async function benchOn(fs: FsLike, home: string, files: Files, clock: FakeClock): Promise<Bench> {
  const layout = layoutOf(path.join(home, 'queue'));
  const disk = { files, clock };
  for (const tree of TREE_NAMES) {
    fs.mkdirSync(layout.tree(tree), { recursive: true });
    await writeMarker(disk, layout, tree, 'q-test');
  }
  fs.mkdirSync(layout.archive);
  const study = path.join(home, 'Beam WFE');
  return { fs, clock, disk, layout, study };
}

export async function memoryBench(content: Record<string, string | null> = STUDY): Promise<Bench> {
  const fs = createFsFromVolume(new Volume()) as unknown as FsLike;
  const clock = fakeClock();
  const bench = await benchOn(fs, '/home/me', strict(filesOver(fs, clock)), clock);
  writeStudy(bench, content);
  return bench;
}

export async function realBench(
  home: string,
  content: Record<string, string | null> = STUDY,
): Promise<Bench> {
  const clock = fakeClock();
  const bench = await benchOn(nodeFs, home, filesOver(nodeFs, clock), clock);
  writeStudy(bench, content);
  return bench;
}

/** A study that passes every check without a warning. */
export const STUDY: Record<string, string | null> = {
  'run_optimization.py': 'print("1_setup/beam.sim")\n',
  'README.md': '# Beam\n',
  'atomizer_spec.json': '{"trials": 20}\n',
  '1_setup/beam.prt': 'part',
  '1_setup/beam_i.prt': 'idealized',
  '1_setup/beam.fem': 'mesh',
  '1_setup/beam.sim': 'simulation',
};

/** Adds files to the study; null makes an empty directory. */
export function writeStudy(
  { fs, study }: Pick<Bench, 'fs' | 'study'>,
  content: Record<string, string | null>,
): void {
  for (const [name, text] of Object.entries(content)) {
    const file = path.join(study, name);
    fs.mkdirSync(text === null ? file : path.dirname(file), { recursive: true });
    if (text !== null) fs.writeFileSync(file, text);
  }
}

export function ask({ study }: Pick<Bench, 'study'>, more: Partial<SubmitRequest> = {}): SubmitRequest {
  return {
    studyDir: study,
    createdBy: 'study-builder',
    args: [],
    dependsOn: [],
    expect: [],
    metadata: {},
    maxPathLength: 150,
    freeSpaceMarginMb: 0,
    ...more,
  };
}

export const ME = { host: 'forge', pid: 7 };

export function orders({ disk, layout }: Pick<Bench, 'disk' | 'layout'>): string[] {
  return (disk.files.list(layout.tree('outbox')) ?? []).flatMap(({ name }) =>
    name.startsWith('.') ? [] : [name],
  );
}

/** What is wrong with a published order; undefined when it is whole, sealed and nothing else is in it. */
export async function flawOf(
  { disk, layout }: Pick<Bench, 'disk' | 'layout'>,
  jobId: string,
): Promise<string | undefined> {
  const dir = layout.order(jobId);
  const order = readOrder(disk.files, dir, jobId);
  if (order?.seal !== 'valid') return `the seal is ${order?.seal}`;
  if (!order.order || !order.arrived.complete)
    return `not complete: ${JSON.stringify([order.problems, order.arrived])}`;
  if (order.unsealed.length > 0) return `not sealed: ${order.unsealed.join(', ')}`;
  return sealBreach(disk, dir, order.entries);
}

export function orderJson(
  { disk, layout }: Pick<Bench, 'disk' | 'layout'>,
  jobId: string,
): Record<string, unknown> {
  const bytes = disk.files.read(path.join(layout.order(jobId), 'job.json')) ?? Buffer.from('');
  const parsed = parseOrder(bytes, jobId);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
}

/** Everything below a directory, for "nothing was written". */
export function everything({ disk }: Pick<Bench, 'disk'>, dir: string): string[] {
  return (disk.files.list(dir) ?? []).flatMap(({ name, kind }) => {
    const file = path.join(dir, name);
    return kind === 'directory' ? [file, ...everything({ disk }, file)] : [file];
  });
}
