// The protocol's traps, each through a real gateway process in front of servers written by hand: what crosses a hop, what must not, and what
// one era's words mean in the other. Numbers of revisions are those of the agent and the server.
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { headersOf, modern as modernRequest, rpc, until } from '../support/agent-side.ts';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { type OpenStream, openStream, type Received, send } from '../support/http-agent.ts';
import { event, json, legacyHandshake, openEvents, type RawRequest, type RawServer, startRawServer } from '../support/raw-server.ts';

type Era = 'legacy' | 'modern';
type Answer = (request: RawRequest, response: ServerResponse) => void | Promise<void>;

const ERAS: readonly Era[] = ['legacy', 'modern'];
const CELLS: readonly [agent: Era, server: Era][] = ERAS.flatMap((agent) => ERAS.map((server): [Era, Era] => [agent, server]));
const root = resolve(import.meta.dirname, '../..');
const TOOL = { name: 'echo', inputSchema: { type: 'object' } };
const capabilities = { tools: { listChanged: true }, resources: {}, logging: {} };

let gateway: GatewayProcess;
const servers: Record<Era, RawServer> = {} as Record<Era, RawServer>;
/** What a test's server does beyond what it needs to be one; undefined leaves it to the ordinary answers. */
let scripts: Partial<Record<Era, Answer>> = {};

beforeAll(async () => {
  servers.legacy = await startRawServer((request, response) => {
    if (legacyHandshake(request, response, { capabilities })) return;
    if (request.message?.method === 'server/discover') return failed(request, response, -32601);
    serve('legacy', request, response);
  });
  servers.modern = await startRawServer((request, response) => {
    if (request.message?.method !== 'server/discover') return serve('modern', request, response);
    result(request, response, { supportedVersions: ['2026-07-28'], capabilities, ttlMs: 0, cacheScope: 'public' });
  });
  const upstreams = ERAS.flatMap((era) => ['--upstream', `${era}=${servers[era].url}`]);
  gateway = await startGateway({ entry: join(root, 'src', 'main.ts'), args: ['--profile', 'conformance', ...upstreams] });
});

afterAll(async () => {
  await gateway.stop();
  for (const era of ERAS) await servers[era].close();
});

beforeEach(() => {
  scripts = {};
  for (const era of ERAS) servers[era].received.length = 0;
});

function serve(era: Era, request: RawRequest, response: ServerResponse): void {
  if (request.message?.method === 'tools/list' && request.message.params?.cursor === undefined && !scripts[era]?.name.startsWith('list')) {
    result(request, response, { tools: [TOOL] });
  } else if (scripts[era]) void scripts[era](request, response);
  else result(request, response, { content: [] });
}

/** A complete result: every member that either era wants. */
function result(request: RawRequest, response: ServerResponse, value: object): void {
  json(response, { jsonrpc: '2.0', id: request.message?.id, result: { resultType: 'complete', ...value } });
}

function failed(request: RawRequest, response: ServerResponse, code: number, status = 200, headers: Record<string, string> = {}): void {
  const error = { code, message: 'what the server said', data: { supported: ['1999-01-01'] } };
  json(response, { jsonrpc: '2.0', id: request.message?.id, error }, headers, status);
}

interface TestAgent {
  /** One request as JSON. */
  ask(method: string, params?: Record<string, unknown>): Promise<Received & { body: Record<string, Record<string, unknown>> }>;
  stream(method: string, params?: Record<string, unknown>): Promise<OpenStream>;
  /** Of the request it would send. */
  headers(method: string): Record<string, string>;
}

let requests = 0;

async function agent(era: Era, path: string): Promise<TestAgent> {
  const url = `${gateway.mcpUrl}/mcp${path}`;
  const opened = era === 'legacy' ? await openSession(url) : undefined;
  const written = (method: string, params: Record<string, unknown> = {}) => {
    const id = ++requests;
    if (opened) return { headers: opened, body: JSON.stringify(rpc(method, params, id)) };
    const { headers, body } = modernRequest(method, params, id);
    const { authorization: _none, ...rest } = headers;
    return { headers: rest, body };
  };
  return {
    headers: (method) => written(method).headers,
    ask: async (method, params) => {
      const { headers, body } = written(method, params);
      const received = await send(url, { headers: { ...headers, accept: 'application/json' }, body });
      return { ...received, body: received.json as Record<string, Record<string, unknown>> };
    },
    stream: (method, params) => openStream(url, written(method, params)),
  };
}

async function openSession(url: string): Promise<Record<string, string>> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const opened = await send(url, { headers: headersOf(undefined), body: JSON.stringify(rpc('initialize', params, 'init')) });
  const sessionId = opened.headers['mcp-session-id'];
  if (typeof sessionId !== 'string') throw new Error(`no session: ${opened.status} ${opened.text}`);
  return headersOf(undefined, { 'mcp-session-id': sessionId, 'mcp-protocol-version': '2025-11-25' });
}

