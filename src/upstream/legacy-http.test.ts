// Streamable HTTP towards legacy servers that behave badly, one raw server per case.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  event,
  json,
  legacyHandshake,
  openEvents,
  type RawHandler,
  type RawServer,
  startRawServer,
} from '../../test/support/raw-server.ts';
import { Agent, agreeable, type Heard, specOf, startUpstreams, type TestGateway, until } from '../../test/support/upstream-agent.ts';
import type { ServerSpec } from '../object/kinds.ts';

let gateway: TestGateway;
let server: RawServer;

async function agentAt(handler: RawHandler, spec: Partial<ServerSpec> = {}): Promise<Agent> {
  server = await startRawServer(handler);
  return agentOf({ url: server.url, era: 'legacy', ...spec });
}

async function agentOf(spec: Partial<ServerSpec>): Promise<Agent> {
  const capabilities = { sampling: {}, elicitation: {}, roots: {} };
  const agent = new Agent({ era: 'legacy', spec: specOf(spec), upstreams: gateway.upstreams, capabilities, answer: agreeable });
  await agent.initialize();
  await agent.send('notifications/initialized', undefined, { shape: 'notification' });
  return agent;
}

beforeEach(() => {
  gateway = startUpstreams();
});

afterEach(async () => {
  await gateway.close();
  await server.close();
});

const OK = { content: [{ type: 'text', text: 'ok' }] };

describe('what is sent', () => {
  it('passes params and result byte for byte, under an id of its own', async () => {
    const paramsText = '{ "name":"echo" , "arguments":{"n":1.0,"big":12345678901234567890,"u":"\\u00e9"},"x-vendor":[ ] }';
    const resultText = '{ "content" : [ ] ,"x":1e2, "big":12345678901234567890 }';
    const agent = await agentAt((request, response) => {
      if (legacyHandshake(request, response, { sessionId: 's1' })) return;
      json(response, `{"jsonrpc":"2.0","id":${JSON.stringify(request.message?.id)},"result":${resultText}}`);
    });
    const reply = await agent.send('tools/call', JSON.parse(paramsText), { paramsText });
    expect(reply).toMatchObject({ type: 'result', resultText });
    const sent = server.received.at(-1);
    expect(sent?.text).toContain(`"params":${paramsText}`);
    expect(sent?.headers).toMatchObject({
      'mcp-session-id': 's1',
      'mcp-protocol-version': '2025-11-25',
      accept: 'application/json, text/event-stream',
    });
  });

  it('says initialized once, before the first request, even if the agent never does', async () => {
    server = await startRawServer((request, response) => {
      if (!legacyHandshake(request, response)) json(response, { jsonrpc: '2.0', id: request.message?.id, result: OK });
    });
    const agent = new Agent({ era: 'legacy', spec: specOf({ url: server.url, era: 'legacy' }), upstreams: gateway.upstreams });
    await agent.initialize();
    await Promise.all([agent.call('a'), agent.call('b')]);
    await agent.send('notifications/initialized', undefined, { shape: 'notification' });
    const methods = server.received.map(({ message }) => message?.method);
    expect(methods.slice(0, 2)).toEqual(['initialize', 'notifications/initialized']);
    expect(methods.filter((method) => method === 'notifications/initialized')).toHaveLength(1);
  });

  it('answers an array of messages element by element (2025-03-26)', async () => {
    const agent = await agentAt((request, response) => {
      if (legacyHandshake(request, response)) return;
      const log = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 1 } };
      json(response, [log, { jsonrpc: '2.0', id: request.message?.id, result: OK }]);
    });
    expect(await agent.call('echo')).toEqual(OK);
    expect(agent.heard.map(({ method }) => method)).toEqual(['notifications/message']);
  });

  it('cancels under the id the server knows', async () => {
    const agent = await agentAt((request, response) => {
      if (!legacyHandshake(request, response)) openEvents(response);
    });
    const abort = new AbortController();
    const call = agent.send('tools/call', { name: 'slow' }, { signal: abort.signal });
    await until(() => server.received.some(({ message }) => message?.method === 'tools/call'), 'the call arrives');
    abort.abort(new Error('agent cancelled'));
    await expect(call).rejects.toThrow('agent cancelled');
    await until(() => server.received.some(({ message }) => message?.method === 'notifications/cancelled'), 'the cancellation arrives');
    const sentId = server.received.find(({ message }) => message?.method === 'tools/call')?.message?.id;
    expect(server.received.at(-1)?.message?.params?.requestId).toBe(sentId);
  });
});

