// What the watcher sees of one job, as events are made from it, and the form of a rule that makes one.
import type { Keeping } from '../job/dependency.ts';
import type { Draft } from '../job/event.ts';
import type { Order } from '../job/order.ts';
import type { JobRecord } from '../job/record.ts';
import type { Requests } from '../job/request.ts';
import type { JobFacts } from './pool.ts';

/** What the watcher sees of one job. */
export interface JobSight {
  job_id: string;
  /** Once it is sealed. */
  order?: Partial<Order> | undefined;
  requests: Requests;
  record?: JobRecord | undefined;
  /** The digest of the record's seal, once the record is whole here. */
  seal?: string | undefined;
  lost?: { at: string; reason: string; recovered_at?: string | undefined } | undefined;
  post?: 'completed' | 'failed' | undefined;
  /** Its newest name below archive/. */
  archived_as?: string | undefined;
  /** It was given up: what lies in the archive has no end of its own. */
  abandoned?: boolean | undefined;
  /** What keeps it back until it is released; undefined when nothing does. */
  keeping?: Keeping | undefined;
  /** The retry that is decided for it. */
  retry?: { retried_as: string; not_before: string } | undefined;
}

export interface EventPolicy {
  /** Shortest time between two heartbeats, or two progresses, that are told of one job. */
  events_heartbeat_s: number;
  events_progress_s: number;
}

export interface Now {
  /** By the watcher's clock. */
  at: string;
  policy: EventPolicy;
}

/** One thing that may have to be told, of what is known and what is seen. */
export type Rule = (facts: JobFacts, sight: JobSight, now: Now) => Draft | undefined;

const TEXT_MAX = 500;

export function short(text: string | undefined): string | undefined {
  return text !== undefined && text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
}
