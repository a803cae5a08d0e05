// A watcher over a disk in memory that dies when told, and a hand that does what runners and the mirror would do.
import path from 'node:path';
import type { Outcome } from '../../src/job/outcome.ts';
import { stateAfter } from '../../src/job/outcome.ts';
import { JOB_JSON, STDOUT_LOG } from '../../src/job/seal.ts';
import { statusOf } from '../../src/job/states.ts';
import type { View } from '../../src/job/view.ts';
import type { LinkState } from '../../src/queue/liveness.ts';
import { loadSettings } from '../../src/settings/load.ts';
import { jsonText, sha256Of } from '../../src/store/disk.ts';
import { indexJobs, viewJob } from '../../src/store/find.ts';
import { initQueue } from '../../src/store/init.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { readRequests } from '../../src/store/requests.ts';
import { writeSeal } from '../../src/store/seal.ts';
import { newChores } from '../../src/system/chores.ts';
import type { Log } from '../../src/system/log.ts';
import type { EventBus } from '../../src/watcher/bus.ts';
import type { WatcherSettings } from '../../src/watcher/parts.ts';
import type { Watcher } from '../../src/watcher/watcher.ts';
import { openWatcher } from '../../src/watcher/watcher.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { faultyFiles } from '../simulation/faulty-files.ts';

export const JOB = 'job-20260210-143022-wfe';
export const RETRY = `${JOB}-r1`;
const QUEUE_ID = 'q-by-hand';
const IDENTITY = { id: 'station', host: 'cad', pid: 7, boot_id: 'b', version: '1' };

function watcherSettings(fields: Partial<WatcherSettings> = {}): WatcherSettings {
  const facts = { host: 'desk', platform: 'linux', dataDir: '/data', user: 'agent' };
  const { settings } = loadSettings({
    tomlBytes: undefined,
    tomlFile: 'jobq.toml',
    variables: {},
    flags: [],
    facts,
  });
  return { ...settings.watcher, ...fields };
}

export type ByHand = Awaited<ReturnType<typeof byHand>>;

