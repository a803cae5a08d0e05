// ntfy: JSON to the root of the server; the answer is the message with its topic.
import type { MessageEvent } from '../../job/message-template.ts';
import { cut, inBytes, withLastLine } from '../harmless.ts';
import type { HttpChannel } from './channel.ts';
import { bearer, jsonPost, objectIn, verdictOf } from './channel.ts';

/** A longer message becomes an attachment. */
const MESSAGE_MAX_BYTES = 4096;
const TITLE_MAX = 200;
const [USUAL, HIGH] = [3, 4];

const PRIORITY: Readonly<Record<MessageEvent, number>> = {
  completed: USUAL,
  cancelled: USUAL,
  recovered: USUAL,
  late: USUAL,
  failed: HIGH,
  lost: HIGH,
};

export const ntfy: HttpChannel<'ntfy'> = {
  over: 'http',
  request: (letter, { topic, priority, tags }, { url, secret }) => {
    const body = {
      topic,
      title: cut(letter.title, TITLE_MAX),
      message: withLastLine(letter.text, letter.idLine, MESSAGE_MAX_BYTES, inBytes),
      priority: priority ?? PRIORITY[letter.message.event],
      ...(tags !== undefined && { tags }),
    };
    return jsonPost(new URL('/', url).href, letter, body, bearer(secret));
  },
  verdict: (answer, { topic }, nowMs) =>
    verdictOf(answer, nowMs, ({ body }) =>
      objectIn(body)?.['topic'] === topic
        ? undefined
        : 'it did not answer with the message and its topic, as ntfy does: is the address that of the server?',
    ),
};
