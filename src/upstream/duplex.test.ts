// Legacy servers over one pipe, where nothing says which call a message of the server is about: questions, logs, floods, garbage, tasks, idle processes.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scriptedServer } from '../../test/support/stdio-script.ts';
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
import type { Abortable } from '../lib/cutoff.ts';
import type { ServerSpec } from '../object/kinds.ts';
import { MAX_QUESTIONS } from './question-desk.ts';

const ABILITIES = { sampling: {}, elicitation: {}, roots: {} };
let gateway: TestGateway;

beforeEach(() => {
  gateway = startUpstreams({ sweepMs: 50 });
});

afterEach(async () => {
  await gateway.close();
});

function specFor(onCall: string, capabilities?: object, spec: Partial<ServerSpec> = {}): ServerSpec {
  return specOf({ transport: 'stdio', command: process.execPath, args: scriptedServer(onCall, capabilities), era: 'legacy', ...spec });
}

async function session(spec: ServerSpec, options: Partial<AgentOptions> = {}): Promise<Agent> {
  const agent = new Agent({ era: 'legacy', spec, upstreams: gateway.upstreams, capabilities: ABILITIES, answer: agreeable, ...options });
  await agent.initialize();
  await agent.send('notifications/initialized', undefined, { shape: 'notification' });
  return agent;
}

const text = (result: { content?: unknown }) => (result.content as { text: string }[])[0]?.text;

describe('questions', () => {
  const echoAnswer = `
    if (message.method === 'tools/call') { global.call = message.id; say({ id: 'q', method: 'roots/list' }); }
    else if (message.id === 'q') say({ id: global.call, result: { content: [{ type: 'text', text: JSON.stringify(message.result ?? message.error) }] } });`;

  it('go to the call in flight, and the answer comes back', async () => {
    const spec = specFor(echoAnswer);
    const [one, two] = [await session(spec), await session(spec)];
    expect(text(await two.call('x'))).toContain('file:///work');
    expect([one.asked.length, two.asked.length]).toEqual([0, 1]);
  });

  it('wait for a stream when no call is in flight, and are refused when none comes', async () => {
    const spec = specFor(`
      if (message.method === 'notifications/initialized') say({ id: 'early', method: 'roots/list' });
      else if (message.id === 'early') global.early = message.result ?? message.error;
      else if (message.method === 'tools/call') say({ id: message.id, result: { content: [{ type: 'text', text: JSON.stringify(global.early) }] } });`);
    const agent = await session(spec);
    const abort = new AbortController();
    const standing = agent.send('subscriptions/listen', undefined, { signal: abort.signal }).catch(() => undefined);
    await until(() => agent.asked.length === 1, 'the question');
    await until(() => false, 'x', 50).catch(() => undefined);
    expect(text(await agent.call('early'))).toContain('file:///work');
    abort.abort();
    await standing;
    const lonely = await session(spec, { principalKey: 'agent-2' });
    await until(() => false, 'x', 2_200).catch(() => undefined);
    expect(text(await lonely.call('early'))).toContain('-32601');
  });

  it('beyond the limit are refused, and every one is answered once', async () => {
    const count = MAX_QUESTIONS + 36;
    const spec = specFor(`
      global.seen ??= new Map();
      if (message.method === 'tools/call') { global.call = message.id; for (let i = 0; i < ${count}; i++) say({ id: 'q' + i, method: 'roots/list' }); }
      else if (typeof message.id === 'string' && message.id.startsWith('q')) {
        seen.set(message.id, (seen.get(message.id) ?? 0) + 1);
        if (seen.size === ${count - MAX_QUESTIONS}) say({ method: 'notifications/message', params: { level: 'error', data: 'refused' } });
        if (seen.size === ${count}) say({ id: global.call, result: { content: [{ type: 'text', text: JSON.stringify([...seen.values()]) }] } });
      }`);
    // Nothing is answered before the server has been refused the others.
    const isRefused = () => agent.heard.some(({ params }) => params?.data === 'refused');
    const agent: Agent = await session(spec, {
      answer: async (method) => {
        await until(isRefused, 'the refusals');
        return agreeable(method);
      },
    });
    expect(JSON.parse(text(await agent.call('x')) ?? '')).toEqual(Array.from({ length: count }, () => 1));
    expect(agent.asked).toHaveLength(MAX_QUESTIONS);
  });

  it('the server withdraws are taken back from the agent', async () => {
    let aborted = false;
    const spec = specFor(`
      if (message.method === 'tools/call') {
        say({ id: 'q', method: 'elicitation/create', params: { message: 'm', requestedSchema: { type: 'object', properties: {} } } });
        setTimeout(() => say({ method: 'notifications/cancelled', params: { requestId: 'q' } }), 50);
        setTimeout(() => say({ id: message.id, result: { content: [] } }), 150);
      }`);
    const agent = await session(spec);
    const request = agent.request('tools/call', { name: 'x' });
    const peer = {
      ...request.peer,
      request: (_method: string, _params: unknown, signal: Abortable) =>
        new Promise<never>((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason);
          }),
        ),
    };
    expect(await gateway.upstreams.exchange({ ...request, peer })).toMatchObject({ type: 'result' });
    expect(aborted).toBe(true);
  });
});

