// The session era on the agent side, with a raw client: sessions, answers, cancellation, batches.
import { describe, expect, it } from 'vitest';
import { headersOf, legacyAgent, notification, rpc, startAgentSide, until } from '../../test/support/agent-side.ts';
import { openStream, send } from '../../test/support/http-agent.ts';
import { refusal, result, untilAborted } from '../../test/support/scripted-pipeline.ts';

const list = () => result({ tools: [] });

describe('sessions', () => {
  it('begin with initialize and end with DELETE; then they are unknown', async () => {
    const side = await startAgentSide(list);
    const agent = await legacyAgent(side.url);
    expect(agent.sessionId).toMatch(/^[\x21-\x7e]{32,}$/);
    expect((await agent.post(notification('notifications/initialized'))).status).toBe(202);
    expect((await agent.post(rpc('tools/list'))).json).toEqual({ jsonrpc: '2.0', id: 1, result: { tools: [] } });
    expect(side.pipeline.calls.at(-1)?.client).toMatchObject({ era: 'legacy', protocolVersion: '2025-11-25', sessionId: agent.sessionId });
    expect((await send(side.url, { method: 'DELETE', headers: agent.headers })).status).toBe(204);
    const after = await agent.post(rpc('tools/list'));
    expect(after.status).toBe(404);
    expect(after.json).toMatchObject({ error: { code: -32001 } });
    expect(side.endedSessions).toMatchObject([{ id: agent.sessionId, principal: { agent: 'alice' } }]);
  });

  it('are needed: without an id 400, with an unknown one 404', async () => {
    const { url } = await startAgentSide(list);
    expect((await send(url, { headers: headersOf('sp_alice'), body: JSON.stringify(rpc('tools/list')) })).status).toBe(400);
    expect(
      (await send(url, { headers: headersOf('sp_alice', { 'mcp-session-id': 'sess_guess' }), body: JSON.stringify(rpc('tools/list')) }))
        .status,
    ).toBe(404);
  });

  it('are not found by another principal, with or without a token, by any HTTP method', async () => {
    const side = await startAgentSide(list);
    const agent = await legacyAgent(side.url);
    const before = side.pipeline.calls.length;
    for (const token of ['sp_bob', undefined, 'sp_alicf']) {
      const headers = headersOf(token, { 'mcp-session-id': agent.sessionId });
      expect((await send(side.url, { headers, body: JSON.stringify(rpc('tools/list')) })).status).toBe(404);
      expect((await send(side.url, { headers, method: 'GET' })).status).toBe(404);
      expect((await send(side.url, { headers, method: 'DELETE' })).status).toBe(404);
    }
    expect(side.pipeline.calls.length).toBe(before);
    expect(side.server.activeSessions()).toBe(1);
  });

  it('are not found on another endpoint', async () => {
    const side = await startAgentSide(list);
    const agent = await legacyAgent(side.url);
    expect((await send(`${side.origin}/mcp/other`, { headers: agent.headers, body: JSON.stringify(rpc('tools/list')) })).status).toBe(404);
    expect((await send(`${side.origin}/mcp`, { headers: agent.headers, body: JSON.stringify(rpc('tools/list')) })).status).toBe(404);
  });

  it('end when their token comes to stand for another principal', async () => {
    const side = await startAgentSide((call) => {
      if (call.principal) call.principal = { ...call.principal, agent: 'mallory' };
      return result({ tools: [] });
    });
    const agent = await legacyAgent(side.url);
    await agent.post(rpc('tools/list'));
    expect((await agent.post(rpc('tools/list'))).status).toBe(404);
  });

  it('are not made by an initialize that is refused or fails', async () => {
    const side = await startAgentSide(list);
    side.pipeline.run = async (call) => refusal(call, 'frozen', 'Everything is frozen.');
    const body = JSON.stringify(
      rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }),
    );
    const received = await send(side.url, { headers: headersOf('sp_alice'), body });
    expect(received.headers['mcp-session-id']).toBeUndefined();
    expect(received.json).toMatchObject({ error: { code: 4031, data: { code: 'frozen', rule: 'test/rule' } } });
    expect(side.server.activeSessions()).toBe(0);
  });

  it('end when idle for sessionIdleMs, not while something runs', async () => {
    const side = await startAgentSide(untilAborted, { limits: { sessionIdleMs: 1_500 } });
    const busy = await legacyAgent(side.url);
    const quiet = await legacyAgent(side.url);
    void busy.post(rpc('tools/call', { name: 'slow' }));
    await until(() => side.endedSessions.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    expect(side.endedSessions.map((session) => session.id)).toEqual([quiet.sessionId]);
  });

  it('beyond maxSessionsPerPrincipal push out the longest unused one of the same principal', async () => {
    const side = await startAgentSide(list, { limits: { maxSessionsPerPrincipal: 2 } });
    const bob = await legacyAgent(side.url, 'sp_bob');
    const first = await legacyAgent(side.url);
    const second = await legacyAgent(side.url);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await first.post(rpc('tools/list'));
    const third = await legacyAgent(side.url, 'sp_alice2');
    expect(side.endedSessions.map((session) => session.id)).toEqual([second.sessionId]);
    for (const agent of [bob, first, third]) expect((await agent.post(rpc('tools/list'))).status).toBe(200);
  });

  it('refuse a new one when all are busy', async () => {
    const side = await startAgentSide(untilAborted, { limits: { maxSessions: 1 } });
    const agent = await legacyAgent(side.url);
    void agent.post(rpc('tools/call', { name: 'slow' }));
    await until(() => side.pipeline.calls.length === 2);
    await expect(legacyAgent(side.url)).rejects.toThrow(/Too many sessions/);
    expect(side.server.activeSessions()).toBe(1);
  });

  it('can be closed by the gateway; what runs in them is ended', async () => {
    const side = await startAgentSide(untilAborted);
    const agent = await legacyAgent(side.url);
    const bob = await legacyAgent(side.url, 'sp_bob');
    const pending = agent.post(rpc('tools/call', { name: 'slow' }));
    await until(() => side.pipeline.methods().includes('tools/call'));
    side.server.closeSessions((session) => session.principal?.agent === 'alice');
    await pending;
    expect(side.pipeline.calls.at(-1)?.signal.aborted).toBe(true);
    expect((await agent.post(rpc('ping'))).status).toBe(404);
    expect((await bob.post(rpc('ping'))).status).toBe(200);
  });

  it('negotiate the version, and refuse headers with an unsupported one', async () => {
    const side = await startAgentSide(list);
    const body = (version: string) =>
      JSON.stringify(rpc('initialize', { protocolVersion: version, capabilities: {}, clientInfo: { name: 'x', version: '1' } }));
    for (const [asked, answered] of [
      ['2025-03-26', '2025-03-26'],
      ['2025-06-18', '2025-06-18'],
      ['1999-01-01', '2025-11-25'],
    ]) {
      const received = await send(side.url, { headers: headersOf('sp_alice'), body: body(asked ?? '') });
      expect(received.json).toMatchObject({ result: { protocolVersion: answered } });
    }
    const agent = await legacyAgent(side.url);
    expect((await agent.post(rpc('ping'), { 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
    expect(
      (await send(side.url, { headers: headersOf('sp_alice', { 'mcp-session-id': agent.sessionId }), body: JSON.stringify(rpc('ping')) }))
        .status,
    ).toBe(200);
  });

  it('never answer a newer version than the client asked for', async () => {
    const side = await startAgentSide(list);
    const { run } = side.pipeline;
    side.pipeline.run = async (call) => {
      const outcome = await run.call(side.pipeline, call);
      return call.method === 'initialize'
        ? {
            type: 'result',
            era: 'legacy',
            result: { protocolVersion: '2025-11-25' },
            resultText: '{"x":1.0, "protocolVersion":"2025-11-25"}',
          }
        : outcome;
    };
    const body = JSON.stringify(
      rpc('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } }),
    );
    const received = await send(side.url, { headers: headersOf('sp_alice'), body });
    expect(received.text).toContain('{"x":1.0, "protocolVersion":"2025-06-18"}');
  });
});

describe('answers', () => {
  it('are JSON while nothing streams, byte for byte what the server said', async () => {
    const side = await startAgentSide(() => ({
      type: 'result',
      era: 'legacy',
      result: { n: 1 },
      resultText: '{"n":1.0,"unknown":{"é":"\\u00e9"}}',
    }));
    const agent = await legacyAgent(side.url);
    const received = await agent.post(rpc('tools/call', { name: 't' }, 'a"b'));
    expect(received.headers['content-type']).toBe('application/json');
    expect(received.text).toBe('{"jsonrpc":"2.0","id":"a\\"b","result":{"n":1.0,"unknown":{"é":"\\u00e9"}}}');
  });

  it('become a stream with the first notification: order kept, answer last', async () => {
    const side = await startAgentSide(async (call) => {
      for (let n = 1; n <= 3; n++) await call.peer.notify('notifications/progress', { progressToken: 7, progress: n });
      return result({ content: [] });
    });
    const agent = await legacyAgent(side.url, 'sp_alice', '2025-06-18');
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'cache-control': expect.stringContaining('no-cache'),
    });
    const seen: unknown[] = [];
    for (let message = await stream.message(); message !== undefined; message = await stream.message())
      seen.push(message.method ?? message.result);
    expect(seen).toEqual(['notifications/progress', 'notifications/progress', 'notifications/progress', { content: [] }]);
  });

  it('become a stream when they take longer than streamAfterMs, with keep-alive comments', async () => {
    let finish: () => void = () => undefined;
    const side = await startAgentSide(
      () =>
        new Promise((resolve) => {
          finish = () => resolve(result({ content: [] }));
        }),
      { limits: { streamAfterMs: 20, keepAliveMs: 10 } },
    );
    const agent = await legacyAgent(side.url, 'sp_alice', '2025-06-18');
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    expect(await stream.next()).toEqual({ comment: 'keep-alive' });
    finish();
    expect(await stream.message()).toMatchObject({ result: { content: [] } });
  });

  it('are JSON for an agent that takes only JSON, whatever the server would stream, and a stream for one that takes only streams', async () => {
    const side = await startAgentSide(async (call) => {
      expect(call.peer.request === undefined).toBe(call.params?.only === 'json');
      await call.peer.notify('notifications/message', { level: 'info', data: 'x' });
      return result({ content: [] });
    });
    const agent = await legacyAgent(side.url);
    const json = await agent.post(rpc('tools/call', { name: 't', only: 'json' }), { accept: 'application/json' });
    expect(json.json).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [] } });
    const sse = await agent.stream(rpc('ping'), { accept: 'text/event-stream' });
    expect(sse.headers['content-type']).toBe('text/event-stream');
    expect(await sse.message()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  it('to refused tool calls are tool results a model can read; to other methods errors with our own code', async () => {
    const side = await startAgentSide(
      (call) =>
        ({ ...refusal(call, 'denied_by_rule', 'Rule test/rule refuses this.'), hint: 'Ask for read access.' }) as ReturnType<
          typeof refusal
        >,
    );
    const agent = await legacyAgent(side.url);
    const tool = await agent.post(rpc('tools/call', { name: 't' }));
    const callId = side.pipeline.calls.at(-1)?.id;
    expect(tool.status).toBe(200);
    expect(tool.json).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        content: [{ type: 'text', text: 'Rule test/rule refuses this. Ask for read access.' }],
        isError: true,
        _meta: { 'io.sallyport/decision': { code: 'denied_by_rule', rule: 'test/rule', callId, hint: 'Ask for read access.' } },
      },
    });
    const read = await agent.post(rpc('resources/read', { uri: 'file:///x' }));
    expect(read.status).toBe(200);
    expect(read.json).toMatchObject({
      error: { code: 4030, message: 'Rule test/rule refuses this.', data: { code: 'denied_by_rule', rule: 'test/rule' } },
    });
  });

  it('to a log that cannot be written are clear, and 200', async () => {
    const side = await startAgentSide((call) => refusal(call, 'log_unavailable', 'The log cannot be written.'));
    const agent = await legacyAgent(side.url);
    expect((await agent.post(rpc('tools/list'))).json).toMatchObject({ error: { code: 5031 } });
    expect((await agent.post(rpc('tools/call', { name: 't' }))).json).toMatchObject({ result: { isError: true } });
  });

  it('carry exactly the error the pipeline asks for, tool call or not', async () => {
    const side = await startAgentSide(
      (call) =>
        ({ ...refusal(call, 'invalid_request', 'x'), rpc: { code: -32602, message: 'Unknown tool: t' } }) as ReturnType<typeof refusal>,
    );
    const agent = await legacyAgent(side.url);
    expect((await agent.post(rpc('tools/call', { name: 't' }))).json).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32602, message: 'Unknown tool: t' },
    });
  });

  it('to a pipeline that throws are an internal refusal, logged, without the reason', async () => {
    const side = await startAgentSide(() => {
      throw new Error('secret detail');
    });
    const agent = await legacyAgent(side.url);
    const received = await agent.post(rpc('tools/list'));
    expect(received.json).toMatchObject({ error: { code: -32603 } });
    expect(received.text).not.toContain('secret detail');
    expect(side.logged.map((line) => line.message)).toEqual(['the pipeline failed']);
  });

  it('to methods of the other era or the other direction are -32601, and nothing runs; ping is answered by the gateway', async () => {
    const side = await startAgentSide(list);
    const agent = await legacyAgent(side.url);
    const before = side.pipeline.calls.length;
    for (const method of ['server/discover', 'subscriptions/listen', 'sampling/createMessage', 'elicitation/create']) {
      const received = await agent.post(rpc(method));
      expect(received.status).toBe(200);
      expect(received.json, method).toMatchObject({ id: 1, error: { code: -32601 } });
    }
    expect(side.pipeline.calls.length).toBe(before);
    expect((await agent.post(rpc('ping'))).json).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    expect((await agent.post(rpc('vendor/thing'))).json).toMatchObject({ result: { tools: [] } });
  });
});

