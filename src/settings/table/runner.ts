// Settings of the runner itself: who it is, where it works, how often it looks.
import * as z from 'zod/mini';
import { slug } from '../../job/job-id.ts';
import { runnerId } from '../kinds.ts';
import type { Known, Row } from '../row.ts';
import { count, ownDir, path, seconds, text, timer } from '../row.ts';

export const RUNNER = {
  id: {
    ...text,
    schema: () => runnerId,
    default: (known: Known) => slug(known.host),
    shown: 'the host name',
    examples: ['id = "nx-station"'],
    meaning: 'the name of this runner, different for each runner of a queue',
    source: 'protocol, 4',
  },
  slots: {
    ...count('jobs', { min: 1 }),
    default: 1,
    meaning: 'how many jobs run at the same time',
    source: 'one NX session at a time is the safe case',
  },
  heartbeat_interval_s: {
    ...timer(10),
    default: 30,
    meaning: 'time between two signs of life; under 10 they starve behind the delay of the Syncthing watcher',
    source: 'protocol, 6; measured: every 3 s, 3 of 61 arrived',
  },
  progress_interval_s: {
    ...timer(0.2),
    default: 10,
    meaning: 'shortest time between two rewrites of a record because progress moved',
    source: 'measured: the Syncthing watcher collects changes for 10 s',
  },
  poll_interval_s: {
    ...timer(),
    default: 2,
    meaning: 'how often the runner looks at the queue when no event comes',
    source: 'chosen: events are the fast way, this is the sure one',
  },
  inputs_timeout_s: {
    ...seconds({ min: 1 }),
    default: 86_400,
    meaning: 'how long an order may stay incomplete without anything arriving before it is refused',
    source: 'chosen: a night and a day without a link',
  },
  on_stop: {
    ...text,
    schema: () => z.enum(['leave', 'interrupt']),
    default: 'leave',
    meaning:
      'what a runner that is stopped does with running scripts: leave them running and take them up again, or interrupt them',
    source: 'chosen: an update of the runner must not cost hours of a run',
  },
  state_dir: {
    ...path,
    default: ownDir('runner'),
    shown: '<data dir>/<queue id>/runner',
    examples: ["state_dir = '/var/lib/jobq/runner'"],
    meaning: 'where the runner keeps its ledger: a local disk, never mirrored, never emptied',
    source: 'protocol, 3.8',
  },
} as const satisfies Record<string, Row>;
