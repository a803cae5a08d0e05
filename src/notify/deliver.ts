// What becomes of one message at one target: sent, tried again or given up, and written down before anybody is told.

import { messageOf } from '../errors.ts';
import type { NotifyTarget } from '../settings/notify-targets.ts';
import { isoNow } from '../store/disk.ts';
import type { Chores } from '../system/chores.ts';
import type { Log } from '../system/log.ts';
import type { Random } from '../system/random.ts';
import { grant, wishesIn } from './again.ts';
import { delayMs, isGivenUp } from './backoff.ts';
import type { Verdict } from './channels/channel.ts';
import type { NotifyLedger } from './ledger.ts';
import type { LedgerLine, Open } from './ledger-lines.ts';
import type { SendingParts } from './sending.ts';
import { send } from './sending.ts';

export type Change = Exclude<LedgerLine, { event: 'queued' }>;

export interface Sender extends SendingParts {
  random: Random;
  chores: Chores;
  log: Log;
  heard: ((change: Change, waiting?: Open) => void) | undefined;
  ledger: NotifyLedger;
  /** By target: what came of a try, while it cannot be written. It must not be sent again for that. */
  unwritten: Map<string, Change>;
  /** The turn of each target, so that all have theirs. */
  turns: Map<string, number>;
}

export function targetOf({ settings }: Pick<Sender, 'settings'>, name: string): NotifyTarget | undefined {
  return Object.hasOwn(settings.targets, name) ? settings.targets[name] : undefined;
}

/** No job has this name: it has a colon. */
export function choreOf(target: string): string {
  return `notify:${target}`;
}

export async function deliver(sender: Sender, open: Open, target: NotifyTarget): Promise<void> {
  const { unwritten, ledger } = sender;
  const change =
    unwritten.get(open.target) ??
    afterTry(sender, open, await send(sender, open.message, open.target, target));
  unwritten.set(open.target, change);
  await ledger.append(change);
  unwritten.delete(open.target);
  tell(sender, change, open);
}

/** The line that a try adds to the ledger. */
function afterTry({ disk, settings, random }: Sender, open: Open, verdict: Verdict): Change {
  const nowMs = disk.clock.now();
  const about = { at: new Date(nowMs).toISOString(), id: open.message.id, target: open.target };
  if (verdict.result === 'sent') return { event: 'sent', ...about };
  if (verdict.result === 'refused') return { event: 'dead', ...about, reason: verdict.reason };
  const tries = open.tries + 1;
  if (isGivenUp(tries, open.queuedMs, nowMs, settings))
    return { event: 'dead', ...about, reason: `given up after ${tries} tries: ${verdict.problem}` };
  const next = new Date(nowMs + delayMs(tries, verdict.after_s, settings, random)).toISOString();
  const { problem, pause } = verdict;
  return { event: 'tried', ...about, tries, problem, next, ...(pause && { pause }) };
}

function tell({ log, heard }: Sender, change: Change, waiting?: Open): void {
  const { event, id, target } = change;
  const facts = { message: id, target };
  if (event === 'sent') log.info(facts, 'message sent');
  if (event === 'dead') log.error({ ...facts, reason: change.reason }, 'message given up');
  if (event === 'forgotten') log.info(facts, 'message is forgotten');
  if (event === 'again') log.info(facts, 'message is tried again');
  if (event === 'tried') {
    const { tries, problem, next } = change;
    log[tries === 1 ? 'warn' : 'info']({ ...facts, tries, problem, next }, 'message not sent, tried again');
  }
  heard?.(change, waiting);
}

/** Grants wishes, and gives up what waits for a target that the settings do not name any more. */
export function keepHouse(sender: Sender): void {
  const { chores, disk, file, ledger, log } = sender;
  const wishes = wishesIn(disk.files, file);
  const homeless = [...ledger.deliveries.open.values()].filter(({ target }) => !targetOf(sender, target));
  if (chores.isBusy(choreOf('')) || wishes.length + homeless.length === 0) return;
  const write = async (change: Change) => {
    await ledger.append(change);
    tell(sender, change);
  };
  const work = async () => {
    for (const wish of wishes) await grant(disk, ledger.deliveries, wish, write);
    for (const { message, target } of homeless) {
      const at = isoNow(disk);
      const reason = 'its target is not in the settings any more';
      await write({ event: 'dead', at, id: message.id, target, reason });
    }
  };
  chores.beside(choreOf(''), work, (error) =>
    log.error({ error: messageOf(error) }, 'dead messages cannot be looked after'),
  );
}
