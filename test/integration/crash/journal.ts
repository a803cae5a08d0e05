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

function readLedger(file: string): LedgerLine[] {
  return (jsonLines(file) as Partial<LedgerLine>[]).filter(
    (line): line is LedgerLine => line.job_id !== undefined,
  );
}

/**
 * All that the ledger has ever told of each job. A runner that starts may make it short, so it is to be looked at before
 * each start.
 */
export function ledgerHistory(file: string): () => LedgerLine[] {
  const jobs = new Map<string, LedgerLine[]>();
  return () => {
    const now = readLedger(file);
    for (const job of new Set(now.map(({ job_id }) => job_id))) {
      const lines = now.filter(({ job_id }) => job_id === job);
      if (lines.length > (jobs.get(job)?.length ?? 0)) jobs.set(job, lines);
    }
    return [...jobs.values()].flat();
  };
}
