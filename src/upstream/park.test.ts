// Calls of stateless agents that wait at a legacy server for the agent's next round: who may take them up again, how often, and for how long.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { event, legacyHandshake, openEvents, type RawServer, startRawServer } from '../../test/support/raw-server.ts';
import {
  Agent,
  type AgentOptions,
  type Heard,
  specOf,
  startUpstreams,
  type TestGateway,
  until,
} from '../../test/support/upstream-agent.ts';
import type { JsonObject } from '../lib/json.ts';
import type { UpstreamOptions } from './upstream-options.ts';

let gateway: TestGateway;
let server: RawServer;

/** What the server was answered, by its own request id. */
const answers = () =>
  new Map(
    server.received
      .filter(({ message }) => message?.method === undefined && message?.id !== undefined)
      .map(({ message }) => [message?.id, message]),
  );
const cancelled = () => server.received.some(({ message }) => message?.method === 'notifications/cancelled');
const elicit = (message: string) => ({
  method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: { type: 'object', properties: {} } },
});

/** A legacy server whose tool asks `questions` rounds of questions, one after the other or `atOnce` together. */
async function start(options: Partial<UpstreamOptions> = {}): Promise<void> {
  gateway = startUpstreams(options);
  let ids = 0;
  server = await startRawServer(async (request, response) => {
    if (legacyHandshake(request, response, { capabilities: { tools: {}, logging: {} } })) return;
    const { id, params } = request.message ?? {};
    const given = (params?.arguments ?? {}) as { rounds?: number; atOnce?: number; hang?: boolean; progress?: boolean };
    const { rounds = 1, atOnce = 1, hang = false, progress = false } = given;
    openEvents(response);
    for (let round = 0; round < rounds; round++) {
      const own = Array.from({ length: atOnce }, () => `q${++ids}`);
      for (const name of own) event(response, { jsonrpc: '2.0', id: name, ...elicit(name) });
      event(response, { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: `round ${round}` } });
      await until(() => own.every((name) => answers().has(name)) || response.destroyed, 'all answers', 20_000);
    }
    if (hang) return;
    const token = (params?._meta as JsonObject | undefined)?.progressToken;
    if (progress && token !== undefined)
      event(response, { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: token, progress: 1 } });
    event(response, { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'done' }] } });
    response.end();
  });
}

beforeEach(() => start());

afterEach(async () => {
  await gateway.close();
  await server.close();
});

function agent(options: Partial<AgentOptions> = {}): Agent {
  const spec = specOf({ url: server.url, era: 'legacy' });
  return new Agent({ era: 'modern', spec, upstreams: gateway.upstreams, capabilities: { elicitation: {} }, ...options });
}

const accept = { action: 'accept', content: {} };

function answersTo(round: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(round.inputRequests as JsonObject).map((key) => [key, accept]));
}

function retry(args: JsonObject, round: JsonObject, inputResponses: JsonObject = answersTo(round)): JsonObject {
  return { name: 'ask', arguments: args, requestState: round.requestState, inputResponses };
}

