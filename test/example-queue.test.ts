// The example queue and the frozen queue of protocol version 1: every job in its state, every seal and every JSON whole.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOrder } from '../src/job/order.ts';
import { parseWith } from '../src/job/parsed.ts';
import { presenceSchema } from '../src/job/presence.ts';
import { parseRecord } from '../src/job/record.ts';
import { REQUEST_FILES, REQUEST_KINDS, REQUEST_SCHEMAS } from '../src/job/request.ts';
import type { View } from '../src/job/view.ts';
import { commentedSettings } from '../src/settings/describe.ts';
import { indexJobs, viewJob } from '../src/store/find.ts';
import { findProblems } from '../src/store/find-problems.ts';
import { jobOfArchived, layoutOf } from '../src/store/layout.ts';
import { readLost } from '../src/store/lost.ts';
import { assertQueue } from '../src/store/marker.ts';
import { readSeal, sealBreach } from '../src/store/seal.ts';
import { systemClock } from '../src/system/clock.ts';
import { systemFiles } from '../src/system/files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const disk = { files: systemFiles, clock: systemClock };

/** What is seen of each job, by the end of its id. */
const JOBS: { [name: string]: Partial<View> & { kind?: string } } = {
  'for-spare': { state: 'submitted', waiting_for: 'runner spare', results_dir: null },
  'by-hand': { state: 'submitted', waiting_for: 'its seal', results_dir: null },
  held: { state: 'queued', waiting_for: 'release', results_sealed: false },
  'long-search': { state: 'running', status: 'running', results_sealed: false, finished_at: null },
  finer: { state: 'completed', kind: 'completed', results_sealed: true, archived_as: null },
  'breaks-off': { state: 'failed', kind: 'failed', results_sealed: true },
  'too-wide': { state: 'cancelled', kind: 'cancelled', results_sealed: true, cancel_requested: false },
  'edited-model': { state: 'failed', kind: 'rejected', results_sealed: true, attempt: 0 },
  overnight: { state: 'lost', status: 'failed', results_sealed: false, late: false },
  'first-look': { state: 'completed', kind: 'completed', results_sealed: true, status: 'completed' },
};

function nameOf(jobId: string): string {
  return jobId.replace(/^job-\d{8}-\d{6}-/, '');
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(dir, name)).isFile())
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
}

/** Why a JSON file of a queue is not what its place says, or undefined. */
function jsonFault(queue: string, file: string): string | undefined {
  const bytes = readFileSync(path.join(queue, file));
  const parsed = parserOf(queue, file, bytes);
  if (parsed.ok) return undefined;
  return `${file}: ${parsed.problems.map(({ field, reason }) => `${field} ${reason}`).join('; ')}`;
}

type Checked = { ok: true } | { ok: false; problems: { field: string; reason: string }[] };

function parserOf(queue: string, file: string, bytes: Buffer): Checked {
  const [tree = '', dir = '', third = '', last] = file.split('/');
  const job = jobOfArchived(dir) ?? '';
  const kind = REQUEST_KINDS.find((each) => REQUEST_FILES[each] === third);
  if (tree === 'outbox' && third === 'job.json') return parseOrder(bytes, dir);
  if (tree === 'inbox' && third === 'job.json') return parseRecord(bytes, dir);
  if (tree === 'archive' && third === 'job.json') return parseRecord(bytes, job);
  if (tree === 'archive' && third === 'order' && last === 'job.json') return parseOrder(bytes, job);
  if (tree === 'requests' && kind) return parseWith<unknown>(REQUEST_SCHEMAS[kind], bytes);
  if (tree === 'runners') return parseWith(presenceSchema, bytes);
  const lost = tree === '.jobq-watcher' && dir === 'lost' && !readLost(systemFiles, path.join(queue, file));
  if (lost) return { ok: false, problems: [{ field: 'lost', reason: 'cannot be read' }] };
  JSON.parse(bytes.toString('utf8')); // of the study, and of the post-processor
  return { ok: true };
}

