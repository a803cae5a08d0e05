// The mirror between the two machines: its folders, whether its two ends see each other, and what can be asked of it.
import type { LinkKnown, Sight } from '../../../src/link/judge-link.ts';
import { linkTo, nextLink } from '../../../src/link/judge-link.ts';
import type { LinkState } from '../../../src/queue/liveness.ts';
import type { Side } from '../machine/side.ts';
import type { Random } from '../random.ts';
import type { Scenario } from '../scenario.ts';
import type { Timeline } from '../timeline.ts';
import type { End, FolderType } from './end.ts';
import { everything } from './end.ts';
import type { Folder } from './folder.ts';
import { newFolder } from './folder.ts';
import { clearAllTemps } from './pull.ts';
import type { Device, Item } from './versions.ts';

export interface Mirror {
  folders: readonly Folder[];
  changed(device: Device, file: string): void;
  cut(how: 'clean' | 'half-open', forMs: number): void;
  stop(device: Device): void;
  start(device: Device, index: 'kept' | 'old' | 'none'): void;
  /** What was changed on a wrong side is undone. What the mirror left half brought goes, as Syncthing does after a day. */
  revert(): void;
  /** Nothing keeps the two apart any more. */
  calm(): void;
  isQuiet(): boolean;
  /** What this device writes of a file of its disk does not come to the other: its versions count as old there. */
  isBehind(device: Device, file: string): boolean;
  /** What the Linux side's mirror says of the link to the other. */
  link(): LinkState;
}

export interface MirrorParts {
  scenario: Scenario;
  timeline: Timeline;
  random: Random;
  sides: Record<Device, Side>;
  roots: Record<Device, string>;
  note(what: string): void;
}

const TREES: readonly { name: string; from: Device }[] = [
  { name: 'outbox', from: 'linux' },
  { name: 'requests', from: 'linux' },
  { name: 'inbox', from: 'windows' },
  { name: 'runners', from: 'windows' },
];

function newEnd(side: Side, root: string, type: FolderType, ignored: readonly string[] = []): End {
  return {
    device: side.device,
    disk: side.disk,
    root,
    type,
    ignored,
    index: new Map(),
    remote: new Map(),
    unsent: new Set(),
    dirty: new Set(),
    wanted: new Set(),
    busy: false,
    scanDue: false,
    pullDue: false,
  };
}

function endsOf({ scenario, sides, roots }: MirrorParts): (readonly [End, End])[] {
  const { linux, windows } = sides;
  if (scenario.folders === 'one') {
    const ignored = ['processing', 'archive'];
    return [
      [
        newEnd(linux, roots.linux, 'sendreceive', ignored),
        newEnd(windows, roots.windows, 'sendreceive', ignored),
      ],
    ];
  }
  return TREES.map(({ name, from }) => [
    newEnd(linux, `${roots.linux}/${name}`, from === 'linux' ? 'sendonly' : 'receiveonly'),
    newEnd(windows, `${roots.windows}/${name}`, from === 'windows' ? 'sendonly' : 'receiveonly'),
  ]);
}

interface Cut {
  fromMs: number;
  how: 'clean' | 'half-open';
}

/** After so long a peer that does not answer is found out. */
const GIVES_UP_MS = 400_000;
const HALF_OPEN_MS = 120_000;
const LOOK_MS = 5000;

