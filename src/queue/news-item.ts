// One piece of news. Pure; which events make one is for others.
import type { End, JobEvent } from '../job/event.ts';

export interface NewsItem {
  /** The event that it is from. */
  seq: number;
  at: string;
  what:
    | 'completed'
    | 'failed'
    | 'cancelled'
    | 'lost'
    | 'recovered'
    | 'held'
    | 'blocked'
    | 'retry-stopped'
    | 'runner-paused'
    | 'runner-stopped'
    | 'runner-silent'
    | 'ledger-lost'
    | 'undelivered'
    | 'target-failing'
    | 'problem';
  job_id: string | null;
  runner: string | null;
  /** Where messages could not be sent. */
  target: string | null;
  project: string | null;
  /** Why, in words of jobq; never text of a script. */
  reason: string | null;
  outcome: End | null;
  /** Results that came after it had been called lost or given up. */
  late: boolean;
  post: 'completed' | 'failed' | null;
  best: number | null;
  trial: number | null;
  trials: number | null;
  /** Name below archive/. */
  archived_as: string | null;
  /** The job that tries it again, and from when. */
  retried_as: string | null;
  retry_at: string | null;
  /** The command that leads on from here. */
  next: string;
}

/** What was found so far, by what it is about. */
export type Found = Map<string, NewsItem>;

const NOTHING = {
  job_id: null,
  runner: null,
  target: null,
  project: null,
  reason: null,
  outcome: null,
  late: false,
  post: null,
  best: null,
  trial: null,
  trials: null,
  archived_as: null,
  retried_as: null,
  retry_at: null,
} as const;

export function item(
  { seq, at, job_id }: JobEvent,
  fields: Pick<NewsItem, 'what' | 'next'> & Partial<NewsItem>,
): NewsItem {
  return { ...NOTHING, seq, at, job_id, ...fields };
}
