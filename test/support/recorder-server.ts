// A server with one tool whose only effect is a durable note: every call it receives is appended to a file and synced before anything is
// answered. `node recorder-server.ts http FILE` (2026-07-28, prints its URL) or `stdio FILE` (2025-11-25, notes its pid in FILE.pids). A number
// after FILE adds so many tools, note_0 and so on, that do the same. Over HTTP an argument `ms` keeps the answer back, which then tells how many
// such calls were under way at once.
import { appendFileSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

interface Message {
  id?: string | number;
  method?: string;
  params?: { name?: string; arguments?: { n?: string; ms?: number }; protocolVersion?: string };
}

const [mode, file = '', more = '0'] = process.argv.slice(2);
const notes = openSync(file, 'a');
const TOOL = { name: 'note', inputSchema: { type: 'object', properties: { n: { type: 'string' } }, required: ['n'] } };
const TOOLS = [TOOL, ...Array.from({ length: Number(more) }, (_, i) => ({ ...TOOL, name: `note_${i}` }))];
const INFO = { name: 'recorder', version: '1.0.0' };

if (mode === 'http') serveHttp();
else serveStdio();

function serveHttp(): void {
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const message = JSON.parse(text) as Message;
    const result = resultOf(message, { resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
    if (message.id === undefined) return void response.writeHead(202).end();
    if (message.params?.arguments?.ms !== undefined && result)
      result.content = [{ type: 'text', text: await slowly(message.params.arguments.ms) }];
    const body = result === undefined ? unknownMethod(message) : { jsonrpc: '2.0', id: message.id, result };
    response.writeHead(result === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1', () =>
    console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` })),
  );
}

let underWay = 0;

async function slowly(ms: number): Promise<string> {
  underWay++;
  const atOnce = underWay;
  await new Promise((resolve) => setTimeout(resolve, ms));
  underWay--;
  return String(atOnce);
}

function serveStdio(): void {
  appendFileSync(`${file}.pids`, `${process.pid}\n`);
  createInterface({ input: process.stdin }).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    const result = resultOf(message, {});
    if (message.id === undefined) return;
    console.log(JSON.stringify(result === undefined ? unknownMethod(message) : { jsonrpc: '2.0', id: message.id, result }));
  });
}

function resultOf(message: Message, stamp: Record<string, unknown>): Record<string, unknown> | undefined {
  if (message.method === 'server/discover') {
    return {
      ...stamp,
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {} },
      _meta: { 'io.modelcontextprotocol/serverInfo': INFO },
    };
  }
  if (message.method === 'initialize') {
    return { protocolVersion: message.params?.protocolVersion, capabilities: { tools: {} }, serverInfo: INFO };
  }
  if (message.method === 'tools/list') return { ...stamp, tools: TOOLS };
  if (message.method !== 'tools/call') return message.method === 'ping' ? {} : undefined;
  const n = String(message.params?.arguments?.n);
  writeSync(notes, `${n}\n`);
  fsyncSync(notes);
  return { ...(stamp.resultType ? { resultType: 'complete' } : {}), content: [{ type: 'text', text: `noted ${n}` }] };
}

function unknownMethod({ id }: Message): object {
  return { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
}
