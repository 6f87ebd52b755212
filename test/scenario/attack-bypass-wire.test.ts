// Attempts over the wire: what HTTP and JSON-RPC let an attacker say to a running gateway, with a token of its own, and what the two ports take.
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { headersOf, modern, notification, rpc } from '../support/agent-side.ts';
import { type AttackedGateway, READ, startAttacked, WRITE } from '../support/attacked-gateway.ts';
import { send } from '../support/http-agent.ts';

let on: AttackedGateway;

beforeAll(async () => {
  on = await startAttacked();
});
afterAll(() => on.close());
beforeEach(() => on.reset());

/** Writes bytes to a port and reads until the other side ends. */
function raw(text: string, url = on.gateway.mcpUrl): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let got = '';
    const timer = setTimeout(() => socket.destroy(), 1_000);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      got += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(got);
    });
  });
}

const host = (): string => new URL(on.gateway.mcpUrl).host;

/** A request of the stateless era for a tool that mallory may use, with any of its parts replaced. */
function request(options: { line?: string; headers?: string[]; body?: string; host?: string; token?: string } = {}): string {
  const own = modern('tools/call', READ);
  const body = options.body ?? own.body;
  const { authorization: _, ...headers } = own.headers;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const length = options.headers?.some((line) => /^(content-length|transfer-encoding)/i.test(line))
    ? []
    : [`content-length: ${Buffer.byteLength(body)}`];
  const first = [
    options.line ?? 'POST /mcp/notes HTTP/1.1',
    `host: ${options.host ?? host()}`,
    `authorization: Bearer ${options.token ?? on.mallory}`,
  ];
  return [...first, ...lines, ...length, 'connection: close', ...(options.headers ?? []), '', body].join('\r\n');
}

const statuses = (answer: string): string[] => [...answer.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => status ?? '');

describe('HTTP', () => {
  it('as it should be reaches the server', async () => {
    expect(statuses(await raw(request()))).toEqual(['200']);
    expect(statuses(await raw(request({ line: 'POST /mcp/notes?server=vault&token=x HTTP/1.1' })))).toEqual(['200']);
    expect(on.ran()).toEqual(['read_note', 'read_note']);
    expect(on.servers.vault?.received).toEqual([]);
  });

  it.each([
    '//mcp/notes',
    '/mcp//notes',
    '/mcp/x/../notes',
    '/mcp/vault/../notes',
    '/mcp/notes/',
    '/mcp/%6eotes',
    '/mcp/notes%2f..%2fvault',
    '/mcp/notes%00',
    '/mcp/NOTES',
    '/MCP/notes',
    '/mcp/.',
    '/mcp/notes;x=1',
    '/mcp/notes#vault',
    '*',
    'http://127.0.0.1/mcp/notes',
    'https://elsewhere.test/mcp/notes',
  ])('%s is no endpoint', async (path) => {
    expect(statuses(await raw(request({ line: `POST ${path} HTTP/1.1` })))).toEqual(['404']);
    expect(on.ran()).toEqual([]);
  });

  it.each([
    ['two lengths', ['content-length: 5', 'content-length: 300']],
    ['a length and chunks', ['content-length: 5', 'transfer-encoding: chunked']],
    ['chunks that are none', ['transfer-encoding: xchunked']],
    ['chunks named twice', ['transfer-encoding: chunked, identity']],
    ['a folded header', ['x-a: b', ' transfer-encoding: chunked', 'content-length: 1']],
    ['a space before the colon', ['transfer-encoding : chunked', 'content-length: 1']],
    ['a signed length', ['content-length: +5']],
  ])('with %s is refused whole, and nothing after it is read', async (_name, headers) => {
    const got = await raw(request({ headers, body: request() }));
    expect(statuses(got)).toEqual(['400']);
    expect(on.ran()).toEqual([]);
  });

  it.each([
    ['a foreign host', { host: 'elsewhere.test' }],
    ['a host that begins like ours', { host: '127.0.0.1.elsewhere.test' }],
    ['credentials in the host', { host: '127.0.0.1@elsewhere.test' }],
    ['a foreign origin', { headers: ['origin: https://elsewhere.test'] }],
    ['no origin at all, said aloud', { headers: ['origin: null'] }],
    ['an origin that begins like ours', { headers: ['origin: http://127.0.0.1.elsewhere.test'] }],
  ])('with %s is refused', async (_name, options) => {
    expect(statuses(await raw(request(options)))).toEqual(['403']);
    expect(on.ran()).toEqual([]);
  });

  it('of version 1.0 without a host, and a forwarded host, are no way round the check', async () => {
    const old = request({ line: 'POST /mcp/notes HTTP/1.0' }).replace(/host: .*\r\n/, '');
    expect(statuses(await raw(old))).toEqual(['403']);
    expect(
      statuses(await raw(request({ host: 'elsewhere.test', headers: [`x-forwarded-host: ${host()}`, `forwarded: host=${host()}`] }))),
    ).toEqual(['403']);
    expect(on.ran()).toEqual([]);
  });

  it('takes a token from nowhere but its header', async () => {
    for (const headers of [['x-api-key: ?'], ['cookie: token=?'], ['proxy-authorization: Bearer ?']])
      expect(statuses(await raw(request({ token: 'sp_x', headers: headers.map((line) => line.replace('?', on.mallory)) })))).toEqual([
        '401',
      ]);
    expect(statuses(await raw(request({ token: 'sp_x', line: `POST /mcp/notes?access_token=${on.mallory} HTTP/1.1` })))).toEqual(['401']);
    expect(statuses(await raw(request({ token: `${on.mallory} ${on.alice}` })))).toEqual(['401']);
    expect(on.ran()).toEqual([]);
  });
});

