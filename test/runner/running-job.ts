// One job whose script runs, as the runner sees it: its work directory, its attempt, its ledger, and nothing else.
import path from 'node:path';
import type { LedgerJob } from '../../src/queue/runner-snapshot.ts';
import { carryOut } from '../../src/runner/actions.ts';
import { newLicenceLook } from '../../src/runner/licences.ts';
import { publishLive } from '../../src/runner/live.ts';
import { recall } from '../../src/runner/memory.ts';
import { newNaps } from '../../src/runner/naps.ts';
import type { RunnerSettings, RunnerState } from '../../src/runner/parts.ts';
import type { Disk } from '../../src/store/disk.ts';
import { jsonText, sha256Of } from '../../src/store/disk.ts';
import { layoutOf, runnerLayoutOf } from '../../src/store/layout.ts';
import { joinPortable } from '../../src/store/portable.ts';
import { STAGED } from '../../src/store/work-dir.ts';
import { newChores } from '../../src/system/chores.ts';
import type { Run } from '../../src/system/process/run.ts';
import { fakeMachine } from '../helpers/fake-machine.ts';
import { put } from '../helpers/make-order.ts';
import type { FakeClock } from '../helpers/memory-disk.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { runnerSettings } from '../helpers/runner-settings.ts';
import { JOB, ledger as ledgerJob } from '../helpers/snapshots.ts';

interface Line {
  level: string;
  message: string;
  facts: Record<string, unknown>;
}

export interface RunningJobParts {
  disk?: Disk & { clock: FakeClock };
  /** Where queue, state and work root are. */
  root?: string;
  /** What the runner sees of the disk, such as one that is told to wait. */
  seen?: Disk;
  settings?: Partial<RunnerSettings>;
  order?: Record<string, unknown>;
  /** Sealed files of the order, which lie in the work directory untouched. */
  inputs?: Record<string, string>;
  run?: Run;
}

const noPython: Run = ({ command }) =>
  Promise.resolve({
    exit_code: null,
    signal: null,
    timed_out: false,
    problem: `${command[0]}: spawn ENOENT`,
  });

export function runningJob(given: RunningJobParts = {}) {
  const { disk = memoryDisk(), root = '/', settings, order, inputs = {}, run = noPython } = given;
  const layout = layoutOf(path.join(root, 'queue'));
  const at = runnerLayoutOf(path.join(root, 'state'), path.join(root, 'work'));
  const lines: Line[] = [];
  const log = (level: string) => (facts: object, message: string) =>
    void lines.push({ level, message, facts: { ...facts } });
  const job: LedgerJob = ledgerJob('started');
  const jobs = new Map([[JOB, job]]);
  const never = () => Promise.reject(new Error('nothing is written to this ledger'));
  const seen = given.seen ?? disk;
  const chores = newChores(disk.clock, () => {});
  const parts = {
    disk: seen,
    layout,
    at,
    launcher: { launch: () => {}, isHeld: () => Promise.resolve(true) },
    machine: fakeMachine(),
    run,
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    identity: { id: 'station', host: 'STATION', pid: 7, boot_id: 'boot', version: '0' },
    settings: runnerSettings(settings),
    chores,
  };
  const runner: RunnerState = {
    ...parts,
    ledger: {
      id: 'ledger',
      lost: false,
      jobs,
      open: new Set(jobs.keys()),
      members: 0,
      append: never,
      accept: never,
    },
    memory: new Map(),
    problems: [],
    failing: new Map(),
    naps: newNaps(),
    waiting: new Map(),
    licences: newLicenceLook(parts),
    stopping: false,
    ring: () => {},
  };
  const workDir = at.workDir(JOB);
  for (const [name, text] of Object.entries(inputs)) put(disk, joinPortable(workDir, name), text);
  const orderJson = jsonText({ job_id: JOB, script: 'run.py', ...order });
  const staged = {
    order_seal_sha256: 'a'.repeat(64),
    signatures: Object.fromEntries(
      Object.keys(inputs).map((name) => [name, disk.files.facts(joinPortable(workDir, name))?.signature]),
    ),
    inputs: Object.entries(inputs).map(([name, text]) => ({ path: name, sha256: sha256Of(text) })),
    job_json: Buffer.from(orderJson).toString('base64'),
    unsealed: [],
  };
  put(disk, path.join(workDir, STAGED), jsonText(staged));
  for (const dir of [at.attempt(JOB, 1), layout.staging, layout.record(JOB), layout.tree('requests')])
    disk.files.makeDir(dir);
  const record = layout.record(JOB);
  const inRecord = (name: string) => joinPortable(record, name);
  return {
    disk,
    runner,
    jobs,
    lines,
    chores,
    workDir,
    record,
    attemptDir: at.attempt(JOB, 1),
    logFile: path.join(at.attempt(JOB, 1), 'stdout.log'),
    inWork: (name: string) => joinPortable(workDir, name),
    inRecord,
    published: (name: string) => disk.files.read(inRecord(name))?.toString('utf8'),
    append: (file: string, text: string | Uint8Array) => {
      disk.files.makeDir(path.dirname(file));
      const out = disk.files.openAppend(file);
      out.write(typeof text === 'string' ? Buffer.from(text) : text);
      out.close();
    },
    /** Writes the file anew. */
    write: async (name: string, text: string | Uint8Array) => {
      const file = joinPortable(workDir, name);
      await disk.files.removeFile(file);
      disk.files.makeDir(path.dirname(file));
      const out = disk.files.openNew(file);
      out.write(typeof text === 'string' ? Buffer.from(text) : text);
      out.close();
    },
    progress: () => recall(runner.memory, JOB, disk.clock.monotonic()).follower.progress,
    /** What a tick does for a running job; the publication goes on beside it. */
    begin: () => publishLive(runner, JOB),
    live: async () => {
      publishLive(runner, JOB);
      await chores.settled();
    },
    /** The interval passes, and the next publication is made. */
    nextLive: async () => {
      disk.clock.advance(runner.settings.publish_interval_s * 1000);
      publishLive(runner, JOB);
      await chores.settled();
    },
    /** The ledger notes that the attempt is over. */
    end: (fields: Partial<LedgerJob> = {}) => {
      const outcome = { kind: 'completed', message: 'completed' } as const;
      jobs.set(JOB, { ...job, phase: 'ended', outcome, ...fields });
    },
    publish: async () => {
      await carryOut(runner, { do: 'publish', job_id: JOB });
      return JSON.parse(disk.files.read(inRecord('job.json'))?.toString('utf8') ?? '') as Record<
        string,
        unknown
      >;
    },
  };
}