describe.each([
  { name: 'the example queue', source: 'job-queue.example' },
  { name: 'the frozen queue of protocol version 1', source: 'fixtures/queues/v1' },
])('$name', ({ source }) => {
  let home = '';
  let queue = '';
  let views: Map<string, View> = new Map();

  beforeAll(() => {
    home = mkdtempSync(path.join(tmpdir(), 'jobq-example-test-'));
    queue = path.join(home, 'queue');
    cpSync(path.join(root, source), queue, { recursive: true });
    const layout = layoutOf(queue);
    const index = indexJobs(systemFiles, layout);
    const ids = [...new Set([...index.open, ...index.archived.keys()])];
    views = new Map(ids.map((id) => [nameOf(id), viewJob(systemFiles, layout, index, id)]));
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const seen = (name: string): View => {
    const view = views.get(name);
    if (!view) throw new Error(`there is no job ${name}`);
    return view;
  };

  test('is a queue with its markers, and nothing in it needs looking after', () => {
    const layout = layoutOf(queue);
    expect(assertQueue(systemFiles, layout)).toBe('q-example');
    expect(findProblems(systemFiles, layout, indexJobs(systemFiles, layout))).toEqual([]);
  });

  test('holds these jobs and no others', () => {
    expect([...views.keys()].sort()).toEqual(Object.keys(JOBS).sort());
  });

  test.each(Object.entries(JOBS))('shows %s as it is', (name, { kind, ...facts }) => {
    expect(seen(name)).toMatchObject(facts);
    expect(seen(name).outcome?.kind).toBe(kind);
  });

  test('shows how far the running job is, and its log so far', () => {
    const { progress, results_dir } = seen('long-search');
    expect(progress).toMatchObject({ trials: 40, best: expect.any(Number) as number });
    expect(progress?.trial).toBeGreaterThan(0);
    expect(progress?.trial).toBeLessThan(40);
    // published less often than the record is written
    const log = readFileSync(path.join(results_dir ?? '', 'stdout.log'), 'utf8');
    expect(log).toMatch(/^jobq_trial: [1-9]\d*\/40/m);
  });

  test('keeps the end of the log with the failure, and who cancelled and why', () => {
    const { exit_code, log_tail } = seen('breaks-off').outcome ?? {};
    expect(exit_code).toBe(3);
    expect(log_tail?.at(-1)).toContain('trial 5 failed');
    expect(seen('too-wide').outcome?.message).toContain('the range of x is too wide');
    expect(filesBelow(path.join(queue, 'requests', seen('too-wide').job_id))).toEqual(['cancel.json']);
  });

  test('keeps order and post-processed files with the archived job, and nothing of it elsewhere', () => {
    const { job_id, archived_as, results_dir } = seen('first-look');
    expect(jobOfArchived(archived_as ?? '')).toBe(job_id);
    const kept = filesBelow(results_dir ?? '');
    expect(kept).toEqual(expect.arrayContaining(['order/SHA256SUMS', 'post/summary.json', 'SHA256SUMS']));
    const elsewhere = filesBelow(queue).filter((file) => file.includes(`/${job_id}/`));
    expect(elsewhere).toEqual([]);
  });

  test('has seals that hold byte for byte, but for the model that was edited', async () => {
    const sealed = filesBelow(queue).flatMap((file) =>
      path.posix.basename(file) === 'SHA256SUMS' ? [path.posix.dirname(file)] : [],
    );
    const breaches: string[] = [];
    for (const dir of sealed) {
      const seal = readSeal(systemFiles, path.join(queue, dir));
      const breach =
        seal.seal === 'valid'
          ? await sealBreach(disk, path.join(queue, dir), seal.entries)
          : `has no valid seal: ${seal.seal}`;
      if (breach) breaches.push(`${nameOf(path.basename(dir))}: ${breach}`);
    }
    expect(breaches).toEqual([
      'edited-model: 1_setup/model.json: its digest is not the one in SHA256SUMS (109 bytes are there)',
    ]);
    const where = sealed.map((dir) => dir.split('/')[0]);
    const count = (tree: string) => where.filter((each) => each === tree).length;
    // orders: all but the one made by hand and the archived one; records: those that have ended
    expect({ outbox: count('outbox'), inbox: count('inbox'), archive: count('archive') }).toEqual({
      outbox: 8,
      inbox: 4,
      archive: 2,
    });
  });

  test('has nothing but JSON that its schema accepts', () => {
    const json = filesBelow(queue).filter((file) => file.endsWith('.json'));
    expect(json.flatMap((file) => jsonFault(queue, file) ?? [])).toEqual([]);
    const asked = json.filter((file) => file.startsWith('requests/')).map((file) => path.basename(file));
    expect(asked.sort()).toEqual(['assign.json', 'cancel.json', 'release.json']);
    expect(json.filter((file) => file.startsWith('runners/'))).toEqual([
      'runners/spare.json',
      'runners/workstation.json',
    ]);
  });

  test('names no path of the machine it was made on', () => {
    const ownPath = /(?<![\w.])(?:\/(?:home|tmp|work|root|Users)\/|[A-Z]:\\)/;
    const found = filesBelow(queue).filter((file) =>
      ownPath.test(readFileSync(path.join(queue, file), 'latin1')),
    );
    expect(found).toEqual([]);
  });
});

describe('the example queue', () => {
  const example = path.join(root, 'job-queue.example');

  test('has a README that names each job, and no other', () => {
    const layout = layoutOf(example);
    const { open, archived } = indexJobs(systemFiles, layout);
    const readme = readFileSync(path.join(example, 'README.md'), 'utf8');
    const named = [...readme.matchAll(/`(job-\d{8}-\d{6}-[a-z0-9-]+)`/g)].map(([, id = '']) => id);
    expect(named.sort()).toEqual([...open, ...archived.keys()].sort());
    expect([...archived.values()].flat().every((name) => readme.includes(`archive/${name}/`))).toBe(true);
  });

  test('has the settings as init writes them today (else run scripts/example-queue.mjs again)', () => {
    expect(readFileSync(path.join(example, 'jobq.toml'), 'utf8')).toBe(commentedSettings('q-example'));
  });

  test('is small', () => {
    const bytes = filesBelow(example).reduce((sum, file) => sum + statSync(path.join(example, file)).size, 0);
    expect(bytes).toBeLessThan(300_000);
  });
});
