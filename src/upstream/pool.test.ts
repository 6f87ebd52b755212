// Who gets which connection, and when connections end: principals, credentials, idle time, changed server objects, the limit on connections.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { json, legacyHandshake, type RawServer, startRawServer } from '../../test/support/raw-server.ts';
import { Agent, type AgentOptions, specOf, startUpstreams, type TestGateway, until } from '../../test/support/upstream-agent.ts';

let gateway: TestGateway;
let server: RawServer;
let sessions = 0;
/** Calls that wait to be answered. */
let waiting: (() => unknown)[] = [];

beforeEach(async () => {
  gateway = startUpstreams({ sweepMs: 20 });
  waiting = [];
  server = await startRawServer((request, response) => {
    if (request.message?.method === 'initialize') sessions++;
    if (legacyHandshake(request, response, { sessionId: `s${sessions}` })) return;
    const answer = () =>
      response.writableEnded ||
      json(response, { jsonrpc: '2.0', id: request.message?.id, result: { session: request.headers['mcp-session-id'] } });
    if (request.message?.params?.name === 'wait') waiting.push(answer);
    else answer();
  });
});

afterEach(async () => {
  for (const answer of waiting) answer();
  await gateway.close();
  await server.close();
});

async function agent(options: Partial<AgentOptions> = {}): Promise<Agent> {
  const one = new Agent({ era: 'legacy', spec: specOf({ url: server.url, era: 'legacy' }), upstreams: gateway.upstreams, ...options });
  await one.initialize();
  return one;
}

const deleted = () => server.received.filter(({ method }) => method === 'DELETE').map(({ headers }) => headers['mcp-session-id']);
const connections = () => gateway.upstreams.status()[0]?.connections;

describe('whose connection it is', () => {
  it("is one principal's, one credential's and one session's", async () => {
    const agents = [
      await agent({ sessionId: 'a' }),
      await agent({ sessionId: 'b' }),
      await agent({ sessionId: 'a', principalKey: 'agent-2' }),
    ];
    const used = await Promise.all(agents.map((one) => one.call('x')));
    expect(new Set(used.map(({ session }) => session)).size).toBe(3);
    const leased = agents[0]?.request('tools/call', { name: 'x' });
    if (!leased) throw new Error('no agent');
    const reply = await gateway.upstreams
      .exchange({ ...leased, lease: { headers: { authorization: 'Bearer k' }, env: {}, fingerprint: 'f', mode: 'static' } })
      .catch((error: unknown) => error);
    expect(connections()).toBe(4);
    expect(reply).toBeDefined();
    expect(server.received.filter(({ headers }) => headers.authorization !== undefined).length).toBeGreaterThan(0);
  });

  it('is opened once however many ask at the same time', async () => {
    const before = sessions;
    const one = new Agent({ era: 'legacy', spec: specOf({ url: server.url, era: 'legacy' }), upstreams: gateway.upstreams });
    await Promise.all([one.initialize(), one.initialize(), one.initialize()]);
    expect(sessions - before).toBe(1);
  });
});

describe('when it ends', () => {
  it('a changed object retires it after its calls, a changed label does not', async () => {
    const spec = specOf({ url: server.url, era: 'legacy' });
    const one = await agent({ spec, sessionId: 'z' });
    const { session } = await one.call('x');
    const relabelled = new Agent({ era: 'legacy', spec: { ...spec, tags: ['new'] }, upstreams: gateway.upstreams, sessionId: 'z' });
    expect(await relabelled.call('x')).toEqual({ session });
    const running = one.call('wait');
    await until(() => waiting.length === 1, 'the call arrives');
    const moved = new Agent({ era: 'legacy', spec: { ...spec, headers: { 'x-new': '1' } }, upstreams: gateway.upstreams, sessionId: 'z' });
    await moved.initialize();
    expect((await moved.call('x')).session).not.toBe(session);
    expect(deleted()).toEqual([]);
    waiting[0]?.();
    expect(await running).toEqual({ session });
    await until(() => deleted().length === 1, 'the old session is ended');
    expect(deleted()).toEqual([session]);
  });

  it('makes room by closing the idlest, and refuses when none is idle', async () => {
    await gateway.close();
    gateway = startUpstreams({ maxConnections: 2 });
    const [one, two] = [await agent({ sessionId: 'a' }), await agent({ sessionId: 'b' })];
    await one.call('x');
    await agent({ sessionId: 'c' });
    expect(connections()).toBe(2);
    await until(() => deleted().length === 1, 'the idlest is closed');
    const running = [one.call('wait')];
    await until(() => waiting.length === 1, 'a call arrives');
    running.push(
      new Agent({ era: 'legacy', spec: specOf({ url: server.url, era: 'legacy' }), upstreams: gateway.upstreams, sessionId: 'c' }).call(
        'wait',
      ),
    );
    await until(() => waiting.length === 2, 'another call arrives');
    await expect(two.call('x')).rejects.toMatchObject({ code: 'upstream_overloaded' });
    for (const answer of waiting) answer();
    await Promise.all(running);
  });

  it('fails what is in flight when the gateway stops', async () => {
    const one = await agent();
    const running = one.call('wait');
    await until(() => waiting.length === 1, 'the call arrives');
    const failed = expect(running).rejects.toMatchObject({ code: 'upstream_closed' });
    await gateway.upstreams.close();
    await failed;
    await expect(one.call('x')).rejects.toMatchObject({ code: 'upstream_closed' });
  });
});

describe('a session whose server agreed to an older revision', () => {
  it('keeps its connection', async () => {
    const before = sessions;
    const spec = specOf({ url: server.url, era: 'legacy' });
    const asked = await agent({ spec, sessionId: 'v', protocolVersion: '2025-11-25' });
    const settled = new Agent({ era: 'legacy', spec, upstreams: gateway.upstreams, sessionId: 'v', protocolVersion: '2025-06-18' });
    expect(await settled.call('x')).toEqual(await asked.call('x'));
    expect(sessions - before).toBe(1);
  });
});
