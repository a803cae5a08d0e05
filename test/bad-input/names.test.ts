// Names that lead out of their folder, that Windows gives to devices and streams, or that nobody can hold: in every field
// that becomes a path, as names of files and directories in every tree; and what `path.win32` would make of them.
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jobIdProblem } from '../../src/job/job-id.ts';
import { encodePath, partProblem, pathProblem } from '../../src/job/portable-path.ts';
import { formatSeal, parseSeal } from '../../src/job/seal.ts';
import { sha256Of } from '../../src/store/disk.ts';
import { SCRIPT } from '../helpers/make-order.ts';
import type { Fenced } from './fenced.ts';
import { fencedQueue } from './fenced.ts';
import { HOSTILE_TEXTS } from './json-mutations.ts';
import { idOf, isUnderWay, order, PLAIN, SCRIPT_TEXT, seal } from './placing.ts';
import * as sample from './samples.ts';
import { printTally, tally } from './tally.ts';

printTally('names and paths');

const MINE = sha256Of('mine');

/** An order whose seal names this path beside its script, with the digest of a file that stands beyond the fence. */
function sealing(q: Fenced, id: string, name: string): void {
  const jobJson = JSON.stringify({ ...PLAIN, job_id: id, inputs: { files: 2, bytes: 19 } });
  order({ q, id }, jobJson, `${seal(jobJson)}${MINE}  ${name}\n`);
}

const withField = (fields: (name: string) => object) => (q: Fenced, id: string, name: string) => {
  const jobJson = JSON.stringify({ ...PLAIN, job_id: id, ...fields(name) });
  order({ q, id }, jobJson, seal(jobJson));
};

function record(q: Fenced, id: string, fields: object, sums: (jobJson: string) => string): void {
  const jobJson = JSON.stringify({ ...sample.RECORD, job_id: id, ...fields });
  q.write(path.join(q.layout.record(id), 'job.json'), jobJson);
  q.write(path.join(q.layout.record(id), SCRIPT), SCRIPT_TEXT);
  q.write(path.join(q.layout.record(id), 'SHA256SUMS'), sums(jobJson));
}

test.each<{ what: string; put: (q: Fenced, id: string, name: string) => void }>([
  { what: 'a path in the seal of an order', put: sealing },
  { what: 'the script', put: withField((script) => ({ script })) },
  { what: 'an expected output', put: withField((name) => ({ expect: [name] })) },
  {
    what: 'an empty directory',
    put: withField((name) => ({ inputs: { ...PLAIN.inputs, empty_dirs: [name] } })),
  },
  { what: 'a dependency', put: withField((name) => ({ depends_on: [name] })) },
  { what: 'the job that is repeated', put: withField((retry_of) => ({ retry_of })) },
  { what: 'a pattern of outputs', put: withField((name) => ({ live_outputs: [name], finite_csv: [name] })) },
  {
    what: 'a pattern of results',
    put: withField((name) => ({ publish: { include: [name], exclude: [name] } })),
  },
  { what: 'the runner', put: withField((run_on) => ({ run_on })) },
  { what: 'the interpreter', put: withField((interpreter) => ({ interpreter })) },
  { what: 'a variable', put: withField((name) => ({ env: { [name]: name } })) },
  {
    what: 'a path in the seal of a record',
    put: (q, id, name) =>
      record(q, id, { results: { files: 2, bytes: 19 } }, (jobJson) => `${seal(jobJson)}${MINE}  ${name}\n`),
  },
  {
    what: 'an empty directory of a record',
    put: (q, id, name) => record(q, id, { results: { ...PLAIN.inputs, empty_dirs: [name] } }, seal),
  },
])('$what', async ({ what, put }) => {
  const q = await fencedQueue();
  for (const [nth, name] of HOSTILE_TEXTS.entries()) put(q, idOf(nth), name);
  tally(what, HOSTILE_TEXTS.length);
  expect(await q.goesOn()).toBe(true);
  expect(q.faults()).toEqual([]);
  // each is under way or over, or waits for what it says, or is told
  const told = new Set(q.problems().map(({ job_id }) => job_id));
  const mute = HOSTILE_TEXTS.filter((_, nth) => {
    const id = idOf(nth);
    return !isUnderWay(q, id) && !told.has(id) && q.view(id).waiting_for === null;
  });
  expect(mute).toEqual([]);
});

/** What a file system in memory can hold as one name. */
const NAMES = [
  ...HOSTILE_TEXTS.filter(
    (name) => !/[/\0]/.test(name) && !['', '.', '..'].includes(name) && name.length < 250,
  ),
  '..._20260210-150000',
  '.jobq-collected-..',
  '.jobq-copying-..',
  '.stfolder',
  'job-x.sync-conflict-20260210-150000-ABCDEFG',
];

