// What is unfit in what a mirror does at the moment: folders in trouble, devices that are not there.
import type { FolderStatus } from '../api.ts';
import type { Carrier, LintFacts, LintFinding } from './finding.ts';
import { namesOf, peersOf } from './finding.ts';

export function lintStatus({ statuses }: LintFacts, carrier: Carrier): LintFinding[] {
  const { folder } = carrier;
  const status = statuses[folder.id];
  if (status === undefined || folder.paused) return [];
  const of = `folder ${folder.id} of ${namesOf(carrier)}`;
  return [...lintError(of, status), ...lintPulls(of, status), ...lintChanged(of, carrier, status)];
}

function lintError(of: string, { error }: FolderStatus): LintFinding[] {
  if (error === '') return [];
  const isUnmarked = error.includes('marker missing');
  return [
    {
      rule: 'folder-error',
      level: 'problem',
      what: `${of} has stopped: ${error}`,
      why: 'nothing comes or goes until it is mended',
      remedy: isUnmarked
        ? 'look whether the folder is mounted and whole; if it is, make the empty folder .stfolder in it'
        : 'mend what it says, then rescan the folder in Syncthing',
    },
  ];
}

function lintPulls(of: string, { pullErrors }: FolderStatus): LintFinding[] {
  if (pullErrors === 0) return [];
  return [
    {
      rule: 'pull-errors',
      level: 'warning',
      what: `${of} cannot take ${pullErrors === 1 ? 'one item' : `${pullErrors} items`} from the other side`,
      why: 'a job or a result that lacks a file never becomes whole',
      remedy:
        "Syncthing's GUI names each and its reason (Failed Items): most often a file that is held open, a name that Windows does not take, or a full disk; it tries again by itself",
    },
  ];
}

function lintChanged(of: string, { folder }: Carrier, { changedHere }: FolderStatus): LintFinding[] {
  if (folder.type !== 'receiveonly' || changedHere === 0) return [];
  return [
    {
      rule: 'changed-here',
      level: 'warning',
      what: `in ${of} ${changedHere === 1 ? 'one item was' : `${changedHere} items were`} changed, added or deleted on this side, which only receives it`,
      why: 'the other side does not see these changes, and what it sends in their place is held up or becomes a conflict',
      remedy:
        "look what they are; Revert Local Changes of that folder in Syncthing's GUI deletes what was added here and fetches again what was changed or deleted; jobq never does that by itself",
    },
  ];
}

export function lintPeers(facts: LintFacts): LintFinding[] {
  return peersOf(facts).flatMap((id) => lintPeer(facts, id));
}

function lintPeer({ config, connections, lastSeen }: LintFacts, id: string): LintFinding[] {
  const device = config.devices.find(({ deviceID }) => deviceID === id);
  const told = device?.name ? `${device.name} (${id})` : id;
  const connection = connections[id];
  if (device?.paused || connection?.paused)
    return [
      {
        rule: 'device-paused',
        level: 'problem',
        what: `device ${told} is paused here`,
        why: 'nothing is exchanged with it',
        remedy: 'resume it in Syncthing',
      },
    ];
  // what is not told is not known
  if (connection === undefined || connection.connected) return [];
  const seen = seenAt(lastSeen[id]);
  return [
    {
      rule: 'not-connected',
      level: 'warning',
      what: `device ${told} is not connected${seen === undefined ? ', and never was' : `; last seen ${seen}`}`,
      why: 'what is written waits on its side until it is back; jobq starts and loses nothing because of it',
      remedy:
        seen === undefined
          ? 'give the command of `jobq syncthing setup` on the other side too, with the id of this device, and look whether Syncthing runs there'
          : 'look whether that machine is on, Syncthing runs on it, and the network between them works',
    },
  ];
}

/** Undefined for never: Syncthing then tells the beginning of its time. */
export function seenAt(iso: string | undefined): string | undefined {
  return iso === undefined || !(Date.parse(iso) > 86_400_000) ? undefined : iso;
}
