// Settings of the retries that the watcher makes by itself, where the order does not say.
import * as z from 'zod/mini';
import { RETRY_CLASSES } from '../../job/retry.ts';
import type { Row } from '../row.ts';
import { amount, count, list, seconds } from '../row.ts';

export const RETRY = {
  retry_max: {
    ...count('retries', {}),
    default: 0,
    meaning: 'how often a job that failed is tried again as a new job',
    source: 'chosen: hours of a solver and of its licence are for the order to spend',
  },
  retry_on: {
    ...list,
    schema: () => z.array(z.enum(RETRY_CLASSES)),
    default: ['licence', 'environment', 'interrupted', 'stall'],
    meaning: `the failures that are tried again: ${RETRY_CLASSES.join(', ')}`,
    source:
      'chosen: what may go well the next time. The same timeout runs out again; a lost job may still run',
  },
  retry_backoff_s: {
    ...seconds({}),
    default: 60,
    meaning:
      'time before the first retry, counted from when the failed record was here; up to 20 % more or less',
    source: 'chosen',
  },
  retry_multiplier: {
    ...amount('times', { min: 1 }),
    default: 2,
    meaning: 'how many times longer each further retry waits than the one before',
    source: 'chosen',
  },
  retry_backoff_max_s: {
    ...seconds({}),
    default: 3600,
    meaning: 'longest time before a retry',
    source: 'chosen: a licence server that is back is used within the hour',
  },
} as const satisfies Record<string, Row>;