describe('sessions', () => {
  it('opens a new session once when the server forgot the old one, and tells it the level and subscriptions again', async () => {
    let session = 1;
    const agent = await agentAt((request, response) => {
      const capabilities = { logging: {}, resources: { subscribe: true } };
      if (request.message?.method !== 'initialize' && request.headers['mcp-session-id'] !== `s${session}`) {
        json(response, { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }, {}, 404);
        return;
      }
      if (!legacyHandshake(request, response, { sessionId: `s${session}`, capabilities })) {
        json(response, { jsonrpc: '2.0', id: request.message?.id, result: request.message?.method === 'tools/call' ? OK : {} });
      }
    });
    await agent.result('logging/setLevel', { level: 'warning' });
    await agent.result('resources/subscribe', { uri: 'test://a' });
    session = 2;
    server.received.length = 0;
    expect(await agent.call('echo')).toEqual(OK);
    const methods = server.received.map(({ message }) => message?.method);
    expect(methods).toEqual([
      'tools/call',
      'initialize',
      'notifications/initialized',
      'logging/setLevel',
      'resources/subscribe',
      'tools/call',
    ]);
  });

  it('gives up when the new session is forgotten too', async () => {
    const agent = await agentAt((request, response) => {
      if (!legacyHandshake(request, response, { sessionId: 's' })) response.writeHead(404).end();
    });
    await expect(agent.call('echo')).rejects.toMatchObject({ code: 'upstream_closed' });
    expect(server.received.filter(({ message }) => message?.method === 'tools/call')).toHaveLength(2);
  });

  it('does not share a session between two sessions of an agent, and ends it with the session', async () => {
    let count = 0;
    const agent = await agentAt((request, response) => {
      if (request.message?.method === 'initialize') count++;
      if (!legacyHandshake(request, response, { sessionId: `s${count}` }))
        json(response, { jsonrpc: '2.0', id: request.message?.id, result: OK });
    });
    const other = await agentOf({ url: server.url, era: 'legacy' });
    await agent.call('a');
    await other.call('b');
    const used = server.received.filter(({ message }) => message?.method === 'tools/call').map(({ headers }) => headers['mcp-session-id']);
    expect(used).toEqual(['s1', 's2']);
    await gateway.upstreams.endSession('org', String(agent.client.sessionId));
    expect(server.received.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'mcp-session-id': 's1' } });
    expect(gateway.upstreams.status()[0]?.connections).toBe(1);
  });
});

