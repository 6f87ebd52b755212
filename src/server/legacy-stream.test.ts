// The streams of the session era, with a raw client: questions of servers, resumption, the standing stream, readers that leave or stall.
import { describe, expect, it } from 'vitest';
import { headersOf, type LegacyAgent, legacyAgent, notification, rpc, startAgentSide, until } from '../../test/support/agent-side.ts';
import { type OpenStream, openStream, responseOf, type SseFrame, send, start } from '../../test/support/http-agent.ts';
import { refusal, result, untilAborted } from '../../test/support/scripted-pipeline.ts';
import type { PeerAnswer } from '../call.ts';

const list = () => result({ tools: [] });

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

  it('can be resumed although nothing was streamed yet, once the answer takes longer than resumableAfterMs', async () => {
    let finish: () => void = () => undefined;
    const side = await startAgentSide(
      () =>
        new Promise((resolve) => {
          finish = () => resolve(result({ content: [] }));
        }),
      { limits: { resumableAfterMs: 10 } },
    );
    const agent = await legacyAgent(side.url);
    const stream = await agent.stream(rpc('tools/call', { name: 't' }, 'slow'));
    const prime = await stream.next();
    stream.leave();
    finish();
    await until(() => side.server.activeCalls() === 0);
    const resumed = await agent.get({ 'last-event-id': prime?.id ?? '' });
    expect(await resumed.message()).toMatchObject({ id: 'slow', result: { content: [] } });
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
      { limits: { resumeTtlMs: 10, sessionIdleMs: 60_000 } },
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
    const side = await startAgentSide(listening(), { limits: { standingOpenMs: 5, standingGraceMs: 2_000 } });
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

  it('gives a reader that comes back without an event id what nobody was there for', async () => {
    const side = await startAgentSide(listening(), { limits: { standingOpenMs: 5, standingGraceMs: 60_000 } });
    const agent = await legacyAgent(side.url, 'sp_alice', '2025-03-26');
    const stream = await agent.get();
    const call = side.pipeline.calls.at(-1);
    await call?.peer.notify('notifications/tools/list_changed', undefined);
    await stream.message();
    stream.leave();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const asked = call?.peer.request?.('roots/list', undefined, call.signal);
    const again = await agent.get();
    const question = await again.message();
    expect(question).toMatchObject({ method: 'roots/list' });
    await agent.post({ jsonrpc: '2.0', id: question?.id, result: { roots: [] } });
    expect(await asked).toEqual({ result: { roots: [] } });
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
