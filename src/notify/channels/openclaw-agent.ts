// OpenClaw `POST /hooks/agent`: a message that starts a run of an agent. The key lets the gateway tell a repetition for
// some minutes; after that, or after its restart, only the id in the text does.
import type { TargetOf } from '../../settings/notify-targets.ts';
import { sha256Of } from '../../store/disk.ts';
import { withLastLine } from '../harmless.ts';
import type { HttpChannel } from './channel.ts';
import { bearer, headerId, jsonPost, verdictOf } from './channel.ts';
import { hookUrl, PROMPT_MAX } from './openclaw-wake.ts';

const KEY_MAX = 256;

/** Another one for each target, so that two agents of one gateway are both told. */
function keyOf(id: string, target: string): string {
  const key = `${target}:${id}`;
  return key.length <= KEY_MAX ? key : `${target}:${sha256Of(id)}`;
}

/** What the gateway calls these; left out where the settings do not say, for its own defaults to hold. */
function wishes({ agent, session_key, deliver, channel, to, model, thinking }: TargetOf<'openclaw-agent'>) {
  return {
    ...(agent !== undefined && { agentId: agent }),
    ...(session_key !== undefined && { sessionKey: session_key }),
    ...(deliver !== undefined && { deliver }),
    ...(channel !== undefined && { channel }),
    ...(to !== undefined && { to }),
    ...(model !== undefined && { model }),
    ...(thinking !== undefined && { thinking }),
  };
}

export const openclawAgent: HttpChannel<'openclaw-agent'> = {
  over: 'http',
  request: (letter, target, { url, secret }) => {
    const idempotencyKey = keyOf(headerId(letter.message), letter.target);
    const body = {
      message: withLastLine(letter.whole, letter.idLine, PROMPT_MAX),
      name: target.name ?? 'jobq',
      idempotencyKey,
      ...wishes(target),
    };
    const headers = { ...bearer(secret), 'idempotency-key': idempotencyKey };
    return jsonPost(hookUrl(url, 'agent'), letter, body, headers);
  },
  verdict: (answer, _target, nowMs) => verdictOf(answer, nowMs),
};
