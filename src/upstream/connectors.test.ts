import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { serverSpec } from '../object/kinds.ts';
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
