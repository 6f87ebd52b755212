// A server that misbehaves in the way its tool is named, over HTTP in both eras (`http`, prints its URL) and over stdio (`stdio`).
// Says over standard output how many calls it saw; never behaves unless asked to (`fine`).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

export const MISDEEDS = [
  'fine', 'hang', 'refuse', 'die', 'die-in-body', 'die-in-stream', 'end-without-answer', 'garbage', 'wrong-json', 'wrong-id', 'half-event',
  'never-close', 'noisy', 'answer-twice', 'wrong-type',
] as const; // biome-ignore format: a column of words
export const HUGE = ['huge-json', 'huge-event', 'huge-line', 'million'] as const;

const HUGE_BYTES = 100 * 1024 * 1024;
const EVENTS = 1_000_000;
const NOISE = 50;
const INFO = { name: 'hostile', version: '1.0.0' };

interface Message {
  id?: string | number;
  method?: string;
  params?: { name?: string; protocolVersion?: string; _meta?: { progressToken?: string | number } };
}

type Write = (text: string) => boolean;

if (process.argv[1] === import.meta.filename) {
  if (process.argv[2] === 'http') serveHttp();
  else serveStdio();
}

function serveHttp(): void {
  const server = createServer(async (request, response) => {
    response.on('error', () => undefined);
    let text = '';
    try {
      for await (const chunk of request) text += String(chunk);
    } catch {
      return;
    }
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const message = JSON.parse(text) as Message;
    const modern = request.headers['mcp-protocol-version'] === '2026-07-28';
    if (message.id === undefined || message.method === undefined) return void response.writeHead(202).end();
    const result = handshake(message, modern);
    if (result) return void json(response, { jsonrpc: '2.0', id: message.id, result });
    await misbehave(message, modern, request, response);
  });
  server.listen(0, '127.0.0.1', () =>
    console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` })),
  );
}

function handshake({ method, params }: Message, modern: boolean): object | undefined {
  const stamp = modern ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {};
  const capabilities = { tools: {}, logging: {} };
  if (method === 'server/discover')
    return { ...stamp, supportedVersions: ['2026-07-28'], capabilities, _meta: { 'io.modelcontextprotocol/serverInfo': INFO } };
  if (method === 'initialize') return { protocolVersion: params?.protocolVersion, capabilities, serverInfo: INFO };
  if (method === 'tools/list')
    return { ...stamp, tools: [...MISDEEDS, ...HUGE].map((name) => ({ name, inputSchema: { type: 'object' } })) };
  return method === 'ping' ? {} : undefined;
}

async function misbehave(message: Message, modern: boolean, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = message.params?.name;
  const fine = answer(message.id, modern);
  const socket = request.socket;
  const stream = () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event(note(message, 1)));
  };
  if (name === 'fine') return json(response, fine);
  if (name === 'hang') return;
  if (name === 'refuse') return void response.writeHead(503, { 'content-type': 'text/plain' }).end('no');
  if (name === 'die') return void socket.destroy();
  if (name === 'garbage') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc": <!doctype html>');
  if (name === 'wrong-json') return json(response, [1, 2, { no: 'message' }]);
  if (name === 'wrong-type') return void response.writeHead(200, { 'content-type': 'image/png' }).end(JSON.stringify(fine));
  if (name === 'wrong-id') return json(response, { ...fine, id: 987_654 });
  if (name === 'die-in-body') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' }).write('{"jsonrpc":"2.0",');
    setTimeout(() => socket.destroy(), 5);
    return;
  }
  if (name === 'huge-json')
    return huge(
      response,
      'application/json',
      `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":{"content":[{"type":"text","text":"`,
      '"}]}}',
    );
  if (name === 'huge-event' || name === 'huge-line') return huge(response, 'text/event-stream', 'data: ', '\n\n');
  stream();
  if (name === 'die-in-stream') return void setTimeout(() => socket.destroy(), 5);
  if (name === 'end-without-answer') return void response.end();
  if (name === 'half-event') return void response.end(`data: ${JSON.stringify(fine)}`);
  if (name === 'answer-twice') return void response.end(event(fine) + event(fine));
  if (name === 'never-close') return void response.write(event(fine));
  const count = name === 'million' ? EVENTS : NOISE;
  await pour(
    count,
    message,
    (text) => response.write(text),
    () => new Promise((resolve) => response.once('drain', resolve).once('close', resolve)),
    () => response.destroyed,
  );
  response.end(event(fine));
}

function serveStdio(): void {
  createInterface({ input: process.stdin }).on('line', async (line) => {
    const message = JSON.parse(line) as Message;
    if (message.id === undefined || message.method === undefined) return;
    const say: Write = (text) => process.stdout.write(text);
    const known = handshake(message, false);
    const fine = `${JSON.stringify(known ? { jsonrpc: '2.0', id: message.id, result: known } : answer(message.id, false))}\n`;
    const name = known ? 'fine' : message.params?.name;
    if (name === 'hang') return;
    if (name === 'die' || name === 'refuse') return process.exit(3);
    if (name === 'die-in-body' || name === 'die-in-stream') return void process.stdout.write(fine.slice(0, 20), () => process.exit(3));
    if (name === 'garbage' || name === 'wrong-json') say('\u0000\ufffd not json at all\n[]\n42\n{"jsonrpc":"2.0"}\n');
    if (name === 'wrong-id') say(`${JSON.stringify({ ...answer('nobody', false) })}\n`);
    if (name === 'noisy' || name === 'million') {
      const count = name === 'million' ? EVENTS : NOISE;
      await pour(
        count,
        message,
        (text) => say(text.replaceAll('data: ', '').replaceAll('\n\n', '\n')),
        () => new Promise((resolve) => process.stdout.once('drain', resolve)),
        () => false,
      );
    }
    if (name?.startsWith('huge')) {
      for (let sent = 0; sent < HUGE_BYTES; sent += CHUNK.length)
        if (!say(CHUNK)) await new Promise((resolve) => process.stdout.once('drain', resolve));
      say('\n');
    }
    say(fine);
  });
}

const CHUNK = 'x'.repeat(256 * 1024);

async function huge(response: ServerResponse, type: string, head: string, tail: string): Promise<void> {
  response.writeHead(200, { 'content-type': type });
  response.write(head);
  for (let sent = 0; sent < HUGE_BYTES && !response.destroyed; sent += CHUNK.length) {
    if (!response.write(CHUNK)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end(tail);
}

/** Many notifications, as fast as they are taken. */
async function pour(count: number, message: Message, write: Write, drained: () => Promise<unknown>, gone: () => boolean): Promise<void> {
  for (let at = 0; at < count && !gone(); at += 100) {
    let text = '';
    for (let progress = at + 1; progress <= at + Math.min(100, count - at); progress++) text += event(note(message, progress));
    if (!write(text) && !gone()) await drained();
  }
}

function note({ params }: Message, progress: number): object {
  const progressToken = params?._meta?.progressToken;
  if (progressToken === undefined) return { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: progress } };
  return { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress } };
}

function answer(id: Message['id'], modern: boolean): { jsonrpc: string; id: Message['id']; result: object } {
  return { jsonrpc: '2.0', id, result: { ...(modern ? { resultType: 'complete' } : {}), content: [{ type: 'text', text: 'done' }] } };
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function event(message: object): string {
  return `data: ${JSON.stringify(message)}\n\n`;
}
