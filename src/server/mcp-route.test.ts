// The way of a request before any codec: routes, Host and Origin, credentials, media types, bodies of every bad kind.
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { headersOf, legacyAgent, rpc, startAgentSide, until } from '../../test/support/agent-side.ts';
import { send, start } from '../../test/support/http-agent.ts';
import { result } from '../../test/support/scripted-pipeline.ts';
import { tokenHash } from '../auth/token.ts';
import { surfaceOf } from './mcp-route.ts';

const answer = () => result({ tools: [] });

interface ErrorBody {
  id: unknown;
  error: { code: number; message: string; data?: Record<string, unknown> };
}

describe('surfaceOf', () => {
  it('is one endpoint per server, and one for all', () => {
    expect(surfaceOf('/mcp')).toEqual({ type: 'all' });
    expect(surfaceOf('/mcp?x=1')).toEqual({ type: 'all' });
    expect(surfaceOf('/mcp/fs')).toEqual({ type: 'server', server: 'fs' });
    expect(surfaceOf('/mcp/a.b-c_d?y')).toEqual({ type: 'server', server: 'a.b-c_d' });
    for (const url of [
      '',
      '/',
      '/mcpx',
      '/mcp/',
      '/mcp/fs/',
      '/mcp/FS',
      '/mcp/../x',
      '/mcp/%66s',
      '/mcp/-a',
      `/mcp/${'a'.repeat(64)}`,
      '//mcp/fs',
      'http://evil/mcp/fs',
      '*',
      '/mcp/fs#x',
      '/mcp;x',
    ]) {
      expect(surfaceOf(url), url).toBeUndefined();
    }
  });
});