function sent(era: Era, method: string): RawRequest[] {
  return servers[era].received.filter(({ message }) => message?.method === method);
}

describe.each(CELLS)('%s agent, %s server', (agentEra, serverEra) => {
  let one: TestAgent;
  beforeEach(async () => {
    one = await agent(agentEra, `/${serverEra}`);
  });

  it('an unknown method is -32601, on 404 for modern agents only (trap 4)', async () => {
    scripts[serverEra] = (request, response) => failed(request, response, -32601, serverEra === 'modern' ? 404 : 200);
    const { status, body } = await one.ask('vendor/nothing');
    expect(body.error?.code).toBe(-32601);
    expect(status).toBe(agentEra === 'modern' ? 404 : 200);
  });

  it.each([-32020, -32022])("%i of the server's hop never reaches the agent (trap 6)", async (code) => {
    scripts[serverEra] = (request, response) => failed(request, response, code, 400);
    const { status, text, body } = await one.ask('tools/call', { name: 'echo', arguments: {} });
    expect(status).toBe(200);
    expect(body.error?.code).not.toBe(code);
    expect(body.error).toBeDefined();
    expect(text).not.toContain('1999-01-01');
  });

  it.each([401, 403])("the server's challenge with %i never reaches the agent (trap 6)", async (challenge) => {
    const headers = { 'www-authenticate': 'Bearer resource_metadata="https://elsewhere.test/leak"' };
    scripts[serverEra] = (request, response) => failed(request, response, -32001, challenge, headers);
    const { status, headers: got, text } = await one.ask('tools/call', { name: 'echo', arguments: {} });
    expect(status).toBe(200);
    expect(got).not.toHaveProperty('www-authenticate');
    expect(text).not.toContain('elsewhere.test');
    expect(JSON.parse(text)).toMatchObject({ error: { data: { code: 'upstream_auth' } } });
  });

  it('content nobody knows arrives as it was sent (trap 12)', async () => {
    const value = {
      content: [
        { type: 'hologram', depth: 3.5, 'x-vendor': { deep: [null] } },
        { type: 'text', text: 'é', annotations: { 'x-a': 1 } },
      ],
      structuredContent: { rows: [1, 2] },
      _meta: { 'vendor.test/key': { kept: true } },
      'x-vendor': [],
    };
    scripts[serverEra] = (request, response) => result(request, response, value);
    const { body } = await one.ask('tools/call', { name: 'echo', arguments: {} });
    expect(body.result).toMatchObject(value);
  });

  it('arguments and trace context nobody knows arrive as they were sent', async () => {
    const params = { name: 'echo', arguments: { n: 1.5, deep: { 'x-y': [null, ''] } }, 'x-vendor': 1 };
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await one.ask('tools/call', { ...params, _meta: { traceparent, 'vendor.test/key': 1 } });
    expect(sent(serverEra, 'tools/call')[0]?.message?.params).toMatchObject({ ...params, _meta: { traceparent, 'vendor.test/key': 1 } });
  });

  it('an empty cursor is a cursor in both directions (trap 17)', async () => {
    scripts[serverEra] = function list(request, response) {
      const last = request.message?.params?.cursor === '';
      result(request, response, { tools: last ? [TOOL] : [], ...(!last && { nextCursor: '' }) });
    };
    const first = await one.ask('tools/list', {});
    expect(first.body.result).toMatchObject({ tools: [], nextCursor: '' });
    const second = await one.ask('tools/list', { cursor: '' });
    expect(second.body.result).toMatchObject({ tools: [{ name: 'echo' }] });
    expect(second.body.result).not.toHaveProperty('nextCursor');
  });

  it('what one principal may see is never public (trap 11)', async () => {
    const hints = { ttlMs: 86_400_000, cacheScope: 'public' };
    scripts[serverEra] = function list(request, response) {
      result(request, response, { tools: [TOOL], resources: [], contents: [{ uri: 'x:1', text: '' }], ...hints });
    };
    for (const [method, params] of [
      ['tools/list', {}],
      ['resources/list', {}],
      ['resources/read', { uri: 'x:1' }],
      ...(agentEra === 'modern' ? [['server/discover', {}] as const] : []),
    ] as const) {
      const { body } = await one.ask(method, params);
      expect(body.result, method).toBeDefined();
      if (agentEra === 'legacy') continue;
      expect(body.result?.cacheScope, method).toBe('private');
      expect(body.result?.ttlMs, method).toBeLessThanOrEqual(60_000);
    }
  });

  it('an agent that goes is a cancellation without sessions and none with them (trap 8)', async () => {
    let answer: (() => void) | undefined;
    let isClosed = false;
    scripts[serverEra] = (request, response) => {
      const { progressToken } = (request.message?.params?._meta ?? {}) as { progressToken?: unknown };
      event(openEvents(response), { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress: 1 } });
      answer = () => event(response, { jsonrpc: '2.0', id: request.message?.id, result: { resultType: 'complete', content: ['later'] } });
      response.on('close', () => {
        isClosed = true;
      });
    };
    const stream = await one.stream('tools/call', { name: 'echo', arguments: {}, _meta: { progressToken: 'mine' } });
    const frames = [await stream.next(), ...(agentEra === 'legacy' ? [await stream.next()] : [])];
    expect(frames.at(-1)?.data).toContain('"progressToken":"mine"');
    stream.leave();
    if (agentEra === 'modern') {
      await until(() => (serverEra === 'modern' ? isClosed : sent('legacy', 'notifications/cancelled').length === 1));
      return;
    }
    await new Promise((pass) => setTimeout(pass, 50));
    answer?.();
    const headers = { ...one.headers('ping'), 'last-event-id': frames.at(-1)?.id ?? '' };
    const resumed = await openStream(`${gateway.mcpUrl}/mcp/${serverEra}`, { method: 'GET', headers });
    expect(await resumed.message()).toMatchObject({ result: { content: ['later'] } });
    expect(sent(serverEra, 'notifications/cancelled')).toEqual([]);
  });
});

