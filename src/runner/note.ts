// Notes in the ledger what was done, with the moment.
import { isoNow } from '../store/disk.ts';
import type { LedgerEntry } from '../store/ledger-content.ts';
import type { RunnerState } from './parts.ts';

export async function note(
  runner: RunnerState,
  job_id: string,
  entry: Omit<LedgerEntry, 'job_id' | 'at'> & Pick<LedgerEntry, 'event' | 'attempt'>,
): Promise<void> {
  await runner.ledger.append({ ...entry, job_id, at: isoNow(runner.disk) });
}
