// Why an order waits, in the words of `waiting_for`.
import type { Order } from '../job/order.ts';
import { needsRelease } from '../job/order.ts';
import type { Requests } from '../job/request.ts';
import type { Arrived } from './order-facts.ts';

const MB = 1_000_000;

function mb(bytes: number): string {
  return bytes < 10 * MB ? (bytes / MB).toFixed(1) : String(Math.round(bytes / MB));
}

const CHANGED =
  ' (every file is here, but not all as they were sealed: if none is on its way, one was changed on the runner side)';

/** `inputs 412/980 MB`, or the count of files where job.json has not told the bytes yet. */
export function inputsWait(arrived: Arrived): string {
  const { expected, bytes, files } = arrived;
  if (!expected) return `inputs (${files} files so far)`;
  const isChanged = files >= expected.files && bytes !== expected.bytes;
  return `inputs ${mb(bytes)}/${mb(expected.bytes)} MB${isChanged ? CHANGED : ''}`;
}

/** What keeps a whole order from starting until somebody releases it, or undefined. */
export function releaseWait(order: Order, requests: Requests, ledgerLost: boolean): string | undefined {
  if (requests.release) return undefined;
  if (order.hold) return 'release';
  if (needsRelease(order)) return `dependency ${order.depends_on.join(', ')}`;
  return ledgerLost ? "release (the runner's ledger was lost)" : undefined;
}

/** The kind of a wait: its text without what changes. A record is rewritten only when the kind changes. */
export function waitKind(text: string | undefined): string | undefined {
  return text?.startsWith('inputs') ? 'inputs' : text?.replace(/ \(.*$/s, '');
}
