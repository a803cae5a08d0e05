import { expect, test } from 'vitest';
import type { MachineFacts } from '../../../src/cli/doctor/machine.ts';
import { judgeMachine } from '../../../src/cli/doctor/machine.ts';

const FACTS: MachineFacts = {
  nodeVersion: '20.19.0',
  platform: 'linux',
  isRunner: false,
  noJobObject: 'this is not Windows',
  keepAwake: true,
};
const levels = (facts: Partial<MachineFacts>) =>
  judgeMachine({ ...FACTS, ...facts }).map(({ check, level }) => `${check}: ${level}`);

test.each([
  { name: 'the watcher’s side', facts: {}, found: ['node: ok'] },
  { name: 'Node 20.18', facts: { nodeVersion: '20.18.3' }, found: ['node: problem'] },
  { name: 'Node 18', facts: { nodeVersion: '18.20.0' }, found: ['node: problem'] },
  { name: 'Node 24', facts: { nodeVersion: '24.0.1' }, found: ['node: ok'] },
  {
    name: 'a runner',
    facts: { isRunner: true },
    found: ['node: ok', 'start at logon: note', 'sleep: note'],
  },
  {
    name: 'a runner on Windows without koffi',
    facts: { isRunner: true, platform: 'win32' },
    found: ['node: ok', 'job objects: warning', 'start at logon: note', 'sleep: note'],
  },
  {
    name: 'a runner on Windows with Job Objects',
    facts: { isRunner: true, platform: 'win32', noJobObject: undefined },
    found: ['node: ok', 'job objects: ok', 'start at logon: note', 'sleep: note'],
  },
  {
    name: 'Windows without a runner',
    facts: { platform: 'win32' },
    found: ['node: ok', 'start at logon: note'],
  },
])('$name', ({ facts, found }) => {
  expect(levels(facts)).toEqual(found);
});

test('says that a task at logon does not start at boot, and what to do about it', () => {
  const logon = judgeMachine({ ...FACTS, platform: 'win32' }).find(({ check }) => check === 'start at logon');
  expect(logon?.what).toBe('a task at logon starts at logon, not at boot');
  expect(logon?.why).toContain('after a reboot');
  for (const way of ['automatic logon with a locked screen', 'active hours', 'service under the account'])
    expect(logon?.remedy).toContain(way);
});

test('tells what keeps the machine awake, and how to switch sleep off', () => {
  const sleep = (facts: Partial<MachineFacts>) =>
    judgeMachine({ ...FACTS, isRunner: true, ...facts }).find(({ check }) => check === 'sleep');
  expect(sleep({})?.what).toContain('only while a script runs');
  expect(sleep({ keepAwake: false })?.what).toBe('runner.keep_awake is off');
  expect(sleep({ platform: 'win32' })?.remedy).toContain('powercfg /change standby-timeout-ac 0');
});
