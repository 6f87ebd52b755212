// Attempts over the wire: one era under the headers of the other, sessions and streams of others, and rounds of calls that are not one's own.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { headersOf, modern, notification, rpc, until } from '../support/agent-side.ts';
import { type AttackedGateway, READ, startAttacked, WRITE } from '../support/attacked-gateway.ts';
import { type OpenStream, send } from '../support/http-agent.ts';
import { tokenObject } from '../support/seed.ts';

let on: AttackedGateway;

beforeAll(async () => {
  on = await startAttacked();
});
afterAll(() => on.close());
beforeEach(() => on.reset());

describe('eras', () => {
  it.each([
    ['another name in the header', { 'mcp-name': 'write_note' }],
    ['another name, encoded', { 'mcp-name': `=?base64?${Buffer.from('write_note').toString('base64')}?=` }],
    ['a name that is no base64', { 'mcp-name': '=?base64?***?=' }],
    ['another method in the header', { 'mcp-method': 'tools/list' }],
    ['another version in the header', { 'mcp-protocol-version': '2025-11-25' }],
  ])('a request with %s is refused', async (_name, headers) => {
    expect(await on.ask('tools/call', READ, { headers })).toMatchObject({ status: 400, json: { error: { code: -32020 } } });
    expect(await on.ask('tools/call', WRITE, { headers: { 'mcp-name': 'read_note' } })).toMatchObject({ status: 400 });
    expect(on.ran()).toEqual([]);
  });

  it('a session id means nothing without sessions: neither its owner nor its rights come with it', async () => {
    const { sessionId } = await on.session(on.alice);
    expect((await on.ask('tools/call', WRITE, { headers: { 'mcp-session-id': sessionId } })).text).toContain('may not call');
    expect(await on.ask('initialize', { protocolVersion: '2025-11-25' }, { headers: { 'mcp-session-id': sessionId } })).toMatchObject({
      status: 404,
    });
    expect(on.ran()).toEqual([]);
  });

  it.each(['tools/call', 'sampling/createMessage', 'notifications/message', 'tasks/list', 'resources/subscribe', 'ping'])(
    '%s is neither a request nor a notification of an agent without sessions where its revision has none',
    async (method) => {
      const written = modern(method, READ);
      const { id: _id, ...said } = JSON.parse(written.body) as { id: number };
      const headers = { ...written.headers, authorization: `Bearer ${on.alice}` };
      expect((await send(on.at('/mcp/notes'), { headers, body: JSON.stringify(said) })).status).toBe(404);
      if (method !== 'tools/call') expect((await on.ask(method, READ, { token: on.alice })).status).toBe(404);
      expect(on.heard(method)).toEqual([]);
    },
  );

  it('a message of one era under the header of the other is refused, in a batch too', async () => {
    const one = await on.session(on.mallory, '/mcp/notes', '2025-03-26');
    expect((await one.post(rpc('tools/call', READ), { 'mcp-protocol-version': '2026-07-28' })).status).toBe(400);
    const inside = JSON.parse(modern('tools/call', READ).body) as object;
    expect((await one.post([inside])).status).toBe(400);
    expect(on.ran()).toEqual([]);
  });
});

