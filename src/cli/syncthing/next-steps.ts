// What a person does after `jobq syncthing setup`, as commands to copy.
import { peersOf } from '../../link/lint/finding.ts';
import type { SetupFacts } from '../../link/setup/plan.ts';

interface How {
  dryRun: boolean;
  /** The setting syncthing.link. */
  link: string;
}

export function nextSteps(facts: SetupFacts, { dryRun, link }: How): string[] {
  const { side, ownId, queueId, peer } = facts;
  const other = side === 'linux' ? 'windows' : 'linux';
  // of a queue that one folder carries, too
  const isShared = peersOf(facts).length > 0;
  const setup = `jobq syncthing setup --role`;
  const there =
    peer === undefined && isShared
      ? []
      : [
          `on the other machine, once: jobq init <queue> --role ${other} --queue-id ${queueId}`,
          `then there: ${setup} ${other} --peer ${ownId}`,
        ];
  const here =
    peer === undefined && !isShared
      ? [`then here: ${setup} ${side} --peer <the device id that it prints>`]
      : ['jobq syncthing status shows whether the two are connected'];
  return [
    ...(dryRun ? ['give the command without --dry-run'] : []),
    ...there,
    ...here,
    ...(link === 'auto'
      ? []
      : [`set syncthing.link = "auto" in jobq.toml: with "${link}" jobq does not ask Syncthing`]),
  ];
}
