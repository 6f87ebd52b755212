// The HTTP client against hostile servers made of raw sockets: limits, garbage, silence, aborts, back-pressure.
// Servers listen on 127.0.0.1, port 0; no timing is asserted.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpClient, HttpExchange, SseEvent } from './channel.ts';
import { createHttpClient } from './http.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: Server | TcpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    response.on('error', () => {});
    handler(request, response);
  });
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

/** A server that speaks raw bytes; `onData` gets each connection's first bytes. */
function serveRaw(onData: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => onData(socket));
  });
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listen(server);
}

function client(options: Parameters<typeof createHttpClient>[0] = {}): HttpClient {
  const made = createHttpClient(options);
  cleanups.push(() => made.close());
  return made;
}

function request(url: string, more: Partial<HttpExchange> = {}): HttpExchange {
  return { method: 'POST', url, headers: {}, body: '{}', signal: new AbortController().signal, idleTimeoutMs: 10_000, ...more };
}

const sse = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });

describe('addresses', () => {
  const REFUSED = { code: 'upstream_unreachable', detail: expect.stringContaining('no server is looked for at') };

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/mcp',
    'http://[::ffff:169.254.169.254]/mcp',
    'http://[64:ff9b::a9fe:a9fe]/mcp',
    'http://2852039166/mcp',
    'http://0xa9fea9fe/mcp',
    'http://224.0.0.1/mcp',
  ])('%s is not connected to', async (url) => {
    await expect(client().exchange(request(url))).rejects.toMatchObject(REFUSED);
  });

  it('nor is a name that leads to such a place, not even beside another', async () => {
    let hits = 0;
    const { port } = new URL(
      await serve((_request, response) => {
        hits++;
        response.end('{}');
      }),
    );
    const resolved = (...addresses: string[]) =>
      client({ resolve: async () => addresses.map((address) => ({ address, family: 4 })) }).exchange(
        request(`http://server.example:${port}/mcp`),
      );
    await expect(resolved('127.0.0.1', '169.254.169.254')).rejects.toMatchObject(REFUSED);
    await expect(resolved('169.254.169.254')).rejects.toMatchObject(REFUSED);
    expect(hits).toBe(0);
    expect((await resolved('127.0.0.1')).status).toBe(200);
  });

  it('what servers print as theirs, 0.0.0.0, is this machine', async () => {
    const { port } = new URL(await serve((_request, response) => void response.end('{}')));
    expect((await client().exchange(request(`http://0.0.0.0:${port}/mcp`))).status).toBe(200);
  });
});

