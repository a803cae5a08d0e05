// What is unfit in how a folder is set, whatever it does at the moment.
import type { FolderType } from '../api.ts';
import { lackingLines } from '../setup/ignore-lines.ts';
import { typeFor, WATCHER_DELAY_S, waitsBeforePull } from '../setup/wanted.ts';
import type { Carrier, LintFacts, LintFinding } from './finding.ts';
import { namesOf, setupOf } from './finding.ts';

export function lintFolder(facts: LintFacts, carrier: Carrier): LintFinding[] {
  return [
    ...lintSharing(facts, carrier),
    ...lintType(facts, carrier),
    ...lintWatcher(facts, carrier),
    ...lintHeartbeat(facts, carrier),
    ...lintConflicts(facts, carrier),
    ...lintIgnores(facts, carrier),
  ];
}

function lintSharing({ side, ownId }: LintFacts, carrier: Carrier): LintFinding[] {
  const { folder, queuePrefix } = carrier;
  const found: LintFinding[] = [];
  if (queuePrefix !== undefined)
    found.push({
      rule: 'one-folder',
      level: 'note',
      what: `folder ${folder.id} carries ${namesOf(carrier)} as parts of itself`,
      why: 'it works, slower: while a large file is on its way, heartbeats and requests wait behind it, and what only one side may write is not enforced',
      remedy: `to change it, remove that folder from Syncthing on both sides (the files stay), then ${setupOf(side)} on each`,
    });
  if (folder.paused)
    found.push({
      rule: 'folder-paused',
      level: 'problem',
      what: `folder ${folder.id} is paused: nothing of ${namesOf(carrier)} comes or goes`,
      why: 'orders, records and results stay where they are',
      remedy: 'resume it in Syncthing',
    });
  if (folder.devices.every(({ deviceID }) => deviceID === ownId))
    found.push({
      rule: 'unshared',
      level: 'problem',
      what: `folder ${folder.id} is shared with no other device: nothing of ${namesOf(carrier)} comes or goes`,
      why: 'orders, records and results stay where they are',
      remedy: `\`jobq syncthing setup --role ${side} --peer <device id of the other side>\``,
    });
  return found;
}

function lintType({ side }: LintFacts, carrier: Carrier): LintFinding[] {
  const { folder, trees, queuePrefix } = carrier;
  const wanted = [
    ...new Set(
      queuePrefix === undefined ? trees.map((tree) => typeFor(tree, side)) : ['sendreceive' as const],
    ),
  ];
  const [type = 'sendreceive'] = wanted;
  if (folder.type === type) return [];
  const what = `folder ${folder.id} of ${namesOf(carrier)} is ${folder.type} here, not ${type}`;
  const remedy =
    queuePrefix === undefined && folder.type !== 'receiveencrypted'
      ? `${setupOf(side)} sets it`
      : `set it to ${type} in Syncthing`;
  if (folder.type === 'sendreceive')
    return [
      {
        rule: 'type',
        level: 'warning',
        what,
        why: 'what is changed or deleted by mistake on the side that only reads goes over to the other one',
        remedy,
      },
    ];
  return [{ rule: 'type', level: 'problem', what, why: lossOf(folder.type), remedy }];
}

function lossOf(type: FolderType): string {
  if (type === 'receiveonly') return 'what is written here is never sent';
  if (type === 'sendonly') return 'what the other side writes never arrives here';
  return 'nothing in it can be read here';
}

function lintWatcher({ side, version }: LintFacts, carrier: Carrier): LintFinding[] {
  const { folder, queuePrefix } = carrier;
  const remedy =
    queuePrefix === undefined
      ? `${setupOf(side)} sets it`
      : 'set it in Syncthing, in the folder’s advanced settings';
  const of = `folder ${folder.id} of ${namesOf(carrier)}`;
  const found: LintFinding[] = [];
  if (!folder.fsWatcherEnabled)
    found.push({
      rule: 'watcher-off',
      level: 'warning',
      what: `${of} does not watch for changes`,
      why: 'what Syncthing is not told of waits for the next rescan, up to an hour',
      remedy,
    });
  else if (folder.fsWatcherDelayS > WATCHER_DELAY_S)
    found.push({
      rule: 'watcher-delay',
      level: 'note',
      what: `${of} waits ${folder.fsWatcherDelayS} s before it sends a change (fsWatcherDelayS)`,
      why: 'what Syncthing is not told of takes that much longer',
      remedy,
    });
  if (waitsBeforePull(version) && folder.pullerDelayS !== undefined && folder.pullerDelayS > 0)
    found.push({
      rule: 'puller-delay',
      level: 'note',
      what: `${of} waits ${folder.pullerDelayS} s before it fetches anything (pullerDelayS)`,
      why: 'every order and every record takes that much longer',
      remedy,
    });
  return found;
}

/** A file that is changed more often than twice in the delay is held back, up to six times as long. */
function lintHeartbeat({ side, heartbeatS, nudges }: LintFacts, carrier: Carrier): LintFinding[] {
  const { folder, trees } = carrier;
  if (!trees.some(({ writer }) => writer === side) || side !== 'windows') return [];
  if (!folder.fsWatcherEnabled || heartbeatS >= folder.fsWatcherDelayS / 2) return [];
  return [
    {
      rule: 'heartbeat',
      level: nudges ? 'note' : 'warning',
      what: `a heartbeat every ${heartbeatS} s is faster than half the ${folder.fsWatcherDelayS} s that folder ${folder.id} of ${namesOf(carrier)} waits`,
      why: 'Syncthing holds back what keeps changing, for up to a minute: the other side sees a runner that is silent',
      remedy: `set fsWatcherDelayS to 1, as ${setupOf(side)} does, or raise runner.heartbeat_interval_s`,
    },
  ];
}

function lintConflicts({ side }: LintFacts, carrier: Carrier): LintFinding[] {
  const { folder, queuePrefix } = carrier;
  if (folder.maxConflicts !== 0) return [];
  const { id } = folder;
  return [
    {
      rule: 'conflicts-deleted',
      level: 'warning',
      what: `folder ${id} of ${namesOf(carrier)} keeps no conflict copies (maxConflicts is 0)`,
      why: 'when both sides change a file, the older version is deleted without a word',
      remedy: queuePrefix === undefined ? `${setupOf(side)} sets it` : 'set maxConflicts to 10 in Syncthing',
    },
  ];
}

function lintIgnores({ ignores, rootIgnore, side }: LintFacts, carrier: Carrier): LintFinding[] {
  const { folder, trees, queuePrefix } = carrier;
  const there = ignores[folder.id];
  if (there === undefined) return [];
  const wanted = queuePrefix === undefined ? (trees[0]?.ignore ?? []) : belowPrefix(rootIgnore, queuePrefix);
  const lacking = lackingLines(there, wanted);
  if (lacking.length === 0) return [];
  return [
    {
      rule: 'ignore-lines',
      level: 'warning',
      what: `folder ${folder.id} of ${namesOf(carrier)} does not ignore ${lacking.join(' ')}`,
      why: 'the mirror carries temporary files, and makes conflicts of files that belong to one machine',
      remedy:
        queuePrefix === undefined
          ? `${setupOf(side)} adds them`
          : `add these lines, in this order and before others, to ${folder.path}/.stignore on both sides`,
    },
  ];
}

/** What is anchored to the queue's folder is anchored to where it lies in a larger one. */
function belowPrefix(lines: readonly string[], prefix: string): string[] {
  return lines.map((line) => (prefix !== '' && line.startsWith('/') ? `/${prefix}${line}` : line));
}
