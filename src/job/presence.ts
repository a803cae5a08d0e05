// Presence: a runner's proof of life, `runners/<runner-id>.json`, written at every heartbeat, also when idle.
import * as z from 'zod/mini';
import { count, jobId, moment, shortName } from './fields.ts';

const asked = { at: moment, by: z.optional(z.string()), reason: z.optional(z.string()) };

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
  /** Jobs of which it has read `cancel.json` and has nothing: no order, no record, no run. */
  cleared: z.optional(z.array(jobId)),
  clock: moment,
  heartbeat_interval_s: z.number(),
  /** What it tries again and again in vain: the last error, and when the first of them in a row was. */
  failing: z.optional(
    z.array(z.looseObject({ job_id: jobId, action: z.string(), error: z.string(), since: moment })),
  ),
  /** What the owner of the machine asked for and is in force. */
  paused: z.optional(z.looseObject({ ...asked, until: z.optional(moment) })),
  draining: z.optional(z.looseObject(asked)),
  /** `closed until 19:00`, in the machine's local time; missing while jobs may start. */
  schedule: z.optional(z.string()),
  /** The daemon was stopped on purpose and writes no more; what waits goes on when it is started again. */
  stopped: z.optional(z.looseObject({ at: moment, reason: z.optional(z.string()) })),
  /** The device of the mirror that its machine is, where that is known. */
  syncthing_device: z.optional(z.string()),
  /** For work directories; missing where the system does not tell. */
  disk_free_mb: z.optional(z.number()),
});
export type Presence = z.infer<typeof presenceSchema>;
