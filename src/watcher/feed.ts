// What the watcher tells: writes events, keeps the pool that they add up to, hands them to subscribers and makes
// checkpoints. A write that fails is like a kill: everything is read again from the disk. It sees no job.

import { JobqError, messageOf } from '../errors.ts';
import type { Draft, JobEvent } from '../job/event.ts';
import { readableDraft } from '../job/event.ts';
import type { Difference, PoolSight } from '../queue/compare-pool.ts';
import { settle } from '../queue/compare-pool.ts';
import type { Pool } from '../queue/pool.ts';
import { writeCheckpoint } from '../store/checkpoint.ts';
import { isoNow } from '../store/disk.ts';
import { readEventsAfter } from '../store/event-files.ts';
import type { EventLog } from '../store/event-log.ts';
import type { Backlog, EventBus } from './bus.ts';
import { hears } from './bus.ts';
import type { WatcherParts } from './parts.ts';
import { openLog, recoverPool } from './recover.ts';

export interface Known {
  pool: Pool;
  /** What was archived since then is news even where the job is not known. */
  knownUntilMs: number;
}

export interface Feed {
  /** Opens what is not open: what is known as far as it was told. Undefined, and told, when that cannot be read. */
  ready(): Promise<Known | undefined>;
  /** Makes events durable, and known. What cannot be written is told, and is found again by the next comparison. */
  write(difference: Difference, sight: PoolSight, at: string): Promise<void>;
  /** Could the last events be written? While they cannot, nothing may be done that must be told of. */
  canTell(): boolean;
  /** Is there anything that should be told or taken, and was not yet? */
  isBehind(): boolean;
  /** Gives subscribers what they have not taken yet. */
  deliver(): Promise<void>;
  /** Writes the checkpoint when it is due. */
  checkpoint(): Promise<void>;
  /** The end: the last event, and a checkpoint. Never throws. */
  close(): Promise<void>;
}

/** What is read from the disk when it opens. */
interface Opened extends Known {
  log: EventLog;
  backlogs: Backlog[];
  /** What is told first. */
  first: Draft[];
}

export interface FeedParts extends WatcherParts {
  bus: EventBus;
}

interface FeedState extends FeedParts {
  queueId: string;
  opened: Opened | undefined;
  /** How far each subscriber is; outlives a failed write. */
  delivered: Map<string, number> | undefined;
  started: boolean;
  /** How far this process has known everything: what it reads anew after a failed write takes nothing back. */
  knownUntilMs: number;
  /** The newest event that is known to be written, where a write has failed since. */
  wroteUntil: number | undefined;
  /** Failures that were told and have not gone. */
  told: Set<string>;
  saved: { atMs: number; what: string } | undefined;
}

const EVENTS = 'events cannot be written';
const CHECKPOINT = 'the checkpoint cannot be written';

export function newFeed(parts: FeedParts, queueId: string): Feed {
  const feed: FeedState = {
    ...parts,
    queueId,
    opened: undefined,
    delivered: undefined,
    started: false,
    knownUntilMs: Number.POSITIVE_INFINITY,
    wroteUntil: undefined,
    told: new Set(),
    saved: undefined,
  };
  return {
    ready: async () => {
      try {
        feed.opened ??= await open(feed);
        return feed.opened;
      } catch (error) {
        tell(feed, EVENTS, error);
        return undefined;
      }
    },
    write: (difference, sight, at) => write(feed, difference, sight, at),
    canTell: () => !feed.told.has(EVENTS),
    isBehind: () =>
      !feed.opened || feed.told.size > 0 || feed.opened.backlogs.some(({ waiting }) => waiting.length > 0),
    deliver: () => deliver(feed),
    checkpoint: async () => {
      const passedMs = feed.disk.clock.monotonic() - (feed.saved?.atMs ?? Number.NEGATIVE_INFINITY);
      if (passedMs < feed.settings.checkpoint_interval_s * 1000) return;
      await telling(feed, CHECKPOINT, () => save(feed));
    },
    close: () => close(feed),
  };
}

async function open(feed: FeedState): Promise<Opened> {
  const { disk, layout, bus, log: logger } = feed;
  const recovered = recoverPool(disk, layout, await openLog(feed, feed.queueId));
  const { log, pool, note } = recovered;
  const knownUntilMs = Math.min(feed.knownUntilMs, recovered.knownUntilMs);
  feed.knownUntilMs = knownUntilMs;
  if (note !== undefined)
    logger.warn({ file: layout.checkpoint, reason: note }, 'the checkpoint is not used');
  if (feed.wroteUntil !== undefined) forgetWritten(feed, feed.wroteUntil);
  feed.delivered ??= new Map(
    bus.subscribers().map(({ name }) => [name, recovered.deliveredTo(name)] as const),
  );
  const delivered = feed.delivered;
  const backlogs = bus.subscribers().map((subscriber): Backlog => {
    const after = delivered.get(subscriber.name) ?? log.last();
    const { events } = readEventsAfter(disk.files, layout, after);
    return { subscriber, waiting: events.filter((event) => hears(subscriber, event)), failing: false };
  });
  const at = isoNow(disk);
  const first: Draft[] = feed.started ? [] : [{ type: 'watcher-started', at, job_id: null, note }];
  return { log, pool, knownUntilMs, backlogs, first };
}

