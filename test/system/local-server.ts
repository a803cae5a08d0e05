// A server on this machine that answers as badly as it is told to; closed with everything it holds when the test is over.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Answer = (response: ServerResponse, request: Received) => void;

export interface LocalServer {
  url: string;
  received: Received[];
  server: Server;
}

/** Gives each request to the next answer, and all that follow to the last one. */
export async function serve(...answers: Answer[]): Promise<LocalServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const got = { method, path, headers, body };
      received.push(got);
      answers[Math.min(received.length, answers.length) - 1]?.(response, got);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received, server };
}

/** Answers that nobody should give. */
export const BAD = {
  neverAnswers: () => {},
  trickles: (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  },
  resetsInTheBody: (response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.socket?.resetAndDestroy());
  },
  endsTooSoon: (response) => {
    response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
  },
  saysMoreThanItSaid: (response) => {
    response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more');
  },
  isNoHttp: (response) => {
    response.socket?.end('220 mail.example ESMTP\r\n');
  },
  neverEnds: (response) => {
    response.writeHead(200);
    const piece = 'ä'.repeat(50_000);
    const more = () => {
      while (!response.destroyed && response.write(piece)) {}
    };
    response.on('drain', more);
    more();
  },
} as const satisfies Record<string, Answer>;

export function status(code: number, body = '', headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(code, headers);
    response.end(body);
  };
}
