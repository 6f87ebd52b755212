// A plain HTTP server whose every answer a test writes by hand: for servers that behave badly. Listens on loopback only.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RawRequest {
  method: string;
  headers: IncomingMessage['headers'];
  text: string;
  /** Parsed body, when it is JSON. */
  message: { id?: unknown; method?: string; params?: Record<string, unknown>; result?: unknown; error?: unknown } | undefined;
}

export interface RawServer {
  url: string;
  /** Everything received, in order. */
  received: RawRequest[];
  close(): Promise<void>;
}

export type RawHandler = (request: RawRequest, response: ServerResponse) => void | Promise<void>;

export async function startRawServer(handler: RawHandler): Promise<RawServer> {
  const received: RawRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const request: RawRequest = { method: incoming.method ?? '', headers: incoming.headers, text, message: parsed(text) };
    received.push(request);
    await handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(response: ServerResponse, body: unknown, headers: Record<string, string> = {}, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
}

export function openEvents(response: ServerResponse, headers: Record<string, string> = {}): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  response.flushHeaders();
  return response;
}

export function event(response: ServerResponse, data: unknown, id?: string): void {
  response.write(`${id === undefined ? '' : `id: ${id}\n`}data: ${data === '' ? '' : JSON.stringify(data)}\n\n`);
}

/** The handshake and nothing else; true when it took the request. */
export function legacyHandshake(
  request: RawRequest,
  response: ServerResponse,
  options: { sessionId?: string; capabilities?: object } = {},
): boolean {
  const { message } = request;
  if (message?.method === 'initialize') {
    const result = {
      protocolVersion: '2025-11-25',
      capabilities: options.capabilities ?? { tools: {} },
      serverInfo: { name: 'raw', version: '1' },
    };
    json(
      response,
      { jsonrpc: '2.0', id: message.id, result },
      options.sessionId === undefined ? {} : { 'mcp-session-id': options.sessionId },
    );
    return true;
  }
  if (request.method === 'POST' && message?.id !== undefined && message.method !== undefined) return false;
  if (request.method === 'POST') response.writeHead(202).end();
  else response.writeHead(405).end();
  return true;
}

function parsed(text: string): RawRequest['message'] {
  try {
    return JSON.parse(text) as RawRequest['message'];
  } catch {
    return undefined;
  }
}
