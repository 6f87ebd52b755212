// HTTP towards modern servers, well and badly behaved, one raw server per case: headers, bytes, cancellation by closing, errors of the hop.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { event, json, openEvents, type RawHandler, type RawServer, startRawServer } from '../../test/support/raw-server.ts';
import {
  Agent,
  type AgentOptions,
  agreeable,
  type Heard,
  specOf,
  startUpstreams,
  type TestGateway,
  until,
} from '../../test/support/upstream-agent.ts';

let gateway: TestGateway;
let server: RawServer;

async function agentAt(handler: RawHandler, options: Partial<AgentOptions> = {}): Promise<Agent> {
  server = await startRawServer(handler);
  return new Agent({ era: 'modern', spec: specOf({ url: server.url, era: 'modern' }), upstreams: gateway.upstreams, ...options });
}

beforeEach(() => {
  gateway = startUpstreams();
});

afterEach(async () => {
  await gateway.close();
  await server.close();
});

const OK = { resultType: 'complete', content: [{ type: 'text', text: 'ok' }] };

describe('what is sent', () => {
  it("is the agent's envelope byte for byte, mirrored in headers", async () => {
    const agent = await agentAt((request, response) =>
      json(response, `{"jsonrpc":"2.0","id":${JSON.stringify(request.message?.id)},"result":{"resultType":"complete" , "n":1.0}}`),
    );
    const params = agent.request('tools/call', { name: 'fête', arguments: { region: ' eu ', count: 3, flag: true, none: null } }).params;
    const paramsText = JSON.stringify(params).replaceAll('":', '" :  ');
    const inputSchema = {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        count: { type: 'integer', 'x-mcp-header': 'Count' },
        flag: { type: 'boolean', 'x-mcp-header': 'Flag' },
        none: { type: 'string', 'x-mcp-header': 'None' },
      },
    };
    const request = { ...agent.request('tools/call', {}, { inputSchema }), params, paramsText };
    expect(await gateway.upstreams.exchange(request)).toMatchObject({ type: 'result', resultText: '{"resultType":"complete" , "n":1.0}' });
    const sent = server.received[0];
    expect(sent?.text).toContain(`"params":${paramsText}`);
    expect(sent?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': `=?base64?${Buffer.from('fête').toString('base64')}?=`,
      'mcp-param-region': `=?base64?${Buffer.from(' eu ').toString('base64')}?=`,
      'mcp-param-count': '3',
      'mcp-param-flag': 'true',
    });
    expect(sent?.headers).not.toHaveProperty('mcp-param-none');
    expect(sent?.headers).not.toHaveProperty('mcp-session-id');
  });

  it.each(['modern', 'legacy'] as const)(
    'tells a %s agent of no tool whose x-mcp-header declarations are invalid, and the operator why',
    async (era) => {
      const tool = (name: string, property: object) => ({
        name,
        inputSchema: { type: 'object', properties: { a: property } },
        'x-kept': 1.5,
      });
      const good = tool('good', { type: 'string', 'x-mcp-header': 'Region' });
      const bad = [tool('empty', { type: 'string', 'x-mcp-header': '' }), tool('object', { type: 'object', 'x-mcp-header': 'A' })];
      const result = { resultType: 'complete', ttlMs: 0, cacheScope: 'private', tools: [bad[0], good, bad[1]], nextCursor: '' };
      const agent = await agentAt((request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, result }), { era });
      expect(await agent.result('tools/list')).toMatchObject({ tools: [good], nextCursor: '' });
      const reports = gateway.reports.filter(([event]) => event === 'tools_left_out');
      expect(reports.map(([, detail]) => detail)).toMatchObject([
        { count: 2, tools: [expect.stringContaining('empty: '), expect.stringContaining('object: ')] },
      ]);
    },
  );

  it('is cancelled by closing the stream, without words', async () => {
    let closed = false;
    const agent = await agentAt((_request, response) => {
      response.on('close', () => {
        closed = true;
      });
      openEvents(response);
    });
    const abort = new AbortController();
    const call = agent.send('tools/call', { name: 'slow' }, { signal: abort.signal });
    await until(() => server.received.length === 1, 'the call arrives');
    abort.abort(new Error('the agent left'));
    await expect(call).rejects.toThrow('the agent left');
    await until(() => closed, 'the stream is closed');
    expect(server.received).toHaveLength(1);
  });

  it('carries a level for a legacy agent that set none, and the one it set', async () => {
    const agent = await agentAt((request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, result: OK }), {
      era: 'legacy',
    });
    await agent.call('x');
    await agent.result('logging/setLevel', { level: 'error' });
    await agent.call('x');
    const levels = server.received.map(
      ({ message }) => JSON.parse(JSON.stringify(message?.params?._meta))['io.modelcontextprotocol/logLevel'],
    );
    expect(levels).toEqual(['info', 'error']);
  });
});

