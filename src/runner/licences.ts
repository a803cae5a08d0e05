// Looks at the licences with the owner's command: beside the ticks, not too often, and only when an order needs a seat.
// What is to be seen in the output is for `queue/licences`.
import { messageOf } from '../errors.ts';
import { decodeText } from '../job/lenient-text.ts';
import { readLicences } from '../queue/licences.ts';
import type { LicencesSeen } from '../queue/machine.ts';
import type { Run, RunEnd } from '../system/process/run.ts';
import type { RunnerState } from './parts.ts';

export interface LicenceLook {
  /** What is known now; nothing once the last look is too old. */
  seen(): LicencesSeen;
  /** Starts the command unless it runs or did so lately. Called when an order waits for this. */
  lookIfDue(): void;
}

/** No job can have this id. */
const KEY = '/licences';
/** `lmstat` asks every server it knows, and gives each some seconds. */
const LIMIT_MS = 20_000;
/** How much older than the interval a look may be while the next one is under way. */
const OLDER_MS = 2 * LIMIT_MS;
const OUTPUT_MAX = 4_000_000;

type Parts = Pick<RunnerState, 'disk' | 'at' | 'settings' | 'log' | 'chores'> & { run: Run };

export function newLicenceLook(runner: Parts): LicenceLook {
  const { disk, settings, chores } = runner;
  const intervalMs = settings.licence_interval_s * 1000;
  const isChecked = settings.licence_command.length > 0;
  let last: { seen: LicencesSeen; endedMs: number } | undefined;
  const ageMs = () => (last ? disk.clock.monotonic() - last.endedMs : Number.POSITIVE_INFINITY);
  const keep = (seen: LicencesSeen) => {
    tellChange(runner, last?.seen, seen);
    last = { seen, endedMs: disk.clock.monotonic() };
  };
  return {
    seen: () => {
      if (!isChecked) return { state: 'unchecked' };
      return last && ageMs() <= intervalMs + OLDER_MS ? last.seen : { state: 'unknown' };
    },
    lookIfDue: () => {
      if (!isChecked || chores.isBusy(KEY) || ageMs() < intervalMs) return;
      const failed = (error: unknown) => keep({ state: 'problem', problem: messageOf(error) });
      chores.beside(KEY, async () => keep(await look(runner)), failed);
    },
  };
}

async function look({ disk, at, settings, run }: Parts): Promise<LicencesSeen> {
  const { files, clock } = disk;
  // before the command: what starts from now on may not be counted in what it prints
  const seenAtMs = clock.now();
  files.makeDir(at.state);
  await files.removeFile(at.licences); // the command's output is added to what is there
  const end = await run({
    command: settings.licence_command,
    cwd: at.state,
    env: {},
    input: '',
    timeoutMs: LIMIT_MS,
    outputFile: at.licences,
  });
  if (end.problem !== undefined) return { state: 'problem', problem: end.problem };
  // half of a list would look as if the other features were not there
  if (end.timed_out) return { state: 'problem', problem: `it took longer than ${LIMIT_MS / 1000} s` };
  const bytes = files.readFrom(at.licences, 0, OUTPUT_MAX) ?? Buffer.alloc(0);
  const decoded = decodeText(bytes);
  const output = 'text' in decoded ? decoded.text : bytes.toString('latin1');
  return withExit(readLicences(output, settings.licence_pattern, seenAtMs), end);
}

/** The exit codes of `lmstat` are told nowhere: seats count when there are any, else the code helps to see why not. */
function withExit(seen: LicencesSeen, { exit_code, signal }: RunEnd): LicencesSeen {
  if (seen.state !== 'problem' || exit_code === 0) return seen;
  return { state: 'problem', problem: `${signal ?? `exit code ${exit_code}`}; ${seen.problem}` };
}

function tellChange({ log }: Parts, before: LicencesSeen | undefined, now: LicencesSeen): void {
  const problemOf = (seen: LicencesSeen | undefined) =>
    seen?.state === 'problem' ? seen.problem : undefined;
  const problem = problemOf(now);
  if (problem === problemOf(before)) return;
  if (problem === undefined) log.info({}, 'the licence command works again');
  else log.warn({ problem }, 'the licence command failed: orders that require a licence wait');
}
