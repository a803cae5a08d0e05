// Names that Windows gives to devices and streams, or takes elsewhere, in orders that a Linux file system could hold, under
// a real Windows node.exe: nothing of them is opened or run, and a sound job beside them is.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { HOSTILE_TEXTS } from '../bad-input/json-mutations.ts';
import type { Station } from './station.ts';
import { BY_NODE, needsWindows, newStation, nodeSettings, nodeStudy } from './station.ts';

let station: Station | undefined;
afterEach(() => station?.close());

const SCRIPT = 'console.log("ran");\n';
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const idOf = (nth: number) => `job-20260210-143022-n${String(nth).padStart(2, '0')}`;
const WANTED = /^(?:con$|conin|nul\.txt|com1|c:rel|\\{2}server|\.\.\\|trailing|file|dir)/i;
const NAMES = HOSTILE_TEXTS.filter((name) => WANTED.test(name));
/** A seal that is none may still be arriving. */
const REFUSED = ['rejected', 'waits', 'no record'];

/** A sealed order that is wrong in nothing but this one path: as its script, or as a second file of its seal. */
function put(here: Station, id: string, name: string, as: 'script' | 'file'): void {
  const dir = path.join(here.queue, 'outbox', id);
  mkdirSync(dir);
  const inputs =
    as === 'script' ? { files: 1, bytes: SCRIPT.length } : { files: 2, bytes: SCRIPT.length + 4 };
  const script = as === 'script' ? name : 'run.mjs';
  const jobJson = JSON.stringify({
    job_id: id,
    script,
    interpreter: 'node',
    run_on: 'station',
    schema_version: 1,
    inputs,
  });
  writeFileSync(path.join(dir, 'run.mjs'), SCRIPT);
  writeFileSync(path.join(dir, 'job.json'), jobJson);
  const more = as === 'script' ? '' : `${digest('mine')}  ${name}\n`;
  writeFileSync(
    path.join(dir, 'SHA256SUMS'),
    `${digest(jobJson)}  job.json\n${digest(SCRIPT)}  run.mjs\n${more}`,
  );
}

/** Of an order whose seal is none there is no record before its time to arrive is over. */
function endOf(here: Station, id: string): unknown {
  if (!existsSync(path.join(here.queue, 'inbox', id, 'job.json'))) return 'no record';
  const { outcome, state } = here.record(id) as { outcome?: { kind: string }; state: string };
  return outcome?.kind ?? (state === 'queued' ? 'waits' : state);
}

test.for(['script', 'file'] as const)('as a %s of an order', (as, context) => {
  needsWindows(context);
  const here = newStation({ ...nodeSettings(), JOBQ_RUNNER_INPUTS_TIMEOUT_S: '1' });
  station = here;
  for (const [nth, name] of NAMES.entries()) put(here, idOf(nth), name, as);
  const good = here.submit(nodeStudy(here.home, 'good', SCRIPT), 'good', ...BY_NODE);
  const beside = readdirSync(here.home).sort();
  const { status, stderr } = here.runOnce();
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('    at ') });
  expect(here.record(good)).toMatchObject({ state: 'completed' });
  // an attempt is what was run
  const ran = readdirSync(path.dirname(path.dirname(here.attempt(good)))).filter(
    (name) => !name.endsWith('.lock'),
  );
  expect(ran).toEqual([good]);
  const ends = NAMES.map((_, nth) => endOf(here, idOf(nth)));
  expect(ends.filter((end) => !(as === 'script' ? ['rejected'] : REFUSED).includes(String(end)))).toEqual([]);
  expect(readdirSync(here.home).filter((name) => !['log', 'state', 'work'].includes(name))).toEqual(
    beside.filter((name) => !['log', 'state', 'work'].includes(name)),
  );
});
