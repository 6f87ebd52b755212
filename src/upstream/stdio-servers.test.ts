// Servers we did not write, as processes: server-everything and server-memory over stdio, shared by the sessions of one principal.

import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Agent,
  type AgentOptions,
  agreeable,
  type Heard,
  specOf,
  startUpstreams,
  type TestGateway,
  until,
} from '../../test/support/upstream-agent.ts';

const resolve = createRequire(import.meta.url).resolve;
const everything = specOf({
  transport: 'stdio',
  command: process.execPath,
  args: [resolve('@modelcontextprotocol/server-everything/dist/index.js'), 'stdio'],
});
const ABILITIES = { sampling: {}, elicitation: {}, roots: {} };

let gateway: TestGateway;

beforeEach(() => {
  gateway = startUpstreams();
});

afterEach(async () => {
  await gateway.close();
});

async function session(options: Partial<AgentOptions> = {}): Promise<Agent> {
  const agent = new Agent({
    era: 'legacy',
    spec: everything,
    upstreams: gateway.upstreams,
    capabilities: ABILITIES,
    answer: agreeable,
    ...options,
  });
  await agent.initialize();
  await agent.send('notifications/initialized', undefined, { shape: 'notification' });
  return agent;
}

describe('server-everything over stdio', () => {
  it('is found to be a legacy server, and one process serves two sessions', async () => {
    const [one, two] = [await session(), await session()];
    expect((await one.call('echo', { message: 'hello' })).content).toEqual([{ type: 'text', text: 'Echo: hello' }]);
    expect((await two.call('get-sum', { a: 2, b: 3 })).content).toMatchObject([{ text: expect.stringContaining('5') }]);
    expect(gateway.upstreams.status()).toMatchObject([{ era: 'legacy', connections: 1, transport: 'stdio' }]);
  });

  it('is not shared between principals, credentials or capability sets', async () => {
    await session();
    await session({ principalKey: 'agent-2' });
    await session({ capabilities: {} });
    expect(gateway.upstreams.status()[0]?.connections).toBe(3);
  });

  it('asks the agent whose call is in flight', async () => {
    const [one, two] = [await session(), await session()];
    const result = await two.call('trigger-sampling-request', { prompt: 'hi', maxTokens: 5 });
    expect(JSON.stringify(result.content)).toContain('sampled');
    expect(two.asked.filter(({ method }) => method === 'sampling/createMessage')).toHaveLength(1);
    expect(one.asked.filter(({ method }) => method === 'sampling/createMessage')).toHaveLength(0);
  });

  it('passes progress of two calls at once, each under its own token', async () => {
    const [one, two] = [await session(), await session()];
    const heard: [Heard[], Heard[]] = [[], []];
    const args = { duration: 0.4, steps: 4 };
    await Promise.all([
      one.call('trigger-long-running-operation', args, { heard: heard[0], meta: { progressToken: 'same' } }),
      two.call('trigger-long-running-operation', args, { heard: heard[1], meta: { progressToken: 'same' } }),
    ]);
    for (const own of heard) {
      const progress = own
        .filter(({ method }) => method === 'notifications/progress')
        .map(({ params }) => [params?.progressToken, params?.progress]);
      expect(progress).toEqual([1, 2, 3, 4].map((value) => ['same', value]));
    }
  });

  it('passes updates of what a session subscribed to, to its standing stream', async () => {
    const agent = await session();
    await agent.result('resources/subscribe', { uri: 'demo://resource/dynamic/text/1' });
    const abort = new AbortController();
    const standing = agent.send('subscriptions/listen', undefined, { signal: abort.signal }).catch(() => undefined);
    await agent.call('toggle-subscriber-updates');
    await until(() => agent.heard.some(({ method }) => method === 'notifications/resources/updated'), 'an update', 8_000);
    abort.abort();
    await standing;
  });

  it('serves a stateless agent, question included', async () => {
    const agent = new Agent({ era: 'modern', spec: everything, upstreams: gateway.upstreams, capabilities: ABILITIES, answer: agreeable });
    const { result, rounds } = await agent.callInRounds('trigger-sampling-request', { prompt: 'hi', maxTokens: 5 });
    expect(JSON.stringify(result.content)).toContain('sampled');
    expect(result.resultType).toBe('complete');
    expect(rounds).toHaveLength(1);
  });
});

describe('server-memory over stdio', () => {
  it('keeps its state for the principal', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sallyport-memory-'));
    const spec = specOf({
      transport: 'stdio',
      command: process.execPath,
      args: [resolve('@modelcontextprotocol/server-memory/dist/index.js')],
      env: { MEMORY_FILE_PATH: path.join(folder, 'memory.jsonl') },
    });
    const agent = await session({ spec });
    await agent.call('create_entities', { entities: [{ name: 'Ann', entityType: 'person', observations: ['likes tea'] }] });
    expect(JSON.stringify(await agent.call('read_graph'))).toContain('likes tea');
    await gateway.close();
    await rm(folder, { recursive: true });
  });
});

describe('a process that cannot live', () => {
  it('is an unreachable server, and is not started again in a loop', async () => {
    const spec = specOf({ transport: 'stdio', command: process.execPath, args: ['-e', 'process.exit(3)'], era: 'legacy' });
    const agent = new Agent({ era: 'legacy', spec, upstreams: gateway.upstreams });
    await expect(agent.initialize()).rejects.toMatchObject({ code: expect.stringMatching(/^upstream_/) });
  });

  it('fails what is in flight when it dies, and answers again afterwards', async () => {
    const script = `
      const lines = require('node:readline').createInterface({ input: process.stdin });
      const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
      lines.on('line', (line) => {
        const { id, method, params } = JSON.parse(line);
        if (method === 'initialize') say({ id, result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } } });
        else if (method === 'tools/call' && params.name === 'die') process.exit(1);
        else if (id !== undefined) say({ id, result: { content: [] } });
      });`;
    const spec = specOf({ transport: 'stdio', command: process.execPath, args: ['-e', script], era: 'legacy' });
    const agent = await session({ spec });
    await expect(agent.call('die')).rejects.toMatchObject({ code: 'upstream_closed' });
    expect(await agent.call('live')).toEqual({ content: [] });
  });
});
