// The sender of messages: takes them in durably, and sends each to its targets at least once, one at a time for each
// target. It owns no timer; the watcher calls `tick`.
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
  /** Called when it is durable what came of a message; with what waited, after a try. */
  heard?: ((change: Change, waiting?: Open) => void) | undefined;
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
  const heads = headsOf(sender, nowMs);
  const underWay = Object.keys(sender.settings.targets).filter((name) =>
    sender.chores.isUnderWay(choreOf(name)),
  );
  const free = sender.settings.at_once - underWay.length;
  for (const head of heads.slice(0, Math.max(0, free))) start(sender, head);
}

interface Head {
  open: Open;
  target: NotifyTarget;
}

/** The message that each target is to be sent now; the target whose turn was longest ago first. */
function headsOf(sender: Sender, nowMs: number): Head[] {
  const { ledger, chores, turns } = sender;
  const waiting = new Map<string, Open[]>();
  for (const open of ledger.deliveries.open.values()) {
    const others = waiting.get(open.target);
    if (others) others.push(open);
    else waiting.set(open.target, [open]);
  }
  const heads = [...waiting].flatMap(([name, all]): Head[] => {
    const target = targetOf(sender, name);
    const open = target && !chores.isBusy(choreOf(name)) ? nextOf(sender, all, nowMs) : undefined;
    return target && open ? [{ open, target }] : [];
  });
  const turnOf = ({ open }: Head) => turns.get(open.target) ?? 0;
  return heads.sort((a, b) => turnOf(a) - turnOf(b));
}

/**
 * The oldest that is due. One that the target takes no more than others do holds up only what is told of the same job
 * after it; where the target itself is away all of them wait.
 */
function nextOf({ settings, unwritten }: Sender, all: readonly Open[], nowMs: number): Open | undefined {
  const done = unwritten.get(all[0]?.target ?? '');
  if (done) return all.find(({ message }) => message.id === done.id) ?? all[0];
  const isNow = ({ nextMs }: Open) => isDue(nextMs, nowMs, settings);
  if (all.some((open) => open.pause && !isNow(open))) return undefined;
  const jobs = new Set<string>();
  return all.find((open) => {
    const { job_id } = open.message;
    const isFirst = !jobs.has(job_id);
    jobs.add(job_id);
    return isFirst && isNow(open);
  });
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
