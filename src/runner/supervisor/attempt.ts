// One attempt from the start of its script to the end of its last process.
import { messageOf } from '../../errors.ts';
import type { Script } from '../../system/process/script.ts';
import { endGently } from './ending.ts';
import { lookForFindings } from './findings.ts';
import { follow, runningOf } from './follow.ts';
import { idOf } from './processes.ts';
import type { Run } from './run.ts';
import { askedStop } from './stop.ts';
import type { End } from './verdict.ts';
import { verdictOf } from './verdict.ts';
import { message, notStarted } from './words.ts';

export async function runAttempt(run: Run): Promise<End> {
  const asked = askedStop(run);
  if (asked) return { exit_code: null, signal: null, ended_by: asked.by, ...message(notStarted(asked)) };
  const script = started(run);
  // at once: some systems tell who a process is only while its parent has not looked at its end; others take their time
  const known = script.pid === undefined ? undefined : run.processes.started(script.pid);
  const running = runningOf(run, script);
  const { stop: why, lingeredMs } = await follow(running);
  const ended = why && (await endGently(running, why));
  const endedFirst = running.over.aborted;
  await known;
  const killed = (await run.processes.endAll()).map(idOf);
  const end = await script.ended;
  // a script that ends after it was told to has obeyed, whatever its exit code says
  const stop = ended ?? askedStop(run);
  const looked = stop || end.problem ? { troubles: [] } : await lookForFindings(run, end.exit_code);
  const left = running.leftRunning.seen.length;
  const lingerS = run.command.linger_s;
  const verdict = verdictOf({ end, stop, endedFirst, killed, lingeredMs, left, lingerS, looked });
  await running.movement.settled();
  const resources = await running.resources.total();
  return { ...verdict, ...(Object.keys(resources).length > 0 && { resources }) };
}

function started({ parts, command, logFile }: Run): Script {
  try {
    return parts.startScript({ ...command, logFile });
  } catch (error) {
    // not even its log can be opened
    const problem = `${command.command[0] ?? ''}: ${messageOf(error)}`;
    const ended = Promise.resolve({ exit_code: null, signal: null, problem });
    return { pid: undefined, ended, ask: () => {} };
  }
}