describe('requests of one session', () => {
  it('run side by side on their own streams', async () => {
    const release = new Map<string, () => void>();
    const side = await startAgentSide(async (call) => {
      const name = String(call.params?.name);
      await call.peer.notify('notifications/message', { level: 'info', data: name });
      await new Promise<void>((resolve) => release.set(name, resolve));
      return result({ content: [{ type: 'text', text: name }] });
    });
    const agent = await legacyAgent(side.url, 'sp_alice', '2025-06-18');
    const a = await agent.stream(rpc('tools/call', { name: 'a' }, 1));
    const b = await agent.stream(rpc('tools/call', { name: 'b' }, 2));
    expect(await a.message()).toMatchObject({ params: { data: 'a' } });
    expect(await b.message()).toMatchObject({ params: { data: 'b' } });
    release.get('b')?.();
    expect(await b.message()).toMatchObject({ id: 2 });
    release.get('a')?.();
    expect(await a.message()).toMatchObject({ id: 1 });
  });

  it('must not share an id while they run; 1 and "1" are different ids', async () => {
    const side = await startAgentSide((call) => (call.params?.name === 'slow' ? untilAborted(call) : result({ content: [] })));
    const agent = await legacyAgent(side.url);
    void agent.post(rpc('tools/call', { name: 'slow' }, 1));
    await until(() => side.pipeline.methods().includes('tools/call'));
    expect((await agent.post(rpc('tools/call', { name: 't' }, 1))).json).toMatchObject({ id: 1, error: { code: -32600 } });
    expect((await agent.post(rpc('tools/call', { name: 't' }, '1'))).json).toMatchObject({ id: '1', result: { content: [] } });
  });

  it('are at most maxInFlightPerSession', async () => {
    const side = await startAgentSide(untilAborted, { limits: { maxInFlightPerSession: 2 } });
    const agent = await legacyAgent(side.url);
    void agent.post(rpc('tools/call', { name: 'a' }, 1));
    void agent.post(rpc('tools/call', { name: 'b' }, 2));
    await until(() => side.pipeline.calls.length === 3);
    expect((await agent.post(rpc('tools/call', { name: 'c' }, 3))).json).toMatchObject({
      id: 3,
      error: { message: expect.stringContaining('Too many') },
    });
  });

  it('are ended by notifications/cancelled, which travels the pipeline itself, and get no answer', async () => {
    const side = await startAgentSide(untilAborted);
    const agent = await legacyAgent(side.url, 'sp_alice', '2025-06-18');
    const pending = agent.post(rpc('tools/call', { name: 'slow' }, 42));
    await until(() => side.pipeline.methods().includes('tools/call'));
    const call = side.pipeline.calls.at(-1);
    expect((await agent.post(notification('notifications/cancelled', { requestId: '42' }))).status).toBe(202);
    expect(call?.signal.aborted).toBe(false);
    expect((await agent.post(notification('notifications/cancelled', { requestId: 42 }))).status).toBe(202);
    const received = await pending;
    expect(call?.signal.reason).toMatchObject({ code: 'agent_cancelled' });
    expect(received).toMatchObject({ status: 200, text: '' });
    expect(side.pipeline.methods().filter((method) => method === 'notifications/cancelled').length).toBe(2);
  });

  it('of another session are not ended by notifications/cancelled', async () => {
    const side = await startAgentSide(untilAborted);
    const alice = await legacyAgent(side.url);
    const other = await legacyAgent(side.url);
    void alice.post(rpc('tools/call', { name: 'slow' }, 1));
    await until(() => side.pipeline.methods().includes('tools/call'));
    const call = side.pipeline.calls.at(-1);
    await other.post(notification('notifications/cancelled', { requestId: 1 }));
    expect(call?.signal.aborted).toBe(false);
  });
});

