// What an order of this study will hold and say, after every check that needs no copy. Reads the disk, writes nothing.
import path from 'node:path';
import { isJobName, slug } from '../job/job-id.ts';
import type { Fields } from '../job/lenient-text.ts';
import { parseOrder, RUN_ON_AUTO } from '../job/order.ts';
import { JOB_JSON } from '../job/seal.ts';
import { ORDER_BYTES } from '../job/sizes.ts';
import type { Disk } from '../store/disk.ts';
import { jsonText } from '../store/disk.ts';
import type { Layout } from '../store/layout.ts';
import { readPresences } from '../store/presences.ts';
import type { Files } from '../system/files.ts';
import { preflight } from './preflight.ts';
import type { Findings } from './problems.ts';
import { problem, StudyRefused } from './problems.ts';
import type { SubmitRequest } from './request.ts';
import { orderFields } from './request.ts';
import type { Material } from './stage.ts';
import { hasReadme } from './study-rules.ts';
import { checkDependencies } from './whereabouts.ts';

/** A study that passed every check, and what its order will say. */
export interface Plan {
  request: SubmitRequest;
  name: string;
  material: Material;
  found: Findings;
  files: number;
  bytes: number;
  fields(jobId: string, createdAtMs: number): Fields;
}

/** Checks everything that can be checked without copying. */
export function planOf(disk: Disk, layout: Layout, request: SubmitRequest): Plan {
  const { files, clock } = disk;
  const study = preflight(files, request.studyDir, { ...request, queueRoot: layout.root });
  const found: Findings = { errors: study.errors, warnings: study.warnings };
  const name = request.name ?? slug(path.basename(files.realPath(request.studyDir) ?? request.studyDir));
  if (!isJobName(name)) {
    const message = `the name "${name}" should be lower-case letters, digits and single dashes, such as ${slug(name)}`;
    found.errors.push(problem('order', JOB_JSON, message));
  }
  checkDependencies(files, layout, request, found);
  const readme = readmeOf(name, request, hasReadme(study.files));
  const inputs = {
    files: study.files.length + (readme === undefined ? 0 : 1),
    bytes: study.bytes + Buffer.byteLength(readme ?? ''),
    empty_dirs: study.emptyDirs,
  };
  const runOn = chosenRunner(files, layout, request, found);
  const fields = (jobId: string, createdAtMs: number) =>
    orderFields(request, { jobId, createdAtMs, name, runOn, inputs });
  checkFields(fields('job', clock.now()), found);
  const { onProgress } = request;
  const material: Material = {
    files: study.files,
    emptyDirs: study.emptyDirs,
    bytes: study.bytes,
    readme,
    onProgress,
  };
  const plan: Plan = { request, name, material, found, files: inputs.files, bytes: inputs.bytes, fields };
  refuseIfBroken(plan);
  return plan;
}

export function refuseIfBroken({ request, found }: Pick<Plan, 'request' | 'found'>): void {
  if (found.errors.length > 0) throw new StudyRefused(request.studyDir, found);
}

function readmeOf(name: string, { description }: SubmitRequest, there: boolean): string | undefined {
  if (there || !description?.trim()) return undefined;
  return `# ${name}\n\n${description.trim()}\n`;
}

/** The runner that was asked for, or the only one there is; undefined leaves the choice to the watcher. */
function chosenRunner(
  files: Files,
  layout: Layout,
  request: SubmitRequest,
  found: Findings,
): string | undefined {
  const known = readPresences(files, layout).map((presence) => presence.runner_id);
  const { runOn } = request;
  if (runOn === undefined) return known.length === 1 ? known[0] : undefined;
  if (runOn !== RUN_ON_AUTO && !known.includes(runOn)) {
    found.warnings.push(
      problem('run-on', JOB_JSON, `run_on names the runner ${runOn}, which was never seen here`),
    );
  }
  return runOn;
}

/** These have rules of their own, which say more. */
const CHECKED_BEFORE = /^(script|expect|depends_on)\b/;

/** Holds the order against the schema that the runner will read it with. */
function checkFields(fields: Fields, found: Findings): void {
  const text = Buffer.from(jsonText(fields));
  if (text.length > ORDER_BYTES)
    found.errors.push(
      problem('order', JOB_JSON, `has ${text.length} bytes: no runner reads one of more than ${ORDER_BYTES}`),
    );
  const parsed = parseOrder(text, 'job');
  for (const { field, reason } of parsed.ok ? [] : parsed.problems) {
    if (!CHECKED_BEFORE.test(field)) found.errors.push(problem('order', JOB_JSON, `${field} ${reason}`));
  }
  if (fields['idempotency_key'] === '')
    found.errors.push(problem('order', JOB_JSON, 'idempotency_key is empty'));
}
