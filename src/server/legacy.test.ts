// The session era on the agent side, with a raw client: sessions, streams, questions, batches, cancellation, resumption.
import { describe, expect, it } from 'vitest';
import { headersOf, type LegacyAgent, legacyAgent, notification, rpc, startAgentSide, until } from '../../test/support/agent-side.ts';
import { type OpenStream, openStream, responseOf, type SseFrame, send, start } from '../../test/support/http-agent.ts';
import { refusal, result, untilAborted } from '../../test/support/scripted-pipeline.ts';
import type { PeerAnswer } from '../call.ts';

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
    const side = await startAgentSide(untilAborted, { limits: { sessionIdleMs: 60 } });
    const busy = await legacyAgent(side.url);
    const quiet = await legacyAgent(side.url);
    void busy.post(rpc('tools/call', { name: 'slow' }));
    await until(() => side.endedSessions.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
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

describe('questions of servers', () => {
  const ask = async (
    side: Awaited<ReturnType<typeof startAgentSide>>,
    agent: LegacyAgent,
    id = 1,
  ): Promise<{ stream: OpenStream; question: Record<string, unknown> }> => {
    const stream = await agent.stream(rpc('tools/call', { name: 'ask' }, id));
    const question = await stream.message();
    expect(side.pipeline.methods()).toContain('tools/call');
    return { stream, question: question ?? {} };
  };

  const asking = () => {
    const answers: PeerAnswer[] = [];
    const script = async (call: Parameters<typeof untilAborted>[0]) => {
      const answer = await call.peer.request?.(
        'elicitation/create',
        { message: 'Who?', requestedSchema: { type: 'object', properties: {} } },
        call.signal,
      );
      if (answer) answers.push(answer);
      return result({ content: [] });
    };
    return { answers, script };
  };

  it('go out on the stream of their call with ids of our own, and the answers come back to them', async () => {
    const { answers, script } = asking();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const { stream, question } = await ask(side, agent);
    expect(question).toMatchObject({ jsonrpc: '2.0', method: 'elicitation/create', params: { message: 'Who?' } });
    const answered = await agent.post({ jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { a: 1 } } });
    expect(answered).toMatchObject({ status: 202, text: '' });
    expect(await stream.message()).toMatchObject({ id: 1, result: { content: [] } });
    expect(answers).toEqual([{ result: { action: 'accept', content: { a: 1 } } }]);
  });

  it('may be answered with an error', async () => {
    const { answers, script } = asking();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const { stream, question } = await ask(side, agent);
    await agent.post({ jsonrpc: '2.0', id: question.id, error: { code: -1, message: 'User rejected' } });
    await stream.message();
    expect(answers).toEqual([{ error: { code: -1, message: 'User rejected' } }]);
  });

  it('take no answer from another session, another principal, or with an id of another type; a second answer changes nothing', async () => {
    const { answers, script } = asking();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const sameOwner = await legacyAgent(side.url);
    const bob = await legacyAgent(side.url, 'sp_bob');
    const { stream, question } = await ask(side, agent);
    const forged = { jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { forged: true } } };
    expect((await sameOwner.post(forged)).status).toBe(202);
    expect((await bob.post(forged)).status).toBe(202);
    expect((await bob.post(forged, { 'mcp-session-id': agent.sessionId })).status).toBe(404);
    expect((await agent.post({ ...forged, id: String(question.id) })).status).toBe(202);
    expect(answers).toEqual([]);
    await agent.post({ ...forged, result: { action: 'decline' } });
    await agent.post(forged);
    await stream.message();
    expect(answers).toEqual([{ result: { action: 'decline' } }]);
  });

  it('are withdrawn when their call ends, and answered with an error when the session ends', async () => {
    const answers: (PeerAnswer | undefined)[] = [];
    const side = await startAgentSide(async (call) => {
      answers.push(await call.peer.request?.('roots/list', undefined, call.signal));
      return result({ content: [] });
    });
    const agent = await legacyAgent(side.url);
    const { stream, question } = await ask(side, agent, 9);
    await agent.post(notification('notifications/cancelled', { requestId: 9 }));
    expect(await stream.message()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: question.id } });
    await until(() => answers.length === 1);
    await ask(side, agent, 10);
    await send(side.url, { method: 'DELETE', headers: agent.headers });
    await until(() => answers.length === 2);
    expect(answers).toMatchObject([{ error: { code: -32603 } }, { error: { code: -32603 } }]);
  });

  it('are at most maxAskedPerSession', async () => {
    const answers: (PeerAnswer | undefined)[] = [];
    const side = await startAgentSide(
      async (call) => {
        const wait = [1, 2, 3].map(() => call.peer.request?.('roots/list', undefined, call.signal));
        answers.push(await wait[2]);
        return result({ content: [] });
      },
      { limits: { maxAskedPerSession: 2 } },
    );
    const agent = await legacyAgent(side.url);
    await ask(side, agent);
    await until(() => answers.length === 1);
    expect(answers[0]).toMatchObject({ error: { message: expect.stringContaining('too many') } });
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

describe('a broken stream', () => {
  const slow = () => {
    const steps: (() => void)[] = [];
    const script = async (call: Parameters<typeof untilAborted>[0]) => {
      await call.peer.notify('notifications/message', { level: 'info', data: 1 });
      await new Promise<void>((resolve) => steps.push(resolve));
      await call.peer.notify('notifications/message', { level: 'info', data: 2 });
      return result({ content: [{ type: 'text', text: 'done' }] });
    };
    return { steps, script };
  };

  it('does not cancel its call (trap 8), begins with a priming event in 2025-11-25, and is resumed by GET with what was missed', async () => {
    const { steps, script } = slow();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    const prime = await stream.next();
    expect(prime).toEqual({ id: expect.stringMatching(/^p\d+_0$/), retry: '1000', data: '' });
    const first = await stream.next();
    stream.leave();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(side.pipeline.calls.at(-1)?.signal.aborted).toBe(false);
    steps[0]?.();
    await until(() => side.server.activeCalls() === 0);
    const resumed = await agent.get({ 'last-event-id': first?.id ?? '' });
    expect(resumed.status).toBe(200);
    expect(await resumed.message()).toMatchObject({ params: { data: 2 } });
    expect(await resumed.message()).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
    expect(await resumed.next()).toBeUndefined();
  });

  it('goes on live when it is resumed while the call runs, from any event on', async () => {
    const { steps, script } = slow();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    const prime = await stream.next();
    stream.leave();
    const resumed = await agent.get({ 'last-event-id': prime?.id ?? '' });
    expect(await resumed.message()).toMatchObject({ params: { data: 1 } });
    steps[0]?.();
    expect(await resumed.message()).toMatchObject({ params: { data: 2 } });
    expect(await resumed.message()).toMatchObject({ id: 1 });
  });

  it('replays only its own events', async () => {
    const { steps, script } = slow();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const a = await agent.stream(rpc('tools/call', { name: 'a' }, 1));
    const b = await agent.stream(rpc('tools/call', { name: 'b' }, 2));
    const prime = await a.next();
    await b.next();
    a.leave();
    b.leave();
    for (const step of steps) step();
    await until(() => side.server.activeCalls() === 0);
    const resumed = await agent.get({ 'last-event-id': prime?.id ?? '' });
    const ids: unknown[] = [];
    for (let frame: SseFrame | undefined = await resumed.next(); frame !== undefined; frame = await resumed.next())
      ids.push(frame.id?.split('_')[0]);
    expect(new Set(ids)).toEqual(new Set([prime?.id?.split('_')[0]]));
  });

  it('of one session is not resumed by another, nor with an id nobody gave', async () => {
    const { steps, script } = slow();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const other = await legacyAgent(side.url);
    const bob = await legacyAgent(side.url, 'sp_bob');
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    const prime = await stream.next();
    steps[0]?.();
    expect((await other.get({ 'last-event-id': prime?.id ?? '' })).status).toBe(400);
    expect((await bob.get({ 'last-event-id': prime?.id ?? '', 'mcp-session-id': agent.sessionId })).status).toBe(404);
    for (const id of ['', 'p99_0', 'x', 'p1_1e3', '__proto___1', `p${'9'.repeat(50)}_1`])
      expect((await agent.get({ 'last-event-id': id })).status, id).toBe(400);
  });

  it('is forgotten after resumeTtlMs', async () => {
    const side = await startAgentSide(
      async (call) => {
        await call.peer.notify('notifications/message', { level: 'info', data: 1 });
        return result({ content: [] });
      },
      { limits: { resumeTtlMs: 10, sessionIdleMs: 400 } },
    );
    const agent = await legacyAgent(side.url);
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    const prime = await stream.next();
    await stream.message();
    await stream.message();
    await until(() => side.server.activeCalls() === 0);
    let status = 200;
    while (status === 200) {
      await agent.post(rpc('ping', undefined, 5));
      const again = await agent.get({ 'last-event-id': prime?.id ?? '' });
      status = again.status;
      again.leave();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(status).toBe(400);
  });

  it('whose answer is too large to be kept says so instead of leaving the agent to wait', async () => {
    let finish: () => void = () => undefined;
    const side = await startAgentSide(
      async (call) => {
        await call.peer.notify('notifications/message', { level: 'info', data: 1 });
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return result({ content: [{ type: 'text', text: 'x'.repeat(5_000) }] });
      },
      { limits: { maxEventBytesPerSession: 2_000 } },
    );
    const agent = await legacyAgent(side.url);
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    const prime = await stream.next();
    stream.leave();
    finish();
    await until(() => side.server.activeCalls() === 0);
    const resumed = await agent.get({ 'last-event-id': prime?.id ?? '' });
    expect(await resumed.message()).toMatchObject({ params: { data: 1 } });
    expect(await resumed.message()).toMatchObject({ id: 1, error: { code: 5030 } });
  });
});

describe('the standing stream', () => {
  const listening = (script?: Parameters<typeof startAgentSide>[0]) => (call: Parameters<typeof untilAborted>[0]) =>
    call.method === 'subscriptions/listen' ? untilAborted(call) : (script?.(call) ?? result({ tools: [] }));

  it('is a call of kind subscription; notifications and questions reach the agent on it, and it is the only one', async () => {
    const side = await startAgentSide(listening(), { limits: { standingOpenMs: 5 } });
    const agent = await legacyAgent(side.url);
    const stream = await agent.get();
    expect(stream.status).toBe(200);
    const call = side.pipeline.calls.at(-1);
    expect(call).toMatchObject({
      kind: 'subscription',
      method: 'subscriptions/listen',
      params: undefined,
      client: { era: 'legacy', sessionId: agent.sessionId },
    });
    await call?.peer.notify('notifications/tools/list_changed', undefined);
    expect(await stream.message()).toEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    const asked = call?.peer.request?.('roots/list', undefined, call.signal);
    const question = await stream.message();
    await agent.post({ jsonrpc: '2.0', id: question?.id, result: { roots: [] } });
    expect(await asked).toEqual({ result: { roots: [] } });
    expect((await agent.get()).status).toBe(409);
  });

  it('outlives a break of standingGraceMs and is resumed; then its call ends', async () => {
    const side = await startAgentSide(listening(), { limits: { standingOpenMs: 5, standingGraceMs: 80 } });
    const agent = await legacyAgent(side.url);
    const stream = await agent.get();
    const call = side.pipeline.calls.at(-1);
    await call?.peer.notify('notifications/tools/list_changed', undefined);
    let frame = await stream.next();
    while (!frame?.data) frame = await stream.next();
    stream.leave();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await call?.peer.notify('notifications/prompts/list_changed', undefined);
    const resumed = await agent.get({ 'last-event-id': frame.id ?? '' });
    expect(await resumed.message()).toMatchObject({ method: 'notifications/prompts/list_changed' });
    expect(call?.signal.aborted).toBe(false);
    resumed.leave();
    await until(() => call?.signal.aborted === true);
    const again = await agent.get({ 'last-event-id': frame.id ?? '' });
    expect(await again.message()).toMatchObject({ method: 'notifications/prompts/list_changed' });
    expect(side.pipeline.methods().filter((method) => method === 'subscriptions/listen').length).toBe(2);
  });

  it('is refused as the pipeline says: 405 for what is not allowed, which agents take as "none here"', async () => {
    const side = await startAgentSide((call) => refusal(call, 'no_rule_allows', 'Not allowed.'));
    const agent = await legacyAgent(side.url);
    const received = await send(side.url, { method: 'GET', headers: agent.headers });
    expect(received.status).toBe(405);
    expect(received.json).toMatchObject({ error: { code: 4030, data: { code: 'no_rule_allows' } } });
    side.pipeline.script = (call) => refusal(call, 'frozen', 'Frozen.');
    expect((await agent.get()).status).toBe(403);
    side.pipeline.script = () => result({});
    expect((await agent.get()).status).toBe(405);
    expect((await agent.get({ accept: 'application/json' })).status).toBe(406);
  });

  it('ends with the session and with the gateway', async () => {
    const side = await startAgentSide(listening(), { limits: { standingOpenMs: 5 } });
    const agent = await legacyAgent(side.url);
    const stream = await agent.get();
    await send(side.url, { method: 'DELETE', headers: agent.headers });
    while ((await stream.next()) !== undefined);
    const second = await legacyAgent(side.url);
    const other = await second.get();
    await side.server.close(1_000);
    while ((await other.next()) !== undefined);
    expect(side.server.activeCalls()).toBe(0);
  });
});

describe('agents that leave', () => {
  it('at any moment leave nothing behind', async () => {
    const side = await startAgentSide(async (call) => {
      await call.peer.notify('notifications/message', { level: 'info', data: 'x'.repeat(1_000) });
      await new Promise((resolve) => setTimeout(resolve, Math.floor(call.startedMs) % 5));
      return result({ content: [] });
    });
    const agent = await legacyAgent(side.url);
    for (let n = 0; n < 60; n++) {
      const outgoing = openStream(side.url, { headers: agent.headers, body: JSON.stringify(rpc('tools/call', { name: 't' }, n)) });
      if (n % 3 === 0) void outgoing.then((stream) => stream.leave());
      else if (n % 3 === 1) void outgoing.then((stream) => stream.next().then(() => stream.leave()));
      else await outgoing.then((stream) => stream.message());
    }
    await until(() => side.server.activeCalls() === 0);
    expect(side.logged).toEqual([]);
    expect((await agent.post(rpc('ping'))).status).toBe(200);
  });

  it('during initialize get no session, and what the server opened is ended', async () => {
    let finish: () => void = () => undefined;
    const side = await startAgentSide(list);
    side.pipeline.run = (call) =>
      new Promise((resolve) => {
        side.pipeline.calls.push(call);
        finish = () => resolve(result({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } }));
      });
    const body = JSON.stringify(
      rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }),
    );
    const pending = openStream(side.url, { headers: headersOf('sp_alice'), body });
    pending.catch(() => undefined);
    await until(() => side.pipeline.calls.length === 1);
    const leaving = start(side.url, { headers: headersOf('sp_alice'), body });
    await until(() => side.pipeline.calls.length === 2);
    leaving.destroy();
    await new Promise((resolve) => setTimeout(resolve, 30));
    finish();
    await until(() => side.endedSessions.length === 1);
    expect(side.server.activeSessions()).toBe(0);
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

describe('a slow reader', () => {
  it('holds the sender back, and is dropped beyond maxBufferedBytes without hurting the call', async () => {
    let waited = 0;
    const side = await startAgentSide(
      async (call) => {
        for (let n = 0; n < 400; n++) {
          const pause = call.peer.notify('notifications/message', { level: 'info', data: 'x'.repeat(100_000) });
          if (pause !== undefined) {
            waited += 1;
            if (n % 2 === 0) await Promise.race([pause, new Promise((resolve) => setTimeout(resolve, 1))]);
          }
        }
        return result({ content: [] });
      },
      { limits: { maxBufferedBytes: 1_000_000 } },
    );
    const agent = await legacyAgent(side.url);
    const response = await responseOf(start(side.url, { headers: agent.headers, body: JSON.stringify(rpc('tools/call', { name: 't' })) }));
    response.pause();
    await until(() => side.server.activeCalls() === 0);
    expect(waited).toBeGreaterThan(0);
    response.destroy();
  });
});