/** A write that failed may have written the first of what was posted; a comparison with the folder cannot tell that. */
function forgetWritten({ disk, layout, bus }: FeedState, after: number): void {
  for (const { seq: _, ...written } of readEventsAfter(disk.files, layout, after).events) {
    const [first] = bus.posted();
    if (first && contentOf(readableDraft(first) ?? first) === contentOf(written)) bus.written(1);
  }
}

function contentOf(event: object): string {
  return JSON.stringify(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function write(feed: FeedState, difference: Difference, sight: PoolSight, at: string): Promise<void> {
  const { opened, bus } = feed;
  if (!opened) return;
  const posted = bus.posted();
  const drafts = readable(feed, [...opened.first, ...difference.events, ...posted]);
  try {
    remember(feed, opened, await opened.log.append(drafts));
  } catch (error) {
    feed.opened = undefined;
    feed.wroteUntil = opened.log.last();
    tell(feed, EVENTS, error);
    return;
  }
  bus.written(posted.length);
  opened.first = [];
  feed.started = true;
  feed.told.delete(EVENTS);
  settle(opened.pool, sight, difference, at);
  opened.knownUntilMs = Number.POSITIVE_INFINITY;
  feed.knownUntilMs = Date.parse(at);
}

/** What stands in the log must be taken by whoever reads it: a field of a wrong kind is left out, for good. */
function readable({ log }: FeedState, drafts: readonly Draft[]): Draft[] {
  return drafts.flatMap((draft) => {
    const sound = readableDraft(draft);
    if (!sound) log.error({ event: draft }, 'an event that nobody could read is not told');
    return sound ?? [];
  });
}

function remember({ delivered }: FeedState, { backlogs, log }: Opened, events: readonly JobEvent[]): void {
  for (const { subscriber, waiting } of backlogs) {
    waiting.push(...events.filter((event) => hears(subscriber, event)));
    if (waiting.length === 0) delivered?.set(subscriber.name, log.last());
  }
}

async function deliver(feed: FeedState): Promise<void> {
  const { opened, delivered, log: logger } = feed;
  for (const backlog of opened?.backlogs ?? []) {
    const { subscriber, waiting } = backlog;
    try {
      for (let event = waiting[0]; event; event = waiting[0]) {
        await subscriber.handle(event);
        waiting.shift();
        delivered?.set(subscriber.name, event.seq);
        backlog.failing = false;
      }
    } catch (error) {
      const facts = { subscriber: subscriber.name, seq: waiting[0]?.seq, error: messageOf(error) };
      if (!backlog.failing) logger.error(facts, 'an event cannot be taken; tried again at every tick');
      backlog.failing = true;
    }
  }
}

async function save(feed: FeedState): Promise<void> {
  const { opened, disk, layout, queueId, delivered } = feed;
  if (!opened || !delivered) return;
  const { log, pool } = opened;
  const what = JSON.stringify([log.last(), [...delivered]]);
  const atMs = disk.clock.monotonic();
  if (what !== feed.saved?.what) {
    const at = isoNow(disk);
    await writeCheckpoint(disk, layout, queueId, { at, seq: log.last(), pool, delivered });
  }
  feed.saved = { atMs, what };
}

async function close(feed: FeedState): Promise<void> {
  const { opened, bus, disk } = feed;
  if (!opened || !feed.started) return;
  const at = isoNow(disk);
  const posted = bus.posted();
  await telling(feed, EVENTS, async () => {
    const last: Draft = { type: 'watcher-stopped', at, job_id: null };
    remember(feed, opened, await opened.log.append(readable(feed, [...posted, last])));
    bus.written(posted.length);
    await deliver(feed);
    await save(feed);
  });
}

async function telling(feed: FeedState, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    feed.told.delete(what);
  } catch (error) {
    tell(feed, what, error);
  }
}

/** Once, until a write succeeds. */
function tell(feed: FeedState, what: string, error: unknown): void {
  if (feed.told.has(what)) return;
  feed.told.add(what);
  const remedy = error instanceof JobqError ? { remedy: error.remedy } : {};
  feed.log.error({ error: messageOf(error), ...remedy }, what);
}