describe('what a modern agent is told', () => {
  it.each(ERAS)('of versions at a %s server is the same by discovery and by refusal (trap 5)', async (era) => {
    const one = await agent('modern', `/${era}`);
    const discovered = await one.ask('server/discover');
    const { headers, body } = modernRequest('tools/list');
    const { authorization: _none, ...rest } = headers;
    const refused = await send(`${gateway.mcpUrl}/mcp/${era}`, {
      headers: { ...rest, 'mcp-protocol-version': '1900-01-01' },
      body: body.replaceAll('2026-07-28', '1900-01-01'),
    });
    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject({
      error: { code: -32022, data: { requested: '1900-01-01', supported: discovered.body.result?.supportedVersions } },
    });
  });

  it.each(ERAS)('first on a listen is the acknowledgement, although the %s server says nothing (trap 13)', async (era) => {
    const held: ServerResponse[] = [];
    scripts[era] = (_request, response) => void held.push(response);
    const one = await agent('modern', `/${era}`);
    const stream = await one.stream('subscriptions/listen', { notifications: { toolsListChanged: true } });
    expect(await stream.message()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { toolsListChanged: true }, _meta: { 'io.modelcontextprotocol/subscriptionId': requests } },
    });
    stream.leave();
    for (const response of held) response.destroy();
  });
});

describe('one hop in the words of another', () => {
  const mirrored = (header: string) => ({
    name: 'echo',
    inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': header } } },
  });

  it.each(ERAS)(
    'a %s agent calls by the public name of the endpoint for all; the server sees its own, in body and header (trap 7)',
    async (era) => {
      const one = await agent(era, '');
      const { body } = await one.ask('tools/call', { name: 'modern__echo', arguments: {} });
      expect(body.result).toBeDefined();
      const [call] = sent('modern', 'tools/call');
      expect(call?.message?.params?.name).toBe('echo');
      expect(call?.headers['mcp-name']).toBe('echo');
    },
  );

  it('inputResponses and requestState of a legacy agent are ordinary members, and answer nothing (trap 9)', async () => {
    const params = { name: 'echo', arguments: {}, inputResponses: { user: { action: 'accept' } }, requestState: 'forged' };
    await (await agent('legacy', '/legacy')).ask('tools/call', params);
    expect(sent('legacy', 'tools/call')[0]?.message?.params).toMatchObject(params);
    await (await agent('legacy', '/modern')).ask('tools/call', params);
    const [call] = sent('modern', 'tools/call');
    expect(call?.message?.params).toMatchObject({ name: 'echo', arguments: {} });
    expect(call?.message?.params).not.toHaveProperty('inputResponses');
    expect(call?.message?.params).not.toHaveProperty('requestState');
  });

  it('what an MRTR round of a modern server said goes back byte for byte, whichever agent answers', async () => {
    const requestState = 'opaque =?"\\ é';
    scripts.modern = (request, response) => {
      const isRetry = request.message?.params?.requestState !== undefined;
      result(request, response, isRetry ? { content: [] } : { resultType: 'input_required', requestState });
    };
    const one = await agent('modern', '/modern');
    const first = await one.ask('tools/call', { name: 'echo', arguments: {} });
    expect(first.body.result).toMatchObject({ resultType: 'input_required', requestState });
    await one.ask('tools/call', { name: 'echo', arguments: {}, requestState });
    await (await agent('legacy', '/modern')).ask('tools/call', { name: 'echo', arguments: {} });
    const states = sent('modern', 'tools/call').map(({ message }) => message?.params?.requestState);
    expect(states).toEqual([undefined, requestState, undefined, requestState]);
  });

  it('a server that finds the header mirrors wrong is read again and asked once more, and the agent notices nothing', async () => {
    let header = 'Before';
    scripts.modern = function list(request, response) {
      if (request.message?.method === 'tools/list') return result(request, response, { tools: [mirrored(header)] });
      if (request.headers[`mcp-param-${header.toLowerCase()}`] === 'eu') return result(request, response, { content: [] });
      failed(request, response, -32020, 400);
    };
    const one = await agent('legacy', '/modern');
    await one.ask('tools/list');
    expect((await one.ask('tools/call', { name: 'echo', arguments: { region: 'eu' } })).body.result).toBeDefined();
    header = 'After';
    expect((await one.ask('tools/call', { name: 'echo', arguments: { region: 'eu' } })).body.result).toBeDefined();
    expect(sent('modern', 'tools/call')).toHaveLength(3);
    scripts.modern = function list(request, response) {
      if (request.message?.method === 'tools/list') return result(request, response, { tools: [mirrored(header)] });
      failed(request, response, -32020, 400);
    };
    const { body } = await one.ask('tools/call', { name: 'echo', arguments: { region: 'eu' } });
    expect(body.error).toMatchObject({ code: -32603, data: { code: 'upstream_header_mismatch' } });
    expect(sent('modern', 'tools/call')).toHaveLength(4);
  });
});

