// What is news of messages: that one was given up, or that a target cannot be reached. One item for a target. Pure.
import type { EventOf } from '../job/event.ts';
import type { Found, NewsItem } from './news-item.ts';
import { item } from './news-item.ts';

const NEXT = 'jobq notify';
const failingKey = (message: string, target: string) => `failing ${message} ${target}`;
const givenUpKey = (message: string, target: string) => `undelivered ${message} ${target}`;

export function undelivered(event: EventOf<'undelivered'>, found: Found): void {
  const { message, target } = event;
  const reason = `message ${message} could not be sent to ${target}: ${event.reason}`;
  found.set(givenUpKey(message, target), item(event, { what: 'undelivered', target, reason, next: NEXT }));
}

export function targetFailing(event: EventOf<'target-failing'>, found: Found): void {
  const { message, target, tries } = event;
  const reason = `a message to ${target} was tried ${tries} times in vain: ${event.reason}`;
  found.set(failingKey(message, target), item(event, { what: 'target-failing', target, reason, next: NEXT }));
}

/** It was sent after all. */
export function notified({ message, target }: EventOf<'notified'>, found: Found): void {
  found.delete(failingKey(message, target));
  found.delete(givenUpKey(message, target));
}

/** One item for each target; that messages to it were given up says more than that it fails. */
export function perTarget(items: readonly NewsItem[]): NewsItem[] {
  const given = items.filter(({ what }) => what === 'undelivered');
  const failing = items.filter(({ what }) => what === 'target-failing');
  const others = items.filter(({ what }) => what !== 'undelivered' && what !== 'target-failing');
  const targets = new Set([...given, ...failing].map(({ target }) => target));
  const isOf = (name: string | null) => (item: NewsItem) => item.target === name;
  const ofTargets = [...targets].flatMap((name) => {
    const dead = given.filter(isOf(name));
    return dead.length > 0 ? together(dead) : failing.filter(isOf(name)).slice(-1);
  });
  return [...others, ...ofTargets];
}

function together(items: readonly NewsItem[]): NewsItem {
  const last = items.reduce((a, b) => (a.seq > b.seq ? a : b));
  if (items.length === 1) return last;
  const reason = `${items.length} messages could not be sent to ${last.target}; the last: ${last.reason}`;
  return { ...last, job_id: null, reason };
}