describe('questions in rounds', () => {
  const question = {
    method: 'elicitation/create',
    params: { mode: 'form', message: 'who?', requestedSchema: { type: 'object', properties: {} } },
  };

  it("are asked on a legacy agent's stream, and requestState goes back byte for byte", async () => {
    const state = 'opaque "\\u00e9" =';
    const agent = await agentAt(
      (request, response) => {
        const round = server.received.length;
        const result =
          round <= 2 ? { resultType: 'input_required', inputRequests: { who: question }, requestState: `${state}${round}` } : OK;
        json(response, { jsonrpc: '2.0', id: request.message?.id, result });
      },
      { era: 'legacy', capabilities: { elicitation: {} }, answer: agreeable },
    );
    expect(await agent.call('ask', { a: 1 })).toEqual({ content: OK.content });
    expect(agent.asked).toHaveLength(2);
    const sent = server.received.map(({ message }) => message?.params ?? {});
    expect(sent.map(({ requestState }) => requestState)).toEqual([undefined, `${state}1`, `${state}2`]);
    expect(sent[2]).toMatchObject({ name: 'ask', arguments: { a: 1 }, inputResponses: { who: { action: 'accept' } } });
    expect(new Set(server.received.map(({ message }) => message?.id)).size).toBe(3);
  });

  it('are relayed unopened to a modern agent', async () => {
    const result = { resultType: 'input_required', inputRequests: { who: question, 'x-vendor': { odd: true } }, requestState: 's' };
    const agent = await agentAt((request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, result }), {
      capabilities: { elicitation: {} },
    });
    expect(await agent.call('ask')).toEqual(result);
  });

  it('end after a bounded number of rounds', async () => {
    const agent = await agentAt(
      (request, response) =>
        json(response, {
          jsonrpc: '2.0',
          id: request.message?.id,
          result: { resultType: 'input_required', inputRequests: { who: question } },
        }),
      { era: 'legacy', capabilities: { elicitation: {} }, answer: agreeable },
    );
    await expect(agent.call('ask')).rejects.toMatchObject({ code: 'upstream_protocol' });
    expect(server.received.length).toBe(11);
  });

  it('fail the call when the agent has no answer to a sampling request', async () => {
    const sampling = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } };
    const agent = await agentAt(
      (request, response) =>
        json(response, {
          jsonrpc: '2.0',
          id: request.message?.id,
          result: { resultType: 'input_required', inputRequests: { s: sampling } },
        }),
      { era: 'legacy', capabilities: { sampling: {} }, answer: () => ({ error: { code: -1, message: 'user said no' } }) },
    );
    expect(await agent.send('tools/call', { name: 'ask' })).toMatchObject({ type: 'error', error: { code: -1, message: 'user said no' } });
  });
});

describe('errors', () => {
  it.each([
    [-32020, 'upstream_header_mismatch'],
    [-32022, 'upstream_protocol'],
  ])("%i about the gateway's own hop is %s", async (code, expected) => {
    const agent = await agentAt((request, response) =>
      json(response, { jsonrpc: '2.0', id: request.message?.id, error: { code, message: 'm' } }, {}, 400),
    );
    await expect(agent.call('x')).rejects.toMatchObject({ code: expected });
  });

  it('-32021 reaches the agent when it concerns what this agent did not declare', async () => {
    const error = { code: -32021, message: 'needs sampling', data: { requiredCapabilities: { sampling: {} } } };
    const agent = await agentAt((request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, error }, {}, 400));
    expect(await agent.send('tools/call', { name: 'x' })).toMatchObject({ type: 'error', error: { code: -32021 } });
    const legacy = new Agent({ era: 'legacy', spec: specOf({ url: server.url, era: 'modern' }), upstreams: gateway.upstreams });
    const reply = await legacy.send('tools/call', { name: 'x' });
    expect(JSON.stringify(reply)).toContain('sampling');
    expect(reply).toMatchObject({ type: 'error', error: { code: -32603 } });
  });

  it("an unknown method on 404 is the server's own words", async () => {
    const error = { code: -32601, message: 'Method not found' };
    const agent = await agentAt((request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, error }, {}, 404));
    expect(await agent.send('vendor/thing', {})).toEqual({ type: 'error', era: 'modern', error });
  });

  it.each([
    [401, 'upstream_auth'],
    [403, 'upstream_auth'],
    [502, 'upstream_unreachable'],
  ])('HTTP %i is %s without the challenge', async (status, code) => {
    const agent = await agentAt((_request, response) => {
      response.writeHead(status, { 'www-authenticate': 'Bearer realm="inner"' }).end('inner words');
    });
    const error = await agent.call('x').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(String((error as Error).message)).not.toMatch(/inner/);
  });

  it('a stream that ends before the result is upstream_closed, and the call is not sent again', async () => {
    const agent = await agentAt((_request, response) => {
      openEvents(response);
      event(response, { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }, 'e1');
      response.end();
    });
    await expect(agent.call('x')).rejects.toMatchObject({ code: 'upstream_closed' });
    expect(server.received).toHaveLength(1);
  });
});

