// The machine itself: Node, what contains processes, when daemons start, and when the machine sleeps.
import type { CliParts } from '../parts.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

export interface MachineFacts {
  nodeVersion: string;
  platform: string;
  /** Does the runner work here, or does the person ask about it? */
  isRunner: boolean;
  /** Why there is no Job Object; undefined when there is one. */
  noJobObject: string | undefined;
  keepAwake: boolean | undefined;
}

export async function lookAtMachine(
  { environment, loadSystem }: CliParts,
  isRunner: boolean,
  keepAwake: boolean | undefined,
): Promise<MachineFacts> {
  const { nodeVersion, platform } = environment;
  const { noJobObject } = await loadSystem();
  return { nodeVersion, platform, isRunner, keepAwake, noJobObject: await noJobObject() };
}

export function judgeMachine(facts: MachineFacts): Finding[] {
  const { isRunner, platform } = facts;
  const isWindows = platform === 'win32';
  return [
    judgeNode(facts.nodeVersion),
    ...(isRunner && isWindows ? [judgeJobObject(facts.noJobObject)] : []),
    ...(isRunner || isWindows ? [atLogon] : []),
    ...(isRunner ? [judgeSleep(facts)] : []),
  ];
}

const OLDEST = [20, 19] as const;

function judgeNode(version: string): Finding {
  const check = newCheck('node', 'jobq is written for Node 20.19 and later, and tested on 20 and 24');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return isOld
    ? check.problem(`Node ${version}`, 'install Node 20.19 or later, then `jobq service install` once more')
    : check.ok(`Node ${version}`);
}

function judgeJobObject(problem: string | undefined): Finding {
  const check = newCheck(
    'job objects',
    'a Job Object ends every process of a run with it; without one, what a solver left behind may be missed',
  );
  if (problem === undefined) return check.ok('runs are contained in Job Objects');
  return check.warning(
    `no Job Objects: ${problem}`,
    'install jobq with its optional package koffi: `npm install -g jobq` without --omit=optional',
  );
}

const atLogon = newCheck(
  'start at logon',
  'after a reboot, for an update of Windows too, nobody is logged on: jobs wait until somebody is',
).note(
  'a task at logon starts at logon, not at boot',
  'turn on automatic logon with a locked screen, or set active hours, or use a service under the account that owns the licence',
);

function judgeSleep({ platform, keepAwake }: MachineFacts): Finding {
  const check = newCheck('sleep', 'a machine that sleeps starts nothing and shows no sign of life');
  const command =
    platform === 'win32'
      ? '`powercfg /change standby-timeout-ac 0` and `powercfg /change hibernate-timeout-ac 0`'
      : 'turn off automatic suspend in the power settings';
  const kept =
    keepAwake === false ? 'runner.keep_awake is off' : 'jobq keeps it awake only while a script runs';
  return check.note(kept, `let it not sleep while jobs may come: ${command}`);
}
