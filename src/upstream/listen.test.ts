// What servers say outside of calls, in every cell and over the old HTTP+SSE transport: list changes, resource updates, who hears them and who does not.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fixture, startFixture } from '../../test/support/fixture/fixture.ts';
import { Agent, type Heard, specOf, startUpstreams, type TestGateway, until } from '../../test/support/upstream-agent.ts';
import type { Era } from '../call.ts';
import type { ServerSpec } from '../object/kinds.ts';

const WATCHED = 'test://watched-resource';
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

let gateway: TestGateway;
let fixture: Fixture;
let spec: ServerSpec;

beforeEach(() => {
  gateway = startUpstreams();
});

afterEach(async () => {
  await gateway.close();
  await fixture.close();
});

async function agentOf(era: Era): Promise<Agent> {
  const agent = new Agent({ era, spec, upstreams: gateway.upstreams });
  if (era === 'legacy') {
    await agent.initialize();
    await agent.send('notifications/initialized', undefined, { shape: 'notification' });
  }
  return agent;
}

const CELLS: [string, Era, Era, 'http' | 'sse'][] = [
  ['legacy agent, legacy server', 'legacy', 'legacy', 'http'],
  ['modern agent, modern server', 'modern', 'modern', 'http'],
  ['legacy agent, modern server', 'legacy', 'modern', 'http'],
  ['modern agent, legacy server', 'modern', 'legacy', 'http'],
  ['legacy agent, HTTP+SSE server', 'legacy', 'legacy', 'sse'],
  ['modern agent, HTTP+SSE server', 'modern', 'legacy', 'sse'],
];

