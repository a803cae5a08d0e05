import { expect, test } from 'vitest';
import { devicesOf, judgeConflict, whoBroke } from '../../../src/cli/doctor/conflicts.ts';
import type { Presence } from '../../../src/job/presence.ts';
import type { Problem } from '../../../src/queue/problem.ts';

const MARK = '.sync-conflict-20260210-150000-RUNNER2';
const RUNNER = 'RUNNER2';
const AGENT = 'AGENTS2';

const problem = (file: string, kept_by: string | null): Problem => ({
  kind: 'conflict-copy',
  file,
  reason: 'both sides changed one file',
  remedy: 'compare the two',
  conflict: { copy: null, kept: null, kept_by, at: null },
});
const devices = (...runners: string[]) => ({
  names: new Map([[RUNNER, 'cad']]),
  runners: new Set(runners),
});

test.each([
  {
    what: 'the Linux side wrote in inbox/, and won',
    file: `inbox/job-a/job${MARK}.json`,
    by: AGENT,
    said: "only the runner's side may write in inbox/; device AGENTS2 wrote the version that was kept: it is on the Linux side and may not",
  },
  {
    what: 'the Linux side wrote in runners/, and lost',
    file: `runners/station${MARK}.json`,
    by: RUNNER,
    said: "only the runner's side may write in runners/; cad (device RUNNER2) wrote the version that was kept and may; the one that was put aside is by somebody on the Linux side, who may not",
  },
  {
    what: 'the runner wrote in outbox/, and won',
    file: `outbox/job-a/job${MARK}.json`,
    by: RUNNER,
    said: "only the Linux side may write in outbox/; cad (device RUNNER2) wrote the version that was kept: it is on the runner's side and may not",
  },
  {
    what: 'the runner wrote in requests/, and lost',
    file: `requests/job-a/cancel${MARK}.json`,
    by: AGENT,
    said: "only the Linux side may write in requests/; device AGENTS2 wrote the version that was kept and may; the one that was put aside is by somebody on the runner's side, who may not",
  },
  {
    what: 'nobody is told by the name',
    file: `inbox/job-a/job${MARK}.json`,
    by: null,
    said: "only the runner's side may write in inbox/; somebody else did",
  },
  {
    what: 'a copy in the archive',
    file: `archive/job-a_20260210-160000/order/job${MARK}.json`,
    by: RUNNER,
    said: 'both sides changed one file',
  },
])('$what', ({ file, by, said }) => {
  expect(whoBroke(problem(file, by), devices(RUNNER))).toBe(said);
});

test('where no runner says which device it is, only the rule and the device are told', () => {
  expect(whoBroke(problem(`inbox/job-a/job${MARK}.json`, RUNNER), devices())).toBe(
    "only the runner's side may write in inbox/; cad (device RUNNER2) wrote the version that was kept, another one wrote the other: one of the two may not",
  );
});

test('where several runners are known, it may have been another one', () => {
  const said = whoBroke(problem(`inbox/job-a/job${MARK}.json`, RUNNER), devices(RUNNER, 'OTHERS2'));
  expect(said).toContain('by somebody on the Linux side, or another runner, who may not');
});

test('devices are known by the beginning of what presences tell', () => {
  const presences = [{ syncthing_device: 'RUNNER2-ABCDEFG-HIJKLMN' }, {}] as Presence[];
  expect(devicesOf(presences, new Map())).toEqual({ names: new Map(), runners: new Set([RUNNER]) });
});

test('both versions are told, and whether they are the same', () => {
  const version = (file: string, sha256?: string, sealed?: boolean) => ({
    file,
    bytes: 4,
    modified_at: '2026-02-10T15:00:00Z',
    ...(sha256 !== undefined && { sha256 }),
    ...(sealed !== undefined && { sealed }),
  });
  const given = problem(`outbox/job-a/job${MARK}.json`, null);
  const told = (copy: ReturnType<typeof version>, kept: ReturnType<typeof version> | null) =>
    judgeConflict(
      { ...given, conflict: { copy, kept, kept_by: null, at: '2026-02-10 16:00:00' } },
      devices(),
    );
  const finding = told(version('a', 'f00', false), version('b', 'ba2', true));
  expect(finding).toMatchObject({ level: 'warning', remedy: 'compare the two' });
  expect(finding.what).toContain(
    'kept: 4 bytes, modified 2026-02-10 15:00:00 UTC, sha256 ba2, the one that was sealed',
  );
  expect(finding.what).toContain('put aside at 2026-02-10 16:00:00 by the clock of that machine: 4 bytes');
  expect(finding.what).toContain('sha256 f00, not what was sealed');
  expect(finding.what).not.toContain('both hold');
  expect(told(version('a', 'f00'), version('b', 'f00')).what).toContain('both hold the same bytes');
  const large = told(version('a'), version('b')).what;
  expect(large).not.toContain('both hold');
  expect(large).not.toContain('sha256');
  expect(told(version('a'), null).what).toContain('kept: nothing bears the name now');
});
