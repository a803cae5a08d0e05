// OpenClaw `POST /hooks/wake`: a short text that wakes an agent. Early versions know text and mode only and answer 200 or
// 202; that one was accepted does not prove that the agent acts.
import { withLastLine } from '../harmless.ts';
import type { HttpChannel } from './channel.ts';
import { bearer, jsonPost, verdictOf } from './channel.ts';

/** The whole goes into a prompt. */
export const PROMPT_MAX = 4000;

/** The address of a hook below that of all hooks, which may name the hook already. */
export function hookUrl(url: string, hook: string): string {
  const full = new URL(url);
  const path = full.pathname.replace(/\/+$/, '');
  full.pathname = path.endsWith(`/${hook}`) ? path : `${path}/${hook}`;
  return full.href;
}

export const openclawWake: HttpChannel<'openclaw-wake'> = {
  over: 'http',
  request: (letter, { agent, session_key }, { url, secret }) => {
    const body = {
      text: withLastLine(letter.whole, letter.idLine, PROMPT_MAX),
      mode: 'now',
      ...(agent !== undefined && { agentId: agent }),
      ...(session_key !== undefined && { sessionKey: session_key }),
    };
    return jsonPost(hookUrl(url, 'wake'), letter, body, bearer(secret));
  },
  verdict: (answer, _target, nowMs) => verdictOf(answer, nowMs),
};
