import { expect, test } from 'vitest';
import type { RunnersFacts } from '../../../src/cli/doctor/runners.ts';
import { judgeRunners } from '../../../src/cli/doctor/runners.ts';
import type { Presence } from '../../../src/job/presence.ts';

const NOW = Date.parse('2026-02-10T14:45:00Z');
const presence = (fields: Partial<Presence>): Presence => ({
  runner_id: 'station',
  seq: 5,
  boot_id: 'b',
  ledger_id: 'l',
  host: 'cad',
  pid: 7,
  version: '1',
  slots: 1,
  running: [],
  waiting: [],
  clock: '2026-02-10T14:44:50Z',
  heartbeat_interval_s: 30,
  ...fields,
});
const FACTS: RunnersFacts = {
  presences: [presence({})],
  host: 'desk',
  ownId: 'desk',
  nowMs: NOW,
  runs: {},
};
const found = (facts: Partial<RunnersFacts>) => judgeRunners({ ...FACTS, ...facts });
const here = { host: 'cad', ownId: 'station', runs: { runner: true } };

test('a clock of another machine is told and never judged, however far off', () => {
  for (const clock of ['2026-02-10T14:44:50Z', '2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z']) {
    const [finding] = found({ presences: [presence({ clock })] });
    expect(finding?.level).toBe('note');
  }
  expect(found({})[0]?.what).toContain(
    'station on cad: last sign 2026-02-10 14:44:50 UTC by its clock, 10 s before',
  );
  const [ahead] = found({ presences: [presence({ clock: '2026-02-10T14:45:30Z' })] });
  expect(ahead?.what).toContain('30 s after this machine');
});

test.each([
  { name: 'fresh', clock: '2026-02-10T14:43:40Z', runs: true, level: 'ok' },
  { name: 'late while it runs', clock: '2026-02-10T14:43:20Z', runs: true, level: 'warning' },
  { name: 'late because it does not run', clock: '2026-02-10T10:00:00Z', runs: false, level: 'ok' },
])('the runner of this machine, $name', ({ clock, runs, level }) => {
  const findings = found({ ...here, runs: { runner: runs }, presences: [presence({ clock })] });
  expect(findings.find(({ check }) => check === 'runners')?.level).toBe(level);
});

test('a runner of our id on another machine has another clock', () => {
  const [, finding] = found({
    ...here,
    host: 'desk',
    presences: [presence({ clock: '2020-01-01T00:00:00Z' })],
  });
  expect(finding?.level).toBe('note');
});

test('daemons of this machine that do not run', () => {
  const findings = found({ runs: { runner: false, watcher: true } });
  expect(findings.map(({ check, level }) => `${check}: ${level}`)).toEqual([
    'runner: warning',
    'watcher: ok',
    'runners: note',
  ]);
  expect(findings[0]?.remedy).toContain('jobq service install --role runner');
});

test('no runner at all', () => {
  expect(found({ presences: [] })).toEqual([
    expect.objectContaining({ level: 'warning', what: 'no runner has been seen' }),
  ]);
});
