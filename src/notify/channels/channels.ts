// The channel of each kind of target.
import type { NotifyTarget } from '../../settings/notify-targets.ts';
import type { CommandChannel, HttpChannel } from './channel.ts';
import { command } from './command.ts';
import { discord } from './discord.ts';
import { ntfy } from './ntfy.ts';
import { openclawAgent } from './openclaw-agent.ts';
import { openclawWake } from './openclaw-wake.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';

type Kind = NotifyTarget['kind'];

export const CHANNELS: { readonly [K in Kind]: K extends 'command' ? CommandChannel : HttpChannel<K> } = {
  'openclaw-wake': openclawWake,
  'openclaw-agent': openclawAgent,
  slack,
  discord,
  ntfy,
  webhook,
  command,
};
