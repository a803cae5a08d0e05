// The runner's ledger: what it began and ended, outside the mirrored trees, one fsynced line each. It is why a job
// directory that comes back is not run again.
import path from 'node:path';
import type { LedgerJob } from '../queue/runner-snapshot.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { makeDurableDir, writeWhole } from './disk.ts';
import type { LedgerContent, LedgerEntry, Parsed } from './ledger-content.ts';
import { addEntry, beginning, checkedEntry, parseLines, unacceptedLosses } from './ledger-content.ts';
import { lineLogOver } from './line-log.ts';

export interface Ledger {
  id: string;
  /** An earlier ledger is gone and nobody has accepted that yet. */
  lost: boolean;
  jobs: ReadonlyMap<string, LedgerJob>;
  /** Those whose record is not deleted yet. */
  open: ReadonlySet<string>;
  /** Changes when a job comes to `jobs` or goes from `open`. */
  readonly members: number;
  /** Writes one line and returns when it is durable. */
  append(entry: LedgerEntry): Promise<void>;
  /** The owner says that the loss of the earlier ledger is known: orders start without a release again. */
  accept(at: string): Promise<void>;
}

interface LedgerSeen extends Parsed {
  torn: boolean;
  whole: string;
}

/** A last line without its line feed is torn: it was never durable, so it did not happen. */
function readLedger(files: Files, file: string): LedgerSeen | 'missing' | 'unreadable' {
  const text = files.read(file)?.toString('utf8');
  if (text === undefined) return 'missing';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const parsed = parseLines(whole.split('\n').slice(0, -1));
  return parsed ? { ...parsed, torn: whole !== text, whole } : 'unreadable';
}

function linesText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** What there is, for those who only look: its id, and whether an earlier one is missed. */
export function lookAtLedger(
  files: Files,
  file: string,
): { id: string; lost: boolean } | 'missing' | 'unreadable' {
  const seen = readLedger(files, file);
  if (typeof seen !== 'object') return seen;
  return { id: seen.content.id, lost: unacceptedLosses(seen.content).length > 0 };
}

/** Answers what is there then: no ledger is refused because the disk is too full for a shorter one. */
async function shortened(disk: Disk, file: string, { whole, needed }: LedgerSeen): Promise<string> {
  try {
    const short = linesText(needed());
    await writeWhole(disk, path.dirname(file), file, short);
    return short;
  } catch (error) {
    // replaced, but perhaps not for good: lines written to it now could be gone after a power loss
    if (disk.files.read(file)?.toString('utf8') !== whole) throw error;
    return whole;
  }
}

/**
 * Opens the ledger, or begins a new one. `presenceLedgerId` is what the runner's own presence says it had: when that
 * one is gone, unreadable or another, orders wait for a release until the owner accepts the loss. A long one is made
 * short: of a job that the archive has one line stays.
 */
export async function openLedger(
  disk: Disk,
  file: string,
  presenceLedgerId: string | undefined,
): Promise<Ledger> {
  const { files } = disk;
  makeDurableDir(files, path.dirname(file));
  const seen = readLedger(files, file);
  if (typeof seen === 'object') {
    const { content, whole } = seen;
    if (seen.torn) await writeWhole(disk, path.dirname(file), file, whole);
    const text = seen.isLong ? await shortened(disk, file, seen) : whole;
    if (presenceLedgerId !== undefined && presenceLedgerId !== content.id)
      content.lostIds.add(presenceLedgerId);
    return ledgerOver(disk, file, content, text);
  }
  if (seen === 'unreadable') await files.rename(file, `${file}.unreadable-${files.uniqueName()}`);
  const lostBefore = presenceLedgerId ?? (seen === 'unreadable' ? 'unreadable' : undefined);
  const { line, content } = beginning(files.uniqueName(), lostBefore);
  const text = linesText([line]);
  await writeWhole(disk, path.dirname(file), file, text);
  return ledgerOver(disk, file, content, text);
}

function ledgerOver(disk: Disk, file: string, content: LedgerContent, text: string): Ledger {
  const log = lineLogOver(disk, file, Buffer.byteLength(text));
  const open = new Set<string>();
  for (const [id, { phase }] of content.jobs) if (phase !== 'deleted') open.add(id);
  let members = 0;
  const note = (entry: LedgerEntry) => {
    const { job_id, event } = entry;
    addEntry(content, entry);
    const isOpen = event !== 'deleted';
    if (open.has(job_id) === isOpen) return;
    if (isOpen) open.add(job_id);
    else open.delete(job_id);
    members += 1;
  };
  return {
    id: content.id,
    open,
    get members() {
      return members;
    },
    get lost() {
      return unacceptedLosses(content).length > 0;
    },
    jobs: content.jobs,
    append: async (entry) => {
      if (!disk.files.facts(file)) throw new Error(`the ledger ${file} was removed: start the runner again`);
      await log.append(checkedEntry(entry)); // what could not be read again must not be written
      note(entry);
    },
    accept: async (at) => {
      const ledger_ids = unacceptedLosses(content);
      await log.append({ event: 'accepted', at, ledger_ids });
      for (const id of ledger_ids) content.accepted.add(id);
    },
  };
}