describe('a call that waits for its agent', () => {
  it('outlives the answer that asked, takes one answer to the very same call, and no state twice (traps 8 and 10)', async () => {
    scripts.legacy = async (request, response) => {
      const question = { message: 'Who?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } };
      event(openEvents(response), { jsonrpc: '2.0', id: 'q1', method: 'elicitation/create', params: question });
      const answer = () => servers.legacy.received.find(({ message }) => message?.id === 'q1' && message.result !== undefined);
      await until(() => answer() !== undefined);
      event(response, { jsonrpc: '2.0', id: request.message?.id, result: { content: [{ type: 'text', text: answer()?.text }] } });
      response.end();
    };
    const one = await agent('modern', '/legacy');
    const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
    const params = { name: 'echo', arguments: { a: 1 }, _meta };
    const asked = (await one.ask('tools/call', params)).body.result;
    expect(asked).toMatchObject({ resultType: 'input_required', requestState: expect.any(String) });
    expect(sent('legacy', 'notifications/cancelled')).toEqual([]);
    const inputResponses = Object.fromEntries(
      Object.keys(asked?.inputRequests as object).map((key) => [key, { action: 'accept', content: { name: 'Ann' } }]),
    );
    const retry = { ...params, inputResponses, requestState: asked?.requestState };
    expect((await one.ask('tools/call', { ...retry, arguments: { a: 2 } })).body.error?.code).toBe(-32602);
    const answered = await one.ask('tools/call', retry);
    expect(answered.body.result).toMatchObject({ resultType: 'complete', content: [{ text: expect.stringContaining('"Ann"') }] });
    expect((await one.ask('tools/call', retry)).body.error?.code).toBe(-32602);
    expect(sent('legacy', 'tools/call')).toHaveLength(1);
  });
});

describe.each(CELLS)('progress for a %s agent from a %s server', (agentEra, serverEra) => {
  it.each(['7', 7])('keeps the token %j in its type, never goes back, and ends with the answer', async (progressToken) => {
    scripts[serverEra] = (request, response) => {
      const { progressToken: own } = (request.message?.params?._meta ?? {}) as { progressToken?: unknown };
      const say = (progress: number, token = own) =>
        event(response, { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: token, progress } });
      openEvents(response);
      say(1);
      say(0.5);
      say(3, 'of somebody else');
      say(2);
      event(response, { jsonrpc: '2.0', id: request.message?.id, result: { resultType: 'complete', content: [] } });
      say(9);
      response.end();
    };
    const one = await agent(agentEra, `/${serverEra}`);
    const stream = await one.stream('tools/call', { name: 'echo', arguments: {}, _meta: { progressToken } });
    const heard: unknown[] = [];
    for (let said = await stream.message(); said; said = await stream.message()) heard.push(said.params ?? 'answer');
    expect(heard).toEqual([{ progressToken, progress: 1 }, { progressToken, progress: 2 }, 'answer']);
  });
});

describe('the product', () => {
  it('has no parser of the SDK in the path (trap 12)', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    );
    expect(files.length).toBeGreaterThan(100);
    const importing = files.filter((file) => /from '@modelcontextprotocol/.test(readFileSync(join(root, 'src', file), 'utf8')));
    expect(importing).toEqual([]);
  });
});
