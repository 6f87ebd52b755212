// The kill switch over the wire: whatever was open before a freeze is over after it, and nothing that was kept is a way around it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FreezeSpec, StoredObject } from '../../src/object/kinds.ts';
import { headersOf, modern, notification, rpc, until } from '../support/agent-side.ts';
import { type AttackedGateway, READ, startAttacked, WRITE } from '../support/attacked-gateway.ts';
import { type OpenStream, openStream, send } from '../support/http-agent.ts';
import { agentObject, tokenObject } from '../support/seed.ts';

let on: AttackedGateway;
beforeAll(async () => {
  on = await startAttacked();
});
afterAll(() => on.close());
beforeEach(async () => {
  await on.change(freeze({ agent: 'nobody' }));
  on.reset();
});

function freeze(scope: FreezeSpec['scope'], more: Partial<FreezeSpec> = {}): StoredObject<'freeze'> {
  return { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope, reason: 'incident', ...more } };
}

async function text(stream: OpenStream): Promise<string> {
  const seen: string[] = [];
  for (let frame = await stream.next(); frame; frame = await stream.next()) seen.push(frame.data ?? '');
  return seen.join('\n');
}

async function begun(stream: OpenStream): Promise<string> {
  for (let frame = await stream.next(); frame; frame = await stream.next()) if (frame.data?.includes('begun')) return frame.id ?? '';
  throw new Error('the call did not begin');
}

const SLOW = { ...READ, arguments: { how: 'wait' } };
const scopes: [string, FreezeSpec['scope']][] = [
  ['everyone', { everyone: true }],
  ['the agent', { agent: 'alice' }],
  ['its token', { token: 'alice' }],
  ['the server', { server: 'notes' }],
];

describe('setting a freeze', () => {
  it.each(scopes)('of %s aborts calls in flight and closes streams and sessions; the server is told', async (_what, scope) => {
    const session = await on.session(on.alice);
    const call = await session.stream(rpc('tools/call', SLOW, 5));
    await begun(call);
    const standing = await session.get();
    const asked = on.ask('tools/call', SLOW, { token: on.alice });
    await until(() => on.gateway.inFlight.size === 3 && on.ran().length === 2);
    await on.change(freeze(scope));
    expect(await text(call)).toContain('"code":"frozen"');
    expect(await text(standing)).toBe('');
    expect((await asked).text).toContain('"code":"frozen"');
    const denied = await session.post(rpc('tools/call', READ));
    expect(denied).toMatchObject({ status: 200, json: { result: { isError: true } } });
    expect(denied.text).toContain('incident');
    expect((await session.post(rpc('tools/list'))).text).toContain('4031');
    expect((await session.post(rpc('ping'))).status).toBe(404);
    expect((await session.post(notification('notifications/initialized'))).status).toBe(404);
    expect((await session.get()).status).toBe(403);
    await until(() => on.heard('notifications/cancelled').length === 2);
    expect(on.gateway.inFlight.size).toBe(0);
    expect(on.gateway.agentServer.activeSessions()).toBe(0);
    expect(on.ran()).toHaveLength(2);
  });

  it('tells why on an old session only to whose it was', async () => {
    const session = await on.session(on.alice);
    await on.change(freeze({ agent: 'alice' }));
    expect((await session.post(rpc('tools/call', READ))).text).toContain('incident');
    const theirs = headersOf(on.mallory, { 'mcp-session-id': session.sessionId });
    expect((await send(on.at('/mcp/notes'), { headers: theirs, body: JSON.stringify(rpc('tools/call', READ)) })).status).toBe(404);
    const unknown = headersOf(on.mallory, { 'mcp-session-id': 'sess_unknown' });
    expect((await send(on.at('/mcp/notes'), { headers: unknown, body: JSON.stringify(rpc('tools/call', READ)) })).status).toBe(404);
    expect((await send(on.at('/mcp/notes'), { method: 'DELETE', headers: session.headers })).status).toBe(404);
  });

  it('of an agent leaves the others alone', async () => {
    const session = await on.session(on.alice);
    const call = await session.stream(rpc('tools/call', SLOW, 5));
    await begun(call);
    await on.change(freeze({ agent: 'mallory' }));
    expect((await session.post(rpc('tools/call', READ, 6))).text).toContain('done by');
    on.release();
    expect(await call.message()).toMatchObject({ id: 5, result: {} });
    expect((await session.post(rpc('ping'))).status).toBe(200);
  });

  it('of a class stops an agent that was put into the class while its stream was open', async () => {
    const session = await on.session(on.alice);
    const standing = await session.get();
    await until(() => on.gateway.inFlight.size === 1);
    await on.change(agentObject('alice', { class: 'suspect' }));
    await on.change(freeze({ class: 'suspect' }));
    expect(await text(standing)).toBe('');
    expect((await session.get()).status).toBe(403);
    await on.change(agentObject('alice'));
  });

  it('lets nothing of a frozen agent reach a server: no handshake, no list, no notification, no batch', async () => {
    const old = await on.session(on.alice, '/mcp/notes', '2025-03-26');
    await on.change(freeze({ agent: 'alice' }));
    on.reset();
    await expect(on.session(on.alice)).rejects.toThrow('Stopped by freeze');
    await expect(on.session(on.alice, '/mcp')).rejects.toThrow('Stopped by freeze');
    const batch = (await old.post([rpc('tools/call', READ, 1), rpc('tools/call', WRITE, 2)])).json as { id: number; result: object }[];
    expect(batch).toMatchObject([
      { id: 1, result: { isError: true } },
      { id: 2, result: { isError: true } },
    ]);
    for (const [method, params] of [
      ['server/discover', {}],
      ['tools/list', {}],
      ['tools/call', READ],
      ['resources/read', { uri: 'file:///a' }],
    ] as [string, Record<string, unknown>][])
      for (const path of ['/mcp/notes', '/mcp']) expect((await on.ask(method, params, { token: on.alice, path })).text).toContain('frozen');
    expect([...on.servers.notes.received, ...on.servers.vault.received].map(({ message }) => message?.method ?? 'DELETE')).toEqual([]);
  });

  it('that expires in the middle of a call has stopped that call all the same', async () => {
    const asked = on.ask('tools/call', SLOW, { token: on.alice });
    await until(() => on.ran().length === 1);
    const untilMs = Date.now() + 4_000;
    await on.change(freeze({ agent: 'alice' }, { until: new Date(untilMs).toISOString() }));
    await new Promise((resolve) => setTimeout(resolve, untilMs - Date.now() + 50));
    on.release();
    expect((await asked).text).toContain('"code":"frozen"');
    expect((await on.ask('tools/call', READ, { token: on.alice })).text).toContain('done by');
  });

  it('revoking tokens closes the sessions and streams they opened', async () => {
    const temp = tokenObject('temp', 'alice');
    await on.change(temp.object);
    const session = await on.session(temp.token);
    const standing = await session.get();
    await until(() => on.gateway.inFlight.size === 1);
    await on.change({ ...temp.object, spec: { ...temp.object.spec, revokedAt: new Date().toISOString() } });
    expect(await text(standing)).toBe('');
    expect((await session.get({ 'last-event-id': 'g_1' })).status).toBe(401);
    expect(on.gateway.agentServer.activeSessions()).toBe(0);
  });
});

