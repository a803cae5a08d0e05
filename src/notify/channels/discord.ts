// Discord's webhooks. With `wait=true` the answer is the message that was made; nobody is ever mentioned.
import type { HttpAnswer } from '../../system/http.ts';
import { withLastLine, withoutCalls } from '../harmless.ts';
import type { HttpChannel } from './channel.ts';
import { jsonPost, objectIn, verdictOf } from './channel.ts';

const CONTENT_MAX = 2000;

function webhookUrl(url: string, thread: string | undefined): string {
  const full = new URL(url);
  full.searchParams.set('wait', 'true');
  if (thread !== undefined) full.searchParams.set('thread_id', thread);
  return full.href;
}

function doubt({ status, body }: HttpAnswer): string | undefined {
  if (status === 204 || objectIn(body)) return undefined;
  return 'it did not answer with the message, as Discord does: is the address that of a webhook?';
}

/** The wait it asks for stands in the body, with a fraction. */
function waitOf(body: string): number | undefined {
  const wait = objectIn(body)?.['retry_after'];
  return typeof wait === 'number' && wait >= 0 ? wait : undefined;
}

export const discord: HttpChannel<'discord'> = {
  over: 'http',
  disarm: (value) => withoutCalls(value).replace(/[\\*_~`|<>[\]#]/g, '\\$&'),
  request: (letter, { thread, username }, { url }) => {
    const body = {
      content: withLastLine(letter.whole, letter.idLine, CONTENT_MAX),
      allowed_mentions: { parse: [] },
      ...(username !== undefined && { username }),
    };
    return jsonPost(webhookUrl(url, thread), letter, body);
  },
  verdict: (answer, _target, nowMs) => {
    const verdict = verdictOf(answer, nowMs, doubt);
    const wait = answer.status === 429 ? waitOf(answer.body) : undefined;
    return verdict.result === 'retry' && wait !== undefined ? { ...verdict, after_s: wait } : verdict;
  },
};
