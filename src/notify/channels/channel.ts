// What every kind of target is made of: a request from a letter, and a verdict from the answer. Both are pure.
import type { NotifyTarget, TargetOf } from '../../settings/notify-targets.ts';
import type { HttpAnswer, HttpRequest } from '../../system/http.ts';
import type { RunEnd } from '../../system/process/run.ts';
import { oneLine } from '../harmless.ts';
import type { Disarm, Letter } from '../letter.ts';
import type { Message } from '../message.ts';
import type { Secrets } from '../secrets.ts';

export type Verdict =
  | { result: 'sent' }
  /**
   * Tried again, not before so many seconds where the other side asks for that. `pause`: it is about the target and not
   * about this message, so no other is sent there until then.
   */
  | { result: 'retry'; problem: string; after_s?: number | undefined; pause?: boolean | undefined }
  /** Trying again would not help. */
  | { result: 'refused'; reason: string };

export type Post = Required<Omit<HttpRequest, 'timeoutMs'>>;

export interface CommandRequest {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  input: string;
}

export interface HttpChannel<K extends NotifyTarget['kind']> {
  over: 'http';
  disarm?: Disarm;
  request(letter: Letter, target: TargetOf<K>, secrets: Secrets, nowMs: number): Post;
  verdict(answer: HttpAnswer, target: TargetOf<K>, nowMs: number): Verdict;
}

export interface CommandChannel {
  over: 'command';
  disarm?: Disarm;
  request(letter: Letter, target: TargetOf<'command'>): CommandRequest;
  verdict(end: RunEnd): Verdict;
}

/** What may stand in a header: the id, its other characters percent-encoded. */
export function headerId({ id }: Pick<Message, 'id'>): string {
  return id.replace(/[^!-~]|%/gu, encodeURIComponent);
}

/** A POST of JSON. Its id is in a header, whatever the body says. */
export function jsonPost(
  url: string,
  { message }: Letter,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Post {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', 'x-jobq-message-id': headerId(message), ...headers },
    body: JSON.stringify(body),
  };
}

export function bearer(secret: string | undefined): Record<string, string> {
  return secret === undefined ? {} : { authorization: `Bearer ${secret}` };
}

const TRY_AGAIN = [408, 425, 429];

/** How much of what the other side says is told. */
const SAID_MAX = 200;

function saidBy({ status, body }: HttpAnswer): string {
  const said = oneLine(body.slice(0, 2000), SAID_MAX);
  return said === '' ? `status ${status}` : `status ${status}: ${said}`;
}

function redirectOf({ status, headers }: HttpAnswer): string {
  const place = headers['location'] ?? '';
  const to = URL.canParse(place) ? ` to ${new URL(place).host}` : '';
  return `status ${status}: it redirects${to}, which is not followed: the settings should name the new address`;
}

/** The verdict of a status; `proof` may doubt one that says it went well. */
export function verdictOf(
  answer: HttpAnswer,
  nowMs: number,
  proof: (answer: HttpAnswer) => string | undefined = () => undefined,
): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) {
    const doubt = proof(answer);
    return doubt === undefined ? { result: 'sent' } : { result: 'refused', reason: doubt };
  }
  if (status >= 300 && status < 400) return { result: 'refused', reason: redirectOf(answer) };
  if (status >= 500 || TRY_AGAIN.includes(status)) {
    const after_s = retryAfter(answer, nowMs);
    const pause = status === 429 || (status === 503 && after_s !== undefined);
    return { result: 'retry', problem: saidBy(answer), after_s, ...(pause && { pause }) };
  }
  return { result: 'refused', reason: saidBy(answer) };
}

/** `Retry-After` in seconds: a number, or a date, held against the clock of the other side where it tells its time. */
export function retryAfter({ headers }: HttpAnswer, nowMs: number): number | undefined {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const until = Date.parse(text);
  if (Number.isNaN(until) || !/[a-z]/i.test(text)) return undefined;
  const theirNow = Date.parse(headers['date'] ?? '');
  return Math.max(0, (until - (Number.isNaN(theirNow) ? nowMs : theirNow)) / 1000);
}

/** The JSON object in a body, if there is one. */
export function objectIn(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
