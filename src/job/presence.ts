// Presence: a runner's proof of life, `runners/<runner-id>.json`, written at every heartbeat, also when idle.
import * as z from 'zod/mini';
import { count, jobId, moment, shortName } from './fields.ts';

export const presenceSchema = z.looseObject({
  runner_id: shortName,
  seq: count,
  boot_id: z.string(),
  ledger_id: z.string(),
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  slots: count,
  running: z.array(z.looseObject({ job_id: jobId, heartbeat_seq: count })),
  waiting: z.array(z.looseObject({ job_id: jobId, for: z.string() })),
  clock: moment,
  heartbeat_interval_s: z.number(),
});
export type Presence = z.infer<typeof presenceSchema>;
