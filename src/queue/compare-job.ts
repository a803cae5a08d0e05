// What has happened to one job: what was told of it against what is seen of it now. Pure. Each rule tells one thing, and
// what it tells is known from then on, so that events that were missed are told in the order in which they must have come.
import type { Draft } from '../job/event.ts';
import type { JobSight, Now, Rule } from './job-sight.ts';
import type { JobFacts } from './pool.ts';
import { factsAfter } from './pool.ts';
import { assigned, cancelRequested, released, retried, submitted } from './rules-asked.ts';
import { archived, finished, late, postProcessed } from './rules-ended.ts';
import {
  heartbeat,
  lost,
  progress,
  queued,
  queuedAgain,
  recovered,
  started,
  waiting,
} from './rules-running.ts';

/** What there is to tell, and what is known once it is told. Undefined facts: nothing is known of such a job. */
export function compareJob(
  before: JobFacts | undefined,
  sight: JobSight,
  now: Now,
): { events: Draft[]; facts: JobFacts | undefined } {
  const events: Draft[] = [];
  let facts = before;
  if (!facts) {
    const first = submitted(sight, now);
    if (!first) return { events, facts };
    events.push(first);
    facts = factsAfter(undefined, first);
  }
  for (const rule of RULES) {
    const event: Draft | undefined = facts && rule(facts, sight, now);
    if (!event) continue;
    events.push(event);
    facts =
      event.type === 'retried' ? { ...(facts as JobFacts), retry_told: true } : factsAfter(facts, event);
  }
  return { events, facts };
}

const RULES: readonly Rule[] = [
  retried,
  assigned,
  released,
  cancelRequested,
  queued,
  started,
  queuedAgain,
  waiting,
  lost,
  recovered,
  heartbeat,
  progress,
  finished,
  late,
  postProcessed,
  archived,
];