describe('rounds', () => {
  it('gather concurrent questions into one, with a fresh state each time', async () => {
    const one = agent();
    const args = { rounds: 2, atOnce: 3 };
    const first = await one.call('ask', args);
    expect(first.resultType).toBe('input_required');
    expect(Object.values(first.inputRequests as JsonObject)).toMatchObject([elicit('q1'), elicit('q2'), elicit('q3')]);
    const second = await one.result('tools/call', retry(args, first));
    expect(Object.values(second.inputRequests as JsonObject)).toHaveLength(3);
    expect(second.requestState).not.toBe(first.requestState);
    expect(await one.result('tools/call', retry(args, second))).toMatchObject({ resultType: 'complete', content: [{ text: 'done' }] });
    expect(server.received.filter(({ message }) => message?.method === 'tools/call')).toHaveLength(1);
    expect([...answers().values()].every((message) => JSON.stringify(message?.result) === JSON.stringify(accept))).toBe(true);
  });

  it('ask again for answers that are missing', async () => {
    const one = agent();
    const args = { atOnce: 2 };
    const first = await one.call('ask', args);
    const [given, missing] = Object.keys(first.inputRequests as JsonObject);
    const second = await one.result('tools/call', retry(args, first, { [String(given)]: accept }));
    expect(Object.keys(second.inputRequests as JsonObject)).toEqual([missing]);
    expect(await one.result('tools/call', retry(args, second))).toMatchObject({ resultType: 'complete' });
  });

  it('keep notifications for the next round, and pass only what its log level shows', async () => {
    const one = agent();
    const first = await one.call('ask', {}, { logLevel: 'info', heard: [] });
    const heard: Heard[] = [];
    await one.result('tools/call', retry({}, first), { heard, logLevel: 'info' });
    expect(heard).toEqual([]);
    await one.callInRounds('none', { rounds: 0 }, { heard, logLevel: 'info' });
  });

  it('give progress under the token of the round it is heard in, and none to a round without a token', async () => {
    const one = agent();
    const args = { progress: true };
    const first = await one.call('ask', args, { meta: { progressToken: 'first' } });
    const heard: Heard[] = [];
    await one.result('tools/call', { ...retry(args, first), _meta: { progressToken: 'second' } }, { heard });
    expect(heard.map(({ params }) => params)).toEqual([{ progressToken: 'second', progress: 1 }]);
    const again = await one.call('ask', args, { meta: { progressToken: 'first' } });
    const unheard: Heard[] = [];
    await one.result('tools/call', retry(args, again), { heard: unheard });
    expect(unheard).toEqual([]);
  });

  it('end with a cancellation at the server when the agent leaves during one', async () => {
    const one = agent();
    const args = { hang: true };
    const first = await one.call('ask', args);
    const abort = new AbortController();
    const second = one.send('tools/call', retry(args, first), { signal: abort.signal });
    await until(() => answers().has('q1'), 'the answer arrives');
    expect(cancelled()).toBe(false);
    abort.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    await until(cancelled, 'the cancellation');
  });

  it('outlive the end of the first response', async () => {
    const one = agent();
    const abort = new AbortController();
    const first = await one.call('ask', {}, { signal: abort.signal });
    abort.abort(new Error('the response ended'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(cancelled()).toBe(false);
    expect(await one.result('tools/call', retry({}, first))).toMatchObject({ resultType: 'complete' });
  });
});

describe('a state', () => {
  const refusal = { type: 'error', error: { code: -32602, message: expect.stringContaining('requestState') } };

  it('opens once per round', async () => {
    const one = agent();
    const args = { rounds: 2 };
    const first = await one.call('ask', args);
    await one.result('tools/call', retry(args, first));
    expect(await one.send('tools/call', retry(args, first))).toMatchObject(refusal);
  });

  it('opens for the principal and the call it was made for only', async () => {
    const one = agent();
    const first = await one.call('ask', { a: 1 });
    expect(await agent({ principalKey: 'agent-2' }).send('tools/call', retry({ a: 1 }, first))).toMatchObject(refusal);
    expect(await one.send('tools/call', retry({ a: 2 }, first))).toMatchObject(refusal);
    expect(await one.send('tools/call', { ...retry({ a: 1 }, first), name: 'other' })).toMatchObject(refusal);
    expect(await one.send('prompts/get', retry({ a: 1 }, first))).toMatchObject(refusal);
    expect(await one.result('tools/call', retry({ a: 1 }, first))).toMatchObject({ resultType: 'complete' });
  });

  it.each([
    ['changed', (state: string) => `${state.slice(0, -2)}AA`],
    ['made up', () => 'state'],
    ['no text', () => 7],
    ['huge', () => 'x'.repeat(100_000)],
  ])('that is %s opens nothing', async (_name, change) => {
    const one = agent();
    const first = await one.call('ask', {});
    expect(await one.send('tools/call', { ...retry({}, first), requestState: change(String(first.requestState)) })).toMatchObject(refusal);
  });

  it('expires, and the call is cancelled at the server', async () => {
    await gateway.close();
    await server.close();
    await start({ parkTtlMs: 150 });
    const one = agent();
    const first = await one.call('ask', {});
    await until(cancelled, 'the cancellation');
    expect(await one.send('tools/call', retry({}, first))).toMatchObject(refusal);
  });
});

describe('limits', () => {
  it('a question that cannot be parked is answered with an error, and the call goes on', async () => {
    await gateway.close();
    await server.close();
    await start({ maxParked: 1 });
    const one = agent();
    const first = await one.call('ask', { a: 1 });
    expect(first.resultType).toBe('input_required');
    expect(await one.call('ask', { a: 2 })).toMatchObject({ resultType: 'complete' });
    expect(answers().get('q2')).toMatchObject({ error: { message: expect.any(String) } });
    expect(await one.result('tools/call', retry({ a: 1 }, first))).toMatchObject({ resultType: 'complete' });
    expect((await one.call('ask', { a: 3 })).resultType).toBe('input_required');
  });

  it('fails the next round when the server died meanwhile', async () => {
    const one = agent();
    const first = await one.call('ask', {});
    await server.close();
    await expect(one.send('tools/call', retry({}, first))).rejects.toMatchObject({ code: expect.stringMatching(/^upstream_/) });
  });
});
