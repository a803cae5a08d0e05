// A systemd user unit: its text with systemd's rules of quoting, and the commands that bring it into force.
import path from 'node:path';
import type { InstallStep, ServiceFacts, ServicePlan, Step } from './service.ts';
import { daemonArguments, describeService } from './service.ts';

/** A crash is answered in seconds; a fault that stays must not burn the processor. */
const RESTART_S = 10;
/** Letters that systemd refuses in the name of a program; in arguments it takes them. */
const UNSAFE_PROGRAM = /["'\\]/;

/** Hours of a script hang on this: what the runner leaves running when it is stopped must stay alive. */
const KILL = {
  runner: [
    '# only the runner itself is ended: the supervisors of running scripts live on and are taken up again',
    'KillMode=process',
  ],
  watcher: [
    '# the watcher is asked to end; a post-processor that is left after that is ended',
    'KillMode=mixed',
  ],
} as const;

export function systemdPlan(facts: ServiceFacts): ServicePlan {
  const name = unitName(facts);
  const file = path.posix.join(facts.configHome, 'systemd', 'user', name);
  const { user } = facts;
  return {
    kind: 'systemd',
    name,
    file: { path: file, text: unitText(facts), encoding: 'utf8' },
    install: installSteps(name, user),
    uninstall: {
      before: [systemctl(['disable', '--now', name])],
      after: [systemctl(['daemon-reload'])],
    },
    notes: [
      `it starts with the machine as long as lingering is on for ${user}; without it, it starts at login and all of it, running scripts too, ends at logout`,
      'variables that are set in this terminal only (JOBQ_…, licence servers) are not known to the service: put settings into jobq.toml and variables into ~/.config/environment.d/*.conf',
    ],
    leaves: [`lingering of ${user} (\`loginctl disable-linger ${user}\` ends it)`],
    query: [...SYSTEMCTL, 'show', name, `--property=${SHOWN.join(',')}`],
    start: `systemctl --user start ${name}`,
    keepAway: undefined,
  };
}

const SYSTEMCTL = ['systemctl', '--user'] as const;

function systemctl(words: readonly string[]): Step {
  return {
    command: [...SYSTEMCTL, ...words],
    remedy:
      'log in as this user itself (a console or ssh, not su or sudo), so that its systemd runs and XDG_RUNTIME_DIR is set; then give the command again',
  };
}

function installSteps(name: string, user: string): InstallStep[] {
  return [
    { ...systemctl(['daemon-reload']), afterChange: true },
    {
      ...systemctl(['enable', name]),
      unless: { command: [...SYSTEMCTL, 'is-enabled', name], prints: 'enabled' },
    },
    {
      ...systemctl(['restart', name]),
      afterChange: true,
      unless: { command: [...SYSTEMCTL, 'is-active', name], prints: 'active' },
    },
    {
      command: ['loginctl', 'enable-linger', user],
      remedy: `the service is installed, but ends when ${user} logs out: ask an administrator for \`sudo loginctl enable-linger ${user}\``,
      unless: { command: ['loginctl', 'show-user', user, '--property=Linger', '--value'], prints: 'yes' },
    },
  ];
}

export function unitText(facts: ServiceFacts): string {
  const { role, searchPath } = facts;
  return [
    '# Written by `jobq service install`, which replaces it. Settings belong into jobq.toml.',
    '[Unit]',
    `Description=${noSpecifiers(describeService(facts))}`,
    '# never give up starting it',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=exec',
    ...(searchPath === undefined ? [] : [`Environment=${quoted(`PATH=${searchPath}`)}`]),
    `ExecStart=${commandLine(facts)}`,
    'Restart=always',
    `RestartSec=${RESTART_S}`,
    '# 0: it was asked to stop. 2: a setting is wrong, and starting again does not mend that.',
    'RestartPreventExitStatus=0 2',
    ...KILL[role],
    `TimeoutStopSec=${facts.stopTimeoutS}`,
    '# a script that took all the memory is a failed job, and no reason to stop the daemon',
    'OOMPolicy=continue',
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n');
}

function commandLine(facts: ServiceFacts): string {
  const { nodePath, programPath } = facts;
  const words = UNSAFE_PROGRAM.test(nodePath) ? ['/usr/bin/env', nodePath] : [nodePath];
  const [program = '', ...before] = words;
  const args = [...before, programPath, ...daemonArguments(facts)];
  // variables are expanded in arguments, and not in the program
  return [quoted(program), ...args.map((arg) => quoted(arg).replaceAll('$', '$$$$'))].join(' ');
}

/** `%` begins a specifier. */
function noSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

/** One word as systemd reads it between double quotes. */
function quoted(text: string): string {
  const escaped = text.replace(/[\\"\p{Cc}]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return ESCAPES[char] ?? `\\x${code.toString(16).padStart(2, '0')}`;
  });
  return `"${noSpecifiers(escaped)}"`;
}

/** The unit's name: letters that a unit may not have are written as systemd-escape does. */
export function unitName({ role, queueId }: Pick<ServiceFacts, 'role' | 'queueId'>): string {
  const id = queueId.replace(/[^A-Za-z0-9_.-]/gu, (char) =>
    [...new TextEncoder().encode(char)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  return `jobq-${role}-${id}.service`;
}

const SHOWN = [
  'LoadState',
  'UnitFileState',
  'ActiveState',
  'SubState',
  'Result',
  'ExecMainStatus',
  'NRestarts',
] as const;

export interface UnitState {
  installed: boolean;
  /** Does it start by itself? */
  enabled: boolean;
  running: boolean;
  /** In the system's own words. */
  state: string;
  /** How the daemon ended last; undefined while it has not. */
  lastResult: string | undefined;
}

/** Reads what `systemctl show` prints. */
export function readUnitState(text: string): UnitState {
  const facts = new Map(
    text.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1).trim()] as const;
    }),
  );
  const of = (name: (typeof SHOWN)[number]) => facts.get(name) ?? '';
  const restarts = Number(of('NRestarts')) || 0;
  const ended = of('Result') !== 'success' || of('ActiveState') !== 'active';
  return {
    installed: of('LoadState') === 'loaded',
    enabled: of('UnitFileState') === 'enabled',
    running: of('ActiveState') === 'active',
    state: `${of('ActiveState')} (${of('SubState')})${restarts > 0 ? `, restarted ${restarts} times` : ''}`,
    lastResult: ended && of('Result') ? `${of('Result')}, exit code ${of('ExecMainStatus')}` : undefined,
  };
}