describe('log messages', () => {
  const logging = `
    if (message.method === 'logging/setLevel') { global.level = message.params.level; say({ id: message.id, result: {} }); }
    else if (message.method === 'tools/call') {
      for (const level of ['debug', 'info', 'error']) say({ method: 'notifications/message', params: { level, data: global.level ?? null } });
      say({ id: message.id, result: { content: [] } });
    }`;

  it('come at the lowest level any session wants, and each session sees only its own', async () => {
    const spec = specFor(logging);
    const [one, two] = [await session(spec), await session(spec)];
    await one.result('logging/setLevel', { level: 'debug' });
    await two.result('logging/setLevel', { level: 'error' });
    const heard: [Heard[], Heard[]] = [[], []];
    await one.call('x', {}, { heard: heard[0] });
    await two.call('x', {}, { heard: heard[1] });
    expect(heard[0].map(({ params }) => params?.level)).toEqual(['debug', 'info', 'error']);
    expect(heard[1].map(({ params }) => [params?.level, params?.data])).toEqual([['error', 'debug']]);
  });

  it('reach a stateless agent only when its request asks, from its level up', async () => {
    const agent = new Agent({ era: 'modern', spec: specFor(logging), upstreams: gateway.upstreams });
    const heard: [Heard[], Heard[]] = [[], []];
    await agent.call('x', {}, { heard: heard[0] });
    await agent.call('x', {}, { heard: heard[1], logLevel: 'info' });
    expect(heard[0]).toEqual([]);
    expect(heard[1].map(({ params }) => [params?.level, params?.data])).toEqual([
      ['info', 'info'],
      ['error', 'info'],
    ]);
  });
});

describe('a server that misbehaves', () => {
  it("loses nobody's call by garbage, foreign responses and a flood of notifications", async () => {
    const spec = specFor(`
      if (message.method !== 'tools/call') return;
      say('{"jsonrpc":"2.0","id":'); say('[]'); say('null'); say('{"jsonrpc":"2.0"}'); say({ id: 999999, result: {} }); say({ id: null, error: { code: 1, message: 'x' } });
      for (let i = 0; i < 20000; i++) say({ method: 'notifications/progress', params: { progressToken: 'nobody', progress: i } });
      say({ id: message.id, result: { content: [{ type: 'text', text: 'ok' }] } });
      say({ id: message.id, result: { content: [{ type: 'text', text: 'again' }] } });`);
    const agent = await session(spec);
    expect(text(await agent.call('x'))).toBe('ok');
    expect(text(await agent.call('x'))).toBe('ok');
  });

  it('is told that a call is cancelled, and its late answer is dropped', async () => {
    const spec = specFor(`
      global.cancelled ??= [];
      if (message.method === 'notifications/cancelled') { cancelled.push(message.params.requestId); say({ id: message.params.requestId, result: { content: [] } }); }
      else if (message.method === 'tools/call' && message.params.name === 'slow') { global.slow = message.id; say({ method: 'notifications/progress', params: { progressToken: message.params._meta.progressToken, progress: 1 } }); }
      else if (message.method === 'tools/call') say({ id: message.id, result: { content: [{ type: 'text', text: JSON.stringify([cancelled, global.slow]) }] } });`);
    const agent = await session(spec);
    const abort = new AbortController();
    const slow = agent.call('slow', {}, { signal: abort.signal, meta: { progressToken: 'p' } });
    await until(() => agent.heard.length > 0, 'the call is with the server');
    abort.abort(new Error('stop'));
    await expect(slow).rejects.toThrow('stop');
    const [cancelled, id] = JSON.parse(text(await agent.call('told')) ?? '');
    expect(cancelled).toEqual([id]);
  });
});