describe.each(CELLS)('%s', (_name, agentEra, serverEra, transport) => {
  beforeEach(async () => {
    fixture = await startFixture({ era: serverEra, transport });
    spec = specOf({ transport, url: fixture.url });
  });

  const methods = (heard: Heard[]) => heard.map(({ method }) => method);

  /** Opens the agent's standing stream for everything and the watched resource; returns how to end it. */
  async function listen(agent: Agent, heard: Heard[], notifications: object = {}): Promise<() => Promise<void>> {
    const abort = new AbortController();
    const opened = Promise.withResolvers<void>();
    const isModern = agentEra === 'modern';
    const everything = { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: [WATCHED], ...notifications };
    const stream = agent
      .send('subscriptions/listen', isModern ? { notifications: everything } : undefined, {
        heard,
        signal: abort.signal,
        onOpen: opened.resolve,
        ...(isModern && { requestId: 'L1' }),
      })
      .catch(() => undefined);
    if (isModern) await until(() => heard.length > 0, 'the acknowledgement');
    else await agent.result('resources/subscribe', { uri: WATCHED });
    // Whatever is said before the server has opened its side is not ours to keep.
    await opened.promise;
    return async () => {
      abort.abort();
      await stream;
    };
  }

  /** What is subscribed to on a stream that stands is known to the server a little later: until then it says nothing of it. */
  async function provoke(agent: Agent, tool: string, heard: Heard[], method: string): Promise<void> {
    for (let tries = 0; tries < 100 && !methods(heard).includes(method); tries++) {
      await agent.call(tool, {}, { heard });
      await until(() => methods(heard).includes(method), method, 500).catch(() => undefined);
    }
    expect(methods(heard)).toContain(method);
  }

  it('hears list changes and the updates it subscribed to', async () => {
    const changes: string[] = [];
    gateway.upstreams.onListChanged((org, server, what) => changes.push(`${org} ${server} ${what}`));
    const agent = await agentOf(agentEra);
    const heard: Heard[] = [];
    const end = await listen(agent, heard);
    await provoke(agent, 'test_trigger_tool_change', heard, 'notifications/tools/list_changed');
    await provoke(agent, 'test_trigger_resource_update', heard, 'notifications/resources/updated');
    const update = heard.find(({ method }) => method === 'notifications/resources/updated');
    expect(update?.params?.uri).toBe(WATCHED);
    if (agentEra === 'modern') for (const { params } of heard) expect(params?._meta).toMatchObject({ [SUBSCRIPTION_ID]: 'L1' });
    else expect(JSON.stringify(heard)).not.toContain(SUBSCRIPTION_ID);
    expect(changes).toContain('org server tools');
    await end();
  });

  it('hears nothing any more after it left or unsubscribed', async () => {
    const agent = await agentOf(agentEra);
    const heard: Heard[] = [];
    const end = await listen(agent, heard);
    if (agentEra === 'legacy') await agent.result('resources/unsubscribe', { uri: WATCHED });
    else await end();
    await new Promise((resolve) => setTimeout(resolve, 50));
    heard.length = 0;
    await agent.call('test_trigger_resource_update', {}, { heard: [] });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(methods(heard)).not.toContain('notifications/resources/updated');
    await end();
  });

  it.runIf(agentEra === 'modern')('hears only what its filter names', async () => {
    const agent = await agentOf('modern');
    const [tools, prompts]: [Heard[], Heard[]] = [[], []];
    const ends = [
      await listen(agent, tools, { promptsListChanged: false, resourceSubscriptions: [] }),
      await listen(agent, prompts, { toolsListChanged: false, resourceSubscriptions: [] }),
    ];
    await agent.call('test_trigger_tool_change');
    await agent.call('test_trigger_prompt_change');
    await until(() => tools.length === 2 && prompts.length === 2, 'both changes');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(methods(tools)).toEqual(['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed']);
    expect(methods(prompts)).toEqual(['notifications/subscriptions/acknowledged', 'notifications/prompts/list_changed']);
    for (const end of ends) await end();
  });

  it.runIf(agentEra === 'modern')('ends a listen for nothing at once, and refuses one that is malformed', async () => {
    const agent = await agentOf('modern');
    const heard: Heard[] = [];
    expect(await agent.send('subscriptions/listen', { notifications: {} }, { requestId: 7, heard })).toMatchObject({
      type: 'result',
      result: { _meta: { [SUBSCRIPTION_ID]: 7 } },
    });
    expect(methods(heard)).toEqual(['notifications/subscriptions/acknowledged']);
    expect(await agent.send('subscriptions/listen', {}, { requestId: 8 })).toMatchObject({ type: 'error', error: { code: -32602 } });
  });

  it('reads, gets, completes, and says what is missing', async () => {
    const agent = await agentOf(agentEra);
    expect((await agent.result('resources/read', { uri: 'test://static-text' })).contents).toHaveLength(1);
    expect((await agent.result('prompts/get', { name: 'test_simple_prompt' })).messages).toHaveLength(1);
    const ref = { type: 'ref/prompt', name: 'test_prompt_with_arguments' };
    expect((await agent.result('completion/complete', { ref, argument: { name: 'arg1', value: '' } })).completion).toMatchObject({
      values: expect.any(Array),
    });
    const missing = await agent.send('resources/read', { uri: 'test://no-such-thing' });
    expect(missing).toMatchObject({
      type: 'error',
      error: { code: agentEra === 'modern' ? -32602 : -32002, data: { uri: 'test://no-such-thing' } },
    });
    expect(await agent.call('test_error_handling')).toMatchObject({ isError: true });
  });

  it("introduces the server in the agent's words", async () => {
    const agent = await agentOf(agentEra);
    if (agentEra === 'legacy') {
      const greeting = await agent.result('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'a', version: '1' },
      });
      expect(greeting).toMatchObject({
        protocolVersion: '2025-11-25',
        capabilities: { tools: {}, logging: {} },
        serverInfo: { name: expect.any(String) },
      });
      expect(await agent.result('ping')).toEqual({});
      return;
    }
    const discover = await agent.result('server/discover');
    expect(discover).toMatchObject({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {} },
      cacheScope: expect.any(String),
    });
    if (serverEra === 'legacy') expect(discover).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
  });

  it.runIf(serverEra === 'legacy' && transport === 'http')('gets a result whose stream the server closed in between', async () => {
    const agent = await agentOf(agentEra);
    expect(JSON.stringify((await agent.call('test_reconnection')).content)).toContain('resumed');
  });
});
