// The verbs that make a queue and show how it is set. Light: what they do is loaded when they run.
import type { Role } from '../../store/init.ts';
import type { Verb } from '../verb.ts';

const ROLES = ['linux', 'windows', 'both'] as const satisfies readonly Role[];

export const SETTING_UP: readonly Verb[] = [
  {
    name: 'init',
    summary: 'make the folders, markers and settings file of a queue',
    description: [
      'Makes outbox/, inbox/, requests/ and runners/ with their ignore files, a marker in each tree that this',
      'side writes, the local folders and a commented jobq.toml. What is there already is left as it is: run',
      'it twice and nothing changes. On two machines run it on the Linux side first; it prints the id of the',
      'queue and the command for the other side. Then share the four trees, and nothing else, between them.',
    ].join(' '),
    arguments: [
      { name: 'queue', required: true, description: 'the folder of the queue; made when it is not there' },
    ],
    options: [
      {
        flags: '--role <role>',
        description:
          'which side this machine is: linux submits and archives, windows runs, both does all of it',
        choices: ROLES,
        default: 'both',
      },
      {
        flags: '--queue-id <id>',
        description: 'the id that init printed on the other side; a new one when not given',
      },
    ],
    examples: [
      'jobq init ~/job-queue',
      'jobq init ~/job-queue --role linux',
      'jobq init C:\\job-queue --role windows --queue-id q-1a2b3c4d-5e6f',
    ],
    exits: [[10, 'the folder belongs to another queue']],
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'settings',
    summary: 'show the settings in force and where each value is from',
    description: [
      'Prints every setting with its value and its source: default, jobq.toml with the line, or an environment',
      'variable. Settings are local to each machine. To change one, edit jobq.toml in the queue, or set the',
      'variable JOBQ_<SECTION>_<KEY>. An unknown key or a wrong type is an error that names line and nearest key.',
    ].join(' '),
    arguments: [],
    options: [],
    examples: ['jobq settings', 'jobq settings --json'],
    exits: [[2, 'a setting is wrong; file and line are named']],
    load: () => import('../commands/settings.ts'),
  },
];