describe('routes', () => {
  it('answers 404 as JSON elsewhere, OAuth discovery included', async () => {
    const { origin } = await startAgentSide(answer);
    for (const path of [
      '/',
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-protected-resource/mcp/fs',
      '/.well-known/oauth-authorization-server',
      '/mcp/fs/sse',
    ]) {
      const received = await send(`${origin}${path}`, { method: 'GET', headers: headersOf('sp_alice') });
      expect(received.status, path).toBe(404);
      expect((received.json as ErrorBody).error.message).toContain('/mcp/<server>');
    }
  });

  it('names the methods it has for the ones it has not', async () => {
    const { url } = await startAgentSide(answer);
    for (const method of ['PUT', 'PATCH', 'HEAD', 'TRACE']) {
      const received = await send(url, { method, headers: headersOf('sp_alice') });
      expect(received.status, method).toBe(405);
      expect(received.headers.allow).toBe('GET, POST, DELETE, OPTIONS');
    }
  });

  it('survives what is no HTTP', async () => {
    const { origin, logged } = await startAgentSide(answer);
    const port = Number(new URL(origin).port);
    for (const garbage of [
      '\0\0\0\0\r\n\r\n',
      'GET\r\n\r\n',
      'POST /mcp/fs HTTP/1.1\r\n\r\n',
      'POST /mcp/fs HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n',
      `GET /mcp HTTP/1.1\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
    ]) {
      const text = await rawExchange(port, garbage);
      expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expect(logged).toEqual([]);
    expect((await send(`${origin}/mcp/fs`, { headers: headersOf('sp_alice'), body: '{' })).status).toBe(400);
  });
});

describe('Host and Origin', () => {
  it('refuses a foreign Host or Origin with 403 before anything else, and runs nothing', async () => {
    const { url, pipeline } = await startAgentSide(answer);
    const body = JSON.stringify(
      rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }),
    );
    for (const more of [
      { host: 'evil.example' },
      { origin: 'http://evil.example' },
      { host: 'evil.example', origin: 'http://evil.example' },
    ]) {
      expect((await send(url, { headers: headersOf('sp_alice', more), body })).status).toBe(403);
    }
    expect(pipeline.calls).toEqual([]);
    const port = new URL(url).port;
    expect(
      (await send(url, { headers: headersOf('sp_alice', { host: `localhost:${port}`, origin: `http://localhost:${port}` }), body })).status,
    ).toBe(200);
  });

  it('answers the preflight of an allowed origin, without a token; not of a foreign one', async () => {
    const { url } = await startAgentSide(answer, { allowedOrigins: ['https://app.example'] });
    const preflight = {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, mcp-param-x',
    };
    const allowed = await send(url, { method: 'OPTIONS', headers: preflight });
    expect(allowed.status).toBe(204);
    expect(allowed.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(allowed.headers['access-control-allow-headers']).toBe('authorization, mcp-param-x');
    const foreign = await send(url, { method: 'OPTIONS', headers: { ...preflight, origin: 'https://evil.example' } });
    expect(foreign.status).toBe(403);
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('credentials', () => {
  it('takes the token from the Authorization header only', async () => {
    const { url, pipeline } = await startAgentSide(answer);
    const body = JSON.stringify(
      rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }),
    );
    const received = await send(`${url}?access_token=sp_alice&token=sp_alice`, {
      headers: headersOf(undefined, { cookie: 'token=sp_alice' }),
      body,
    });
    expect(received.status).toBe(401);
    expect(received.headers['www-authenticate']).toBe('Bearer');
    expect(pipeline.calls[0]?.bearerHash).toBeUndefined();
  });

  it('turns an unknown token away before the body is read', async () => {
    const { url, pipeline } = await startAgentSide(answer, { authenticate: (hash) => hash === tokenHash('sp_alice') });
    const outgoing = start(url, { headers: headersOf('sp_eve', { 'content-length': '1000' }), body: '{' });
    const status = await new Promise((resolve) => outgoing.on('response', (response) => resolve(response.statusCode)));
    outgoing.destroy();
    expect(status).toBe(401);
    expect(pipeline.calls).toEqual([]);
    await legacyAgent(url);
  });

  it('answers a pipeline that does not know the token with 401 and a challenge, with the request id', async () => {
    const { url } = await startAgentSide(answer);
    const body = JSON.stringify(
      rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }, 'seven'),
    );
    const received = await send(url, { headers: headersOf('sp_eve'), body });
    expect(received.status).toBe(401);
    expect(received.headers['www-authenticate']).toBe('Bearer');
    expect(received.headers['mcp-session-id']).toBeUndefined();
    expect(received.json).toMatchObject({ id: 'seven', error: { code: 4030, data: { code: 'unauthenticated' } } });
    expect(received.text).not.toContain('sp_eve');
  });
});

describe('bodies', () => {
  it('wants JSON and an acceptable answer type', async () => {
    const { url, pipeline } = await startAgentSide(answer);
    expect((await send(url, { headers: headersOf('sp_alice', { 'content-type': 'text/plain' }), body: '{}' })).status).toBe(415);
    expect((await send(url, { headers: headersOf('sp_alice', { accept: 'text/html' }), body: '{}' })).status).toBe(406);
    expect(pipeline.calls).toEqual([]);
  });

  it('takes a body of exactly maxBodyBytes and answers one byte more with 413, declared or chunked', async () => {
    const { url } = await startAgentSide(answer, { limits: { maxBodyBytes: 2_000 } });
    const agent = await legacyAgent(url);
    const fits = JSON.stringify(rpc('tools/list', { x: '' })).length;
    const body = (bytes: number) => JSON.stringify(rpc('tools/list', { x: 'y'.repeat(bytes - fits) }));
    expect((await send(url, { headers: agent.headers, body: body(2_000) })).status).toBe(200);
    const declared = await send(url, { headers: agent.headers, body: body(2_001) });
    expect(declared.status).toBe(413);
    expect(declared.json).toMatchObject({ id: null, error: { message: expect.stringContaining('2000 bytes'), data: { maxBytes: 2_000 } } });
    const chunked = start(url, { headers: { ...agent.headers, 'transfer-encoding': 'chunked' }, body: body(500_000) });
    expect(await new Promise((resolve) => chunked.on('response', (response) => resolve(response.statusCode)))).toBe(413);
  });

  it('holds at most maxBodyBytesTotal of all bodies together, and answers 503 beyond', async () => {
    const { url } = await startAgentSide(answer, { limits: { maxBodyBytesTotal: 10_000 } });
    const agent = await legacyAgent(url);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST /mcp/fs HTTP/1.1\r\nHost: 127.0.0.1:${new URL(url).port}\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n${'x'.repeat(8_000)}`,
    );
    const body = JSON.stringify(rpc('tools/list', { x: 'y'.repeat(3_000) }));
    let status = 200;
    while (status === 200) status = (await send(url, { headers: agent.headers, body })).status;
    expect(status).toBe(503);
    socket.destroy();
    while (status !== 200) status = (await send(url, { headers: agent.headers, body })).status;
  });

  it('drops a sender that goes on and on after it was refused', async () => {
    const { url } = await startAgentSide(answer, { limits: { maxBodyBytes: 1_000, maxDrainBytes: 100_000 } });
    const outgoing = start(url, { headers: headersOf('sp_alice', { 'transfer-encoding': 'chunked' }), body: Buffer.alloc(0) });
    outgoing.destroy();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let closed = false;
    socket.on('close', () => {
      closed = true;
    });
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.write(
      `POST /mcp/fs HTTP/1.1\r\nHost: 127.0.0.1:${new URL(url).port}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `2710\r\n${'x'.repeat(10_000)}\r\n`;
    const timer = setInterval(() => socket.writable && socket.write(chunk), 1);
    await until(() => closed);
    clearInterval(timer);
  });

  it('refuses what is not UTF-8, not JSON, ambiguous or too deep, and says which', async () => {
    const { url, pipeline } = await startAgentSide(answer);
    const agent = await legacyAgent(url);
    const before = pipeline.calls.length;
    const cases: [string | Buffer, number][] = [
      [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), -32700],
      ['', -32700],
      ['{"jsonrpc":"2.0","id":1,"method":"ping"', -32700],
      ['{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"x":1,"x":2}}}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"x":1e999}}', -32600],
      [`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":${'['.repeat(70)}${']'.repeat(70)}}}`, -32600],
      ['null', -32600],
      ['"ping"', -32600],
      ['{}', -32600],
    ];
    for (const [body, code] of cases) {
      const received = await send(url, { headers: agent.headers, body });
      expect(received.status, String(body)).toBe(400);
      expect((received.json as ErrorBody).error.code, String(body)).toBe(code);
    }
    expect(pipeline.calls.length).toBe(before);
  });

  it('ends a request whose body does not come', async () => {
    const { url, origin } = await startAgentSide(answer, { limits: { requestTimeoutMs: 1_000, headersTimeoutMs: 1_000 } });
    const port = Number(new URL(origin).port);
    const text = await rawExchange(
      port,
      `POST /mcp/fs HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    await legacyAgent(url);
  });

  it('answers requests sent ahead on one connection in their order', async () => {
    const { url } = await startAgentSide(answer);
    const agent = await legacyAgent(url);
    const port = Number(new URL(url).port);
    const one = (id: number, last: boolean) => {
      const body = JSON.stringify(rpc('ping', undefined, id));
      const head = Object.entries({
        ...agent.headers,
        'content-length': String(body.length),
        connection: last ? 'close' : 'keep-alive',
      }).map(([name, value]) => `${name}: ${value}\r\n`);
      return `POST /mcp/fs HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${head.join('')}\r\n${body}`;
    };
    const text = await rawExchange(port, one(1, false) + one(2, false) + one(3, true));
    expect([...text.matchAll(/"id":(\d)/g)].map((match) => match[1])).toEqual(['1', '2', '3']);
  });
});

/** Sends bytes and resolves with everything that came back until the other side closed. */
function rawExchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.write(bytes);
  });
}

describe('connections', () => {
  it('are at most maxConnections', async () => {
    const { url } = await startAgentSide(answer, { limits: { maxConnections: 1 } });
    const port = Number(new URL(url).port);
    const first = connect(port, '127.0.0.1');
    await new Promise((resolve) => first.on('connect', resolve));
    expect(await rawExchange(port, 'GET /mcp HTTP/1.1\r\n\r\n')).toBe('');
    first.destroy();
  });
});
