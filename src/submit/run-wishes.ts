// How a job is to run, what it needs and what counts as success: what submit is asked for beside the study itself, and
// the fields of the order that say it. Pure. What was not asked for is no field, so that the runner's setting counts.

import type { Fields } from '../job/lenient-text.ts';
import type { Order } from '../job/order.ts';

export interface RunWishes {
  onInterrupt?: NonNullable<Order['on_interrupt']> | undefined;
  /** Take the place of the arguments in an attempt that resumes. */
  resumeArgs?: readonly string[] | undefined;
  maxAttempts?: number | undefined;
  timeoutS?: number | undefined;
  stallTimeoutS?: number | undefined;
  queueTimeoutS?: number | undefined;
  requires?: Needs | undefined;
  failPatterns?: readonly string[] | undefined;
  finiteCsv?: readonly string[] | undefined;
  liveOutputs?: readonly string[] | undefined;
  publishInclude?: readonly string[] | undefined;
  publishExclude?: readonly string[] | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  onDependencyFailure?: NonNullable<Order['on_dependency_failure']> | undefined;
  /** When the watcher tries it again as a new job. */
  retry?: { max?: number | undefined; on?: readonly string[] | undefined } | undefined;
}

interface Needs {
  memoryMb?: number | undefined;
  diskMb?: number | undefined;
  cpu?: number | undefined;
  /** Seats by the name of their feature. */
  licences?: Readonly<Record<string, number>> | undefined;
  tags?: readonly string[] | undefined;
}

export function wishFields(wishes: RunWishes): Fields {
  const { requires: needs = {} } = wishes;
  return given({
    timeout_s: wishes.timeoutS,
    stall_timeout_s: wishes.stallTimeoutS,
    queue_timeout_s: wishes.queueTimeoutS,
    requires: unlessEmpty({
      memory_mb: needs.memoryMb,
      disk_mb: needs.diskMb,
      cpu: needs.cpu,
      licences: needs.licences,
      tags: needs.tags,
    }),
    on_interrupt: wishes.onInterrupt,
    resume_args: wishes.resumeArgs,
    max_attempts: wishes.maxAttempts,
    fail_patterns: wishes.failPatterns,
    finite_csv: wishes.finiteCsv,
    live_outputs: wishes.liveOutputs,
    publish: unlessEmpty({ include: wishes.publishInclude, exclude: wishes.publishExclude }),
    env: wishes.env,
    on_dependency_failure: wishes.onDependencyFailure,
    retry: unlessEmpty({ max: wishes.retry?.max, on: wishes.retry?.on }),
  });
}

function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function unlessEmpty(fields: Fields): Fields | undefined {
  const there = given(fields);
  return Object.keys(there).length > 0 ? there : undefined;
}
