// `jobq init`: makes a queue on this machine and says what to do next.
import path from 'node:path';
import { commentedSettings } from '../../settings/describe.ts';
import type { InitResult, Role } from '../../store/init.ts';
import { initQueue } from '../../store/init.ts';
import { layoutOf } from '../../store/layout.ts';
import { settingsOf } from '../context.ts';
import type { CliParts } from '../parts.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  role: Role;
  queueId?: string;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { role, queueId } = input.options;
  const layout = layoutOf(path.resolve(parts.environment.cwd, input.args[0] ?? ''));
  const known = settingsOf(parts, layout).settings.queue.id;
  // the same check as in the settings, before anything is made
  settingsOf(parts, layout, [{ flag: '--queue-id', key: 'queue.id', value: queueId }]);
  const result = await initQueue(parts.disk, layout, role, [queueId, known], commentedSettings);
  const next = nextSteps(result);
  return { value: { ...result, next }, text: () => textOf(result, next) };
}

function nextSteps({ queue, queue_id, role }: InitResult): string[] {
  const otherSide = role === 'linux' ? 'windows' : 'linux';
  const ours = role === 'linux' ? ['outbox', 'requests'] : ['inbox', 'runners'];
  const theirs = role === 'linux' ? ['inbox', 'runners'] : ['outbox', 'requests'];
  const daemon = role === 'linux' ? 'watcher' : 'runner';
  if (role === 'both') {
    return [
      `set syncthing.link = "local" in ${path.join(queue, 'jobq.toml')}: nothing mirrors here`,
      `keep these running: jobq runner --queue ${queue} and jobq watcher --queue ${queue}`,
      `submit a study: jobq submit <study-dir> --queue ${queue}`,
    ];
  }
  return [
    `on the other machine: jobq init <queue> --role ${otherSide} --queue-id ${queue_id}`,
    `jobq syncthing setup --role ${role} --queue ${queue}: it shares the four trees, and says what to do on the other machine`,
    `or by hand: share ${ours.join('/ and ')}/ as send-only and ${theirs.join('/ and ')}/ as receive-only, each as a folder of its own, and nothing else`,
    `keep this running here: jobq ${daemon} --queue ${queue}`,
  ];
}

function textOf({ queue, queue_id, made }: InitResult, next: readonly string[]): string {
  return [
    `${queue} is queue ${queue_id}`,
    made.length === 0 ? 'everything was there already; nothing was changed' : `made: ${made.join(', ')}`,
    'next:',
    ...next.map((step) => `  - ${step}`),
  ].join('\n');
}
