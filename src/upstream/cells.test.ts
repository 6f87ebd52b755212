// The four cells of agent era × server era against the upstream fixture: the same things work in each of them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fixture, startFixture } from '../../test/support/fixture/fixture.ts';
import { Agent, agreeable, type Heard, specOf, startUpstreams, type TestGateway } from '../../test/support/upstream-agent.ts';
import type { Era } from '../call.ts';

const ABILITIES = { sampling: {}, elicitation: {}, roots: {} };

let gateway: TestGateway;
let fixture: Fixture;

async function agentAt(serverEra: Era, agentEra: Era): Promise<Agent> {
  fixture = await startFixture({ era: serverEra });
  const spec = specOf({ url: fixture.url, era: 'auto' });
  const agent = new Agent({ era: agentEra, spec, upstreams: gateway.upstreams, capabilities: ABILITIES, answer: agreeable });
  if (agentEra === 'legacy') {
    await agent.initialize();
    await agent.send('notifications/initialized', undefined, { shape: 'notification' });
  }
  return agent;
}

beforeEach(() => {
  gateway = startUpstreams();
});

afterEach(async () => {
  await gateway.close();
  await fixture?.close();
});

describe.each([
  ['legacy', 'legacy'],
  ['modern', 'modern'],
  ['legacy', 'modern'],
  ['modern', 'legacy'],
] as [Era, Era][])('%s agent at a %s server', (agentEra, serverEra) => {
  it('calls a tool', async () => {
    const agent = await agentAt(serverEra, agentEra);
    const result = await agent.call('test_simple_text');
    expect(result.content).toEqual([{ type: 'text', text: expect.any(String) }]);
    expect(result.resultType).toBe(agentEra === 'modern' ? 'complete' : undefined);
    expect(gateway.upstreams.status()).toMatchObject([{ era: serverEra, connections: 1, inFlight: 0, lastError: undefined }]);
  });

  it("passes progress under the agent's own token, before the result", async () => {
    const agent = await agentAt(serverEra, agentEra);
    const heard: Heard[] = [];
    await agent.call('test_tool_with_progress', {}, { heard, meta: { progressToken: 'mine' } });
    const progress = heard.filter(({ method }) => method === 'notifications/progress');
    expect(progress.length).toBeGreaterThan(1);
    for (const { params, text } of progress) {
      expect(params?.progressToken).toBe('mine');
      expect(JSON.parse(text ?? '')).toEqual(params);
    }
  });

  it('keeps the type of a numeric token', async () => {
    const agent = await agentAt(serverEra, agentEra);
    const heard: Heard[] = [];
    await agent.call('test_tool_with_progress', {}, { heard, meta: { progressToken: 77 } });
    expect(heard[0]?.params?.progressToken).toBe(77);
  });

  it('passes log messages', async () => {
    const agent = await agentAt(serverEra, agentEra);
    const heard: Heard[] = [];
    const tool = serverEra === 'modern' ? 'test_logging_tool' : 'test_tool_with_logging';
    await agent.call(tool, {}, { heard, ...(agentEra === 'modern' && { logLevel: 'debug' }) });
    expect(heard.some(({ method }) => method === 'notifications/message')).toBe(true);
  });

  it.each([
    ['test_sampling', 'sampled'],
    ['test_elicitation', 'ann@example'],
    ['test_input_required_result_list_roots', 'file:///'],
  ])('answers the question of %s', async (tool, answer) => {
    const agent = await agentAt(serverEra, agentEra);
    const args = { prompt: 'p', message: 'm' };
    const result = agentEra === 'modern' ? (await agent.callInRounds(tool, args)).result : await agent.call(tool, args);
    expect(JSON.stringify(result.content)).toContain(answer);
    expect(agent.asked).toHaveLength(1);
  });

  it('lists what there is', async () => {
    const agent = await agentAt(serverEra, agentEra);
    for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
      const result = await agent.result(method);
      expect(Object.values(result).some((value) => Array.isArray(value) && value.length > 0)).toBe(true);
      expect('ttlMs' in result).toBe(agentEra === 'modern');
    }
  });

  it('says that a method is unknown', async () => {
    const agent = await agentAt(serverEra, agentEra);
    const foreign = agentEra === 'modern' ? 'logging/setLevel' : 'server/discover';
    expect(await agent.send(foreign, {})).toMatchObject({ type: 'error', error: { code: -32601 } });
  });
});
