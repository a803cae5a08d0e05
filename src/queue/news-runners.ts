// What is news of runners: that one is silent, takes nothing, or has lost its ledger. Pure.
import type { EventOf } from '../job/event.ts';
import type { Found } from './news-item.ts';
import { item } from './news-item.ts';

const silentKey = (runner: string) => `silent ${runner}`;
const pausedKey = (runner: string) => `paused ${runner}`;

export function runnerHeard({ runner }: EventOf<'runner-heard'>, found: Found): void {
  found.delete(silentKey(runner));
}

export function runnerResumed({ runner }: EventOf<'runner-resumed'>, found: Found): void {
  found.delete(pausedKey(runner));
}

/** A link that is down says nothing of the runner; it is shown by `status` and told by no news. */
export function silent(event: EventOf<'runner-silent'>, found: Found): void {
  const { runner, how, since } = event;
  if (how === 'unreachable') return;
  const reason =
    how === 'lost'
      ? `no sign of life since ${since}`
      : `nothing heard since ${since}, and nothing known of the link`;
  found.set(silentKey(runner), item(event, { what: 'runner-silent', runner, reason, next: 'jobq status' }));
}

export function paused(event: EventOf<'runner-paused' | 'runner-draining'>, found: Found): void {
  const { runner, reason: said } = event;
  const until = event.type === 'runner-paused' && event.until !== undefined ? ` until ${event.until}` : '';
  const verb = event.type === 'runner-paused' ? 'is paused' : 'is being drained';
  const reason = `it ${verb}${until}${said ? ` (${said})` : ''}: nothing starts there`;
  found.set(pausedKey(runner), item(event, { what: 'runner-paused', runner, reason, next: 'jobq status' }));
}

export function ledgerLost(event: EventOf<'ledger-lost'>, found: Found): void {
  const { runner } = event;
  const reason =
    'its ledger was lost: every order waits there for a release, so that nothing runs twice unseen';
  const next = 'jobq list --open';
  found.set(`ledger ${runner}`, item(event, { what: 'ledger-lost', runner, reason, next }));
}

export function stopped(event: EventOf<'runner-stopped'>, found: Found): void {
  const { runner, reason: said } = event;
  const reason = `it was stopped${said ? ` (${said})` : ''}: what waits there goes on when it is started again`;
  found.set(pausedKey(runner), item(event, { what: 'runner-stopped', runner, reason, next: 'jobq status' }));
}