describe('batches', () => {
  it('are split, run one by one and joined in 2025-03-26', async () => {
    const side = await startAgentSide((call) => result({ echo: call.params ?? null }));
    const agent = await legacyAgent(side.url, 'sp_alice', '2025-03-26');
    const received = await agent.post([
      rpc('tools/list', { n: 1 }, 'a'),
      notification('notifications/roots/list_changed'),
      rpc('tools/call', { name: 'x' }, 2),
      { nonsense: true },
    ]);
    expect(received.status).toBe(200);
    const answers = received.json as { id: unknown }[];
    expect(answers.map((answer) => answer.id)).toEqual(expect.arrayContaining(['a', 2, null]));
    expect(answers.length).toBe(3);
    expect(side.pipeline.methods().slice(1).sort()).toEqual(['notifications/roots/list_changed', 'tools/call', 'tools/list']);
    expect((await agent.post([notification('notifications/roots/list_changed')])).status).toBe(202);
  });

  it('are refused in later revisions, empty, too long, or with initialize in them', async () => {
    const side = await startAgentSide(list);
    const newer = await legacyAgent(side.url);
    expect((await newer.post([rpc('tools/list')])).status).toBe(400);
    const agent = await legacyAgent(side.url, 'sp_alice', '2025-03-26');
    const before = side.pipeline.calls.length;
    expect((await agent.post([])).status).toBe(400);
    expect((await agent.post(Array.from({ length: 101 }, (_, n) => rpc('ping', undefined, n)))).status).toBe(400);
    expect(
      (await agent.post([rpc('initialize', { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'x', version: '1' } })]))
        .json,
    ).toMatchObject([{ error: { code: -32600 } }]);
    expect(side.pipeline.calls.length).toBe(before);
    expect((await agent.post(Array.from({ length: 100 }, (_, n) => rpc('ping', undefined, n)))).json).toHaveLength(100);
  });
});

