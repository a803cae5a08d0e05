// What `--json` prints of the verb about Syncthing: a part of `shapes.ts`, under the same contract.
import * as z from 'zod/mini';

const role = z.enum(['linux', 'windows']);

/** `syncthing setup` */
export const syncthingSetupShape = z.looseObject({
  /** The folder of the queue. */
  queue: z.string(),
  queue_id: z.string(),
  role,
  /** Where Syncthing was asked. */
  api: z.string(),
  version: z.string(),
  /** For `--peer` on the other side. */
  own_device: z.string(),
  peer: z.nullable(z.string()),
  /** What differed, in the order in which it is changed; empty when nothing did. */
  changes: z.array(
    z.looseObject({
      /** `folder <id>`, `device <id>` or `.stignore of <tree>` */
      what: z.string(),
      field: z.string(),
      /** null when there was none. */
      from: z.unknown(),
      to: z.unknown(),
    }),
  ),
  dry_run: z.boolean(),
  /** Was anything changed? */
  applied: z.boolean(),
  /** What was left as it is although setup would make it otherwise. */
  left: z.array(z.string()),
  /** What to do next, one sentence each. */
  next: z.array(z.string()),
});

/** `syncthing status`; what Syncthing did not tell is null */
export const syncthingStatusShape = z.looseObject({
  queue: z.string(),
  queue_id: z.nullable(z.string()),
  /** The side this machine is. */
  role,
  api: z.string(),
  version: z.string(),
  own_device: z.string(),
  trees: z.array(
    z.looseObject({
      tree: z.enum(['outbox', 'requests', 'inbox', 'runners']),
      /** The id of the folder that carries it; null when none does. */
      folder: z.nullable(z.string()),
      /** Where it lies in a folder that carries more than it. The rest is then of that folder as a whole. */
      below: z.nullable(z.string()),
      type: z.nullable(z.enum(['sendreceive', 'sendonly', 'receiveonly', 'receiveencrypted'])),
      paused: z.nullable(z.boolean()),
      /** As Syncthing calls it: idle, scanning, syncing, error, … */
      state: z.nullable(z.string()),
      error: z.nullable(z.string()),
      /** What is still to come here; deletions count as items. */
      need_items: z.nullable(z.number()),
      need_bytes: z.nullable(z.number()),
      /** Items that cannot be taken from the other side. */
      pull_errors: z.nullable(z.number()),
      /** In a receive-only folder: what was changed here. */
      changed_here: z.nullable(z.number()),
      /** What each other device still lacks. */
      devices: z.array(z.looseObject({ device: z.string(), need_items: z.number(), need_bytes: z.number() })),
    }),
  ),
  /** The other devices that have any of the queue. */
  devices: z.array(
    z.looseObject({
      device: z.string(),
      name: z.nullable(z.string()),
      connected: z.nullable(z.boolean()),
      paused: z.nullable(z.boolean()),
      /** null: never. */
      last_seen: z.nullable(z.string()),
    }),
  ),
  /** No problem was found; there may be warnings. */
  ok: z.boolean(),
  findings: z.array(
    z.looseObject({
      rule: z.string(),
      level: z.enum(['note', 'warning', 'problem']),
      what: z.string(),
      why: z.string(),
      remedy: z.string(),
    }),
  ),
});
