// Does a run still move? Its log, its processor time and its files are looked at, the cheap ones first.
import type { ProcessId, StallEvidence } from '../../job/outcome.ts';
import { nowAndThen } from './now-and-then.ts';
import { idOf } from './processes.ts';
import type { Run } from './run.ts';
import { seconds } from './run.ts';
import type { TreeFacts } from './tree-facts.ts';
import { treeFacts } from './tree-facts.ts';
import { unlessItFails } from './unless-it-fails.ts';

export interface Movement {
  /** Looks, as far as it is time to. Evidence once nothing has moved for too long. */
  look(): StallEvidence | undefined;
  settled(): Promise<void>;
}

/** A closer look is made ten times before the limit is reached, but not all the time and not too seldom. */
const LOOKS_PER_LIMIT = 10;
const LOOK_MIN_MS = 1000;
const LOOK_MAX_MS = 30_000;
/** Less of one core is what a program uses that waits for something. */
const IDLE_SHARE = 0.01;
/** Two ticks of the counters: less is not measured. */
const CPU_MIN_S = 0.02;

export function watchMovement(run: Run): Movement {
  const limitMs = run.command.stall_timeout_s * 1000;
  if (limitMs <= 0) return { look: () => undefined, settled: async () => {} };
  const pauseMs = Math.min(LOOK_MAX_MS, Math.max(LOOK_MIN_MS, limitMs / LOOKS_PER_LIMIT));
  const cpu = processorTime(run);
  const files = fileChanges(run);
  const logBytes = () => unlessItFails(() => run.parts.disk.files.facts(run.logFile)?.size) ?? 0;
  let logSeen = logBytes();
  let movedAt = run.awake();
  let evidence: StallEvidence | undefined;

  const lookAtLog = () => {
    const bytes = logBytes();
    if (bytes !== logSeen) movedAt = run.awake();
    logSeen = bytes;
  };
  const closer = nowAndThen(
    run.awake,
    () => pauseMs,
    async () => {
      const cpuMoved = await cpu.moved(); // also when the log moved: the next look compares with this one
      const hasMoved = cpuMoved || run.awake() - movedAt < pauseMs;
      if (cpuMoved || (!hasMoved && (await files.moved()))) movedAt = run.awake();
      const quietMs = run.awake() - movedAt;
      if (quietMs < limitMs) return;
      const processes = ((await run.processes.list()) ?? []).map(idOf);
      evidence = evidenceOf(run, { quietMs, logSeen, cpu_s: cpu.last(), newest: files.newest(), processes });
    },
  );
  return {
    look: () => {
      lookAtLog();
      closer.look();
      return run.awake() - movedAt < limitMs ? undefined : evidence;
    },
    settled: closer.settled,
  };
}

/** Has the tree worked since the last look? Where the system does not tell, that is no evidence either way. */
function processorTime(run: Run): { moved(): Promise<boolean>; last(): number | undefined } {
  let last: number | undefined;
  let lastAt = run.awake();
  return {
    moved: async () => {
      const now = await run.processes.cpuSeconds();
      const nowAt = run.awake();
      const before = last;
      const elapsedS = (nowAt - lastAt) / 1000;
      last = now;
      lastAt = nowAt;
      if (now === undefined || before === undefined) return false;
      // less than before: a process has ended, and took its time with it
      return Math.abs(now - before) >= Math.max(CPU_MIN_S, IDLE_SHARE * elapsedS);
    },
    last: () => last,
  };
}

/** Has a file changed since the last walk? The first walk cannot tell, and so takes it for a change. */
function fileChanges(run: Run): { moved(): Promise<boolean>; newest(): TreeFacts['newest'] } {
  let last: TreeFacts | undefined;
  return {
    moved: async () => {
      const now = await treeFacts(run.parts.disk, run.command.cwd);
      const isSame = last?.signature === now.signature && last.files === now.files;
      last = now;
      return !isSame;
    },
    newest: () => last?.newest,
  };
}

interface Seen {
  quietMs: number;
  logSeen: number;
  cpu_s: number | undefined;
  newest: TreeFacts['newest'];
  processes: ProcessId[];
}

function evidenceOf(run: Run, { quietMs, logSeen, cpu_s, newest, processes }: Seen): StallEvidence {
  const ageMs = newest && Math.max(0, run.parts.disk.clock.now() - newest.mtimeMs);
  return {
    quiet_s: seconds(quietMs),
    log_bytes: logSeen,
    ...(newest && { newest_file: newest.path }),
    ...(ageMs !== undefined && { newest_file_age_s: seconds(ageMs) }),
    ...(cpu_s !== undefined && { cpu_s: Math.round(cpu_s * 100) / 100 }),
    processes,
  };
}
