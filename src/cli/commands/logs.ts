// `jobq logs`: what the script wrote, from wherever the log is, now or until the job has ended.
import { JobqError } from '../../errors.ts';
import { isFinal } from '../../job/states.ts';
import type { View } from '../../job/view.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { indexOf, isFinished, namedJobs, viewIn } from '../jobs.ts';
import type { LogReader } from '../log-text.ts';
import { logFile, logReader, tailStart } from '../log-text.ts';
import type { CliParts } from '../parts.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  follow?: boolean;
  lines?: number;
}

const LOOK_MS = 500;

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = await openContext(parts, input);
  const [jobId = ''] = namedJobs(context, input.args);
  const { follow = false, lines } = input.options;
  // people read along; whoever wants one JSON value gets it at the end
  const text: string[] = [];
  const say = (piece: string) => (follow && !input.json ? parts.out.stdout(piece) : text.push(piece));
  const view = follow ? await followLog(context, jobId, lines, say) : printLog(context, jobId, lines, say);
  const file = logFile(parts.disk.files, view) ?? null;
  const value = {
    job_id: jobId,
    state: view.state,
    finished: isFinished(context, view),
    file,
    text: text.join(''),
  };
  return { value, raw: true, text: () => (follow ? '' : value.text.replace(/\n$/, '')) };
}

type Say = (piece: string) => unknown;

function look(context: Context, jobId: string): View {
  return viewIn(context, indexOf(context), jobId);
}

function startOf({ parts }: Context, file: string, lines: number | undefined): number {
  return lines === undefined ? 0 : tailStart(parts.disk.files, file, lines);
}

function printLog(context: Context, jobId: string, lines: number | undefined, say: Say): View {
  const { files } = context.parts.disk;
  const view = look(context, jobId);
  const file = logFile(files, view);
  if (file === undefined) throw noLog(view);
  drain(logReader(files, startOf(context, file, lines)), file, say);
  return view;
}

async function followLog(
  context: Context,
  jobId: string,
  lines: number | undefined,
  say: Say,
): Promise<View> {
  const { parts } = context;
  const { files, clock } = parts.disk;
  let reader: LogReader | undefined;
  for (;;) {
    const view = look(context, jobId);
    // looked at before the log is read: what ends a job comes after the last of its log
    const over = view.state === 'lost' || isFinished(context, view);
    const file = logFile(files, view);
    if (file !== undefined) {
      reader ??= logReader(files, startOf(context, file, lines));
      drain(reader, file, say, () => parts.out.stderr('jobq: the log begins again\n'));
    }
    // a log that has just moved into the archive is read there
    const isThere =
      file === undefined
        ? logFile(files, look(context, jobId)) === undefined
        : files.facts(file) !== undefined;
    if ((over && isThere) || parts.interrupt.aborted) return view;
    await clock.sleep(LOOK_MS, parts.interrupt);
  }
}

function drain(reader: LogReader, file: string, say: Say, beginsAgain: () => void = () => {}): void {
  do {
    const { text, again } = reader.read(file);
    if (again) beginsAgain();
    if (text !== '') say(text);
  } while (reader.isBehind(file));
}

function noLog(view: View): JobqError {
  const { job_id, state, waiting_for, pruned } = view;
  if (pruned.includes('results')) {
    return new JobqError('not-found', `the log of ${job_id} was pruned with its results`, {
      remedy: `\`jobq show ${job_id}\` shows the end of it where the runner noted that`,
    });
  }
  if (view.archived_as !== null || isFinal(state)) {
    const how = view.started_at === null ? `it never ran (${state})` : `it is ${state}`;
    const said = view.outcome?.message.split('\n', 1)[0];
    return new JobqError('not-found', `${job_id} has no log: ${how}${said ? `: ${said}` : ''}`, {
      remedy: `\`jobq show ${job_id}\` shows all there is of it`,
    });
  }
  const why = waiting_for ? `it waits for ${waiting_for}` : `it is ${state}`;
  return new JobqError('not-found', `${job_id} has no log here: ${why}`, {
    remedy: `\`jobq logs ${job_id} --follow\` waits for it; \`jobq status ${job_id}\` shows more`,
  });
}
