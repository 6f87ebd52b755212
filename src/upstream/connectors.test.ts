// The connectors against an independent server over each duplex transport, and the refusal of a server that keeps ending.
// Fixtures run as processes of their own; nothing here mocks a transport.
import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '../lib/clock.ts';
import { serverSpec } from '../object/kind/server.ts';
import type { Duplex } from './channel.ts';
import type { Destination } from './connection.ts';
import { createConnectors } from './connectors.ts';

const EVERYTHING = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'));
const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const output: string[] = [];

function connectors() {
  output.length = 0;
  const made = createConnectors({
    clock: systemClock,
    ownEnv: process.env,
    onOutput: (destination, stream, line) => output.push(`${destination.server} ${stream}: ${line}`),
    onUnprotected: (reason) => expect.unreachable(reason),
  });
  cleanups.push(() => made.close());
  return made;
}

function destination(spec: Record<string, unknown>): Destination {
  return { org: 'acme', server: 'everything', spec: serverSpec.parse(spec), headers: {}, env: {} };
}

/** Messages of the server by id; what has no id is dropped. */
function conversation(channel: Duplex): (method: string, params: unknown) => Promise<{ result: Record<string, unknown> }> {
  const waiting = new Map<number, (message: { result: Record<string, unknown> }) => void>();
  let nextId = 1;
  channel.onMessage((text) => {
    const message = JSON.parse(text);
    waiting.get(message.id)?.(message);
    return undefined;
  });
  return (method, params) => {
    const id = nextId++;
    const answer = new Promise<{ result: Record<string, unknown> }>((resolve) => waiting.set(id, resolve));
    return channel.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }, null, 1)).then(() => answer);
  };
}

async function talk(channel: Duplex): Promise<void> {
  const request = conversation(channel);
  const clientInfo = { name: 'test', version: '1' };
  const { result } = await request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  expect(result).toMatchObject({ protocolVersion: '2025-06-18' });
  await channel.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  expect((await request('tools/list', {})).result.tools).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'echo' })]));
  const long = `ü${'x'.repeat(300_000)}`;
  const answers = await Promise.all([long, 'b', 'c'].map((message) => request('tools/call', { name: 'echo', arguments: { message } })));
  expect(answers.map((answer) => answer.result.content)).toEqual([long, 'b', 'c'].map((text) => [{ type: 'text', text: `Echo: ${text}` }]));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function startSse(): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  const child = spawn(process.execPath, [EVERYTHING, 'sse'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (data) => /listening|running|port/i.test(String(data)) && resolve());
    child.once('exit', () => reject(new Error('the fixture ended')));
  });
  return { url: `http://127.0.0.1:${port}/sse`, process: child };
}

describe('one message size', () => {
  it('holds for a line of a process as for a body', async () => {
    const own = createConnectors({
      clock: systemClock,
      ownEnv: process.env,
      onOutput: () => {},
      onUnprotected: () => {},
      http: { maxBodyBytes: 100 },
    });
    cleanups.push(() => own.close());
    const channel = await own.stdio(destination({ transport: 'stdio', command: 'cat' }));
    cleanups.push(() => channel.close());
    const seen: string[] = [];
    channel.onMessage((text) => {
      seen.push(text);
      return undefined;
    });
    const fits = `{"a":"${'x'.repeat(92)}"}`;
    await channel.send(fits);
    await channel.send(`${fits} `);
    expect((await channel.closed).reason).toContain('longer than 100 bytes');
    expect(seen).toEqual([fits]);
  });
});

describe('a server process that keeps ending', () => {
  const clock = new ManualClock();
  const made = () => {
    const own = createConnectors({ clock, ownEnv: process.env, onOutput: () => {}, onUnprotected: () => {} });
    cleanups.push(() => own.close());
    return own;
  };
  const crash = { transport: 'stdio', command: 'sh', args: ['-c', 'echo "no token hunter2" >&2; exit 1'] };

  it('is refused after a few starts, with the time of the next, the reason for the operator only', async () => {
    const own = made();
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const channel = await own.stdio(destination(crash)).catch((error) => error);
      if (channel instanceof Error) seen.push(channel);
      else await channel.closed;
      clock.advance(i < 2 ? 2_000 : 0);
    }
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ code: 'upstream_unavailable', detail: 'it exited with code 1; its last lines: no token hunter2' });
    expect((seen[0] as Error).message).toMatch(/^the server failed 3 times in a row; the next attempt is at 2026-/);
    clock.advance(4_000);
    const again = await own.stdio(destination(crash));
    expect((await again.closed).reason).toContain('exited with code 1');
  });

  it('blocks neither another credential nor another server, and a command that is missing counts too', async () => {
    const own = made();
    const missing = destination({ transport: 'stdio', command: 'sallyport-no-such-command' });
    const codes: string[] = [];
    for (let i = 0; i < 4; i++) {
      codes.push(await own.stdio(missing).catch((error) => error.code));
      if (i < 2) clock.advance(2_000);
    }
    expect(codes).toEqual(['upstream_unreachable', 'upstream_unreachable', 'upstream_unreachable', 'upstream_unavailable']);
    expect(await own.stdio({ ...missing, env: { TOKEN: 'other' } }).catch((error) => error.code)).toBe('upstream_unreachable');
    const other = await own.stdio(destination({ transport: 'stdio', command: 'cat' }));
    await other.close();
  });

  it('is no failure when the gateway closes it', async () => {
    const own = made();
    for (let i = 0; i < 10; i++) await (await own.stdio(destination({ transport: 'stdio', command: 'cat' }))).close();
  });
});

describe('an independent server', () => {
  it('is spoken to over stdio, directly', async () => {
    const channel = await connectors().stdio(destination({ transport: 'stdio', command: process.execPath, args: [EVERYTHING, 'stdio'] }));
    cleanups.push(() => channel.close());
    await talk(channel);
    await channel.close();
    expect((await channel.closed).reason).toBe('closed by the gateway');
    expect(output.some((line) => line.startsWith('everything stderr: '))).toBe(true);
  });

  it('is spoken to over stdio behind a shell and a package runner', async () => {
    const script = `cd / && PATH="$PATH" sh -c '"$0" "$1" stdio; true' "$0" "$1"; true`;
    const args = ['-c', script, process.execPath, EVERYTHING];
    const channel = await connectors().stdio(destination({ transport: 'stdio', command: 'sh', args }));
    cleanups.push(() => channel.close());
    await talk(channel);
  });

  it('is spoken to over the old event-stream transport, and its end is noticed', async () => {
    const server = await startSse();
    const channel = await connectors().sse(destination({ transport: 'sse', url: server.url }));
    cleanups.push(() => channel.close());
    await talk(channel);
    server.process.kill('SIGKILL');
    expect((await channel.closed).reason).toContain('broke');
    await expect(channel.send('{}')).rejects.toMatchObject({ code: 'upstream_closed' });
  });
});
