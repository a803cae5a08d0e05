// What `--json` prints of the verbs about a machine and its daemons: a part of `shapes.ts`, under the same contract.
import * as z from 'zod/mini';

/** `runner stop` and `watcher stop` */
export const stopShape = z.looseObject({
  daemon: z.enum(['runner', 'watcher']),
  /** The runner's id; null for the watcher. */
  runner: z.nullable(z.string()),
  /** False when there was nothing to stop. */
  was_running: z.boolean(),
});

const serviceKind = z.enum(['systemd', 'task', 'winsw', 'servy']);

/** `service install` and `service uninstall` */
export const serviceShape = z.looseObject({
  action: z.enum(['install', 'uninstall']),
  role: z.enum(['runner', 'watcher']),
  kind: serviceKind,
  /** What the system calls it. */
  name: z.string(),
  /** With --print: nothing was done, the rest is what would be. */
  printed: z.boolean(),
  /** Was anything written, removed or run? */
  changed: z.boolean(),
  file: z.nullable(
    z.looseObject({ path: z.string(), text: z.string(), encoding: z.enum(['utf8', 'utf16le']) }),
  ),
  commands: z.array(
    z.looseObject({
      command: z.array(z.string()),
      /** As one would type it. */
      shown: z.string(),
      ran: z.boolean(),
    }),
  ),
  notes: z.array(z.string()),
});

/** `service status` */
export const serviceStatusShape = z.looseObject({
  role: z.enum(['runner', 'watcher']),
  kind: serviceKind,
  name: z.string(),
  file: z.nullable(z.string()),
  /** Is the installed file the one that this program would install? */
  current: z.boolean(),
  /** These five as the system says; null where it says nothing. */
  installed: z.nullable(z.boolean()),
  enabled: z.nullable(z.boolean()),
  running: z.nullable(z.boolean()),
  state: z.nullable(z.string()),
  last_result: z.nullable(z.string()),
  /** Why the system could not be asked. */
  problem: z.nullable(z.string()),
  /** Does the daemon run on this machine, started by whomever? */
  daemon_runs: z.boolean(),
  /** Seconds since the runner's last sign of life on this machine. */
  last_sign_s: z.nullable(z.number()),
  sign_is_fresh: z.nullable(z.boolean()),
});

/** `doctor`; the exit code is 7 when `ok` is false */
export const doctorShape = z.looseObject({
  /** The folder of the queue; null when there is none, or its settings are wrong. */
  queue: z.nullable(z.string()),
  /** The daemons that were checked for. */
  roles: z.array(z.enum(['runner', 'watcher'])),
  /** No problem was found; there may be warnings. */
  ok: z.boolean(),
  checks: z.array(
    z.looseObject({
      check: z.string(),
      level: z.enum(['ok', 'note', 'warning', 'problem']),
      /** What was found. */
      what: z.string(),
      /** Why it matters. */
      why: z.string(),
      remedy: z.nullable(z.string()),
    }),
  ),
});
