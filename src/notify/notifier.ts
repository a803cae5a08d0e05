// The sender of messages: takes them in durably, and sends each to its targets at least once, one after the other for
// each target. It owns no timer; the watcher calls `tick`.
import path from 'node:path';
import { JobqError, messageOf } from '../errors.ts';
import type { NotifyTarget } from '../settings/notify-targets.ts';
import { isoNow, sweepTemps } from '../store/disk.ts';
import type { Chores } from '../system/chores.ts';
import type { Log } from '../system/log.ts';
import type { Random } from '../system/random.ts';
import { wishDir } from './again.ts';
import { isDue } from './backoff.ts';
import type { Verdict } from './channels/channel.ts';
import type { Change, Sender } from './deliver.ts';
import { choreOf, deliver, keepHouse, targetOf } from './deliver.ts';
import { openNotifyLedger } from './ledger.ts';
import type { Dead, Open } from './ledger-lines.ts';
import type { Message } from './message.ts';
import { testMessage } from './message.ts';
import { targetsFor } from './routing.ts';
import type { SendingParts } from './sending.ts';
import { send } from './sending.ts';

export interface NotifierParts extends SendingParts {
  random: Random;
  chores: Chores;
  log: Log;
  /** Called when it is durable what came of a message. */
  heard?: ((change: Change) => void) | undefined;
  compactBytes?: number | undefined;
}

export interface Notifier {
  /** Durable when it resolves; a target that has the message already does not get it twice. Gives the targets. */
  enqueue(message: Message): Promise<readonly string[]>;
  /** Starts what is due, beside the caller. */
  tick(nowMs: number): void;
  /** What waits to be sent, in order. */
  pending(): readonly Open[];
  /** What is not tried any more. */
  dead(): readonly Dead[];
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

const DAY_MS = 86_400_000;

export async function openNotifier(parts: NotifierParts): Promise<Notifier> {
  const { disk, file, settings, log, compactBytes, chores, heard } = parts;
  for (const dir of [path.dirname(file), wishDir(file)]) await sweepTemps(disk, dir);
  const ledger = await openNotifyLedger(disk, file, {
    keepMs: settings.keep_days * DAY_MS,
    compactBytes,
    tell: (facts, message) => log.warn(facts, message),
  });
  const sender: Sender = { ...parts, heard, ledger, unwritten: new Map(), turns: new Map() };
  return {
    enqueue: (message) => enqueue(sender, message),
    tick: (nowMs) => tick(sender, nowMs),
    pending: () => [...ledger.deliveries.open.values()],
    dead: () => [...ledger.deliveries.dead.values()],
    settled: chores.settled,
  };
}

async function enqueue(
  { ledger, settings, disk, log }: Sender,
  message: Message,
): Promise<readonly string[]> {
  const targets = targetsFor(message, settings).filter((name) => !ledger.has(message.id, name));
  if (targets.length === 0) return targets;
  const at = isoNow(disk);
  await ledger.append({ event: 'queued', at, message, targets });
  log.debug({ message: message.id, targets }, 'message queued');
  return targets;
}

function tick(sender: Sender, nowMs: number): void {
  keepHouse(sender);
  const heads = headsOf(sender);
  const underWay = Object.keys(sender.settings.targets).filter((name) =>
    sender.chores.isUnderWay(choreOf(name)),
  );
  const free = sender.settings.at_once - underWay.length;
  const due = heads.filter((head) => mayStart(sender, head, nowMs));
  for (const head of due.slice(0, Math.max(0, free))) start(sender, head);
}

interface Head {
  /** The oldest message that waits for the target. */
  open: Open;
  target: NotifyTarget;
}

/** The next message of each target there is; the target whose turn was longest ago first. */
function headsOf(sender: Sender): Head[] {
  const heads = new Map<string, Head>();
  for (const open of sender.ledger.deliveries.open.values()) {
    const target = heads.has(open.target) ? undefined : targetOf(sender, open.target);
    if (target) heads.set(open.target, { open, target });
  }
  const turnOf = ({ open }: Head) => sender.turns.get(open.target) ?? 0;
  return [...heads.values()].sort((a, b) => turnOf(a) - turnOf(b));
}

function mayStart({ chores, settings, unwritten }: Sender, { open }: Head, nowMs: number): boolean {
  if (chores.isBusy(choreOf(open.target))) return false;
  return unwritten.has(open.target) || isDue(open.nextMs, nowMs, settings);
}

function start(sender: Sender, { open, target }: Head): void {
  const { chores, turns, log } = sender;
  turns.set(open.target, 1 + Math.max(0, ...turns.values()));
  chores.beside(
    choreOf(open.target),
    () => deliver(sender, open, target),
    // only the ledger fails here
    (error) =>
      log.error({ target: open.target, error: messageOf(error) }, 'the ledger of messages cannot be written'),
  );
}

/** Sends a message that says nothing, past the ledger, to see whether a target can be reached. */
export async function testTarget(parts: SendingParts, name: string): Promise<Verdict> {
  const target = targetOf(parts, name);
  if (!target) {
    const known = Object.keys(parts.settings.targets).join(', ');
    throw new JobqError('not-found', `notify.targets has no "${name}"`, {
      field: 'notify.targets',
      remedy: known === '' ? 'Add a target to the settings.' : `Take one of ${known}.`,
    });
  }
  return send(parts, testMessage(name, parts.disk.clock.now()), name, target);
}