describe('sessions', () => {
  it('are found by nobody else, nowhere else, and never under a chosen id', async () => {
    const theirs = await on.session(on.alice);
    const own = headersOf(on.mallory, { 'mcp-session-id': theirs.sessionId });
    const gone = headersOf(on.mallory, { 'mcp-session-id': 'sess_no-such-session' });
    for (const method of ['POST', 'GET', 'DELETE']) {
      const body = method === 'POST' ? JSON.stringify(rpc('tools/call', READ)) : '';
      const [taken, unknown] = [own, gone].map((headers) => send(on.at('/mcp/notes'), { method, headers, body }));
      expect(await taken).toMatchObject({ status: 404, text: (await unknown)?.text });
    }
    expect((await send(on.at('/mcp/vault'), { headers: theirs.headers, body: JSON.stringify(rpc('tools/list')) })).status).toBe(404);
    const fixed = await send(on.at('/mcp/notes'), {
      headers: gone,
      body: JSON.stringify(rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {} })),
    });
    expect(fixed.status).toBe(404);
    expect((await theirs.post(rpc('tools/call', READ))).status).toBe(200);
    expect(on.ran()).toEqual(['read_note']);
  });

  it('a call is cancelled, and its stream taken up, by its own session only', async () => {
    const theirs = await on.session(on.alice);
    const stream = await theirs.stream(rpc('tools/call', { ...READ, arguments: { how: 'wait' } }, 5));
    const first = await begun(stream);
    const own = await on.session(on.mallory);
    await own.post(notification('notifications/cancelled', { requestId: 5 }));
    expect((await own.get({ 'last-event-id': first })).status).toBe(400);
    expect(on.heard('notifications/cancelled')).toEqual([]);
    on.release();
    expect(await stream.message()).toMatchObject({ id: 5, result: {} });
  });

  it('give nothing that was kept to an agent that is frozen, and nothing at all after its token is revoked', async () => {
    const temp = tokenObject('temp', 'alice');
    await on.change(temp.object);
    const one = await on.session(temp.token);
    const stream = await one.stream(rpc('tools/call', { ...READ, arguments: { how: 'wait' } }, 1));
    const first = await begun(stream);
    on.release();
    expect(await drained(stream)).toBe(true);
    const standing = await one.get();
    const freeze = (token: string) => ({ kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { token }, reason: 'x' } }) as const;
    await until(() => on.gateway.inFlight.size === 1);
    await on.change(freeze('temp'));
    expect(await drained(standing)).toBe(true);
    expect((await one.get({ 'last-event-id': first })).status).toBe(403);
    expect((await one.get()).status).toBe(403);
    await expect(on.session(temp.token)).rejects.toThrow('Stopped by freeze');
    await on.change(freeze('nobody'));
    expect((await one.get({ 'last-event-id': first })).status).toBe(404);
    const other = await on.session(temp.token);
    const open = await other.get();
    await until(() => on.gateway.inFlight.size === 1);
    await on.change({ ...temp.object, spec: { ...temp.object.spec, revokedAt: new Date().toISOString() } });
    expect(await drained(open)).toBe(true);
    for (const more of [{ 'last-event-id': first }, {}]) expect((await other.get(more as Record<string, string>)).status).toBe(401);
    expect((await other.post(rpc('tools/call', READ))).status).toBe(401);
  });
});

async function begun(stream: OpenStream): Promise<string> {
  for (let frame = await stream.next(); frame; frame = await stream.next()) if (frame.data?.includes('begun')) return frame.id ?? '';
  throw new Error('the call did not begin');
}

async function drained(stream: OpenStream): Promise<boolean> {
  while ((await stream.next()) !== undefined);
  return true;
}

describe('rounds of a call', () => {
  const capabilities = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  const begin = { name: 'read_note', arguments: { how: 'ask' }, _meta: capabilities };
  const inputResponses = { input_1: { action: 'accept', content: {} } };

  it('are continued by who began them, with what they began, once, and at their own server', async () => {
    const asked = (await on.ask('tools/call', begin)).json as { result: { requestState: string; resultType: string } };
    expect(asked.result.resultType).toBe('input_required');
    const { requestState } = asked.result;
    const stale = { status: expect.any(Number), json: { error: { code: -32602 } } };
    const retry = { ...begin, requestState, inputResponses };
    expect(await on.ask('tools/call', retry, { token: on.alice })).toMatchObject(stale);
    expect(await on.ask('tools/call', { ...retry, name: 'write_note' }, { token: on.alice })).toMatchObject(stale);
    expect((await on.ask('tools/call', { ...retry, name: 'write_note' })).text).toContain('may not call');
    expect(await on.ask('tools/call', retry, { token: on.alice, path: '/mcp/vault' })).toMatchObject(stale);
    expect(await on.ask('tools/call', { ...retry, arguments: { how: 'ask', id: 2 } })).toMatchObject(stale);
    for (const changed of [`${requestState}=`, requestState.slice(0, -1), requestState.toLowerCase(), ''])
      expect(await on.ask('tools/call', { ...retry, requestState: changed })).toMatchObject(stale);
    const last = on.ask('tools/call', retry);
    await until(() => on.servers.notes?.received.some(({ message }) => message?.id === 'q') === true);
    on.release();
    expect((await last).text).toContain('done by read_note');
    expect(await on.ask('tools/call', retry)).toMatchObject(stale);
    expect(on.ran()).toEqual(['read_note']);
  });
});
