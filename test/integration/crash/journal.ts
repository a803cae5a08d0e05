// What the scripts of the crash test say of themselves, and what the runner's ledger says of them.
import { existsSync, readFileSync } from 'node:fs';

export type JournalLine = { job: string; attempt: number; pid: number } & (
  | { event: 'start'; args: string[]; found: string[] }
  | { event: 'child' }
  | { event: 'step'; file: string }
  | { event: 'end'; exit: number }
);

export interface LedgerLine {
  event: string;
  job_id: string;
  attempt: number;
  at?: string;
}

/** The whole lines of a file of JSON lines. */
function jsonLines(file: string): unknown[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as unknown);
}

export function readJournal(file: string): JournalLine[] {
  return jsonLines(file) as JournalLine[];
}

export function readLedger(file: string): LedgerLine[] {
  return (jsonLines(file) as Partial<LedgerLine>[]).filter(
    (line): line is LedgerLine => line.job_id !== undefined,
  );
}
