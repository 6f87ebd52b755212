// Receivers of forwarded logs for tests: syslog over TLS, read strictly, and HTTP. Each can be made to misbehave. Nothing of the sender is used.
import { createServer as createHttp, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import type { Pair } from './certificates.ts';
import { parseSyslog, type SyslogMessage, splitFrames } from './rfc5424.ts';

export interface SyslogSink {
  port: number;
  /** Whole messages of connections that ended well, in the order they came. */
  messages: SyslogMessage[];
  texts: string[];
  connections: number;
  /** What was wrong with what came. */
  problems: string[];
  /** Asked for each connection: `read` until the end, `reset` after so many bytes, `ignore` everything and never close. */
  behave: (connection: number) => 'read' | 'ignore' | { resetAfter: number };
  close(): Promise<void>;
}

export async function startSyslogSink(
  pair: Pair,
  options: { ca?: string; requireClient?: boolean; port?: number } = {},
): Promise<SyslogSink> {
  const sockets = new Set<Socket>();
  const server = createTls({
    cert: pair.cert,
    key: pair.key,
    ca: options.ca,
    requestCert: options.requireClient,
    rejectUnauthorized: options.requireClient,
  });
  const sink: SyslogSink = {
    port: 0,
    messages: [],
    texts: [],
    connections: 0,
    problems: [],
    behave: () => 'read',
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => serve(sink, socket, sink.behave(sink.connections++)));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  sink.port = (server.address() as AddressInfo).port;
  return sink;
}

function serve(sink: SyslogSink, socket: TLSSocket, how: ReturnType<SyslogSink['behave']>): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (typeof how === 'object' && bytes >= how.resetAfter) socket.destroy();
  });
  if (how === 'ignore') {
    socket.allowHalfOpen = true;
    return;
  }
  socket.on('end', () => {
    try {
      const { messages, rest } = splitFrames(Buffer.concat(chunks));
      if (rest.length > 0) sink.problems.push(`${rest.length} bytes of a frame that is not whole`);
      sink.messages.push(...messages.map(parseSyslog));
      sink.texts.push(...messages);
    } catch (error) {
      sink.problems.push(String(error));
    }
  });
}

export interface HttpAnswer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

export interface HttpSink {
  url: string;
  requests: { path: string; headers: IncomingHttpHeaders; body: string }[];
  /** Status and body of the answer; `requests` holds only what was answered with 2xx. */
  answer: (n: number, body: string) => HttpAnswer | Promise<HttpAnswer>;
  asked: number;
  /** Most requests that were open at the same time. */
  mostAtOnce: number;
  close(): Promise<void>;
}

export async function startHttpSink(pair?: Pair): Promise<HttpSink> {
  const server: Server = pair ? (createHttps({ cert: pair.cert, key: pair.key }) as unknown as Server) : createHttp();
  const sink: HttpSink = {
    url: '',
    requests: [],
    answer: () => ({ status: 200, body: '{}' }),
    asked: 0,
    mostAtOnce: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  let open = 0;
  server.on('request', (request, response) => {
    let body = '';
    sink.mostAtOnce = Math.max(sink.mostAtOnce, ++open);
    response.once('close', () => open--);
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', async () => {
      const { status, body: text = '', headers = {} } = await sink.answer(++sink.asked, body);
      if (status < 300) sink.requests.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sink.url = `${pair ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}`;
  return sink;
}
