// The same agents at servers built with the official SDK: HTTP in both eras, stdio in the era the SDK chooses, and server-everything over HTTP and SSE.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SdkServer, startSdkServer } from '../../test/support/sdk-server.ts';
import { Agent, agreeable, type Heard, specOf, startUpstreams, type TestGateway } from '../../test/support/upstream-agent.ts';
import type { Era } from '../call.ts';
import type { ServerSpec } from '../object/kinds.ts';

const ABILITIES = { sampling: {}, elicitation: {}, roots: {} };
const SDK_SCRIPT = fileURLToPath(new URL('../../test/support/sdk-server.ts', import.meta.url));
const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');

let gateway: TestGateway;
let closing: (() => Promise<void>)[] = [];

beforeEach(() => {
  gateway = startUpstreams();
  closing = [];
});

afterEach(async () => {
  await gateway.close();
  for (const close of closing) await close();
});

async function agentOf(era: Era, spec: ServerSpec): Promise<Agent> {
  const agent = new Agent({ era, spec, upstreams: gateway.upstreams, capabilities: ABILITIES, answer: agreeable });
  if (era === 'legacy') {
    await agent.initialize();
    await agent.send('notifications/initialized', undefined, { shape: 'notification' });
  }
  return agent;
}

const CELLS: [Era, Era][] = [
  ['legacy', 'legacy'],
  ['modern', 'modern'],
  ['legacy', 'modern'],
  ['modern', 'legacy'],
];

describe.each(CELLS)('%s agent at a %s SDK server over HTTP', (agentEra, serverEra) => {
  let server: SdkServer;
  let agent: Agent;

  beforeEach(async () => {
    server = await startSdkServer(serverEra);
    closing.push(() => server.close());
    agent = await agentOf(agentEra, specOf({ url: server.url }));
  });

  it('calls, hears progress and logs, and lists', async () => {
    expect((await agent.call('echo', { text: 'é' })).content).toEqual([{ type: 'text', text: 'é' }]);
    const heard: Heard[] = [];
    await agent.call('work', {}, { heard, meta: { progressToken: 9 }, ...(agentEra === 'modern' && { logLevel: 'info' }) });
    expect(
      heard.filter(({ method }) => method === 'notifications/progress').map(({ params }) => [params?.progressToken, params?.progress]),
    ).toEqual([
      [9, 1],
      [9, 2],
      [9, 3],
    ]);
    expect(heard.filter(({ method }) => method === 'notifications/message')).toHaveLength(3);
    expect((await agent.result('tools/list')).tools).toHaveLength(4);
    expect(gateway.upstreams.status()[0]?.era).toBe(serverEra);
  });

  it('answers what the server asks', async () => {
    const tool = serverEra === 'modern' ? 'greet' : 'greet-live';
    const abort = new AbortController();
    // The SDK puts such a request on the GET stream, so a legacy agent has to have one open, as SDK clients do.
    const standing =
      agentEra === 'legacy' && agent.send('subscriptions/listen', undefined, { signal: abort.signal }).catch(() => undefined);
    const result = agentEra === 'modern' ? (await agent.callInRounds(tool)).result : await agent.call(tool);
    expect(result.content).toEqual([{ type: 'text', text: 'Hello, Ann' }]);
    abort.abort();
    await standing;
  });
});

describe.each(['legacy', 'modern'] as Era[])('%s agent at an SDK server over stdio', (agentEra) => {
  it('calls and answers in the modern era, found out in a sibling process', async () => {
    const spec = specOf({ transport: 'stdio', command: process.execPath, args: [SDK_SCRIPT] });
    const agent = await agentOf(agentEra, spec);
    const [one, two] = await Promise.all([agent.call('echo', { text: '1' }), agent.call('echo', { text: '2' })]);
    expect([one.content, two.content]).toEqual([[{ type: 'text', text: '1' }], [{ type: 'text', text: '2' }]]);
    const heard: Heard[] = [];
    await agent.call('work', {}, { heard, meta: { progressToken: 't' }, ...(agentEra === 'modern' && { logLevel: 'info' }) });
    expect(heard.filter(({ params }) => params?.progressToken === 't')).toHaveLength(3);
    const result = agentEra === 'modern' ? (await agent.callInRounds('greet')).result : await agent.call('greet');
    expect(result.content).toEqual([{ type: 'text', text: 'Hello, Ann' }]);
    expect(gateway.upstreams.status()).toMatchObject([{ era: 'modern', connections: 1 }]);
  });
});

describe.each([
  ['streamableHttp', 'http', '/mcp'],
  ['sse', 'sse', '/sse'],
  ['sse', 'http', '/sse'],
] as const)('server-everything %s, registered as %s', (mode, transport, path) => {
  it.each(['legacy', 'modern'] as Era[])('serves a %s agent', async (agentEra) => {
    const port = await freePort();
    await startEverything(mode, port);
    const agent = await agentOf(agentEra, specOf({ transport, url: `http://127.0.0.1:${port}${path}` }));
    expect((await agent.call('echo', { message: 'hi' })).content).toEqual([{ type: 'text', text: 'Echo: hi' }]);
    const heard: Heard[] = [];
    // The server asks for roots when it comes to it: in the middle of this call, where both are slow.
    await agent.callInRounds('trigger-long-running-operation', { duration: 0.2, steps: 2 }, { heard, meta: { progressToken: 'p' } });
    expect(heard.filter(({ method }) => method === 'notifications/progress').map(({ params }) => params?.progress)).toEqual([1, 2]);
    const args = { prompt: 'hi', maxTokens: 5 };
    const result =
      agentEra === 'modern'
        ? (await agent.callInRounds('trigger-sampling-request', args)).result
        : await agent.call('trigger-sampling-request', args);
    expect(JSON.stringify(result.content)).toContain('sampled');
    expect((await agent.result('prompts/list')).prompts).not.toHaveLength(0);
  });
});

async function startEverything(mode: string, port: number): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [EVERYTHING, mode], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closing.push(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (/listening|running on port/i.test(said)) resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', () => reject(new Error(`server-everything ended: ${said}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
