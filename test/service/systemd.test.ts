import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownCommand } from '../../src/service/plan.ts';
import { readUnitState, systemdPlan, unitName, unitText } from '../../src/service/systemd.ts';
import { LINUX } from './facts.ts';
import { execStartOf, systemdWords, withoutSpecifiers } from './read-systemd.ts';

describe('the unit', () => {
  test('of a runner', () => {
    expect(unitText(LINUX)).toMatchInlineSnapshot(`
      "# Written by \`jobq service install\`, which replaces it. Settings belong into jobq.toml.
      [Unit]
      Description=jobq runner of queue q-1
      # never give up starting it
      StartLimitIntervalSec=0

      [Service]
      Type=exec
      Environment="PATH=/home/ada/env/bin:/usr/bin"
      ExecStart="/usr/bin/node" "/opt/jobq/bin/jobq.js" "runner" "--queue" "/srv/job queue"
      Restart=always
      RestartSec=10
      # 0: it was asked to stop. 2: a setting is wrong, and starting again does not mend that.
      RestartPreventExitStatus=0 2
      # only the runner itself is ended: the supervisors of running scripts live on and are taken up again
      KillMode=process
      TimeoutStopSec=90
      # a script that took all the memory is a failed job, and no reason to stop the daemon
      OOMPolicy=continue

      [Install]
      WantedBy=default.target
      "
    `);
  });

  test('of a watcher: what it leaves running is ended, and it has no scripts', () => {
    const text = unitText({ ...LINUX, role: 'watcher' });
    expect(text).toContain('\nKillMode=mixed\n');
    expect(text).not.toContain('KillMode=process');
    expect(execStartOf(text)).toEqual([
      '/usr/bin/node',
      LINUX.programPath,
      'watcher',
      '--queue',
      '/srv/job queue',
    ]);
  });

  test('sets no PATH where there is none', () => {
    expect(unitText({ ...LINUX, searchPath: undefined })).not.toContain('Environment=');
  });

  test('hands every path over as it is, whatever letters it has', () => {
    const letters = fc.constantFrom(...Array.from(' "\'\\$%;#\t\n\u0001äx/{}`*=~@|&<>'));
    const tail = fc.string({ unit: letters, maxLength: 12 });
    fc.assert(
      fc.property(tail, tail, tail, (queue, program, search) => {
        const facts = {
          ...LINUX,
          queueRoot: `/srv/${queue}`,
          programPath: `/opt/${program}`,
          searchPath: `/bin:${search}`,
        };
        const unit = unitText(facts);
        expect(execStartOf(unit)).toEqual([
          '/usr/bin/node',
          facts.programPath,
          'runner',
          '--queue',
          facts.queueRoot,
        ]);
        const [, environment = ''] = /^Environment=(.*)$/m.exec(unit) ?? [];
        expect(systemdWords(environment).map(withoutSpecifiers)).toEqual([`PATH=${facts.searchPath}`]);
      }),
      { numRuns: 500 },
    );
  });

  test('starts a node whose path systemd would refuse through env; a $ in it is not doubled', () => {
    const odd = "/home/o'neil/a$b/100%/node";
    expect(execStartOf(unitText({ ...LINUX, nodePath: odd })).slice(0, 2)).toEqual(['/usr/bin/env', odd]);
    const plain = unitText({ ...LINUX, nodePath: '/opt/a$b/node' });
    expect(plain).toContain('ExecStart="/opt/a$b/node" ');
  });
});

describe('the name of the unit', () => {
  test.each([
    { queueId: 'q-1a2b.3', name: 'jobq-runner-q-1a2b.3.service' },
    { queueId: 'wing 2', name: 'jobq-runner-wing\\x202.service' },
    { queueId: 'größe@x', name: 'jobq-runner-gr\\xc3\\xb6\\xc3\\x9fe\\x40x.service' },
  ])('$queueId', ({ queueId, name }) => {
    expect(unitName({ role: 'runner', queueId })).toBe(name);
  });
});

test('the commands that install and remove it', () => {
  const plan = systemdPlan(LINUX);
  expect(plan.file?.path).toBe('/home/ada/.config/systemd/user/jobq-runner-q-1.service');
  const shown = (steps: readonly { command: readonly string[] }[]) =>
    steps.map(({ command }) => shownCommand('systemd', command));
  expect(shown(plan.install)).toEqual([
    'systemctl --user daemon-reload',
    'systemctl --user enable jobq-runner-q-1.service',
    'systemctl --user restart jobq-runner-q-1.service',
    'loginctl enable-linger ada',
  ]);
  expect(shown(plan.uninstall.before)).toEqual(['systemctl --user disable --now jobq-runner-q-1.service']);
  expect(shown(plan.uninstall.after)).toEqual(['systemctl --user daemon-reload']);
});

test('a command is shown as a shell would take it', () => {
  expect(shownCommand('systemd', ['a', "it's", 'jobq\\x20.service', '$HOME', ''])).toBe(
    `a 'it'\\''s' 'jobq\\x20.service' '$HOME' ''`,
  );
});

describe('what systemctl show prints', () => {
  const shown = (facts: Record<string, string>) =>
    Object.entries({
      LoadState: 'loaded',
      UnitFileState: 'enabled',
      ActiveState: 'active',
      SubState: 'running',
      Result: 'success',
      ExecMainStatus: '0',
      NRestarts: '0',
      ...facts,
    })
      .map(([name, value]) => `${name}=${value}`)
      .join('\n');

  test.each([
    {
      name: 'a unit that runs',
      facts: {},
      state: {
        installed: true,
        enabled: true,
        running: true,
        state: 'active (running)',
        lastResult: undefined,
      },
    },
    {
      name: 'a unit that waits to be started again',
      facts: {
        ActiveState: 'activating',
        SubState: 'auto-restart',
        Result: 'exit-code',
        ExecMainStatus: '7',
        NRestarts: '3',
      },
      state: {
        installed: true,
        enabled: true,
        running: false,
        state: 'activating (auto-restart), restarted 3 times',
        lastResult: 'exit-code, exit code 7',
      },
    },
    {
      name: 'a unit that stopped because a setting is wrong',
      facts: { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code', ExecMainStatus: '2' },
      state: {
        installed: true,
        enabled: true,
        running: false,
        state: 'failed (failed)',
        lastResult: 'exit-code, exit code 2',
      },
    },
    {
      name: 'a unit that is not there',
      facts: { LoadState: 'not-found', UnitFileState: '', ActiveState: 'inactive', SubState: 'dead' },
      state: {
        installed: false,
        enabled: false,
        running: false,
        state: 'inactive (dead)',
        lastResult: 'success, exit code 0',
      },
    },
  ])('$name', ({ facts, state }) => {
    expect(readUnitState(shown(facts))).toEqual(state);
  });
});
