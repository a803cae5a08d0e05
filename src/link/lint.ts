// Everything about a mirror that is unfit for a queue. Pure: it is told how things are, and asks nobody.
import type { LintFacts, LintFinding } from './lint/finding.ts';
import { carriersOf, setupOf } from './lint/finding.ts';
import { lintFolder } from './lint/folder.ts';
import { lintPeers, lintStatus } from './lint/live.ts';

export function lintMirror(facts: LintFacts): LintFinding[] {
  const carriers = carriersOf(facts);
  return [
    ...lintMissing(facts),
    ...carriers.flatMap((carrier) => [...lintFolder(facts, carrier), ...lintStatus(facts, carrier)]),
    ...lintPeers(facts),
  ];
}

function lintMissing({ trees, carried, side }: LintFacts): LintFinding[] {
  const missing = trees.filter(({ tree }) => carried[tree] === undefined);
  if (missing.length === 0) return [];
  const names = missing.map(({ tree }) => `${tree}/`).join(', ');
  if (missing.length === trees.length)
    return [
      {
        rule: 'not-shared',
        // something else may mirror it
        level: 'warning',
        what: 'no folder of Syncthing carries any of this queue',
        why: 'nothing that is written here reaches the other side by Syncthing, and nothing is known of the link',
        remedy: `${setupOf(side)} makes the folders; where something else mirrors the queue set syncthing.link to unknown, where nothing needs to, to local`,
      },
    ];
  return [
    {
      rule: 'not-shared',
      level: 'problem',
      what: `no folder of Syncthing carries ${names}`,
      why: 'a queue of which only parts are mirrored loses track of its jobs',
      remedy: `${setupOf(side)} makes what is missing`,
    },
  ];
}