describe('listens', () => {
  const discover = {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
    ttlMs: 0,
    cacheScope: 'private',
  };
  const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
  let open: ((message: (id: unknown) => unknown) => void)[] = [];

  const listenServer: RawHandler = (request, response) => {
    const { id, method } = request.message ?? {};
    if (method !== 'subscriptions/listen')
      return json(response, { jsonrpc: '2.0', id, result: method === 'server/discover' ? discover : OK });
    openEvents(response);
    const say = (message: (own: unknown) => unknown) => event(response, message(String(id)));
    say((own) => ({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: {}, _meta: { [SUBSCRIPTION_ID]: own } },
    }));
    open.push(say);
  };
  const changed = (own: unknown) => ({
    jsonrpc: '2.0',
    method: 'notifications/tools/list_changed',
    params: { _meta: { [SUBSCRIPTION_ID]: own } },
  });
  const updated = (uri: string) => (own: unknown) => ({
    jsonrpc: '2.0',
    method: 'notifications/resources/updated',
    params: { uri, _meta: { [SUBSCRIPTION_ID]: own } },
  });

  beforeEach(() => {
    open = [];
  });

  it("are acknowledged at once with what the server can honour, and speak under the agent's id", async () => {
    const agent = await agentAt(listenServer);
    const abort = new AbortController();
    const heard: Heard[] = [];
    const params = { notifications: { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['test://a'] } };
    const listen = agent.send('subscriptions/listen', params, { requestId: 42, heard, signal: abort.signal });
    await until(() => open.length === 1, 'the listen arrives');
    expect(heard).toMatchObject([
      {
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: { toolsListChanged: true, resourceSubscriptions: ['test://a'] }, _meta: { [SUBSCRIPTION_ID]: 42 } },
      },
    ]);
    expect(heard[0]?.params?.notifications).not.toHaveProperty('promptsListChanged');
    open[0]?.(changed);
    await until(() => heard.length === 2, 'a change');
    expect(heard[1]).toMatchObject({ method: 'notifications/tools/list_changed', params: { _meta: { [SUBSCRIPTION_ID]: 42 } } });
    expect(JSON.parse(heard[1]?.text ?? '')).toEqual(heard[1]?.params);
    abort.abort(new Error('gone'));
    await expect(listen).rejects.toThrow('gone');
  });

  it("end with the agent's id when the server ends them", async () => {
    const agent = await agentAt(listenServer);
    const listen = agent.send('subscriptions/listen', { notifications: { toolsListChanged: true } }, { requestId: 'mine' });
    await until(() => open.length === 1, 'the listen arrives');
    open[0]?.((own) => ({ jsonrpc: '2.0', id: Number(own), result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: own } } }));
    expect(await listen).toMatchObject({ type: 'result', result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: 'mine' } } });
  });

  it("feed a legacy agent's standing stream, and follow its subscriptions", async () => {
    const agent = await agentAt(listenServer, { era: 'legacy' });
    await agent.initialize();
    const abort = new AbortController();
    const standing = agent.send('subscriptions/listen', undefined, { signal: abort.signal }).catch(() => undefined);
    await until(() => open.length === 1, 'the first listen');
    open[0]?.(changed);
    await until(() => agent.heard.length === 1, 'a change');
    expect(agent.heard[0]).toMatchObject({ method: 'notifications/tools/list_changed' });
    expect(JSON.stringify(agent.heard[0])).not.toContain(SUBSCRIPTION_ID);
    await agent.result('resources/subscribe', { uri: 'test://a' });
    expect(open).toHaveLength(2);
    open[1]?.(updated('test://a'));
    await until(() => agent.heard.length === 2, 'an update');
    expect(agent.heard[1]?.params).toEqual({ uri: 'test://a' });
    abort.abort();
    await standing;
  });
});
