// A queue in which records have arrived, and a watcher that post-processes them: in memory with programs that only
// pretend, or on any other disk with real ones.
import path from 'node:path';
import { makeRecord } from '../../../src/job/record.ts';
import type { PostProcessors } from '../../../src/settings/post-processors.ts';
import type { Disk } from '../../../src/store/disk.ts';
import { jsonText, sha256Of } from '../../../src/store/disk.ts';
import { initQueue } from '../../../src/store/init.ts';
import type { Layout } from '../../../src/store/layout.ts';
import { joinPortable } from '../../../src/store/portable.ts';
import { writeSeal } from '../../../src/store/seal.ts';
import { newChores } from '../../../src/system/chores.ts';
import { silentLog } from '../../../src/system/log.ts';
import type { Run, RunEnd, RunRequest } from '../../../src/system/process/run.ts';
import type { WatcherParts, WatcherSettings } from '../../../src/watcher/parts.ts';
import type { Watcher } from '../../../src/watcher/watcher.ts';
import { openWatcher } from '../../../src/watcher/watcher.ts';
import { put } from '../../helpers/make-order.ts';
import { endedRecord, order, watcherPolicy } from '../../helpers/snapshots.ts';

const QUEUE_ID = 'q-post';

const SETTINGS: WatcherSettings = {
  ...watcherPolicy({ second_look_s: 2 }),
  post_command: [],
  post: {},
  post_timeout_s: 60,
  post_tries: 1,
  post_backoff_s: 60,
  post_concurrency: 1,
  post_env_inherit: ['PATH'],
  lost_after_s: 300,
  lost_unknown_after_s: 3600,
  events_heartbeat_s: 300,
  events_progress_s: 60,
  events_max_mb: 10,
  events_keep: 5,
  checkpoint_interval_s: 60,
};

export const entry = (name: string, fields: Partial<PostProcessors[string]> = {}) => ({
  command: [name],
  order: 0,
  stop_on_failure: false,
  ...fields,
});

export const FILES = { 'stdout.log': 'hello\n', '3_results/data.csv': '1\n' };

/** Makes the queue, with a sealed record for each job. */
export async function fillQueue(
  disk: Disk,
  layout: Layout,
  jobs: Record<string, Record<string, unknown>>,
): Promise<void> {
  await initQueue(disk, layout, 'both', [QUEUE_ID], () => '');
  for (const [job_id, fields] of Object.entries(jobs)) {
    const { record } = endedRecord();
    const bytes = Object.values(FILES).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const identity = { id: 'station', host: 'S', pid: 9, boot_id: 'b', version: '0' };
    const facts = { job_id, runner: identity, queued_at: '2026-02-10T14:35:00Z', attempts: [], warnings: [] };
    const made = makeRecord(
      order({ job_id, ...fields }),
      facts,
      {
        state: 'ended',
        outcome: record?.outcome ?? { kind: 'completed', message: 'completed' },
        finished_at: '2026-02-10T14:40:00Z',
        progress: {},
      },
      { at: '2026-02-10T14:40:00Z', seq: 3, interval_s: 30 },
    );
    const results = { files: Object.keys(FILES).length, bytes };
    const content = { ...FILES, 'job.json': jsonText({ ...made, results }) };
    const dir = layout.record(job_id);
    for (const [name, text] of Object.entries(content)) put(disk, joinPortable(dir, name), text);
    const entries = Object.entries(content).map(([name, text]) => ({ path: name, sha256: sha256Of(text) }));
    await writeSeal(disk, layout.staging, dir, entries);
  }
}

export function watcherOn(
  disk: Disk,
  layout: Layout,
  run: Run,
  settings: Partial<WatcherSettings>,
  withheld: readonly string[] = [],
  more: Partial<WatcherParts> = {},
): Watcher {
  const parts = {
    ...more,
    withheld,
    disk,
    layout,
    run,
    log: silentLog,
    settings: { ...SETTINGS, ...settings },
    link: () => 'local' as const,
    identity: { host: 'linux', user: 'agent' },
  };
  const chores = newChores(disk.clock, () => {});
  return openWatcher(parts, QUEUE_ID, chores, () => {});
}

/** The directory of a job in the archive, once it is there. */
export function archivedDir({ files }: Disk, layout: Layout, jobId: string): string | undefined {
  const names = (files.list(layout.archive) ?? []).map(({ name }) => name);
  const [name, other] = names.filter((each) => each.startsWith(`${jobId}_`));
  if (other) throw new Error(`${jobId} is archived more than once`);
  return name && layout.archived(name);
}

/** What a program that only pretends may do. */
export interface Hands {
  request: RunRequest;
  /** Which try it is. */
  number: number;
  read(file: string): string | undefined;
  /** Makes a file, or writes it anew. */
  write(file: string, text: string): Promise<void>;
}
export type Program = (hands: Hands) => Promise<Partial<RunEnd> | undefined>;

/** Runs programs by the first word of their commands. */
export function pretending(disk: Disk, programs: Record<string, Program>): Run {
  return async (request) => {
    const { files } = disk;
    const program = programs[request.command[0] ?? ''];
    if (!program) throw new Error(`${request.command[0]}: spawn ENOENT`);
    const end = await program({
      request,
      number: Number(request.env['JOBQ_POST_TRY']),
      read: (file) => files.read(path.join(request.cwd, file))?.toString('utf8'),
      write: async (file, text) => {
        await files.removeFile(path.join(request.cwd, file));
        put(disk, path.join(request.cwd, file), text);
      },
    });
    return { exit_code: 0, signal: null, timed_out: false, ...end };
  };
}
