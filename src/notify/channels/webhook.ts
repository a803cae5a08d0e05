// A plain webhook: the message as JSON, signed over the raw body and the time it was sent.
import { createHmac } from 'node:crypto';
import type { Letter } from '../letter.ts';
import type { HttpChannel } from './channel.ts';
import { bearer, jsonPost, verdictOf } from './channel.ts';

/** What a webhook and a command are told; the log is in it only where the target's template asks for it. */
export function payloadOf({ message, title, text }: Letter): object {
  const { id, kind, event, job_id, at, facts } = message;
  return { version: 1, id, kind, event, job_id, at, title, text, facts };
}

/** `t=<seconds since 1970>,v1=<HMAC-SHA256 of "<t>.<body>" in hex>`, as others do it, too. */
export function signatureOf(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

export const webhook: HttpChannel<'webhook'> = {
  over: 'http',
  request: (letter, { secret_as }, { url, secret }, nowMs) => {
    const post = jsonPost(url, letter, payloadOf(letter));
    if (secret === undefined) return post;
    const proof =
      secret_as === 'bearer' ? bearer(secret) : { 'x-jobq-signature': signatureOf(secret, post.body, nowMs) };
    return { ...post, headers: { ...post.headers, ...proof } };
  },
  verdict: (answer, _target, nowMs) => verdictOf(answer, nowMs),
};
