// One request and its whole answer, within a time limit and a size. The only user of fetch. It follows no redirect,
// uses no proxy, and says nothing of the address or the headers in a problem, since those may be secrets.
import { systemCode } from '../errors.ts';

export interface HttpRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** For the whole exchange, up to the last byte of the answer. */
  timeoutMs: number;
}

export interface HttpAnswer {
  status: number;
  /** By names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Not more than its first 64 KB. */
  body: string;
}

/** There was no whole answer; whether the request was carried out is not known. */
export interface HttpProblem {
  problem: string;
}

export type Http = (request: HttpRequest) => Promise<HttpAnswer | HttpProblem>;

const BODY_MAX_BYTES = 65_536;

export const systemHttp: Http = async ({ timeoutMs, ...request }) => {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), timeoutMs);
  try {
    return await exchange(request, over.signal);
  } catch (error) {
    return {
      problem: over.signal.aborted ? `no whole answer within ${timeoutMs / 1000} s` : problemOf(error),
    };
  } finally {
    clearTimeout(timer);
    over.abort(); // an answer that was too long may still be coming
  }
};

async function exchange(request: Omit<HttpRequest, 'timeoutMs'>, signal: AbortSignal): Promise<HttpAnswer> {
  const { method, url, headers, body } = request;
  const answer = await fetch(url, {
    method,
    // a connection kept from an earlier request may be dead by now, and a body must not unfold
    headers: { 'user-agent': 'jobq', 'accept-encoding': 'identity', ...headers, connection: 'close' },
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal,
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: await startOf(answer.body),
  };
}

async function startOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let left = BODY_MAX_BYTES;
  const reader = body?.getReader();
  while (reader && left > 0) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
  }
  return text;
}

/** The message of the error itself may hold the address or a header; that of its cause is about the connection. */
function problemOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return 'the request could not be made';
  const code = systemCode(cause);
  const told = cause.message || code || 'the connection failed';
  return code === undefined || told.includes(code) ? told : `${told} (${code})`;
}
