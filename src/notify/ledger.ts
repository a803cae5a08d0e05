// The ledger of messages on the disk: what was queued is durable before anybody is told so, and what was sent is written
// after the answer. One process writes it; others may read it.
import path from 'node:path';
import type { Disk } from '../store/disk.ts';
import { isoNow, writeWhole } from '../store/disk.ts';
import type { Lines } from '../store/line-log.ts';
import { openLineLog, readLines } from '../store/line-log.ts';
import type { Files } from '../system/files.ts';
import type { Deliveries, LedgerLine } from './ledger-lines.ts';
import { addLine, isKnown, linesOf, noDeliveries, parseLine } from './ledger-lines.ts';
import { salvage } from './salvage.ts';

export interface NotifyLedger {
  deliveries: Readonly<Deliveries>;
  /** Is this message known for this target, be it waiting, sent or given up? */
  has(id: string, target: string): boolean;
  /** Writes one line and returns when it is durable. */
  append(line: LedgerLine): Promise<void>;
}

export interface LedgerOptions {
  /** How long it is remembered what was sent or given up. */
  keepMs: number;
  /** The size at which it is written anew, if it has doubled since. */
  compactBytes?: number | undefined;
  /** What could not be read, or not be written anew, and why. */
  tell: (facts: object, message: string) => void;
}

const COMPACT_BYTES = 2_000_000;

/** What a ledger says, for who only looks; empty where there is none. */
export function readDeliveries(files: Pick<Files, 'read'>, file: string): Deliveries {
  return addUp(readLines(files, file)?.values ?? [], LONG_AGO).deliveries;
}

const LONG_AGO = new Date(0).toISOString();

/** A line that cannot be understood counts as written at that time. */
function addUp(values: readonly unknown[], at: string): { deliveries: Deliveries; strange: number } {
  const deliveries = noDeliveries();
  let strange = 0;
  for (const value of values) {
    const line = parseLine(value);
    for (const each of line ? [line] : salvage(value, at)) addLine(deliveries, each);
    if (!line) strange += 1;
  }
  return { deliveries, strange };
}

export async function openNotifyLedger(
  disk: Disk,
  file: string,
  options: LedgerOptions,
): Promise<NotifyLedger> {
  const { log, lines } = await openLineLog(disk, file);
  const { deliveries, strange } = addUp(lines.values, isoNow(disk));
  const rewrite = () => log.rewrite(() => linesOf(deliveries, disk.clock.now() - options.keepMs));
  if (lines.unreadable + strange > 0) {
    options.tell(
      { file, lines: lines.unreadable + strange, kept: await keepAside(disk, file, lines) },
      'unreadable lines in the ledger of messages',
    );
    await rewrite();
  }
  const compactBytes = options.compactBytes ?? COMPACT_BYTES;
  let limit = Math.max(compactBytes, 2 * log.bytes());
  const compact = async () => {
    if (log.bytes() <= limit) return;
    // a disk that is full must not keep messages from being sent
    await rewrite().catch((error: unknown) =>
      options.tell({ file, error }, 'the ledger of messages stays long'),
    );
    limit = Math.max(compactBytes, 2 * log.bytes());
  };
  return {
    deliveries,
    has: (id, target) => isKnown(deliveries, id, target),
    append: async (line) => {
      // what no reader would take must not stand there as if it had been taken in
      const sound = parseLine(line) ? [line] : salvage(line, isoNow(disk));
      if (sound.length !== 1) options.tell({ file, line }, 'a message is not as it should be');
      for (const each of sound) await log.append(each, () => addLine(deliveries, each));
      await compact();
    },
  };
}

/** Nothing that was written is thrown away unseen. */
async function keepAside(disk: Disk, file: string, { whole }: Lines): Promise<string> {
  const kept = `${file}.unreadable-${disk.files.uniqueName()}`;
  await writeWhole(disk, path.dirname(file), kept, whole);
  return kept;
}
