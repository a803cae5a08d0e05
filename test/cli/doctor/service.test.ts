import { expect, test } from 'vitest';
import { judgeService } from '../../../src/cli/doctor/service.ts';
import type { ServiceStatus } from '../../../src/cli/service/status.ts';

const STATUS: ServiceStatus = {
  role: 'runner',
  kind: 'systemd',
  name: 'jobq-runner-q-1.service',
  file: '/u',
  current: true,
  installed: true,
  enabled: true,
  running: true,
  state: 'active (running)',
  last_result: null,
  problem: null,
  daemon_runs: true,
  last_sign_s: null,
  sign_is_fresh: null,
};

test.each([
  { name: 'installed', status: {}, level: 'ok', what: 'jobq-runner-q-1.service' },
  {
    name: 'a task, of which nobody says whether it is enabled',
    status: { enabled: null },
    level: 'ok',
    what: 'jobq',
  },
  { name: 'not installed', status: { installed: false }, level: 'warning', what: 'not installed' },
  { name: 'not enabled', status: { enabled: false }, level: 'warning', what: 'does not start by itself' },
  { name: 'of another version', status: { current: false }, level: 'note', what: 'is not as this version' },
  {
    name: 'not to be told',
    status: { installed: null, problem: 'Failed to connect to bus' },
    level: 'note',
    what: 'Failed to connect to bus',
  },
])('$name', ({ status, level, what }) => {
  expect(judgeService('runner', { ...STATUS, ...status })).toEqual([
    expect.objectContaining({
      check: 'runner service',
      level,
      what: expect.stringContaining(what) as string,
    }),
  ]);
});

test('where jobq installs no service there is nothing to say', () => {
  expect(judgeService('runner', undefined)).toEqual([]);
});