describe('event streams', () => {
  it('takes a stream up again where it broke, after the time the server asked for', async () => {
    let id: unknown;
    const agent = await agentAt((request, response) => {
      if (request.method === 'GET' && request.headers['last-event-id'] === 'e1') {
        openEvents(response);
        event(response, { jsonrpc: '2.0', id, result: OK }, 'e2');
        response.end();
        return;
      }
      if (legacyHandshake(request, response)) return;
      id = request.message?.id;
      openEvents(response);
      response.write('id: e1\nretry: 20\ndata: \n\n');
      response.end();
    });
    expect(await agent.call('echo')).toEqual(OK);
  });

  it('puts the agent off every time the server closes the stream on purpose, for as long as it may be asked to wait', async () => {
    let id: unknown;
    const agent = await agentAt((request, response) => {
      const seen = request.headers['last-event-id'];
      if (request.method === 'GET' && seen === 'e1') openEvents(response).end('id: e2\nretry: 1\ndata: \n\n');
      else if (request.method === 'GET' && seen === 'e2') {
        event(openEvents(response), { jsonrpc: '2.0', id, result: OK }, 'e3');
        response.end();
      } else if (!legacyHandshake(request, response)) {
        id = request.message?.id;
        openEvents(response).end('id: e1\nretry: 20\ndata: \n\n');
      }
    });
    expect(await agent.call('echo')).toEqual(OK);
    expect(agent.putOff).toEqual([20, 10]);
  });

  it('leaves the agent its stream when the connection merely broke, or the server did not say when to come back', async () => {
    let id: unknown;
    const agent = await agentAt((request, response) => {
      const seen = request.headers['last-event-id'];
      if (request.method === 'GET' && seen === 'e1') {
        event(openEvents(response), { jsonrpc: '2.0', id, result: OK }, 'e2');
        response.end();
        return;
      }
      if (legacyHandshake(request, response)) return;
      id = request.message?.id;
      const broken = request.message?.params?.name === 'broken';
      openEvents(response).write(`id: e1\n${broken ? 'retry: 20\n' : ''}data: \n\n`, () => (broken ? response.destroy() : response.end()));
    });
    expect(await agent.call('broken')).toEqual(OK);
    expect(await agent.call('unsaid')).toEqual(OK);
    expect(agent.putOff).toEqual([]);
  });

  it('fails the call when a stream without event ids ends early', async () => {
    const agent = await agentAt((request, response) => {
      if (!legacyHandshake(request, response)) openEvents(response).end(': nothing\n\n');
    });
    await expect(agent.call('echo')).rejects.toMatchObject({ code: 'upstream_closed' });
  });

  it("asks the agent on the call's stream and posts its answer, and answers ping itself", async () => {
    const agent = await agentAt(async (request, response) => {
      if (legacyHandshake(request, response)) return;
      openEvents(response);
      event(response, { jsonrpc: '2.0', id: 'ping-1', method: 'ping' });
      event(response, { jsonrpc: '2.0', id: 0, method: 'roots/list' });
      await until(() => server.received.some(({ message }) => message?.id === 0 && message.result !== undefined), 'the answer arrives');
      event(response, { jsonrpc: '2.0', id: request.message?.id, result: OK });
      response.end();
    });
    expect(await agent.call('echo')).toEqual(OK);
    expect(agent.asked).toEqual([{ method: 'roots/list', params: undefined }]);
    const answers = server.received.filter(({ message }) => message?.result !== undefined).map(({ message }) => message);
    expect(answers).toContainEqual({ jsonrpc: '2.0', id: 'ping-1', result: {} });
  });

  it('refuses questions the agent did not declare, without asking it', async () => {
    server = await startRawServer(async (request, response) => {
      if (legacyHandshake(request, response)) return;
      openEvents(response);
      event(response, { jsonrpc: '2.0', id: 5, method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } });
      await until(() => server.received.some(({ message }) => message?.error !== undefined), 'the refusal arrives');
      event(response, { jsonrpc: '2.0', id: request.message?.id, result: OK });
      response.end();
    });
    const agent = new Agent({
      era: 'legacy',
      spec: specOf({ url: server.url, era: 'legacy' }),
      upstreams: gateway.upstreams,
      answer: agreeable,
    });
    await agent.initialize();
    expect(await agent.call('echo')).toEqual(OK);
    expect(agent.asked).toEqual([]);
  });

  it('ignores foreign ids, duplicate responses, garbage and unknown progress tokens', async () => {
    const heard: Heard[] = [];
    const agent = await agentAt((request, response) => {
      if (legacyHandshake(request, response)) return;
      const { id } = request.message ?? {};
      openEvents(response);
      response.write('data: {not json\n\ndata: [1,2\n\ndata: "text"\n\n');
      event(response, { jsonrpc: '2.0', id: 'foreign', result: { content: [] } });
      event(response, { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'guessed', progress: 1 } });
      event(response, { jsonrpc: '2.0', id, result: OK });
      event(response, { jsonrpc: '2.0', id, result: { content: [] } });
      response.end();
    });
    expect(await agent.call('echo', {}, { heard })).toEqual(OK);
    expect(heard).toEqual([]);
  });

  it("feeds the agent's standing stream from the server's, and opens that again when it ends", async () => {
    let opened = 0;
    const agent = await agentAt((request, response) => {
      if (request.method === 'GET') {
        openEvents(response);
        response.write('retry: 10\n\n');
        event(response, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }, `e${++opened}`);
        if (opened < 3) response.end();
        return;
      }
      if (!legacyHandshake(request, response)) json(response, { jsonrpc: '2.0', id: request.message?.id, result: OK });
    });
    const changes: string[] = [];
    gateway.upstreams.onListChanged((_org, name, what) => changes.push(`${name} ${what}`));
    const abort = new AbortController();
    const standing = agent.send('subscriptions/listen', undefined, { signal: abort.signal });
    await until(() => agent.heard.length === 3, 'three notifications');
    abort.abort(new Error('the agent left'));
    await expect(standing).rejects.toThrow('the agent left');
    expect(new Set(changes)).toEqual(new Set(['server tools']));
    const gets = server.received.filter(({ method }) => method === 'GET').map(({ headers }) => headers['last-event-id']);
    expect(gets).toEqual([undefined, 'e1', 'e2']);
  });
});

