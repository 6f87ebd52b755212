// The stateless era on the agent side, with a raw client: envelope and headers, statuses, streams, listening, disconnects.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headersOf, legacyAgent, modern, notification, rpc, startAgentSide, until } from '../../test/support/agent-side.ts';
import { openStream, responseOf, send, start } from '../../test/support/http-agent.ts';
import { refusal, result, untilAborted } from '../../test/support/scripted-pipeline.ts';
import { GatewayError } from '../lib/error.ts';

const done = () => result({ resultType: 'complete', content: [] }, 'modern');

describe('a request', () => {
  it('becomes one call and a JSON answer, byte for byte, with its id in its own type', async () => {
    const side = await startAgentSide(() => ({
      type: 'result',
      era: 'modern',
      result: { resultType: 'complete' },
      resultText: '{"resultType":"complete","n":1.0}',
    }));
    for (const id of [7, 'seven']) {
      const received = await send(side.url, modern('tools/call', { name: 't', arguments: { x: 1 } }, id));
      expect(received.status).toBe(200);
      expect(received.headers['content-type']).toBe('application/json');
      expect(received.headers['mcp-session-id']).toBeUndefined();
      expect(received.text).toBe(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"resultType":"complete","n":1.0}}`);
    }
    expect(side.pipeline.calls[0]).toMatchObject({
      kind: 'call',
      method: 'tools/call',
      surface: { type: 'server', server: 'fs' },
      client: { era: 'modern', protocolVersion: '2026-07-28', clientInfo: { name: 'raw' }, sessionId: undefined },
      mcpHeaders: { 'mcp-method': 'tools/call', 'mcp-name': 't' },
    });
    expect(side.pipeline.calls[0]?.peer.request).toBeUndefined();
  });

  it('never uses a session: Mcp-Session-Id is ignored, even one that exists (trap 2)', async () => {
    const side = await startAgentSide(done);
    const agent = await legacyAgent(side.url);
    for (const session of [agent.sessionId, 'sess_nonsense']) {
      const { headers, body } = modern('tools/list');
      expect((await send(side.url, { headers: { ...headers, 'mcp-session-id': session, 'last-event-id': 'p1_0' }, body })).status).toBe(
        200,
      );
    }
    expect(side.pipeline.calls.at(-1)?.client.sessionId).toBeUndefined();
  });

  it('to initialize with a modern envelope, or to any other removed method, is -32601 with 404 (traps 2 and 4), and runs nothing', async () => {
    const side = await startAgentSide(done);
    for (const method of [
      'initialize',
      'ping',
      'logging/setLevel',
      'resources/subscribe',
      'roots/list',
      'sampling/createMessage',
      'tasks/list',
    ]) {
      const received = await send(
        side.url,
        modern(
          method,
          method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } } : {},
        ),
      );
      expect(received.status, method).toBe(404);
      expect(received.json, method).toMatchObject({ id: 1, error: { code: -32601 } });
    }
    expect(side.pipeline.calls).toEqual([]);
    expect(side.server.activeSessions()).toBe(0);
  });

  it('that the pipeline calls unknown is -32601 with 404; other errors ride on 200', async () => {
    const side = await startAgentSide((call) => refusal(call, 'method_not_allowed', 'Method not found.'));
    const unknown = await send(side.url, modern('vendor/thing', {}, 'u'));
    expect(unknown.status).toBe(404);
    expect(unknown.json).toMatchObject({ id: 'u', error: { code: -32601 } });
    side.pipeline.script = () => ({ type: 'error', era: 'modern', error: { code: -32601, message: 'no' } });
    expect((await send(side.url, modern('vendor/thing'))).status).toBe(404);
    side.pipeline.script = () => ({ type: 'error', era: 'legacy', error: { code: -32601, message: 'no' } });
    expect((await send(side.url, modern('vendor/thing'))).status, 'also when the server is a legacy one').toBe(404);
    side.pipeline.script = () => ({ type: 'error', era: 'modern', error: { code: -32603, message: 'no' } });
    expect((await send(side.url, modern('tools/list'))).status).toBe(200);
  });

  it('with a modern version header but no envelope is -32602 with 400, not a legacy request (trap 3)', async () => {
    const side = await startAgentSide(done);
    const body = JSON.stringify(rpc('tools/list', {}, 'x'));
    const received = await send(side.url, {
      headers: headersOf('sp_alice', { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' }),
      body,
    });
    expect(received.status).toBe(400);
    expect(received.json).toMatchObject({ id: 'x', error: { code: -32602 } });
  });

  it('with missing or disagreeing headers is -32020, with another version -32022 naming what is served, each 400', async () => {
    const side = await startAgentSide(done);
    const { headers, body } = modern('tools/call', { name: 't' }, 'h');
    const { 'mcp-method': _method, ...withoutMethod } = headers;
    for (const wrong of [withoutMethod, { ...headers, 'mcp-method': 'tools/list' }, { ...headers, 'mcp-name': 'other' }]) {
      const received = await send(side.url, { headers: wrong, body });
      expect(received.status).toBe(400);
      expect(received.json).toMatchObject({ id: 'h', error: { code: -32020 } });
    }
    const later = body.replace('2026-07-28', '2099-01-01');
    const received = await send(side.url, { headers: { ...headers, 'mcp-protocol-version': '2099-01-01' }, body: later });
    expect(received.status).toBe(400);
    expect(received.json).toMatchObject({ id: 'h', error: { code: -32022, data: { supported: ['2026-07-28'], requested: '2099-01-01' } } });
    expect(side.pipeline.calls).toEqual([]);
  });

  it('must not come in a batch', async () => {
    const side = await startAgentSide(done);
    const { headers, body } = modern('tools/list');
    expect((await send(side.url, { headers, body: `[${body}]` })).status).toBe(400);
    expect(side.pipeline.calls).toEqual([]);
  });

  it('by GET or DELETE is 405', async () => {
    const { url } = await startAgentSide(done);
    for (const method of ['GET', 'DELETE']) {
      const received = await send(url, { method, headers: headersOf('sp_alice', { 'mcp-protocol-version': '2026-07-28' }) });
      expect(received.status).toBe(405);
      expect(received.headers.allow).toBe('POST');
    }
  });

  it('gets every result with a resultType, whichever era the answer was in', async () => {
    const side = await startAgentSide(() => result({ tools: [] }, 'legacy'));
    expect((await send(side.url, modern('tools/list'))).json).toMatchObject({
      result: { resultType: 'complete', tools: [], ttlMs: 0, cacheScope: 'private' },
    });
    side.pipeline.script = () => result({ tools: [] }, 'modern');
    expect((await send(side.url, modern('tools/list'))).json).toMatchObject({ result: { resultType: 'complete' } });
    side.pipeline.script = () => result({ resultType: 'task', taskId: 'x' }, 'modern');
    expect((await send(side.url, modern('tools/call', { name: 't' }))).json).toMatchObject({ result: { resultType: 'task', taskId: 'x' } });
  });

  it('refused as a tool call is a complete tool result; without a known token 401 with a challenge', async () => {
    const side = await startAgentSide((call) => refusal(call, 'denied_by_rule', 'Refused.'));
    const tool = await send(side.url, modern('tools/call', { name: 't' }));
    expect(tool.status).toBe(200);
    expect(tool.json).toMatchObject({
      result: { resultType: 'complete', isError: true, _meta: { 'io.sallyport/decision': { code: 'denied_by_rule', rule: 'test/rule' } } },
    });
    const { headers, body } = modern('tools/call', { name: 't' });
    const unknown = await send(side.url, { headers: { ...headers, authorization: 'Bearer sp_eve' }, body });
    expect(unknown.status).toBe(401);
    expect(unknown.headers['www-authenticate']).toBe('Bearer');
  });

  it('keeps inputResponses and requestState as ordinary params of legacy requests (trap 9)', async () => {
    const side = await startAgentSide(() => result({ content: [] }));
    const agent = await legacyAgent(side.url);
    await agent.post(rpc('tools/call', { name: 't', inputResponses: { a: 1 }, requestState: 's' }));
    expect(side.pipeline.calls.at(-1)).toMatchObject({
      client: { era: 'legacy' },
      params: { inputResponses: { a: 1 }, requestState: 's' },
    });
  });
});

describe('a notification', () => {
  it('is accepted with 202 and runs; a removed one is 404', async () => {
    const side = await startAgentSide(done);
    const headers = headersOf('sp_alice', { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'notifications/cancelled' });
    const received = await send(side.url, { headers, body: JSON.stringify(notification('notifications/cancelled', { requestId: 1 })) });
    expect(received).toMatchObject({ status: 202, text: '' });
    expect(side.pipeline.calls.at(-1)).toMatchObject({ kind: 'notification', client: { era: 'modern' } });
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
    const removed = await send(side.url, {
      headers: { ...headers, 'mcp-method': 'notifications/roots/list_changed' },
      body: JSON.stringify(notification('notifications/roots/list_changed', { _meta: meta })),
    });
    expect(removed.status).toBe(404);
  });
});

describe('a stream', () => {
  it('opens with the first notification, carries no event ids, and ends with the answer', async () => {
    const side = await startAgentSide(async (call) => {
      await call.peer.notify('notifications/progress', { progressToken: 't', progress: 1 });
      return done();
    });
    const stream = await openStream(side.url, modern('tools/call', { name: 't' }));
    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    expect(await stream.next()).toEqual({
      data: '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1}}',
    });
    expect(await stream.next()).toEqual({ data: expect.stringContaining('"resultType":"complete"') });
    expect(await stream.next()).toBeUndefined();
  });

  it('opens after streamAfterMs of waiting and keeps alive', async () => {
    const side = await startAgentSide(untilAborted, { limits: { streamAfterMs: 10, keepAliveMs: 10 } });
    const stream = await openStream(side.url, modern('tools/call', { name: 't' }));
    expect(await stream.next()).toEqual({ comment: 'keep-alive' });
    expect(await stream.next()).toEqual({ comment: 'keep-alive' });
    stream.leave();
  });

  it('is never opened for an agent that takes only JSON', async () => {
    const side = await startAgentSide(
      async (call) => {
        await call.peer.notify('notifications/progress', { progressToken: 't', progress: 1 });
        await new Promise((resolve) => setTimeout(resolve, 40));
        return done();
      },
      { limits: { streamAfterMs: 10 } },
    );
    const { headers, body } = modern('tools/call', { name: 't' });
    expect((await send(side.url, { headers: { ...headers, accept: 'application/json' }, body })).json).toMatchObject({
      result: { resultType: 'complete' },
    });
  });
});

describe('disconnect is cancel', () => {
  it('before anything was streamed and after (trap 8)', async () => {
    const side = await startAgentSide(async (call) => {
      if (call.params?.name === 'streams') await call.peer.notify('notifications/progress', { progressToken: 't', progress: 1 });
      return untilAborted(call);
    });
    const silent = start(side.url, modern('tools/call', { name: 'silent' }));
    await until(() => side.pipeline.calls.length === 1);
    silent.destroy();
    await until(() => side.pipeline.calls[0]?.signal.aborted === true);
    const stream = await openStream(side.url, modern('tools/call', { name: 'streams' }));
    await stream.next();
    stream.leave();
    await until(() => side.pipeline.calls[1]?.signal.aborted === true);
    expect(side.pipeline.calls.map((call) => call.signal.reason)).toMatchObject([{ code: 'agent_gone' }, { code: 'agent_gone' }]);
    await until(() => side.server.activeCalls() === 0);
  });

  it('does not touch a call that was answered', async () => {
    const side = await startAgentSide(done);
    await send(side.url, modern('tools/call', { name: 't' }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(side.pipeline.calls[0]?.signal.aborted).toBe(false);
  });
});

describe('subscriptions/listen', () => {
  const acknowledged = 'notifications/subscriptions/acknowledged';
  const listening = async (call: Parameters<typeof untilAborted>[0]) => {
    await call.peer.notify(acknowledged, {
      notifications: { toolsListChanged: true },
      _meta: { 'io.modelcontextprotocol/subscriptionId': 'server-side' },
    });
    await call.peer.notify('notifications/tools/list_changed', undefined);
    return untilAborted(call);
  };

  it('that the kill switch silences ends at once with the reason, while its call still runs, and carries nothing after it', async () => {
    const side = await startAgentSide((call) => (call.method === 'tools/call' ? done() : listening(call)));
    const stream = await openStream(side.url, modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, 9));
    for (const _ of ['acknowledged', 'changed']) await stream.message();
    const [call] = side.pipeline.calls;
    call?.silence?.(new Error('no freeze: it goes on'));
    call?.silence?.(new GatewayError('frozen', 'Stopped by the freeze "stop": incident', { detail: 'freeze/stop' }));
    void call?.peer.notify('notifications/tools/list_changed', undefined);
    expect(await stream.message()).toMatchObject({
      id: 9,
      error: { message: 'Stopped by the freeze "stop": incident', data: { code: 'frozen', rule: 'freeze/stop', callId: call?.id } },
    });
    expect(await stream.next()).toBeUndefined();
    expect([call?.signal.aborted, side.server.activeCalls()]).toEqual([false, 1]);
    call?.abort(new Error('over'));
    await until(() => side.server.activeCalls() === 0);
    await send(side.url, modern('tools/call', { name: 't' }));
    expect(side.pipeline.calls[1]?.silence).toBeUndefined();
  });

  it('streams at once; every message carries the id of the request, type kept (trap 7)', async () => {
    for (const id of [5, '5']) {
      const side = await startAgentSide(listening);
      const stream = await openStream(side.url, modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, id));
      expect(stream.headers['content-type']).toBe('text/event-stream');
      expect(await stream.message()).toEqual({
        jsonrpc: '2.0',
        method: acknowledged,
        params: { notifications: { toolsListChanged: true }, _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
      });
      expect(await stream.message()).toMatchObject({
        method: 'notifications/tools/list_changed',
        params: { _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
      });
      stream.leave();
      await until(() => side.server.activeCalls() === 0);
    }
  });

  it('ends with the empty result when the gateway stops', async () => {
    const side = await startAgentSide(listening);
    const stream = await openStream(side.url, modern('subscriptions/listen', { notifications: {} }, 'sub'));
    await stream.message();
    await stream.message();
    const closing = side.server.close(1_000);
    expect(await stream.message()).toMatchObject({
      id: 'sub',
      result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub' } },
    });
    expect(await stream.next()).toBeUndefined();
    await closing;
  });

  it('that the server ends gets the result with its id; one that is refused is an error without a stream', async () => {
    const side = await startAgentSide(async (call) => {
      await call.peer.notify(acknowledged, { notifications: {} });
      return result({}, 'legacy');
    });
    const stream = await openStream(side.url, modern('subscriptions/listen', { notifications: {} }, 3));
    await stream.message();
    expect(await stream.message()).toMatchObject({
      id: 3,
      result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 3 } },
    });
    side.pipeline.script = (call) => refusal(call, 'no_rule_allows', 'No.');
    const refused = await send(side.url, modern('subscriptions/listen', { notifications: {} }, 4));
    expect(refused.headers['content-type']).toBe('application/json');
    expect(refused.json).toMatchObject({ id: 4, error: { code: 4030 } });
    const { headers, body } = modern('subscriptions/listen', { notifications: {} });
    expect((await send(side.url, { headers: { ...headers, accept: 'application/json' }, body })).status).toBe(406);
  });
});

describe('the end of the gateway', () => {
  it('lets running calls finish within the grace time, ends the rest, and takes nothing new', async () => {
    let finish: () => void = () => undefined;
    const side = await startAgentSide((call) =>
      call.params?.name === 'quick'
        ? new Promise((resolve) => {
            finish = () => resolve(done());
          })
        : untilAborted(call),
    );
    const quick = send(side.url, modern('tools/call', { name: 'quick' }));
    const stuck = send(side.url, modern('tools/call', { name: 'stuck' }));
    await until(() => side.pipeline.calls.length === 2);
    const closing = side.server.close(100);
    finish();
    expect((await quick).json).toMatchObject({ result: { resultType: 'complete' } });
    expect((await stuck).json).toMatchObject({ result: { isError: true } });
    await closing;
    await expect(send(side.url, modern('tools/list'))).rejects.toThrow();
    expect(side.server.activeCalls()).toBe(0);
  });
});

describe('a reader that takes nothing', () => {
  it('is dropped after stallTimeoutMs, which cancels its call', async () => {
    let released = false;
    const side = await startAgentSide(
      async (call) => {
        for (let n = 0; n < 40; n++) await call.peer.notify('notifications/message', { level: 'info', data: 'x'.repeat(1_000_000) });
        released = true;
        return untilAborted(call);
      },
      { limits: { stallTimeoutMs: 100, maxBufferedBytes: 1_000_000_000 } },
    );
    const response = await responseOf(start(side.url, modern('tools/call', { name: 't' })));
    response.pause();
    await until(() => side.pipeline.calls[0]?.signal.aborted === true);
    await until(() => released);
    response.destroy();
  });
});

describe('whatever the body', () => {
  it('the answer is JSON-RPC or nothing, and nothing fails inside', async () => {
    const side = await startAgentSide(done);
    const agent = await legacyAgent(side.url);
    const base = modern('tools/call', { name: 't', arguments: { a: [1, 'two', null] } });
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('tools/call', 'initialize', '2026-07-28', 'subscriptions/listen', 'notifications/cancelled', 'ping'),
    );
    const message = fc.record(
      { jsonrpc: fc.oneof(fc.constant('2.0'), values), id: values, method: values, params: values, result: values, error: values },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      message.map((value) => JSON.stringify(value)),
      fc.array(message, { maxLength: 4 }).map((value) => JSON.stringify(value)),
      fc
        .record({ at: fc.nat(base.body.length), insert: fc.string({ maxLength: 4 }) })
        .map(({ at, insert }) => base.body.slice(0, at) + insert + base.body.slice(at + 1)),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.boolean(), async (text, inSession) => {
        const received = await send(side.url, {
          headers: { ...(inSession ? agent.headers : base.headers), accept: 'application/json' },
          body: text,
        });
        expect([200, 202, 400, 404, 406]).toContain(received.status);
        if (received.text !== '') for (const one of [received.json].flat()) expect(one).toMatchObject({ jsonrpc: '2.0' });
      }),
      { numRuns: 300 },
    );
    expect(side.logged).toEqual([]);
  });
});