export function newMirror(parts: MirrorParts): Mirror {
  const { scenario, timeline, random, sides, note } = parts;
  const running: Record<Device, boolean> = { linux: true, windows: true };
  let cut: Cut | undefined;
  const cuts = { count: 0 };
  const isAwake = (device: Device) => running[device] && sides[device].isOn && !sides[device].isAsleep;
  const isLinked = () => cut === undefined && isAwake('linux') && isAwake('windows');
  const folders = endsOf(parts).map((ends) =>
    newFolder(ends, {
      timeline,
      random,
      scanDelayMs: scenario.scanDelayMs,
      deletesWin: scenario.deletesWin,
      // where both write, a version that only this model makes could win
      cutsShort: scenario.folders === 'four',
      clockOf: (device) => sides[device].clock.now(),
      isRunning: isAwake,
      isLinked,
      note,
    }),
  );
  for (const { ends } of folders) agree(ends);
  const older: Record<Device, Map<string, Item>[]> = { linux: [], windows: [] };
  const keepOld = () => {
    for (const device of ['linux', 'windows'] as const)
      older[device] = folders.map(({ ends }) => new Map(ends.find((end) => end.device === device)?.index));
  };
  const connectSoon = () =>
    timeline.afterAtOnce(random.between(30, 3000), () => {
      if (isLinked()) for (const folder of folders) folder.connected();
    });
  const stop: Mirror['stop'] = (device) => {
    running[device] = false;
    for (const folder of folders) folder.stopped(device);
  };
  const start: Mirror['start'] = (device, index) => {
    running[device] = true;
    for (const [nth, folder] of folders.entries()) {
      const old = index === 'old' ? older[device][nth] : new Map<string, Item>();
      folder.started(device, index === 'kept' ? undefined : old);
    }
    connectSoon();
  };
  timeline.afterAtOnce(random.between(500, 20_000), keepOld);
  const look = newLook({ parts, folders, isLinked, running, cutNow: () => cut });
  return {
    folders,
    changed: (device, file) => {
      for (const folder of folders) folder.changed(device, file);
    },
    cut: (how, forMs) => {
      cut = { how, fromMs: timeline.nowMs() };
      const nth = ++cuts.count;
      timeline.afterAtOnce(forMs, () => {
        if (nth !== cuts.count) return;
        cut = undefined;
        connectSoon();
      });
    },
    stop,
    start,
    revert: () => {
      for (const { ends, revert, override, rescan } of folders) {
        rescan();
        for (const end of ends) {
          clearAllTemps(end);
          if (end.type === 'receiveonly') revert(end.device);
          if (end.type === 'sendonly') override(end.device);
        }
      }
    },
    calm: () => {
      cut = undefined;
      cuts.count += 1;
      for (const device of ['linux', 'windows'] as const) if (!running[device]) start(device, 'kept');
      connectSoon();
    },
    isQuiet: () =>
      folders.every(({ ends, isBusy, pending }) =>
        ends.every(
          ({ device, dirty, unsent }) =>
            dirty.size === 0 && unsent.size === 0 && !isBusy(device) && pending(device) === 0,
        ),
      ),
    isBehind: (device, file) => folders.some((folder) => folder.isBehind(device, file)),
    link: look,
  };
}

/** In the beginning both sides have the same, and know it. */
function agree([one, other]: readonly [End, End]): void {
  for (const path of everything(one)) {
    const data = one.disk.bytes(`${one.root}/${path}`);
    const item: Item = {
      path,
      kind: data ? 'file' : 'directory',
      deleted: false,
      data: data ?? Buffer.alloc(0),
      mtimeMs: 0,
      version: { linux: 1, windows: 0 },
      by: 'linux',
      local: false,
    };
    for (const end of [one, other]) {
      end.index.set(path, item);
      end.remote.set(path, item);
    }
  }
}

interface LookParts {
  parts: MirrorParts;
  folders: readonly Folder[];
  isLinked(): boolean;
  running: Record<Device, boolean>;
  cutNow(): Cut | undefined;
}

/** Asks the mirror now and then, as the daemon does, and judges with its code. */
function newLook({ parts, folders, isLinked, running, cutNow }: LookParts): () => LinkState {
  const { scenario, timeline, sides } = parts;
  let known: LinkKnown | undefined;
  let [lookedMs, linkedMs] = [Number.NEGATIVE_INFINITY, 0];
  const sight = (): Sight => {
    if (!scenario.api) return { is: 'nothing', why: 'there is no mirror to ask' };
    if (!running.linux) return { is: 'down', why: 'it does not answer' };
    const nowMs = timeline.nowMs();
    if (isLinked()) linkedMs = nowMs;
    const cut = cutNow();
    // a peer that is stopped says goodbye; one that hangs, sleeps or has no power does not
    const isHanging = cut?.how === 'half-open' || !sides.windows.isOn || sides.windows.isAsleep;
    const connected = isLinked() || (isHanging && nowMs - linkedMs < GIVES_UP_MS);
    const inBytes = Math.floor(linkedMs / 60_000);
    const items = folders.reduce((sum, each) => sum + each.pending('linux'), 0);
    const busy = folders.some((each) => each.isBusy('linux'));
    return {
      is: 'seen',
      peers: [{ device: 'WINDOWS', connected, inBytes }],
      pending: { items, bytes: items * 1000, busy },
    };
  };
  return () => {
    const nowMs = timeline.nowMs();
    if (nowMs - lookedMs >= LOOK_MS) {
      lookedMs = nowMs;
      const moment = { nowMs: sides.linux.clock.monotonic(), wallMs: sides.linux.clock.now() };
      known = nextLink(known, sight(), moment, HALF_OPEN_MS);
    }
    return known ? linkTo(known, undefined).state : 'unknown';
  };
}