describe('a resumed stream', () => {
  it('gives nothing that was kept before the freeze, during it or after it', async () => {
    const session = await on.session(on.alice);
    const call = await session.stream(rpc('tools/call', SLOW, 1));
    const first = await begun(call);
    on.release();
    await text(call);
    await on.change(freeze({ agent: 'alice' }));
    expect((await session.get({ 'last-event-id': first })).status).toBe(403);
    await on.change(freeze({ agent: 'nobody' }));
    expect((await session.get({ 'last-event-id': first })).status).toBe(404);
    expect((await session.post(rpc('tools/call', READ))).status).toBe(404);
    expect(on.ran()).toEqual(['read_note']);
  });
});

describe('a call that is parked between two rounds', () => {
  const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  const begin = { name: 'read_note', arguments: { how: 'ask' }, _meta: meta };
  const park = async () => {
    const asked = (await on.ask('tools/call', begin)).json as { result: { requestState: string; resultType: string } };
    expect(asked.result.resultType).toBe('input_required');
    return { ...begin, requestState: asked.result.requestState, inputResponses: { input_1: { action: 'accept', content: {} } } };
  };

  it.each<[string, FreezeSpec['scope']]>([
    ['its agent', { agent: 'mallory' }],
    ['its server', { server: 'notes' }],
    ['its tool', { tool: { server: 'notes', name: 'read_*' } }],
  ])('is rejected by a freeze of %s, and cannot be taken up after it', async (_what, scope) => {
    const retry = await park();
    expect(on.gateway.inFlight.size).toBe(0);
    await on.change(freeze(scope));
    await until(() => on.heard('notifications/cancelled').length === 1);
    expect((await on.ask('tools/call', retry)).text).toContain('frozen');
    await on.change(freeze({ agent: 'nobody' }));
    expect(await on.ask('tools/call', retry)).toMatchObject({ json: { error: { code: -32602 } } });
    expect(on.ran()).toEqual(['read_note']);
  });

  it('goes on when somebody else is frozen', async () => {
    const retry = await park();
    await on.change(freeze({ agent: 'alice' }));
    const last = on.ask('tools/call', retry);
    await until(() => on.servers.notes.received.some(({ message }) => message?.id === 'q'));
    on.release();
    expect((await last).text).toContain('done by read_note');
  });
});

describe('a freeze of one server of several', () => {
  it('ends what the endpoint for all has open there, and nothing else', async () => {
    const { headers, body } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const stream = await openStream(on.at('/mcp'), { headers: { ...headers, authorization: `Bearer ${on.alice}` }, body });
    expect(await stream.message()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    await on.change(freeze({ server: 'vault' }));
    const listed = await on.ask('tools/list', {}, { token: on.alice, path: '/mcp' });
    expect(listed.text).toContain('notes__read_note');
    expect(listed.text).not.toContain('vault__');
    expect((await on.ask('tools/call', { ...READ, name: 'vault__read_note' }, { token: on.alice, path: '/mcp' })).text).not.toContain(
      'done',
    );
    expect(on.gateway.inFlight.size).toBe(1);
    await on.change(freeze({ everyone: true }));
    expect(await text(stream)).not.toContain('done');
    expect(on.ran()).toEqual([]);
  });
});
