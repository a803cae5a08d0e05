// One request to a server that is most often on this machine, and its whole answer, within a time limit and a size.
// Without fetch, which a short-lived command would have to load. It knows nothing of who is asked, or what.
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { messageOf, systemCode } from '../errors.ts';
import type { HttpProblem } from './http.ts';

export interface LocalRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Without user name and password. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  /** For the whole exchange, up to the last byte of the answer. */
  timeoutMs: number;
  /** An answer that is longer is a problem. */
  maxBytes: number;
  /** For https: the certificate of the server in PEM, and no other; its host name does not count. */
  cert?: string | undefined;
  /** Gives the exchange up. */
  signal?: AbortSignal | undefined;
}

export interface LocalAnswer {
  status: number;
  body: string;
}

/** Follows no redirect, uses no proxy, keeps no connection. Never throws. */
export type LocalHttp = (request: LocalRequest) => Promise<LocalAnswer | HttpProblem>;

export const systemLocalHttp: LocalHttp = async (request) => {
  try {
    const { client, options } = await clientFor(request);
    return await exchange(client(request.url, options), request);
  } catch (error) {
    return { problem: problemOf(error) };
  }
};

type Client = (url: string, options: RequestOptions) => ClientRequest;

async function clientFor(request: LocalRequest): Promise<{ client: Client; options: RequestOptions }> {
  const { protocol, username, password } = new URL(request.url);
  if (username !== '' || password !== '') throw new Error('the address holds a user name or a password');
  const { method, body = '', headers } = request;
  const length = method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options: RequestOptions = {
    method,
    // a connection of one exchange only, whose answer cannot unfold
    agent: false,
    headers: {
      'user-agent': 'jobq',
      'accept-encoding': 'identity',
      ...headers,
      ...length,
      connection: 'close',
    },
  };
  if (protocol === 'http:') return { client: (await import('node:http')).request, options };
  if (protocol === 'https:')
    return { client: (await import('node:https')).request, options: { ...options, ...trust(request) } };
  throw new Error(`${protocol}// cannot be asked`);
}

/** A certificate that is known is enough by itself, whoever signed it and whatever host it names. */
function trust({ cert }: LocalRequest): RequestOptions {
  if (cert === undefined) return {};
  return { ca: cert, allowPartialTrustChain: true, checkServerIdentity: () => undefined } as RequestOptions;
}

function exchange(out: ClientRequest, request: LocalRequest): Promise<LocalAnswer | HttpProblem> {
  const { timeoutMs, signal, body } = request;
  return new Promise((resolve) => {
    const end = (answer: LocalAnswer | HttpProblem) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      resolve(answer);
      out.destroy();
    };
    const giveUp = () => end({ problem: 'given up' });
    const timer = setTimeout(
      () => end({ problem: `no whole answer within ${timeoutMs / 1000} s` }),
      timeoutMs,
    );
    signal?.addEventListener('abort', giveUp);
    // stays for good: what is destroyed may still report an error
    out.on('error', (error) => end({ problem: problemOf(error) }));
    out.on('upgrade', (_answer, socket) => {
      socket.destroy();
      end({ problem: 'the server changed the protocol' });
    });
    out.on('response', (answer) => collect(answer, request.maxBytes, end));
    if (signal?.aborted) return giveUp();
    out.end(body);
  });
}

function collect(
  answer: IncomingMessage,
  maxBytes: number,
  end: (answer: LocalAnswer | HttpProblem) => void,
): void {
  const pieces: Buffer[] = [];
  let bytes = 0;
  answer.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > maxBytes) return end({ problem: `the answer is longer than ${maxBytes} bytes` });
    pieces.push(piece);
  });
  answer.on('error', (error) => end({ problem: problemOf(error) }));
  answer.on('end', () =>
    end({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') }),
  );
}

function problemOf(error: unknown): string {
  const code = systemCode(error);
  const told = messageOf(error) || 'the connection failed';
  return code === undefined || told.includes(code) ? told : `${told} (${code})`;
}
