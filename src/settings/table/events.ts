// Settings of what the watcher tells and remembers of what has happened.
import type { Row } from '../row.ts';
import { amount, count, seconds } from '../row.ts';

export const EVENTS = {
  events_heartbeat_s: {
    ...seconds({}),
    default: 300,
    meaning: 'shortest time between two heartbeats of one job among the events; 0 for all of them',
    source: 'chosen: a night of twenty jobs is some thousand lines, not a hundred thousand',
  },
  events_progress_s: {
    ...seconds({}),
    default: 60,
    meaning: 'the same for progress, which is told only where it is another than before',
    source: 'chosen',
  },
  events_max_mb: {
    ...amount('MB', { min: 0.01 }),
    default: 10,
    meaning: 'size at which the file of events is put aside',
    source: 'chosen: some weeks of events',
  },
  events_keep: {
    ...count('files', { min: 1 }),
    default: 5,
    meaning: 'how many files of events that were put aside are kept',
    source: 'chosen',
  },
  checkpoint_interval_s: {
    ...seconds({ min: 1 }),
    default: 60,
    meaning: 'how often the watcher writes down what it knows; events after it are read again at a start',
    source: 'JEMP: the checkpointer, every minute',
  },
} as const satisfies Record<string, Row>;