describe('messages', () => {
  const call = (params: string): string => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;

  it.each([
    ['a name twice', call('{"name":"read_note","arguments":{},"name":"write_note"}')],
    ['a name twice, once escaped', call('{"name":"read_note","arguments":{},"n\\u0061me":"write_note"}')],
    ['a method twice', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"write_note"}}'],
    ['params twice', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_note"},"params":{"name":"write_note"}}'],
    ['a number without end', call('{"name":"read_note","arguments":{"id":1e999}}')],
    ['a thousand levels', call(`{"name":"read_note","arguments":{"id":${'['.repeat(1000)}${']'.repeat(1000)}}}`)],
    ['params that are a list', call('["write_note"]')],
    ['an id that is none', '{"jsonrpc":"2.0","id":{"a":1},"method":"tools/call","params":{"name":"write_note"}}'],
    ['a method that is none', '{"jsonrpc":"2.0","id":1,"method":["tools/call"],"params":{"name":"write_note"}}'],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"write_note"}}'],
    ['a request that is a response', '{"jsonrpc":"2.0","id":1,"method":"tools/call","result":{},"params":{"name":"write_note"}}'],
    ['two messages', `${call('{"name":"read_note"}')}\n${call('{"name":"write_note"}')}`],
    ['a comment', `/* */${call('{"name":"read_note"}')}`],
  ])('with %s run nothing', async (_name, body) => {
    const one = await on.session(on.mallory);
    const got = await send(on.at('/mcp/notes'), { headers: one.headers, body });
    expect(got.text).not.toContain('done by');
    expect(on.ran()).toEqual([]);
  });

  it('as __proto__ or beside it change nothing', async () => {
    const one = await on.session(on.mallory);
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","__proto__":{"method":"ping"},"params":{"__proto__":{"name":"read_note"},"name":"write_note"}}';
    expect((await send(on.at('/mcp/notes'), { headers: one.headers, body })).text).toContain('may not call');
    expect(on.ran()).toEqual([]);
  });

  it('of a batch are each judged alone, and a request without an id is dropped', async () => {
    const one = await on.session(on.mallory, '/mcp/notes', '2025-03-26');
    const batch = [
      rpc('tools/call', WRITE, 1),
      rpc('tools/call', READ, 2),
      notification('tools/call', READ),
      notification('tools/call', WRITE),
      rpc('initialize', {}, 3),
    ];
    const got = (await one.post(batch)).json as { id: number; result?: { isError?: boolean }; error?: { code: number } }[];
    expect(got.map(({ id, result, error }) => [id, result?.isError ?? error?.code ?? 'ran']).sort()).toEqual([
      [1, true],
      [2, 'ran'],
      [3, -32600],
    ]);
    expect((await one.post(notification('tools/call', READ))).status).toBe(202);
    expect(on.ran()).toEqual(['read_note']);
    expect((await (await on.session(on.mallory)).post(batch)).status).toBe(400);
  });

  it.each(['sampling/createMessage', 'elicitation/create', 'roots/list', 'notifications/message', 'notifications/tools/list_changed'])(
    'that only servers send reach no server, whoever sends them: %s',
    async (method) => {
      for (const who of [on.mallory, on.alice]) {
        const one = await on.session(who);
        expect((await one.post(rpc(method, {}))).json).toMatchObject({ error: { code: -32601 } });
        expect((await one.post(notification(method, {}))).status).toBe(202);
      }
      expect(on.heard(method)).toEqual([]);
    },
  );
});

describe('the two ports', () => {
  it('take nothing of each other', async () => {
    const token = (value: string) => ({ authorization: `Bearer ${value}` });
    const admin = (path: string, headers: Record<string, string>, method = 'GET') =>
      send(`${on.gateway.adminUrl}${path}`, { method, headers });
    expect((await admin('/api/v1/objects', token(on.operator))).status).toBe(200);
    expect((await admin('/api/v1/objects', token(on.mallory))).status).toBe(401);
    expect((await send(on.at('/mcp/notes'), { headers: headersOf(on.operator), body: JSON.stringify(rpc('tools/list')) })).status).toBe(
      401,
    );
    for (const path of ['/api/v1/objects', '/metrics', '/healthz', '/openapi.json', '/'])
      expect((await send(on.at(path), { method: 'GET', headers: token(on.operator) })).status, path).toBe(404);
    for (const path of ['/mcp', '/mcp/notes'])
      for (const value of [on.mallory, on.operator])
        expect((await admin(path, { ...headersOf(value) }, 'POST')).status, path).toBeGreaterThanOrEqual(400);
    expect(on.ran()).toEqual([]);
  });
});
