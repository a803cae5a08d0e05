// Slack's incoming webhooks. What was posted is answered with the bare text `ok`.
import { withLastLine, withoutCalls } from '../harmless.ts';
import type { HttpChannel } from './channel.ts';
import { jsonPost, verdictOf } from './channel.ts';

/** Slack cuts at 40000 and advises 4000. */
const TEXT_MAX = 4000;

export const slack: HttpChannel<'slack'> = {
  over: 'http',
  // `<!channel>`, `<@U1>` and `<http://…|text>` are nothing without their brackets
  disarm: (value) =>
    withoutCalls(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  request: (letter, _target, { url }) => {
    const text = withLastLine(letter.whole, letter.idLine, TEXT_MAX);
    return jsonPost(url, letter, { text, unfurl_links: false, unfurl_media: false });
  },
  verdict: (answer, _target, nowMs) =>
    verdictOf(answer, nowMs, ({ body }) =>
      body.trim() === 'ok'
        ? undefined
        : 'it did not answer "ok", as Slack does: is the address that of a webhook?',
    ),
};
