// The verb `syncthing` with its actions. Light: what they do is loaded when they run.
import type { Side } from '../../link/setup/wanted.ts';
import type { Verb } from '../verb.ts';

const ROLES = ['linux', 'windows'] as const satisfies readonly Side[];

export const MIRROR: Verb = {
  name: 'syncthing',
  summary: 'set up the folders of this queue in Syncthing, or show how they are',
  description: [
    'setup makes each tree of the queue a folder of its own in the Syncthing of this machine, send-only where this',
    'side writes and receive-only elsewhere, and shares it with --peer. It shows the differences first and changes',
    'nothing but these; given twice it does nothing. A folder that carries the whole queue is left alone. Give it on',
    'both sides, each with the device id that the other one printed. status shows folders, devices, what is still',
    'to come, and what is unfit for a queue.',
  ].join(' '),
  arguments: [
    { name: 'action', required: true, description: 'setup or status', choices: ['setup', 'status'] },
  ],
  options: [
    {
      flags: '--role <role>',
      description: 'setup: which side this machine is; must be given',
      choices: ROLES,
    },
    {
      flags: '--peer <device-id>',
      description: "setup: the other machine's device id (default: nothing more is shared)",
    },
    { flags: '--dry-run', description: 'setup: show the differences, change nothing' },
  ],
  examples: [
    'jobq syncthing setup --role linux',
    'jobq syncthing setup --role windows --peer J4QG7GK-ECKNUJQ-GCR3RVJ-FGKLTIL-QLLAIDO-JEWYT7S-BJPIOF7-63HFGAA',
    'jobq syncthing setup --role linux --dry-run --json',
    'jobq syncthing status',
  ],
  exits: [
    [7, 'Syncthing does not answer, or the queue cannot be used'],
    [10, 'a folder of Syncthing stands in the way, or this is the other side; nothing was changed'],
  ],
  load: () => import('../commands/syncthing.ts'),
};
