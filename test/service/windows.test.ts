// The scheduled task, WinSW and Servy. What Windows makes of them cannot be tried here: docs/windows.md has the list.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownCommand } from '../../src/service/plan.ts';
import { servyPlan } from '../../src/service/servy.ts';
import { readTaskState, taskPlan, taskXml } from '../../src/service/windows-task.ts';
import { windowsWord } from '../../src/service/windows-words.ts';
import { winswPlan } from '../../src/service/winsw.ts';
import { WINDOWS } from './facts.ts';
import { windowsArguments } from './windows-arguments.ts';
import { elementsOf, hasPython, NO_PYTHON } from './xml.ts';

const ODD = { ...WINDOWS, queueRoot: `C:\\R&D <jobs> 'new'\\ünit\\`, user: "O'Neil & Co" };
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

describe('the scheduled task', () => {
  test('is this', () => {
    expect(taskXml(WINDOWS)).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-16"?>
      <Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
        <RegistrationInfo>
          <Description>jobq runner of queue q-1</Description>
        </RegistrationInfo>
        <Triggers>
          <LogonTrigger>
            <Enabled>true</Enabled>
            <UserId>CAD\\ada</UserId>
            <Delay>PT30S</Delay>
          </LogonTrigger>
          <TimeTrigger>
            <Repetition>
              <Interval>PT5M</Interval>
              <StopAtDurationEnd>false</StopAtDurationEnd>
            </Repetition>
            <StartBoundary>2026-01-01T00:00:00</StartBoundary>
            <Enabled>true</Enabled>
          </TimeTrigger>
        </Triggers>
        <Principals>
          <Principal id="Author">
            <UserId>CAD\\ada</UserId>
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
            <Command>%SystemRoot%\\System32\\conhost.exe</Command>
            <Arguments>--headless &quot;C:\\Program Files\\nodejs\\node.exe&quot; &quot;C:\\Users\\ada\\AppData\\Roaming\\npm\\node_modules\\jobq\\bin\\jobq.js&quot; runner --queue &quot;C:\\Job Queue&quot;</Arguments>
          </Exec>
        </Actions>
      </Task>
      "
    `);
  });

  test('is well-formed in the encoding it names, and holds odd paths as they are', (ctx) => {
    if (!hasPython) ctx.skip(NO_PYTHON);
    const elements = elementsOf(utf16(taskXml(ODD)));
    const textOf = (path: string) => elements.filter(([at]) => at === path).map(([, text]) => text);
    expect(textOf('/Task/Triggers/LogonTrigger/UserId')).toEqual(["CAD\\O'Neil & Co"]);
    expect(textOf('/Task/Principals/Principal/UserId')).toEqual(["CAD\\O'Neil & Co"]);
    const [line = ''] = textOf('/Task/Actions/Exec/Arguments');
    expect(windowsArguments(line)).toEqual([
      '--headless',
      ODD.nodePath,
      ODD.programPath,
      'runner',
      '--queue',
      ODD.queueRoot,
    ]);
  });

  test('with --window starts node itself', (ctx) => {
    if (!hasPython) ctx.skip(NO_PYTHON);
    const elements = elementsOf(utf16(taskXml({ ...ODD, window: true })));
    const textOf = (path: string) => elements.find(([at]) => at === path)?.[1] ?? '';
    expect(textOf('/Task/Actions/Exec/Command')).toBe(ODD.nodePath);
    expect(windowsArguments(textOf('/Task/Actions/Exec/Arguments'))).toEqual([
      ODD.programPath,
      'runner',
      '--queue',
      ODD.queueRoot,
    ]);
  });

  test('each setting stands once: a second one would win or be refused', (ctx) => {
    if (!hasPython) ctx.skip(NO_PYTHON);
    const settings = elementsOf(utf16(taskXml(WINDOWS)))
      .map(([path]) => path)
      .filter((path) => path.startsWith('/Task/Settings/'));
    expect(new Set(settings).size).toBe(settings.length);
  });

  test('is registered, started and removed by schtasks', () => {
    const plan = taskPlan(WINDOWS);
    const file = 'C:\\Users\\ada\\AppData\\Local\\jobq\\q-1\\service\\jobq-runner-q-1.xml';
    expect(plan.file).toMatchObject({ path: file, encoding: 'utf16le' });
    const shown = (steps: readonly { command: readonly string[] }[]) =>
      steps.map(({ command }) => shownCommand('task', command));
    expect(shown(plan.install)).toEqual([
      `schtasks /Create /TN jobq-runner-q-1 /XML ${file} /F`,
      'schtasks /Run /TN jobq-runner-q-1',
    ]);
    expect(shown(plan.uninstall.before)).toEqual(['schtasks /Delete /TN jobq-runner-q-1 /F']);
  });

  test.each(['queueRoot', 'nodePath', 'programPath'] as const)(
    'refuses %s with %%NAME%%, which Windows would replace',
    (name) => {
      const facts = { ...WINDOWS, [name]: 'C:\\a%TEMP%b' };
      for (const plan of [taskPlan, winswPlan, servyPlan]) expect(() => plan(facts)).toThrow('%TEMP%');
      expect(() => taskPlan({ ...WINDOWS, [name]: 'C:\\100%' })).not.toThrow();
    },
  );
});

test('an argument comes back as it was', () => {
  const letters = fc.constantFrom(...Array.from(' "\\\'a\t'));
  fc.assert(
    fc.property(fc.array(fc.string({ unit: letters, maxLength: 8 }), { maxLength: 4 }), (words) => {
      expect(windowsArguments(words.map(windowsWord).join(' '))).toEqual(words);
    }),
    { numRuns: 1000 },
  );
});

describe('what schtasks prints', () => {
  const line = (status: string, result: string) =>
    `"CAD","\\jobq-runner-q-1","N/A","${status}","Interactive only","11/23/2026 7:00:00 AM","${result}","CAD\\ada","node ""x""","N/A"`;

  test.each([
    {
      name: 'a task that runs',
      csv: `${line('Running', '267009')}\r\n${line('Running', '267009')}\r\n`,
      state: { running: true, state: 'Running', lastResult: 'running now' },
    },
    {
      name: 'a task that runs, on a German Windows, after its watchdog looked',
      csv: `\r\n${line('Wird ausgeführt', '-2147020576')}\r\n`,
      state: {
        running: true,
        state: 'Wird ausgeführt',
        lastResult: 'running already when it was to be started again',
      },
    },
    {
      name: 'a task that ended with an error',
      csv: line('Ready', '7'),
      state: { running: false, state: 'Ready', lastResult: 'exit code 7' },
    },
    { name: 'something else', csv: 'ERROR: no such task', state: undefined },
  ])('$name', ({ csv, state }) => {
    expect(readTaskState(csv)).toEqual(state);
  });
});

describe('WinSW', () => {
  test('has this file', () => {
    expect(winswPlan(WINDOWS).file?.text).toMatchInlineSnapshot(`
      "<service>
        <id>jobq-runner-q-1</id>
        <name>jobq-runner-q-1</name>
        <description>jobq runner of queue q-1</description>
        <executable>C:\\Program Files\\nodejs\\node.exe</executable>
        <arguments>&quot;C:\\Users\\ada\\AppData\\Roaming\\npm\\node_modules\\jobq\\bin\\jobq.js&quot; runner --queue &quot;C:\\Job Queue&quot;</arguments>
        <serviceaccount>
          <username>CAD\\ada</username>
          <prompt>dialog</prompt>
          <allowservicelogon>true</allowservicelogon>
        </serviceaccount>
        <stoptimeout>90 sec</stoptimeout>
        <preshutdown>true</preshutdown>
        <onfailure action="restart" delay="10 sec"/>
        <resetfailure>1 hour</resetfailure>
        <log mode="none"/>
      </service>
      "
    `);
  });

  test('has a well-formed file, whatever the paths', (ctx) => {
    if (!hasPython) ctx.skip(NO_PYTHON);
    const elements = elementsOf(Buffer.from(winswPlan(ODD).file?.text ?? ''));
    const [, line = ''] = elements.find(([path]) => path === '/service/arguments') ?? [];
    expect(windowsArguments(line)).toEqual([ODD.programPath, 'runner', '--queue', ODD.queueRoot]);
  });
});

test('Servy has these commands, which the command prompt takes apart as they are meant', () => {
  const { install, uninstall } = servyPlan(WINDOWS);
  const lines = install.map(({ command }) => shownCommand('servy', command));
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "servy-cli install --name=jobq-runner-q-1 "--description=jobq runner of queue q-1" "--path=C:\\Program Files\\nodejs\\node.exe" --startupDir=C:\\Users\\ada\\AppData\\Roaming\\npm\\node_modules\\jobq\\bin "--params=\\"C:\\Users\\ada\\AppData\\Roaming\\npm\\node_modules\\jobq\\bin\\jobq.js\\" runner --queue \\"C:\\Job Queue\\"" --startupType=Automatic --user=CAD\\ada --stopTimeout=90 --enableHealth --recoveryAction=RestartProcess
    servy-cli start --name=jobq-runner-q-1"
  `);
  expect(lines.map(windowsArguments)).toEqual(install.map(({ command }) => command));
  expect(uninstall.before.map(({ command }) => command.slice(0, 2).join(' '))).toEqual([
    'servy-cli stop',
    'servy-cli uninstall',
  ]);
});
