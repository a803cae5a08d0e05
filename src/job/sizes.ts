// How large things may be. Files over that are not read at all, because parsing them would keep a daemon from everything
// else; whoever writes one keeps to the same.

/** An order's job.json: the record repeats it, its arguments twice. */
export const ORDER_BYTES = 1_000_000;

/** A record's job.json; what the system reads of any small file. */
export const RECORD_BYTES = 4_000_000;

/** A seal: a line for each file, so that a job of half a million files can be sealed. */
export const SEAL_BYTES = 64_000_000;

/** What stands beside a run: its command repeats the order. What a copy is of names every file of its seal thrice. */
export const ATTEMPT_BYTES = 4 * RECORD_BYTES;
export const STAGED_BYTES = 4 * SEAL_BYTES;

/** What the watcher knows of some hundred thousand jobs. */
export const CHECKPOINT_BYTES = 64_000_000;

/** What people set, with everything they wrote beside it. */
export const SETTINGS_BYTES = 1_000_000;

/** No event has a greater number: a queue that tells a thousand a second comes to it after seventy years. */
export const SEQ_MAX = 2 ** 41;
