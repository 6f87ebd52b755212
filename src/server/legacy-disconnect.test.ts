// A server that closes a call's stream on purpose puts the agent off as well (2025-11-25 basic/transports): what the agent sees and gets later.
import { describe, expect, it } from 'vitest';
import { headersOf, legacyAgent, rpc, startAgentSide, until } from '../../test/support/agent-side.ts';
import { send } from '../../test/support/http-agent.ts';
import { result } from '../../test/support/scripted-pipeline.ts';
import type { Call } from '../call.ts';

const PUT_OFF_MS = 40;

/** Puts the agent off at once, `times` over; finishes when the test says so. */
function leaving() {
  const started: { call: Call; finish: () => void }[] = [];
  const script = async (call: Call) => {
    await call.peer.notify('notifications/message', { level: 'info', data: 'before' });
    call.peer.disconnect?.(PUT_OFF_MS);
    await new Promise<void>((finish) => started.push({ call, finish }));
    return result({ content: [{ type: 'text', text: 'done' }] });
  };
  return { started, script };
}

describe('an agent that is put off', () => {
  it('is told when to come back, its call runs on, and it finds what was said meanwhile', async () => {
    const { started, script } = leaving();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    expect(await stream.next()).toEqual({ id: expect.stringMatching(/^p\d+_0$/), retry: '1000', data: '' });
    expect(await stream.next()).toMatchObject({ id: expect.stringMatching(/^p\d+_1$/), data: expect.stringContaining('before') });
    const last = await stream.next();
    expect(last).toEqual({ id: expect.stringMatching(/^p\d+_1$/), retry: String(PUT_OFF_MS), data: '' });
    expect(await stream.next()).toBeUndefined();
    expect(started[0]?.call.signal.aborted).toBe(false);
    await started[0]?.call.peer.notify('notifications/message', { level: 'info', data: 'meanwhile' });
    const resumed = await agent.get({ 'last-event-id': last?.id ?? '' });
    expect(await resumed.message()).toMatchObject({ params: { data: 'meanwhile' } });
    started[0]?.finish();
    expect(await resumed.message()).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
    expect(await resumed.next()).toBeUndefined();
  });

  it('may be put off again after it came back, and finds the answer when it comes late', async () => {
    const { started, script } = leaving();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    let last: string | undefined;
    for (let frame = await stream.next(); frame !== undefined; frame = await stream.next()) last = frame.id ?? last;
    const resumed = await agent.get({ 'last-event-id': last ?? '' });
    started[0]?.call.peer.disconnect?.(PUT_OFF_MS);
    expect(await resumed.next()).toEqual({ id: last, retry: String(PUT_OFF_MS), data: '' });
    expect(await resumed.next()).toBeUndefined();
    started[0]?.finish();
    await until(() => side.server.activeCalls() === 0);
    const late = await agent.get({ 'last-event-id': last ?? '' });
    expect(await late.message()).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
  });

  it('is asked through the stream it comes back to', async () => {
    const side = await startAgentSide(async (call) => {
      call.peer.disconnect?.(PUT_OFF_MS);
      const answer = await call.peer.request?.('roots/list', undefined, call.signal);
      return result({ content: [], ...(answer?.result && { structuredContent: answer.result }) });
    });
    const agent = await legacyAgent(side.url);
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    let last: string | undefined;
    for (let frame = await stream.next(); frame !== undefined; frame = await stream.next()) last = frame.id ?? last;
    const resumed = await agent.get({ 'last-event-id': last ?? '' });
    const question = await resumed.message();
    expect(question).toMatchObject({ method: 'roots/list' });
    await agent.post({ jsonrpc: '2.0', id: question?.id, result: { roots: [] } });
    expect(await resumed.message()).toMatchObject({ id: 1, result: { structuredContent: { roots: [] } } });
  });
});

describe('an agent that cannot come back', () => {
  it.each(['2025-06-18', '2025-03-26'])('keeps its stream in revision %s', async (version) => {
    const { started, script } = leaving();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url, 'sp_alice', version);
    const stream = await agent.stream(rpc('tools/call', { name: 't' }));
    expect(await stream.message()).toMatchObject({ params: { data: 'before' } });
    await until(() => started.length === 1);
    started[0]?.finish();
    expect(await stream.message()).toMatchObject({ id: 1, result: {} });
  });

  it('keeps its connection when it accepts JSON only', async () => {
    const { started, script } = leaving();
    const side = await startAgentSide(script);
    const agent = await legacyAgent(side.url);
    const answered = send(side.url, {
      headers: headersOf('sp_alice', { ...agent.headers, accept: 'application/json' }),
      body: JSON.stringify(rpc('tools/call', { name: 't' })),
    });
    await until(() => started.length === 1);
    started[0]?.finish();
    expect((await answered).json).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
  });
});