describe('a slow handshake', () => {
  it('keeps its connection alive, and names a session that opens nothing until it succeeds', async () => {
    let finish: (succeeds: boolean) => void = () => undefined;
    const side = await startAgentSide(list, { limits: { streamAfterMs: 10, keepAliveMs: 10 } });
    const { run } = side.pipeline;
    side.pipeline.run = async (call) => {
      const outcome = await run.call(side.pipeline, call);
      if (call.method !== 'initialize') return outcome;
      const succeeds = await new Promise<boolean>((resolve) => {
        finish = resolve;
      });
      return succeeds ? outcome : refusal(call, 'internal', 'It failed.');
    };
    const body = JSON.stringify(
      rpc('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } }),
    );
    for (const succeeds of [false, true]) {
      const stream = await openStream(side.url, { headers: headersOf('sp_alice'), body });
      const headers = headersOf('sp_alice', { 'mcp-session-id': String(stream.headers['mcp-session-id']) });
      expect(await stream.next()).toEqual({ comment: 'keep-alive' });
      expect((await send(side.url, { headers, body: JSON.stringify(rpc('ping')) })).status).toBe(404);
      finish(succeeds);
      expect(Object.keys((await stream.message()) ?? {})).toContain(succeeds ? 'result' : 'error');
      expect((await send(side.url, { headers, body: JSON.stringify(rpc('ping')) })).status).toBe(succeeds ? 200 : 404);
    }
  });
});
