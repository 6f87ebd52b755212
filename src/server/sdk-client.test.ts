// The official SDK clients, both majors, against the agent side alone: what they do by themselves must just work.
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it } from 'vitest';
import { type AgentSide, startAgentSide, until } from '../../test/support/agent-side.ts';
import { refusal, result, untilAborted } from '../../test/support/scripted-pipeline.ts';
import { tokenHash } from '../auth/token.ts';
import type { Call, CallOutcome } from '../call.ts';

const TOOL = { name: 'echo', inputSchema: { type: 'object', properties: {} } };
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const client of open.splice(0)) await client.close().catch(() => undefined);
});

/** A small server's worth of behaviour, in the era of whoever asks. */
async function serve(call: Call): Promise<CallOutcome> {
  const { era } = call.client;
  const name = call.params?.name;
  if (call.method === 'server/discover') {
    const value = {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true } },
      ttlMs: 0,
      cacheScope: 'private',
    };
    return result({ ...value, _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'scripted', version: '1' } } }, 'modern');
  }
  if (call.method === 'tools/list') return result({ tools: [TOOL] }, 'legacy');
  if (call.method === 'subscriptions/listen') {
    if (era === 'modern') await call.peer.notify('notifications/subscriptions/acknowledged', { notifications: { toolsListChanged: true } });
    await call.peer.notify('notifications/tools/list_changed', undefined);
    return untilAborted(call);
  }
  if (name === 'refused') return refusal(call, 'denied_by_rule', 'Rule test/rule refuses this.');
  if (name === 'stuck') return untilAborted(call);
  if (name === 'progress') {
    const progressToken = (call.params?._meta as { progressToken?: string | number } | undefined)?.progressToken ?? 0;
    for (let progress = 1; progress <= 3; progress++) await call.peer.notify('notifications/progress', { progressToken, progress });
  }
  if (name === 'ask') {
    const answer = await call.peer.request?.(
      'elicitation/create',
      { message: 'Who?', requestedSchema: { type: 'object', properties: { who: { type: 'string' } } } },
      call.signal,
    );
    return result({ content: [{ type: 'text', text: JSON.stringify(answer) }] });
  }
  if (name === 'sample') {
    const params = { messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }], maxTokens: 5 };
    const answer = await call.peer.request?.('sampling/createMessage', params, call.signal);
    return result({ content: [{ type: 'text', text: JSON.stringify(answer) }] });
  }
  return result({ content: [{ type: 'text', text: String(name) }] });
}

function requestInit(token: string): { requestInit: RequestInit } {
  return { requestInit: { headers: { authorization: `Bearer ${token}` } } };
}

async function connectV1(side: AgentSide, token = 'sp_alice'): Promise<ClientV1> {
  const client = new ClientV1({ name: 'v1', version: '1' }, { capabilities: { elicitation: {}, sampling: {} } });
  open.push(client);
  await client.connect(new TransportV1(new URL(side.url), requestInit(token)) as Parameters<ClientV1['connect']>[0]);
  return client;
}

async function connectV2(side: AgentSide, mode: 'legacy' | 'auto', token = 'sp_alice'): Promise<ClientV2> {
  const client = new ClientV2({ name: 'v2', version: '1' }, { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } });
  open.push(client);
  await client.connect(new TransportV2(new URL(side.url), requestInit(token)));
  return client;
}

describe('SDK v1 client', () => {
  it('connects, lists, calls, sees refusals, hears progress, answers questions, and ends its session', async () => {
    const side = await startAgentSide(serve);
    const client = await connectV1(side);
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: { who: 'ada' } }));
    client.setRequestHandler(CreateMessageRequestSchema, async () => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: 'yo' },
    }));
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['echo']);
    expect(await client.callTool({ name: 'echo', arguments: {} })).toMatchObject({ content: [{ text: 'echo' }] });
    expect(await client.callTool({ name: 'refused', arguments: {} })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('refuses') }],
    });
    const seen: number[] = [];
    await client.callTool({ name: 'progress', arguments: {} }, undefined, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3]);
    expect(JSON.stringify(await client.callTool({ name: 'ask', arguments: {} }))).toContain('ada');
    expect(JSON.stringify(await client.callTool({ name: 'sample', arguments: {} }))).toContain('yo');
    await (client.transport as unknown as TransportV1).terminateSession();
    expect(side.server.activeSessions()).toBe(0);
  });

  it('hears of changes on its standing stream', async () => {
    const side = await startAgentSide(serve);
    const client = new ClientV1({ name: 'v1', version: '1' });
    open.push(client);
    let changed = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      changed += 1;
    });
    await client.connect(new TransportV1(new URL(side.url), requestInit('sp_alice')) as Parameters<ClientV1['connect']>[0]);
    await until(() => changed === 1);
  });

  it('cancels a call, which then ends', async () => {
    const side = await startAgentSide(serve);
    const client = await connectV1(side);
    const controller = new AbortController();
    const pending = client.callTool({ name: 'stuck', arguments: {} }, undefined, { signal: controller.signal });
    await until(() => side.pipeline.calls.some((call) => call.params?.name === 'stuck'));
    controller.abort();
    await expect(pending).rejects.toThrow();
    const call = side.pipeline.calls.find((found) => found.params?.name === 'stuck');
    await until(() => call?.signal.aborted === true);
    expect(call?.signal.reason).toMatchObject({ code: 'agent_cancelled' });
  });

  it('is turned away with an unknown token', async () => {
    const side = await startAgentSide(serve, { authenticate: (hash) => hash === tokenHash('sp_alice') });
    await expect(connectV1(side, 'sp_eve')).rejects.toThrow();
  });
});