describe('plain answers', () => {
  it('sends method, path, headers and body as given, asks for identity, and keeps connection headers to itself', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const url = await serve(async (message, response) => {
      let body = '';
      for await (const chunk of message) body += chunk;
      seen.push({ request: message, body });
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'X-Two': ['a', 'b'] });
      response.end('{"ok":"ü"}');
    });
    const headers = { authorization: 'Bearer x', 'Transfer-Encoding': 'chunked', 'Accept-Encoding': 'gzip', 'content-length': '3' };
    const answer = await client().exchange(request(`${url}/mcp?a=1`, { headers, body: '{"ü":1}' }));
    expect(answer).toMatchObject({ status: 200, body: 'json', text: '{"ok":"ü"}', headers: { 'x-two': 'a, b' } });
    expect(seen[0]?.body).toBe('{"ü":1}');
    expect(seen[0]?.request.url).toBe('/mcp?a=1');
    expect(seen[0]?.request.headers).toMatchObject({ authorization: 'Bearer x', 'accept-encoding': 'identity', 'content-length': '8' });
  });

  it('puts the headers of one request before those of the connection, and forgets them', async () => {
    const seen: string[][] = [];
    const url = await serve((message, response) => {
      seen.push(message.rawHeaders.flatMap((text, at) => (/^x-/i.test(text) ? [text, message.rawHeaders[at + 1] ?? ''] : [])));
      response.writeHead(202).end();
    });
    const http = client();
    const headers = { 'X-Base': 'a', 'X-Name': 'base' };
    await http.exchange(request(url, { headers, ownHeaders: { 'X-Name': 'own', 'X-More': 'b' } }));
    await http.exchange(request(url, { headers, ownHeaders: { 'X-More': 'c' } }));
    await http.exchange(request(url, { headers }));
    expect(seen).toEqual([
      ['X-Base', 'a', 'X-Name', 'own', 'X-More', 'b'],
      ['X-Base', 'a', 'X-Name', 'base', 'X-More', 'c'],
      ['X-Base', 'a', 'X-Name', 'base'],
    ]);
  });

  it('tells empty, json and other apart, keeps status, and does not follow redirects', async () => {
    const url = await serve((message, response) => {
      if (message.url === '/202') response.writeHead(202).end();
      else if (message.url === '/302') response.writeHead(302, { location: '/json', 'content-type': 'text/html' }).end('moved');
      else if (message.url === '/bom') response.writeHead(200, { 'content-type': 'application/json' }).end('\ufeff{}');
      else response.writeHead(404, { 'content-type': 'Application/JSON' }).end('{"e":1}');
    });
    const http = client();
    expect(await http.exchange(request(`${url}/202`))).toMatchObject({ status: 202, body: 'empty', text: '' });
    expect(await http.exchange(request(`${url}/302`))).toMatchObject({ status: 302, body: 'other', text: 'moved' });
    expect(await http.exchange(request(`${url}/404`))).toMatchObject({ status: 404, body: 'json', text: '{"e":1}' });
    expect((await http.exchange(request(`${url}/bom`))).text).toBe('{}');
  });

  it('puts a character together that was split over chunks', async () => {
    const url = await serve(async (_message, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      for (const byte of Buffer.from('"ü€😀"')) {
        response.write(Buffer.of(byte));
        await sleep(1);
      }
      response.end();
    });
    expect((await client().exchange(request(url))).text).toBe('"ü€😀"');
  });

  it('takes a body of exactly the limit and refuses one byte more, announced or not, and drops the connection', async () => {
    let closed = 0;
    const url = await serve((message, response) => {
      response.on('close', () => {
        if (!response.writableFinished) closed++;
      });
      response.setHeader('content-type', 'application/json');
      if (message.url === '/fits') response.end('x'.repeat(1000));
      else if (message.url === '/announced') response.writeHead(200, { 'content-length': '1001' }).write('x');
      else {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(100)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      }
    });
    const http = client({ maxBodyBytes: 1000 });
    expect((await http.exchange(request(`${url}/fits`))).text.length).toBe(1000);
    await expect(http.exchange(request(`${url}/announced`))).rejects.toMatchObject({ code: 'upstream_too_large' });
    await expect(http.exchange(request(`${url}/endless`))).rejects.toMatchObject({ code: 'upstream_too_large' });
    await expect.poll(() => closed).toBe(2);
  });

  it('gathers a body of a million one-byte chunks without keeping a million objects', async () => {
    const url = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
      socket.write(`${'1\r\nx\r\n'.repeat(1_000_000)}0\r\n\r\n`);
    });
    expect((await client().exchange(request(url))).text.length).toBe(1_000_000);
  });

  it('refuses a compressed answer', async () => {
    const url = await serve((_message, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
    await expect(client().exchange(request(url))).rejects.toMatchObject({ code: 'upstream_protocol' });
  });

  it('survives headers named like object members', async () => {
    const url = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\n__proto__: a\r\nconstructor: b\r\ncontent-length: 2\r\n\r\nok'));
    const answer = await client().exchange(request(url));
    expect(Object.getPrototypeOf(answer.headers)).toBe(Object.prototype);
    expect(answer.headers).toEqual({ constructor: 'b', 'content-length': '2' });
  });
});

