// A task of the Windows Task Scheduler, at logon and in the session of the one who logged on: its XML, and the
// commands that register it. Task Scheduler itself cannot be tried without Windows: docs/windows.md says what to look at.
import path from 'node:path';
import type { ServiceFacts, ServicePlan, Step } from './service.ts';
import { describeService } from './service.ts';
import { programArguments, refuseVariables, serviceName, windowsWord } from './windows-words.ts';
import { xmlText } from './xml.ts';

/** Minutes between two looks whether the task still runs. */
const WATCHDOG_MIN = 5;
/** The first seconds of a logon are no time to start anything. */
const LOGON_DELAY_S = 30;

export function taskPlan(facts: ServiceFacts): ServicePlan {
  refuseVariables(facts);
  const name = serviceName(facts);
  const file = path.win32.join(facts.dataDir, facts.queueId, 'service', `${name}.xml`);
  const there = { command: ['schtasks', '/Query', '/TN', name] };
  return {
    kind: 'task',
    name,
    file: { path: file, text: taskXml(facts), encoding: 'utf16le' },
    install: [
      {
        ...schtasks(['/Create', '/TN', name, '/XML', file, '/F']),
        afterChange: true,
        unless: there,
      },
      { ...schtasks(['/Run', '/TN', name]), starts: true },
    ],
    uninstall: { before: [{ ...schtasks(['/Delete', '/TN', name, '/F']), ifSo: there }], after: [] },
    notes: [
      'it starts when this user logs on, not when the machine starts: after a reboot nobody is logged on and jobs wait',
      `whatever ends it, it is started again within ${WATCHDOG_MIN} minutes while this user is logged on`,
    ],
    leaves: [],
    query: ['schtasks', '/Query', '/TN', name, '/FO', 'CSV', '/V', '/NH'],
    start: `schtasks /Run /TN ${windowsWord(name)}`,
    keepAway: `schtasks /Change /TN ${windowsWord(name)} /DISABLE`,
  };
}

function schtasks(words: readonly string[]): Step {
  return {
    command: ['schtasks', ...words],
    remedy:
      'give the command again in a terminal of the user the runner is for; where it says that access is denied, in one that was started as administrator',
  };
}

/**
 * Elements stand in the order in which Windows exports them. The defaults of what is told here would end the runner:
 * three days of run time, batteries, low priority. RestartOnFailure is for a task that cannot be started; a program
 * that ended is started again by the second trigger.
 */
export function taskXml(facts: ServiceFacts): string {
  const user = xmlText(`${facts.domain}\\${facts.user}`);
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${xmlText(describeService(facts))}</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${user}</UserId>
      <Delay>PT${LOGON_DELAY_S}S</Delay>
    </LogonTrigger>
    <TimeTrigger>
      <Repetition>
        <Interval>PT${WATCHDOG_MIN}M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>4</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
${actionXml(facts)}
    </Exec>
  </Actions>
</Task>
`;
}

/** node.exe is a console program: a headless console host keeps its window away, and with it its exit code. */
function actionXml(facts: ServiceFacts): string {
  const args = programArguments(facts);
  const [command, line] = facts.window
    ? [facts.nodePath, args]
    : ['%SystemRoot%\\System32\\conhost.exe', `--headless ${windowsWord(facts.nodePath)} ${args}`];
  return `      <Command>${xmlText(command)}</Command>\n      <Arguments>${xmlText(line)}</Arguments>`;
}

/** Results that are no exit codes: what Task Scheduler itself says of a task. */
const RESULTS: Readonly<Record<string, string>> = {
  267008: 'ready',
  267009: 'running now',
  267010: 'disabled',
  267011: 'has not run yet',
  267014: 'was ended by somebody',
  '-2147020576': 'running already when it was to be started again',
};
const RUNNING = ['267009', '-2147020576'];

export interface TaskState {
  running: boolean;
  /** In the words of this Windows. */
  state: string;
  lastResult: string;
}

/** Reads a line of `schtasks /Query /FO CSV /V /NH`: the words are in the system's language, their places are not. */
export function readTaskState(csv: string): TaskState | undefined {
  const [line = ''] = csv.split(/\r?\n/).filter((each) => each.startsWith('"'));
  const cells = [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = '']) => cell.replaceAll('""', '"'));
  const [, name, , state, , , result] = cells;
  if (name === undefined || state === undefined || result === undefined) return undefined;
  return { running: RUNNING.includes(result), state, lastResult: RESULTS[result] ?? `exit code ${result}` };
}