describe.each(['legacy', 'auto'] as const)('SDK v2 client, %s', (mode) => {
  it('connects in its era, lists, calls, sees refusals, hears progress', async () => {
    const side = await startAgentSide(serve);
    const client = await connectV2(side, mode);
    expect(new Set(side.pipeline.calls.map((call) => call.client.era))).toEqual(new Set([mode === 'auto' ? 'modern' : 'legacy']));
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['echo']);
    expect(await client.callTool({ name: 'echo', arguments: {} })).toMatchObject({ content: [{ text: 'echo' }] });
    expect(await client.callTool({ name: 'refused', arguments: {} })).toMatchObject({
      isError: true,
      _meta: { 'io.sallyport/decision': { code: 'denied_by_rule' } },
    });
    const seen: number[] = [];
    await client.callTool({ name: 'progress', arguments: {} }, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('aborts a call, which ends it: by notification in sessions, by disconnect without', async () => {
    const side = await startAgentSide(serve);
    const client = await connectV2(side, mode);
    const controller = new AbortController();
    const pending = client.callTool({ name: 'stuck', arguments: {} }, { signal: controller.signal });
    await until(() => side.pipeline.calls.some((call) => call.params?.name === 'stuck'));
    controller.abort();
    await expect(pending).rejects.toThrow();
    const call = side.pipeline.calls.find((found) => found.params?.name === 'stuck');
    await until(() => call?.signal.aborted === true);
    expect(call?.signal.reason).toMatchObject({ code: mode === 'auto' ? 'agent_gone' : 'agent_cancelled' });
  });
});

describe('SDK v2 client', () => {
  it('answers a question in a session', async () => {
    const side = await startAgentSide(serve);
    const client = new ClientV2(
      { name: 'v2', version: '1' },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: 'legacy' } },
    );
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { who: 'ada' } }));
    open.push(client);
    await client.connect(new TransportV2(new URL(side.url), requestInit('sp_alice')));
    expect(JSON.stringify(await client.callTool({ name: 'ask', arguments: {} }))).toContain('ada');
  });

  it('listens without a session and hears of changes', async () => {
    const side = await startAgentSide(serve);
    const client = await connectV2(side, 'auto');
    let changed = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      changed += 1;
    });
    const subscription = await client.listen({ toolsListChanged: true });
    await until(() => changed === 1);
    await subscription.close();
    const call = side.pipeline.calls.find((found) => found.method === 'subscriptions/listen');
    await until(() => call?.signal.aborted === true);
  });
});

/** A network between client and gateway that can be cut. */
async function startNetwork(target: string): Promise<{ url: string; cut(): void; close(): Promise<void> }> {
  const { port, hostname, pathname } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectSocket(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}${pathname}`,
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

describe.each(['v1', 'v2'] as const)('SDK %s client in a session, when the network breaks', (major) => {
  it('gets the answer of the running call, and the server was asked once', async () => {
    let finish: () => void = () => undefined;
    const side = await startAgentSide(
      async (call) => {
        if (call.method !== 'tools/call') return untilAborted(call);
        await call.peer.notify('notifications/message', { level: 'info', data: 'begun' });
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return result({ content: [{ type: 'text', text: 'survived' }] });
      },
      { allowedHosts: ['127.0.0.1'], limits: { retryMs: 20, standingOpenMs: 5 } },
    );
    const network = await startNetwork(side.url);
    open.push(network);
    const info = { name: major, version: '1' };
    const options = {
      ...requestInit('sp_alice'),
      reconnectionOptions: { initialReconnectionDelay: 10, maxReconnectionDelay: 50, reconnectionDelayGrowFactor: 1, maxRetries: 20 },
    };
    const url = new URL(network.url);
    const client = major === 'v1' ? new ClientV1(info) : new ClientV2(info, { versionNegotiation: { mode: 'legacy' } });
    open.push(client);
    let begun = false;
    if (client instanceof ClientV1) {
      client.setNotificationHandler(LoggingMessageNotificationSchema, () => {
        begun = true;
      });
      await client.connect(new TransportV1(url, options) as Parameters<ClientV1['connect']>[0]);
    } else {
      client.setNotificationHandler('notifications/message', () => {
        begun = true;
      });
      await client.connect(new TransportV2(url, options));
    }
    const pending = client.callTool({ name: 'slow', arguments: {} });
    await until(() => begun);
    network.cut();
    finish();
    expect(await pending).toMatchObject({ content: [{ text: 'survived' }] });
    expect(side.pipeline.methods().filter((method) => method === 'tools/call').length).toBe(1);
  });
});