describe('failures', () => {
  const raw: [string, string, string][] = [
    ['garbage', '\x00\x01garbage\r\n\r\n', 'upstream_protocol'],
    ['an endless status line', `HTTP/1.1 200 ${'x'.repeat(100_000)}`, 'upstream_timeout'],
    ['huge headers', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`, 'upstream_too_large'],
    ['a flood of headers', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(50_000)}\r\n`, 'upstream_too_large'],
    ['both lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 'upstream_closed'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', 'upstream_protocol'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'upstream_protocol'],
  ];
  it.each(raw)('answers %s with a stable code', async (_name, bytes, code) => {
    const url = await serveRaw((socket) => socket.write(bytes));
    const failure = await client()
      .exchange(request(url, { idleTimeoutMs: code === 'upstream_timeout' ? 1_000 : 60_000 }))
      .catch((error) => error);
    expect(failure.code).toBe(code);
    expect(failure.message).not.toContain('127.0.0.1');
  });

  it('tells a server that is not there from one that dies with the request in hand', async () => {
    const gone = await serve(() => {});
    for (const cleanup of cleanups.splice(0)) await cleanup();
    await expect(client().exchange(request(gone))).rejects.toMatchObject({ code: 'upstream_unreachable' });
    const dies = await serveRaw((socket) => socket.destroy());
    await expect(client().exchange(request(dies))).rejects.toMatchObject({ code: 'upstream_closed' });
    const half = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'));
    await expect(client().exchange(request(half))).rejects.toMatchObject({ code: 'upstream_closed' });
  });

  it.each([
    ['nothing at all', ''],
    ['headers only', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'],
  ])('times out when %s comes', async (_name, bytes) => {
    const url = await serveRaw((socket) => socket.write(bytes));
    await expect(client().exchange(request(url, { idleTimeoutMs: 50 }))).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('does not take interim answers for a sign of life', async () => {
    const url = await serveRaw((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    await expect(client().exchange(request(url, { idleTimeoutMs: 200 }))).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('times out while it waits for a free connection', async () => {
    const url = await serve(() => {});
    const http = client({ connectionsPerOrigin: 1 });
    const stop = new AbortController();
    const first = http.exchange(request(url, { signal: stop.signal }));
    await expect(http.exchange(request(url, { idleTimeoutMs: 50 }))).rejects.toMatchObject({ code: 'upstream_timeout' });
    stop.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
  });

  it('refuses urls and headers that cannot be used without quoting them', async () => {
    const http = client();
    for (const url of ['ftp://x/', 'http://user:hunter2@127.0.0.1/', 'nonsense', `http://x/${'a'.repeat(5000)}`]) {
      const failure = await http.exchange(request(url)).catch((error) => error);
      expect(failure.code).toBe('upstream_unreachable');
      expect(`${failure.message} ${failure.detail}`).not.toContain('hunter2');
    }
    const url = await serve((_message, response) => response.end());
    const failure = await http.exchange(request(url, { headers: { authorization: 'hunter2\r\nx: y' } })).catch((error) => error);
    expect(failure.code).toBe('upstream_protocol');
    expect(`${failure.message} ${failure.detail}`).not.toContain('hunter2');
  });

  it('passes on what a listener throws and frees the connection', async () => {
    const url = await serve((_message, response) => {
      sse(response).write('data: 1\n\ndata: 2\n\n');
    });
    const thrown = client().exchange(request(url, { onEvent: () => Promise.reject(new Error('listener')) }));
    await expect(thrown).rejects.toThrow('listener');
    const inHeaders = client().exchange(
      request(url, {
        onHeaders: () => {
          throw new Error('headers');
        },
      }),
    );
    await expect(inHeaders).rejects.toThrow('headers');
  });
});

describe('anything a server may send', () => {
  it('ends in an answer or a failure with a known code, whatever the bytes, their cut and the moment of an abort', async () => {
    let play: { bytes: string[]; end: 'end' | 'destroy' | 'hang' } = { bytes: [], end: 'end' };
    const url = await serveRaw((socket) => {
      const { bytes, end } = play;
      for (const piece of bytes) socket.write(piece);
      if (end === 'end') socket.end();
      else if (end === 'destroy') setImmediate(() => socket.destroy());
    });
    const http = client({ maxBodyBytes: 200, maxEventBytes: 100 });
    const lines = [
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 103 Early\r\n',
      'HTTP/1.1 204 None\r\n',
      'HTTP/1.0 500 x\r\n',
      'content-type: text/event-stream\r\n',
      'content-type: application/json\r\n',
      'content-length: 7\r\n',
      'transfer-encoding: chunked\r\n',
      'connection: upgrade\r\nupgrade: x\r\n',
      'connection: close\r\n',
      '\r\n',
      '5\r\ndata:\r\n',
      '4\r\n x\n\n\r\n',
      '0\r\n\r\n',
      'data: y\n\n',
      '{"a":1}',
      'x'.repeat(300),
      '\0\xff',
    ];
    const plays = fc.record({
      head: fc.constantFrom(
        '',
        'HTTP/1.1 200 OK\r\n',
        'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
      ),
      bytes: fc.array(fc.constantFrom(...lines), { maxLength: 8 }),
      end: fc.constantFrom('end' as const, 'destroy' as const, 'hang' as const),
      abortMs: fc.option(fc.nat(5)),
      slow: fc.boolean(),
    });
    const codes = ['upstream_closed', 'upstream_protocol', 'upstream_timeout', 'upstream_too_large'];
    await fc.assert(
      fc.asyncProperty(plays, async ({ head, bytes, end, abortMs, slow }) => {
        play = { bytes: head === '' ? bytes : [head, ...bytes], end };
        const stop = new AbortController();
        if (abortMs !== null) setTimeout(() => stop.abort(new Error('stopped')), abortMs);
        const onEvent = () => (slow ? sleep(1) : undefined);
        const outcome = await http.exchange(request(url, { signal: stop.signal, idleTimeoutMs: 20, onEvent })).catch((error) => error);
        if (outcome instanceof Error)
          expect(outcome.message === 'stopped' || codes.includes((outcome as { code?: string }).code ?? '')).toBe(true);
        else expect(outcome.status).toBeGreaterThanOrEqual(200);
      }),
      { numRuns: 300 },
    );
  });

  it('does not speak TLS to a server that cannot', async () => {
    const url = await serve((_message, response) => response.end());
    await expect(client().exchange(request(url.replace('http:', 'https:')))).rejects.toMatchObject({ code: 'upstream_unreachable' });
  });
});

describe('abort and close', () => {
  it('rejects with the reason of the signal at every point and closes the connection', async () => {
    let aborted = 0;
    const url = await serve((message, response) => {
      response.on('close', () => aborted++);
      if (message.url === '/silent') return;
      if (message.url === '/half') response.writeHead(200, { 'content-type': 'application/json' }).write('[');
      else sse(response).write('data: 1\n\n');
    });
    const http = client();
    for (const path of ['/silent', '/half', '/sse']) {
      for (const delayMs of [-1, 0, 30]) {
        const stop = new AbortController();
        if (delayMs < 0) stop.abort(new Error('stopped'));
        else setTimeout(() => stop.abort(new Error('stopped')), delayMs);
        await expect(http.exchange(request(url + path, { signal: stop.signal }))).rejects.toThrow('stopped');
      }
    }
    await expect.poll(() => aborted).toBeGreaterThanOrEqual(3);
  });

  it('can be aborted from inside a listener', async () => {
    const url = await serve((_message, response) => {
      sse(response).write('data: 1\n\ndata: 2\n\n');
    });
    const stop = new AbortController();
    let events = 0;
    const exchange = client().exchange(
      request(url, {
        signal: stop.signal,
        onEvent: () => {
          events++;
          stop.abort(new Error('inside'));
          return undefined;
        },
      }),
    );
    await expect(exchange).rejects.toThrow('inside');
    expect(events).toBe(1);
  });

  it('close ends what is in flight and refuses what comes later', async () => {
    const url = await serve((_message, response) => {
      sse(response).write('data: 1\n\n');
    });
    const http = client();
    const opened = Promise.withResolvers<void>();
    const running = http.exchange(
      request(url, { method: 'GET', body: undefined, idleTimeoutMs: undefined, onHeaders: () => opened.resolve() }),
    );
    const outcome = running.catch((error) => error);
    await opened.promise;
    await http.close();
    expect((await outcome).code).toBe('upstream_closed');
    await expect(http.exchange(request(url))).rejects.toMatchObject({ code: 'upstream_closed' });
  });
});

describe('event streams', () => {
  it('hands out headers first, then events in order, then resolves', async () => {
    const url = await serve((_message, response) => {
      sse(response).end('id: 1\ndata:\n\nevent: message\ndata: {"a":1}\n\n');
    });
    const seen: unknown[] = [];
    const answer = await client().exchange(
      request(url, {
        onHeaders: (status, headers) => seen.push([status, headers['content-type']]),
        onEvent: (event) => {
          seen.push(event.data);
          return undefined;
        },
      }),
    );
    expect(seen).toEqual([[200, 'text/event-stream'], '', '{"a":1}']);
    expect(answer).toMatchObject({ status: 200, body: 'sse', text: '' });
  });

  it('hands out everything that came before the server died, slow listener or not, then fails', async () => {
    for (const slow of [false, true]) {
      const url = await serveRaw((socket) => {
        socket.write(
          'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n12\r\ndata: 1\n\ndata: 2\n\n\r\n',
        );
        setTimeout(() => socket.destroy(), 20);
      });
      const seen: string[] = [];
      const onEvent = (event: SseEvent) => {
        seen.push(event.data);
        return slow ? sleep(40) : undefined;
      };
      await expect(client().exchange(request(url, { onEvent }))).rejects.toMatchObject({ code: 'upstream_closed' });
      expect(seen).toEqual(['1', '2']);
    }
  });

  it('pauses the server while the listener works, and does not count that time as silence', async () => {
    // No machine is so busy that it says nothing for so long.
    const SILENCE_MS = 4_000;
    let written = 0;
    const url = await serve((_message, response) => {
      sse(response);
      const line = `data: ${'x'.repeat(10_000)}\n\n`;
      const more = () => {
        while (!response.destroyed && written < 100_000_000) {
          written += line.length;
          if (!response.write(line)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const gate = Promise.withResolvers<void>();
    const stop = new AbortController();
    let events = 0;
    const exchange = client().exchange(
      request(url, {
        signal: stop.signal,
        idleTimeoutMs: SILENCE_MS,
        onEvent: () => {
          events++;
          return events === 1 ? gate.promise : undefined;
        },
      }),
    );
    const outcome = exchange.catch((error) => error);
    await expect.poll(() => events).toBe(1);
    await sleep(SILENCE_MS + 1_000);
    expect(events).toBe(1);
    const before = written;
    expect(before).toBeLessThan(50_000_000);
    gate.resolve();
    await expect.poll(() => written).toBeGreaterThan(before);
    await expect.poll(() => events).toBeGreaterThan(100);
    stop.abort(new Error('enough'));
    expect((await outcome).message).toBe('enough');
  });

  it('takes a million events in bounded memory', async () => {
    const batch = 'data: {"jsonrpc":"2.0","method":"x"}\n\n'.repeat(1000);
    const url = await serve((_message, response) => {
      sse(response);
      let left = 1000;
      const more = () => {
        while (left-- > 0) {
          if (!response.write(batch)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    let events = 0;
    let peakBytes = 0;
    const onEvent = () => {
      events++;
      if (events % 50_000 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers);
      return events % 1000 === 0 ? Promise.resolve() : undefined;
    };
    const answer = await client().exchange(request(url, { onEvent }));
    expect(answer.body).toBe('sse');
    expect(events).toBe(1_000_000);
    expect(peakBytes).toBeLessThan(64 * 1024 * 1024);
  });

  it('refuses an event above the limit', async () => {
    const url = await serve((_message, response) => {
      sse(response).write(`data: ${'x'.repeat(2000)}`);
    });
    await expect(client({ maxEventBytes: 1000 }).exchange(request(url))).rejects.toMatchObject({ code: 'upstream_too_large' });
  });

  it('a request finds a connection however many streams stand', async () => {
    const url = await serve((message, response) => {
      if (message.method === 'GET') sse(response).write(':\n\n');
      else response.end();
    });
    const http = client({ connectionsPerOrigin: 2 });
    const stop = new AbortController();
    const streams = Array.from({ length: 4 }, () =>
      http.exchange(request(url, { method: 'GET', body: undefined, signal: stop.signal, idleTimeoutMs: undefined })).catch(() => 'stopped'),
    );
    expect((await http.exchange(request(url))).status).toBe(200);
    stop.abort();
    expect(await Promise.all(streams)).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
  });
});