/** `busOf` makes what each life of the watcher tells its events to. */
export async function byHand(
  fields: Partial<WatcherSettings> = {},
  link: LinkState | ((device?: string) => LinkState) = 'local',
  busOf?: () => EventBus,
) {
  const disk = memoryDisk();
  const { clock } = disk;
  const layout = layoutOf('/queue');
  await initQueue(disk, layout, 'both', [QUEUE_ID], () => '');
  const files = faultyFiles(disk.files, () => {});
  const lines: { level: string; message: string; facts: object }[] = [];
  const at = (level: string) => (facts: object, message: string) =>
    void lines.push({ level, message, facts });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const parts = {
    disk: { files, clock },
    layout,
    log,
    settings: watcherSettings(fields),
    link: (device?: string) => (typeof link === 'function' ? link(device) : link),
    identity: { host: 'desk', user: 'agent' },
    run: () => Promise.reject(new Error('there is no post-processor here')),
  };
  const open = () =>
    openWatcher(
      { ...parts, ...(busOf && { bus: busOf() }) },
      QUEUE_ID,
      newChores(clock, () => {}),
      () => {},
    );
  let watcher: Watcher | undefined;
  let beats = 0;
  const iso = () => new Date(clock.now()).toISOString();

  const hand = {
    disk,
    layout,
    files,
    lines,
    /** A watcher that is started again goes by what stands here then. */
    settings: parts.settings,
    view: (job = JOB): View => viewJob(disk.files, layout, indexJobs(disk.files, layout), job),
    requests: (job = JOB) => readRequests(disk.files, layout, job),
    archived: (job = JOB) =>
      (disk.files.list(layout.archive) ?? []).flatMap(({ name }) =>
        name.startsWith(`${job}_`) ? [layout.archived(name)] : [],
      ),
    order: (job = JOB, orderFields: object = {}) =>
      makeOrder(disk, layout, { job_id: job, fields: { ...orderFields } }),
    /** The record of a job that its runner has taken up. */
    record: async (job: string, recordFields: object) => {
      const file = path.join(layout.record(job), JOB_JSON);
      const told = disk.files.read(path.join(layout.order(job), JOB_JSON));
      const order = told ? (JSON.parse(String(told)) as object) : {};
      await disk.files.removeFile(file);
      const base = { ...order, job_id: job, state_at: iso(), queued_at: iso(), runner: IDENTITY, attempt: 1 };
      put(disk, file, jsonText({ ...base, heartbeat_seq: 1, ...recordFields }));
    },
    runs: (job = JOB) => hand.record(job, { status: 'running', state: 'running', started_at: iso() }),
    /** The job has ended, and its whole record is here. */
    ends: async (
      job: string,
      outcome: Partial<Outcome> & Pick<Outcome, 'kind'>,
      recordFields: object = {},
    ) => {
      const whole = { message: outcome.kind, ...outcome };
      const state = stateAfter(whole);
      const results = { files: 1, bytes: 6 };
      const end = { status: statusOf(state), state, finished_at: iso(), outcome: whole, results };
      await hand.record(job, { ...end, ...recordFields });
      const dir = layout.record(job);
      await disk.files.removeFile(path.join(dir, STDOUT_LOG));
      put(disk, path.join(dir, STDOUT_LOG), 'hello\n');
      const jobJson = disk.files.read(path.join(dir, JOB_JSON)) ?? '';
      await writeSeal(disk, layout.staging, dir, [
        { path: STDOUT_LOG, sha256: sha256Of('hello\n') },
        { path: JOB_JSON, sha256: sha256Of(jobJson) },
      ]);
    },
    /** What the runner says of itself now. */
    presence: async (presenceFields: object = {}) => {
      const { runner_id = 'station' } = presenceFields as { runner_id?: string };
      const file = layout.presence(runner_id);
      beats += 1;
      const own = { runner_id: 'station', seq: beats, boot_id: 'b', ledger_id: 'l', host: 'cad', pid: 7 };
      const rest = {
        version: '1',
        slots: 1,
        running: [],
        waiting: [],
        clock: iso(),
        heartbeat_interval_s: 30,
      };
      await disk.files.removeFile(file);
      put(disk, file, jsonText({ ...own, ...rest, ...presenceFields }));
    },
    /** One look of the watcher, which is started again when it has died; then the runner deletes what is archived. */
    look: async (ms = 1000): Promise<void> => {
      if (files.isDead()) {
        files.revive();
        watcher = undefined;
      }
      try {
        watcher ??= open();
        await watcher.tick();
        await watcher.settled();
      } catch (error) {
        if (!files.isDead()) throw error;
      }
      for (const { name } of disk.files.list(layout.tree('requests')) ?? []) {
        if (hand.requests(name).archived) await disk.files.removeTree(layout.record(name));
      }
      clock.advance(ms);
    },
    /** The watcher is started anew. */
    restart: () => {
      watcher = undefined;
    },
    /** The watcher is stopped as a signal stops it. */
    close: async () => {
      await watcher?.close();
      watcher = undefined;
    },
    /** Looks until the fact holds; throws when it does not within the limit. */
    until: async (fact: () => boolean, ms = 1000): Promise<void> => {
      for (let count = 0; count < 300; count++) {
        if (fact()) return;
        await hand.look(ms);
      }
      const errors = lines.filter(({ level }) => level === 'error').map((line) => JSON.stringify(line));
      throw new Error(`it never came to that; ${errors.slice(-3).join(' ')}`);
    },
    /** Looks at the orders and requests again and again. Answers those that came back after they were removed. */
    watchDirs: () => {
      const gone = new Set<string>();
      let here = new Set<string>();
      return (): string[] => {
        const now = (['outbox', 'requests'] as const).flatMap((tree) =>
          (disk.files.list(layout.tree(tree)) ?? []).map(({ name }) => `${tree}/${name}`),
        );
        for (const dir of here) if (!now.includes(dir)) gone.add(dir);
        here = new Set(now);
        return now.filter((dir) => gone.has(dir));
      };
    },
    isThere: (tree: 'outbox' | 'inbox' | 'requests', job = JOB) =>
      disk.files.facts(path.join(layout.tree(tree), job)) !== undefined,
    json: (file: string) => JSON.parse(String(disk.files.read(file))) as Record<string, unknown>,
  };
  return hand;
}
