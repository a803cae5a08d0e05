// Of which jobs a runner says that it knows of their cancel and has nothing.
import path from 'node:path';
import { expect, test } from 'vitest';
import type { LedgerJob } from '../../src/queue/runner-snapshot.ts';
import { clearedJobs } from '../../src/runner/cleared.ts';
import type { RunnerState } from '../../src/runner/parts.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { readPresence } from '../../src/store/presences.ts';
import { writeRequest } from '../../src/store/requests.ts';
import { put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { ledger } from '../helpers/snapshots.ts';
import { oneMachine } from './one-machine.ts';

const JOB = 'job-20260210-143022-wfe';
const layout = layoutOf('/queue');

interface Has {
  name: string;
  cancel?: string;
  release?: boolean;
  dirs?: string[];
  /** Files below the queue. */
  files?: string[];
  phase?: LedgerJob['phase'];
  is: boolean;
}

test.each<Has>([
  { name: 'that is not here and was cancelled', cancel: '{}', is: true },
  { name: 'that was done with long ago', cancel: '{}', phase: 'deleted', is: true },
  { name: 'that nobody cancelled', release: true, is: false },
  { name: 'whose cancel cannot be read yet', cancel: '{"requested', is: false },
  { name: 'whose order is here', cancel: '{}', dirs: ['outbox'], is: false },
  { name: 'whose record is here', cancel: '{}', files: [`inbox/${JOB}/job.json`], is: false },
  { name: 'of whose record there is an empty directory', cancel: '{}', dirs: ['inbox'], is: true },
  {
    name: 'of which only conflict copies are here',
    cancel: '{}',
    files: [
      `inbox/${JOB}/3_results/a.sync-conflict-20260210-150000-ABCDEFG.csv`,
      `outbox/${JOB}/job.sync-conflict-20260210-150000-ABCDEFG.json`,
    ],
    is: true,
  },
  ...(['intent', 'started', 'again', 'ended', 'deleting'] as const).map((phase) => ({
    name: `that is ${phase} here`,
    cancel: '{}',
    phase,
    is: false,
  })),
])('a job $name is cleared: $is', async ({ cancel, release, dirs = [], files = [], phase, is }) => {
  const disk = memoryDisk();
  if (release) await writeRequest(disk, layout, JOB, 'release', {});
  if (cancel !== undefined) put(disk, path.join(layout.requests(JOB), 'cancel.json'), cancel);
  for (const file of files) put(disk, path.join('/queue', file), 'x');
  for (const tree of dirs) disk.files.makeDir(path.join('/queue', tree, JOB));
  const jobs = new Map(phase ? [[JOB, ledger(phase)]] : []);
  const runner = { disk, layout, ledger: { jobs } } as unknown as RunnerState;
  expect(clearedJobs(runner)).toEqual(is ? [JOB] : []);
});

test('presence says so at once, and no more once the requests are gone', async () => {
  const machine = await oneMachine();
  const { disk } = machine;
  const cleared = () => readPresence(disk.files, machine.layout, 'station')?.cleared;
  await machine.runner.tick();
  expect(cleared()).toBeUndefined();
  await writeRequest(disk, machine.layout, JOB, 'cancel', { abandoned: true });
  await machine.runner.tick();
  expect(cleared()).toEqual([JOB]);
  await disk.files.removeTree(machine.layout.requests(JOB));
  await machine.runner.tick();
  expect(cleared()).toBeUndefined();
});
