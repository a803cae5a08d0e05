// A message as one target is told it: the target's template or the usual words, over values made harmless for its kind.
import type { FieldTexts } from '../job/message-template.ts';
import { renderTemplate } from '../job/message-template.ts';
import type { NotifyTarget } from '../settings/notify-targets.ts';
import type { Message } from './message.ts';
import { textsOf } from './message.ts';
import { DEFAULT_TEXT, DEFAULT_TITLE } from './texts.ts';

export interface Letter {
  message: Message;
  /** The name of the target. */
  target: string;
  title: string;
  /** Without the title. */
  text: string;
  /** All there is to read, for kinds that know no title: the target's template alone, where it has one. */
  whole: string;
  /** The last line of what people and agents read: tells a message that came twice. */
  idLine: string;
}

/** Disarms what a value could do in a text of this kind; what a template itself says is meant so. */
export type Disarm = (value: string) => string;

/** An agent is shown text from a log only where its target allows it. */
function mayQuoteLog(target: NotifyTarget): boolean {
  return !('include_log' in target) || target.include_log;
}

function disarmed(texts: FieldTexts, disarm: Disarm): FieldTexts {
  return Object.fromEntries(Object.entries(texts).map(([field, text]) => [field, text && disarm(text)]));
}

export function letterFor(
  message: Message,
  target: string,
  settings: NotifyTarget,
  disarm: Disarm = (value) => value,
): Letter {
  const idLine = `(${disarm(String(message.facts['message_id'] ?? message.id))})`;
  if (message.kind === 'test') {
    const { title, text } = message;
    return { message, target, title, text, whole: `${title}\n${text}`, idLine };
  }
  const { facts, log } = message;
  const quoted = mayQuoteLog(settings) ? log : {};
  const texts = disarmed(textsOf({ ...facts, ...quoted }), disarm);
  const title = renderTemplate(DEFAULT_TITLE, texts);
  const text = renderTemplate(settings.template ?? DEFAULT_TEXT, texts) || title;
  const whole = settings.template === undefined ? `${title}\n${text}` : text;
  return { message, target, title, text, whole, idLine };
}