describe('refusals and failures', () => {
  it.each([
    [401, 'upstream_auth'],
    [403, 'upstream_auth'],
    [429, 'upstream_overloaded'],
    [500, 'upstream_unreachable'],
    [418, 'upstream_protocol'],
  ])('HTTP %i is %s, and nothing the server said is in the message', async (status, code) => {
    const agent = await agentAt((request, response) => {
      if (legacyHandshake(request, response)) return;
      response
        .writeHead(status, { 'www-authenticate': 'Bearer resource_metadata="https://evil.example"', 'content-type': 'text/plain' })
        .end('secret words');
    });
    const error = await agent.call('echo').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(String((error as Error).message)).not.toMatch(/secret|evil|Bearer/);
  });

  it("passes the server's refusal of the agent's handshake", async () => {
    const error = { code: -32602, message: 'Unsupported protocol version', data: { supported: ['2024-11-05'] } };
    server = await startRawServer((request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, error }));
    const agent = new Agent({ era: 'legacy', spec: specOf({ url: server.url, era: 'legacy' }), upstreams: gateway.upstreams });
    expect(await agent.initialize()).toEqual({ type: 'error', era: 'legacy', error });
    await expect(agent.call('x')).rejects.toMatchObject({ code: 'upstream_protocol' });
  });

  it('passes a JSON-RPC error whatever its HTTP status', async () => {
    const agent = await agentAt((request, response) => {
      if (legacyHandshake(request, response)) return;
      json(
        response,
        { jsonrpc: '2.0', id: request.message?.id, error: { code: -32602, message: 'Unknown tool', data: { a: 1 } } },
        {},
        400,
      );
    });
    expect(await agent.send('tools/call', { name: 'x' })).toEqual({
      type: 'error',
      era: 'legacy',
      error: { code: -32602, message: 'Unknown tool', data: { a: 1 } },
    });
  });

  it.each([
    ['an empty 202', (id: unknown) => ({ status: 202, body: '', id })],
    ['another id', (id: unknown) => ({ status: 200, body: JSON.stringify({ jsonrpc: '2.0', id: `${String(id)}0`, result: {} }), id })],
    ['cut JSON', (id: unknown) => ({ status: 200, body: '{"jsonrpc":"2.0","id":', id })],
    ['duplicate keys', (id: unknown) => ({ status: 200, body: `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"a":1,"a":2}}`, id })],
  ])('%s is upstream_protocol', async (_name, answer) => {
    const agent = await agentAt((request, response) => {
      if (legacyHandshake(request, response)) return;
      const { status, body } = answer(request.message?.id);
      if (body === '') response.writeHead(status).end();
      else json(response, body, {}, status);
    });
    await expect(agent.call('echo')).rejects.toMatchObject({ code: 'upstream_protocol' });
  });

  it('ends a call the server is silent about, and cancels it there', async () => {
    const agent = await agentAt(
      (request, response) => {
        if (!legacyHandshake(request, response)) openEvents(response);
      },
      { timeoutMs: 1_500 },
    );
    await expect(agent.call('slow')).rejects.toMatchObject({ code: 'upstream_timeout' });
    await until(() => server.received.some(({ message }) => message?.method === 'notifications/cancelled'), 'the cancellation arrives');
  });

  it('does not call a server late that keeps reporting progress', async () => {
    const agent = await agentAt(
      (request, response) => {
        if (legacyHandshake(request, response)) return;
        const { id, params } = request.message ?? {};
        const token = (params?._meta as { progressToken?: unknown } | undefined)?.progressToken;
        openEvents(response);
        let step = 0;
        const timer = setInterval(() => {
          event(response, { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: token, progress: ++step } });
          if (step < 6) return;
          clearInterval(timer);
          event(response, { jsonrpc: '2.0', id, result: OK });
          response.end();
        }, 700);
      },
      { timeoutMs: 3_000 },
    );
    expect(await agent.call('slow', {}, { meta: { progressToken: 1 } })).toEqual(OK);
  });

  it('lets no more calls through than the server may have', async () => {
    const open: (() => void)[] = [];
    const agent = await agentAt(
      (request, response) => {
        if (legacyHandshake(request, response)) return;
        open.push(() => json(response, { jsonrpc: '2.0', id: request.message?.id, result: OK }));
      },
      { maxConcurrency: 2 },
    );
    const calls = [agent.call('1'), agent.call('2'), agent.call('3')];
    await until(() => open.length === 2, 'two calls arrive');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(open).toHaveLength(2);
    open[0]?.();
    await until(() => open.length === 3, 'the third follows');
    for (const answer of open.slice(1)) answer();
    expect(await Promise.all(calls)).toEqual([OK, OK, OK]);
  });

  it('reports a server that is not there', async () => {
    const agent = await agentAt((request, response) => void legacyHandshake(request, response));
    await server.close();
    await expect(agent.call('echo')).rejects.toMatchObject({ code: expect.stringMatching(/^upstream_(unreachable|closed)$/) });
    expect(gateway.upstreams.status()[0]?.lastError).toMatch(/^upstream_(unreachable|closed)/);
  });
});
