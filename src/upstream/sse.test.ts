// The old HTTP+SSE channel: address rules (same origin only), life and end of the stream, back-pressure.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Duplex } from './channel.ts';
import { createHttpClient } from './http.ts';
import { openSse, type SseOptions } from './sse.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Fixture {
  url: string;
  /** The stream of the newest GET. */
  stream: ServerResponse | undefined;
  gets: IncomingMessage[];
  posts: { message: IncomingMessage; body: string }[];
}

async function fixture(
  first: string | undefined,
  onPost: (response: ServerResponse) => void = (response) => response.writeHead(202).end(),
): Promise<Fixture> {
  const made: Fixture = { url: '', stream: undefined, gets: [], posts: [] };
  const server = createServer(async (message, response) => {
    if (message.method === 'GET') {
      made.gets.push(message);
      made.stream = response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(first ?? ':\n\n');
      return;
    }
    let body = '';
    for await (const chunk of message) body += chunk;
    made.posts.push({ message, body });
    onPost(response);
  });
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`;
  return made;
}

async function open(url: string, more: Partial<SseOptions> = {}): Promise<Duplex> {
  const http = createHttpClient();
  cleanups.push(() => http.close());
  const channel = await openSse({ http, url, headers: { authorization: 'Bearer t', Accept: 'nonsense' }, ...more });
  cleanups.push(() => channel.close());
  return channel;
}

const ENDPOINT = 'event: endpoint\ndata: /messages?s=1\n\n';

describe('old event-stream transport', () => {
  it('posts to the address of the stream with the lease on both, and hands out its messages', async () => {
    const server = await fixture(`${ENDPOINT}data: {"early":1}\n\n`);
    const channel = await open(server.url);
    await channel.send('{"a":1}');
    expect(server.posts[0]).toMatchObject({ body: '{"a":1}', message: { url: '/messages?s=1' } });
    expect(server.posts[0]?.message.headers).toMatchObject({ authorization: 'Bearer t', 'content-type': 'application/json' });
    expect(server.gets[0]?.headers).toMatchObject({ authorization: 'Bearer t', accept: 'text/event-stream' });
    const seen: string[] = [];
    channel.onMessage((text) => {
      seen.push(text);
      return undefined;
    });
    server.stream?.write('event: ping\ndata: x\n\nevent: message\ndata: {"b":2}\n\nevent: endpoint\ndata: http://elsewhere.example/\n\n');
    await expect.poll(() => seen).toEqual(['{"early":1}', '{"b":2}']);
    await channel.send('{"a":2}');
    expect(server.posts[1]?.message.url).toBe('/messages?s=1');
  });

  it.each([
    ['another host', 'http://elsewhere.example/messages'],
    ['another port', 'http://127.0.0.1:1/messages'],
    ['another scheme', 'https://127.0.0.1/messages'],
    ['a local file', 'file:///etc/passwd'],
    ['a host without scheme', '//elsewhere.example/messages'],
    ['a back-slashed host', '\\\\elsewhere.example/messages'],
    ['credentials', 'http://me:hunter2@127.0.0.1/messages'],
    ['nonsense', 'http://['],
    ['an endless address', `/${'x'.repeat(5000)}`],
  ])('refuses an address at %s and sends nothing', async (_name, address) => {
    const server = await fixture(`event: endpoint\ndata: ${address}\n\n`);
    const failure = await open(server.url).catch((error) => error);
    expect(failure.code).toBe('upstream_protocol');
    expect(`${failure.message}${failure.detail}`).not.toContain('hunter2');
    expect(server.posts).toEqual([]);
  });

  it('gives up on a stream that never names an address, on silence, and when told to', async () => {
    const server = await fixture(undefined);
    await expect(open(server.url, { openTimeoutMs: 50 })).rejects.toMatchObject({ code: 'upstream_timeout' });
    await expect(open(server.url, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' });
    const gone = AbortSignal.abort(new Error('never mind'));
    await expect(open(server.url, { signal: gone })).rejects.toThrow('never mind');
    await expect.poll(() => server.gets.every((get) => get.destroyed)).toBe(true);
  });

  it('refuses what is no event stream', async () => {
    const server = createServer((message, response) => {
      if (message.url === '/405') response.writeHead(405).end();
      else if (message.url === '/401') response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      else if (message.url === '/302') response.writeHead(302, { location: '/ok' }).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    });
    cleanups.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    for (const path of ['/405', '/302', '/html']) {
      await expect(open(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).rejects.toMatchObject({
        code: 'upstream_protocol',
      });
    }
  });

  it('closes when the stream ends, and does not open it again', async () => {
    const server = await fixture(ENDPOINT);
    const channel = await open(server.url);
    server.stream?.end();
    expect((await channel.closed).reason).toContain('ended its event stream');
    await expect(channel.send('{}')).rejects.toMatchObject({ code: 'upstream_closed' });
    await sleep(50);
    expect(server.gets.length).toBe(1);
  });

  it('fails a message that the server refuses and stays open', async () => {
    const server = await fixture(ENDPOINT, (response) =>
      response.writeHead(response.req.headers['content-length'] === '3' ? 400 : 202).end('no'),
    );
    const channel = await open(server.url);
    await expect(channel.send('[1]')).rejects.toMatchObject({ code: 'upstream_protocol' });
    await channel.send('{}');
  });

  it('close ends the stream and what is being sent', async () => {
    const server = await fixture(ENDPOINT, () => {});
    const channel = await open(server.url);
    const sent = channel.send('{}').catch((error) => error.code);
    await expect.poll(() => server.posts.length).toBe(1);
    await Promise.all([channel.close(), channel.close()]);
    expect(await sent).toBe('upstream_closed');
    expect((await channel.closed).reason).toBe('closed by the gateway');
    await expect.poll(() => server.stream?.destroyed).toBe(true);
  });

  it('waits for a busy listener', async () => {
    const server = await fixture(`${ENDPOINT}${'data: {"x":1}\n\n'.repeat(3)}`);
    const channel = await open(server.url);
    let running = 0;
    let most = 0;
    let seen = 0;
    channel.onMessage(async () => {
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
      seen++;
    });
    await expect.poll(() => seen).toBe(3);
    expect(most).toBe(1);
  });
});
