// `jobq submit`: a study becomes an order in the queue.
import path from 'node:path';
import { JobqError } from '../../errors.ts';
import type { Priority } from '../../job/order.ts';
import type { JobIndex } from '../../store/find.ts';
import { resolveJob } from '../../store/find.ts';
import type { SubmitRequest, SubmitResult } from '../../submit/request.ts';
import { submitStudy } from '../../submit/submit.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { copyMeter } from '../copy-meter.ts';
import { indexOf } from '../jobs.ts';
import type { CliParts } from '../parts.ts';
import { problemLines } from '../render/error.ts';
import type { Style } from '../render/style.ts';
import { bytesText, countText } from '../render/words.ts';
import { requireLinuxSide } from '../side.ts';
import type { WishOptions } from '../submit-wishes.ts';
import { wishesOf } from '../submit-wishes.ts';
import { whileTelling } from '../telling.ts';
import type { VerbInput, VerbResult } from '../verb.ts';
import { exitCodeOf, waitForJobs } from '../waiting.ts';

interface Options extends WishOptions {
  name?: string;
  project?: string;
  channel?: string;
  description?: string;
  script?: string;
  type?: string;
  arg?: string[];
  priority?: Priority;
  expect?: string[];
  metadata?: Record<string, string>;
  dependsOn?: string[];
  hold?: boolean;
  runOn?: string;
  interpreter?: string;
  idempotencyKey?: string;
  allowAbsolutePaths?: boolean;
  followSymlinks?: boolean;
  dryRun?: boolean;
  wait?: boolean;
  waitTimeout?: number;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  refuseIdleOptions(input.options);
  const context = await openContext(parts, input);
  requireLinuxSide(context);
  const { layout } = context;
  const { host, pid } = parts.environment;
  const meter = copyMeter(parts);
  const request = { ...requestOf(context, input), onProgress: meter.tell };
  const result = await whileTelling(context, (telling) =>
    submitStudy(telling.parts.disk, layout, { host, pid }, request).finally(meter.end),
  );
  if (!input.json) parts.out.stderr(warningText(result));
  if (!input.options.wait || result.dry_run) return { value: result, text: () => textOf(result) };
  return thenWait(context, input, result);
}

/** An option that would do nothing is a mistake of the one who gave it. */
function refuseIdleOptions({ wait, waitTimeout }: Options): void {
  if (waitTimeout === undefined || wait) return;
  throw new JobqError('usage', '--wait-timeout means nothing without --wait', {
    field: '--wait-timeout',
    remedy: 'give --wait as well, or leave --wait-timeout out',
  });
}

function requestOf(context: Context, { args, options }: VerbInput<Options>): SubmitRequest {
  const { parts, settings } = context;
  const index = indexOf(context);
  return {
    ...wishesOf(options),
    studyDir: path.resolve(parts.environment.cwd, args[0] ?? ''),
    createdBy: settings.queue.created_by,
    name: options.name,
    project: options.project,
    channel: options.channel,
    description: options.description,
    script: options.script,
    type: options.type,
    args: options.arg ?? [],
    priority: options.priority,
    dependsOn: (options.dependsOn ?? []).map((text) => fullId(index, text)),
    hold: options.hold,
    expect: options.expect ?? [],
    metadata: options.metadata ?? {},
    runOn: options.runOn ?? settings.queue.run_on,
    interpreter: options.interpreter,
    idempotencyKey: options.idempotencyKey,
    allowAbsolutePaths: options.allowAbsolutePaths,
    followSymlinks: options.followSymlinks,
    dryRun: options.dryRun,
    maxPathLength: settings.queue.max_path_length,
    freeSpaceMarginMb: settings.queue.free_space_margin_mb,
  };
}

/** A text that fits no job stays as it is: the check of the study reports it together with everything else. */
function fullId(index: JobIndex, text: string): string {
  const fitsAny = [...index.open, ...index.archived.keys()].some((id) => id.includes(text));
  return fitsAny ? resolveJob(index, text) : text;
}

async function thenWait(
  context: Context,
  { options, json }: VerbInput<Options>,
  result: SubmitResult,
): Promise<VerbResult> {
  // whoever reads along can act on the id while this waits
  if (!json) context.parts.out.stdout(`${result.job_id}\n`);
  const waited = await waitForJobs(context, [result.job_id], {
    until: 'finished',
    timeoutS: options.waitTimeout,
  });
  return {
    value: { ...result, wait: waited },
    exitCode: exitCodeOf(waited),
    text: async (style: Style) => {
      const { card } = await import('../render/card.ts');
      return waited.jobs.map((view) => card(style, view)).join('\n');
    },
  };
}

function textOf({ job_id, dry_run, files, bytes }: SubmitResult): string {
  const size = `${countText(files, 'file')}, ${bytesText(bytes)}`;
  return dry_run ? `dry run: ${job_id} would be submitted: ${size}` : job_id;
}

function warningText({ job_id, warnings, existing, dry_run }: SubmitResult): string {
  const lines = problemLines(warnings);
  const head = warnings.length === 0 ? [] : [`jobq: ${countText(warnings.length, 'warning')}:`];
  const was = existing && !dry_run ? [`jobq: ${job_id} was there already: nothing was submitted`] : [];
  return [...head, ...lines, ...was].map((line) => `${line}\n`).join('');
}
