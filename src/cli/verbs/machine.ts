// The verbs about the machine that a daemon runs on. Light: what they do is loaded when they run.
import type { ServiceKind, ServiceRole } from '../../service/service.ts';
import type { Verb } from '../verb.ts';

const ROLES = ['runner', 'watcher'] as const satisfies readonly ServiceRole[];
const KINDS = ['systemd', 'task', 'winsw', 'servy'] as const satisfies readonly ServiceKind[];

export const MACHINE: readonly Verb[] = [
  {
    name: 'service',
    summary: 'keep a daemon running: install, remove or show its service',
    description: [
      'Linux: a systemd user unit with lingering. Windows: a scheduled task at logon, in the session of the user,',
      'with the rights of the user; it starts when that user logs on, not when the machine starts. Installing',
      'twice changes nothing. With --print nothing is changed: it shows what would be written and run, for any',
      'system with --kind. The kinds winsw and servy, Windows services, are printed only.',
    ].join(' '),
    arguments: [
      {
        name: 'action',
        required: true,
        description: 'install, uninstall or status',
        choices: ['install', 'uninstall', 'status'],
      },
    ],
    options: [
      { flags: '--role <role>', description: 'the daemon it is for; must be given', choices: ROLES },
      {
        flags: '--kind <kind>',
        description: 'how: task on Windows, systemd on Linux (default: the one of this system)',
        choices: KINDS,
      },
      { flags: '--print', description: 'change nothing, show what would be written and run' },
      { flags: '--window', description: 'task: leave the console window visible' },
    ],
    examples: [
      'jobq service install --role runner',
      'jobq service install --role watcher --print',
      'jobq service install --role runner --kind winsw --print',
      'jobq service status --role runner --json',
    ],
    exits: [[7, 'a command of the system failed, or the queue cannot be used']],
    load: () => import('../commands/service.ts'),
  },
  {
    name: 'doctor',
    summary: 'check everything that a queue needs on this machine',
    description: [
      'Looks at Node, queue, markers, settings, disks, programs, services, daemons and what is left over, and says',
      'of each what was found, why it matters and what to do. It changes nothing and starts nothing. The checks',
      'are those of the side this machine is; --role asks for the one of a daemon. Clocks of other machines are',
      'told, never judged.',
    ].join(' '),
    arguments: [],
    options: [
      { flags: '--role <role>', description: 'check for this daemon, whatever side this is', choices: ROLES },
    ],
    examples: ['jobq doctor', 'jobq doctor --role runner --json'],
    exits: [[7, 'there is a problem: something that keeps jobs from running or results from arriving']],
    load: () => import('../commands/doctor.ts'),
  },
];
