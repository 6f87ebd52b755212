// A server built with the official SDK, the way its users build one: a tool that echoes, one that reports progress and logs, one that asks first.
// Over HTTP in both eras (legacy with sessions), or over stdio when run as a process: `node sdk-server.ts`.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const NAME = z.object({ name: z.string() });

export function sdkServer(): McpServer {
  const server = new McpServer({ name: 'sdk-server', version: '1.0.0' }, { capabilities: { tools: { listChanged: true }, logging: {} } });
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({ content: [{ type: 'text', text }] }));
  server.registerTool('work', {}, async (context) => {
    const token = context.mcpReq._meta?.progressToken;
    for (const progress of [1, 2, 3]) {
      if (token !== undefined)
        await context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress, total: 3 } });
      await context.mcpReq.log('warning', `step ${progress}`);
    }
    return { content: [{ type: 'text', text: 'worked' }] };
  });
  server.registerTool('greet', {}, async (context) => {
    const given = acceptedContent(context.mcpReq.inputResponses, 'who', NAME);
    if (given) return { content: [{ type: 'text', text: `Hello, ${given.name}` }] };
    return inputRequired({ inputRequests: { who: inputRequired.elicit({ message: 'Who?', requestedSchema: NAME }) } });
  });
  server.registerTool('greet-live', {}, async (context) => {
    const answer = await context.mcpReq.elicitInput({
      mode: 'form',
      message: 'Who?',
      requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
    });
    return { content: [{ type: 'text', text: `Hello, ${String(answer.content?.name)}` }] };
  });
  return server;
}

export interface SdkServer {
  url: string;
  close(): Promise<void>;
}

/** `modern` serves 2026-07-28 only; `legacy` one transport per session. */
export async function startSdkServer(era: 'legacy' | 'modern'): Promise<SdkServer> {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  const modern = toNodeHandler(createMcpHandler(sdkServer, { legacy: 'reject' }));
  const http = createServer(async (request, response) => {
    if (era === 'modern') return void modern(request as Parameters<typeof modern>[0], response);
    const known = sessions.get(String(request.headers['mcp-session-id']));
    if (known) return known.handleRequest(request, response);
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await sdkServer().connect(transport);
    await transport.handleRequest(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

if (process.argv[1] === import.meta.filename) serveStdio(sdkServer);