test.each(['directories', 'files', 'directories of good orders'])(
  'as names of %s in every tree',
  async (what) => {
    const q = await fencedQueue();
    for (const tree of [
      'outbox',
      'inbox',
      'requests',
      'runners',
      'archive',
      '.jobq-watcher',
      '.jobq-staging',
    ]) {
      for (const name of NAMES) {
        const at = path.join(q.layout.root, tree, name);
        if (q.disk.files.facts(at)) continue;
        const jobJson = JSON.stringify({ ...PLAIN, job_id: name });
        if (what === 'files') q.write(at, jobJson);
        else if (what === 'directories') q.disk.files.makeDir(at);
        else {
          q.write(path.join(at, 'job.json'), jobJson);
          q.write(path.join(at, SCRIPT), SCRIPT_TEXT);
          q.write(path.join(at, 'SHA256SUMS'), seal(jobJson));
        }
        tally(`names of ${what}`);
      }
    }
    expect(await q.goesOn()).toBe(true);
    expect(q.faults()).toEqual([]);
    const told = new Set(q.problems().map(({ file }) => file));
    const strange = NAMES.filter((name) => jobIdProblem(name) !== undefined && !name.startsWith('.'));
    expect(
      strange.filter((name) => !told.has(`outbox/${name}`) && !name.includes('.sync-conflict-')),
    ).toEqual([]);
  },
);

const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;

/** Why Windows would not put this below the directory, as a plain file of this very name; undefined when it would. */
function escapes(portable: string): string | undefined {
  const base = 'D:\\queue\\outbox\\job';
  const at = path.win32.resolve(base, ...portable.split('/'));
  if (!at.startsWith(`${base}\\`)) return `leads to ${at}`;
  const parts = at.slice(base.length + 1).split('\\');
  if (parts.length !== portable.split('/').length) return `has other parts: ${parts.join(' and ')}`;
  if (parts.some((part) => part.includes(':'))) return 'names a stream';
  if (parts.some((part) => /[. ]$/.test(part))) return 'loses its end';
  return parts.some((part) => DEVICE.test(part.split('.')[0]?.trimEnd() ?? ''))
    ? 'names a device'
    : undefined;
}

const hostileName = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({
    unit: fc.constantFrom('.', '/', '\\', ':', ' ', 'a', 'N', 'u', 'L', 'é', 'e\u0301', '\0', '%', '~', '1'),
  }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc
    .array(fc.constantFrom(...HOSTILE_TEXTS.filter((name) => name.length < 60)), { maxLength: 4 })
    .map((parts) => parts.join('/')),
);

/** The same for everybody, and some new ones each time; a failure prints its seed. */
const SEEDS = [{ seed: 20260210, numRuns: 4000 }, { numRuns: 1000 }];

test.each(SEEDS)('what Windows would take elsewhere is no path of ours: %o', (runs) => {
  fc.assert(
    fc.property(hostileName, (name) => {
      tally('paths, as Windows reads them');
      const isOurs = pathProblem(name) === undefined || jobIdProblem(name) === undefined;
      expect(isOurs ? escapes(name) : undefined).toBeUndefined();
    }),
    runs,
  );
});

test.each(SEEDS)('every output gets a name that is a path of ours: %o', (runs) => {
  fc.assert(
    fc.property(hostileName, (name) => {
      tally('names of outputs');
      // what a directory can hold has no empty part and no NUL
      const parts = name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
      fc.pre(parts.length > 0 && !name.includes('\0'));
      const encoded = encodePath(parts.join('/'));
      expect([encoded, pathProblem(encoded), escapes(encoded)]).toEqual([encoded, undefined, undefined]);
    }),
    runs,
  );
});

test.each(SEEDS)('a seal names only what it can hold: %o', (runs) => {
  fc.assert(
    fc.property(hostileName, (name) => {
      tally('paths in a seal');
      const sums = formatSeal([
        { path: 'job.json', sha256: MINE },
        { path: name, sha256: MINE },
      ]);
      const seal = parseSeal(sums);
      const named = 'entries' in seal ? seal.entries : [];
      expect(named.flatMap((entry) => escapes(entry.path) ?? [])).toEqual([]);
    }),
    runs,
  );
});

test('no part of the list is a path of ours by oversight', () => {
  const taken = HOSTILE_TEXTS.filter((name) => !name.includes('/') && partProblem(name) === undefined);
  expect(taken.map((name) => name.slice(0, 40))).toMatchInlineSnapshot(`
    [
      "‮gnp.exe",
      "%2e%2e%2foutside",
      "$HOME",
      "%USERPROFILE%",
      "__proto__",
      "constructor",
      "toString",
      "SHA256SUMS",
      "job.json",
      "NaN",
      "1e999",
      "0",
    ]
  `);
});