describe('a tool that only runs as a task', () => {
  const capabilities = { tools: {}, tasks: { requests: { tools: { call: {} } }, cancel: {} } };
  const tasks = `
    const { method, params, id } = message;
    if (method === 'tools/call' && !params.task) say({ id, error: { code: -32601, message: 'needs a task' } });
    else if (method === 'tools/call') say({ id, result: { task: { taskId: 't1', status: 'working', ttl: 1, createdAt: '', lastUpdatedAt: '' } } });
    else if (method === 'tasks/result') setTimeout(() => say({ id, result: { content: [{ type: 'text', text: params.taskId }] } }), 50);
    else if (method === 'tasks/cancel') say({ id, result: {} });`;

  it('is driven for a stateless agent, which sees only the result', async () => {
    const agent = new Agent({ era: 'modern', spec: specFor(tasks, capabilities), upstreams: gateway.upstreams });
    expect(await agent.call('research')).toMatchObject({ resultType: 'complete', content: [{ text: 't1' }] });
  });

  it("is the agent's own affair in the same era", async () => {
    const agent = await session(specFor(tasks, capabilities), { capabilities: { tasks: {} } });
    expect(await agent.send('tools/call', { name: 'research' })).toMatchObject({ type: 'error', error: { code: -32601 } });
    expect(await agent.result('tools/call', { name: 'research', task: {} })).toMatchObject({ task: { taskId: 't1' } });
    expect(text(await agent.result('tasks/result', { taskId: 't1' }))).toBe('t1');
  });
});

describe('a process that died', () => {
  it('is followed by one that knows the level and the subscriptions of the session', async () => {
    const spec = specFor(
      `global.told ??= [];
      const { method, params, id } = message;
      if (method === 'resources/unsubscribe') say({ id, result: {} });
      else if (method === 'logging/setLevel' || method === 'resources/subscribe') { told.push(params.level ?? params.uri); say({ id, result: {} }); }
      else if (method === 'tools/call' && params.name === 'die') process.exit(1);
      else if (method === 'tools/call') say({ id, result: { content: [{ type: 'text', text: JSON.stringify(told) }] } });`,
      { tools: {}, logging: {}, resources: { subscribe: true } },
    );
    const agent = await session(spec);
    await agent.result('logging/setLevel', { level: 'error' });
    for (const uri of ['a:1', 'a:2', 'a:3']) await agent.result('resources/subscribe', { uri });
    await agent.result('resources/unsubscribe', { uri: 'a:2' });
    await expect(agent.call('die')).rejects.toMatchObject({ code: 'upstream_closed' });
    expect(JSON.parse(text(await agent.call('told')) ?? '')).toEqual(['error', 'a:1', 'a:3']);
  });
});

describe('an idle process', () => {
  it('is ended, and started again for the next call', async () => {
    const pid = `if (message.method === 'tools/call') say({ id: message.id, result: { content: [{ type: 'text', text: String(process.pid) }] } });`;
    const agent = await session(specFor(pid, undefined, { idleShutdownMs: 1_000 }));
    const first = Number(text(await agent.call('x')));
    await until(() => gateway.upstreams.status()[0]?.connections === 0, 'the connection is closed', 5_000);
    await until(() => !isAlive(first), 'the process ends', 5_000);
    expect(Number(text(await agent.call('x')))).not.toBe(first);
  });

  it('is not left behind by a gateway that stops while it asks for the era', async () => {
    const spec = specFor('', undefined, {
      era: 'auto',
      args: ['-e', 'console.error(process.pid); setInterval(() => {}, 1000)'],
    });
    const agent = new Agent({ era: 'legacy', spec, upstreams: gateway.upstreams });
    const opening = agent.initialize().catch((error: unknown) => error);
    await until(() => gateway.output.length === 1, 'the sibling process runs');
    const pid = Number(gateway.output[0]);
    expect(isAlive(pid)).toBe(true);
    await gateway.upstreams.close();
    expect(isAlive(pid)).toBe(false);
    expect(await opening).toMatchObject({ code: expect.stringMatching(/^upstream_/) });
  });

  it('ends with the gateway', async () => {
    const pid = `if (message.method === 'tools/call') say({ id: message.id, result: { content: [{ type: 'text', text: String(process.pid) }] } });`;
    const agent = await session(specFor(pid));
    const own = Number(text(await agent.call('x')));
    expect(isAlive(own)).toBe(true);
    await gateway.upstreams.close();
    expect(isAlive(own)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
