// Settings of the messages about jobs: where they go, and how long they are tried.
import * as z from 'zod/mini';
import { anyText, MAX_TIMER_S, shortName } from '../kinds.ts';
import { targetsSchema } from '../notify-targets.ts';
import type { Row } from '../row.ts';
import { amount, count, list, seconds } from '../row.ts';

export const NOTIFY = {
  targets: {
    form: 'table',
    schema: targetsSchema,
    default: {},
    shown: 'none',
    examples: [
      'targets.manager = { kind = "openclaw-wake", url = "http://127.0.0.1:18789/hooks", secret_env = "OPENCLAW_HOOK_TOKEN" }',
      'targets.team = { kind = "discord", url_env = "DISCORD_WEBHOOK_URL", on = ["failed", "lost"] }',
    ],
    unit: 'table',
    meaning:
      'where messages about jobs are sent, each by a name: kind (openclaw-wake, openclaw-agent, slack, discord, ntfy, webhook, command) and the options of the kind',
    source: 'chosen: secrets stand in variables and files only',
  },
  channels: {
    form: 'table',
    schema: () => z.record(anyText, z.array(shortName)),
    default: {},
    shown: 'none',
    examples: ['channels = { "#starspec-m1-wfe" = ["team", "manager"] }'],
    unit: 'table',
    meaning: 'the targets of orders that name a channel, by that channel; an empty list for none',
    source: "SYS_19: the order's channel",
  },
  default: {
    ...list,
    schema: () => z.array(shortName),
    default: undefined,
    shown: 'every target',
    examples: ['default = ["manager"]'],
    meaning: 'the targets of orders whose channel is not in notify.channels, or that name none',
    source: 'chosen: one target needs no more settings',
  },
  timeout_s: {
    ...seconds({ min: 0.1, max: 300 }),
    default: 15,
    meaning: 'longest exchange with a target, and longest run of a command',
    source: 'OpenClaw answers 503 after 15 s',
  },
  retry_max_h: {
    ...amount('h', {}),
    default: 24,
    meaning: 'how long a message is tried; after that it is kept as a dead letter',
    source: 'chosen: a night without a network',
  },
  backoff_s: {
    ...seconds({ min: 0.01, max: MAX_TIMER_S }),
    default: 5,
    meaning: 'time before a message is sent again after a failure; doubled each time',
    source: 'chosen',
  },
  backoff_max_s: {
    ...seconds({ min: 0.01, max: MAX_TIMER_S }),
    default: 900,
    meaning: 'longest such time',
    source: 'chosen: a target that is back is told within a quarter of an hour',
  },
  at_once: {
    ...count('targets', { min: 1 }),
    default: 4,
    meaning: 'how many targets are sent to at the same time; each gets one message after the other',
    source: 'chosen',
  },
  keep_days: {
    ...amount('days', { min: 1 }),
    default: 365,
    meaning: 'how long it is remembered what was sent, so that it is not sent again, and what could not be',
    source: 'chosen: some megabytes',
  },
} as const satisfies Record<string, Row>;
