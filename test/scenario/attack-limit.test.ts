// Attempts to get more than a limit allows: other spellings, other endpoints, bursts, batches, rounds, tasks, clocks, amounts that are none.
// What counts is what the servers received.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallOutcome, CallReply } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { rpc } from '../support/agent-side.ts';
import { type AttackedGateway, startAttacked } from '../support/attacked-gateway.ts';
import { send } from '../support/http-agent.ts';
import { limitObject } from '../support/limits.ts';
import { callOf, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const DAY_MS = 86_400_000;

describe('over the wire', () => {
  let on: AttackedGateway;
  beforeAll(async () => {
    on = await startAttacked();
  });
  afterAll(() => on.close());
  let round = 0;
  beforeEach(() => on.reset());

  /** A limit of a name of its own each time: counts of earlier tests are not its counts. */
  const limited = async (spec: object): Promise<void> => {
    await on.change(limitObject(`limit-${++round}`, spec));
  };
  const lift = async (): Promise<void> => on.change(limitObject(`limit-${round}`, { match: { agent: ['nobody'] }, concurrency: 1 }));
  afterEach(lift);
  const write = (name: string, path: string) =>
    on.ask('tools/call', { name, arguments: { id: 1 } }, { token: on.alice, path, headers: { 'mcp-name': name } });

  it('decorated and aggregated names, case and Unicode tricks lead around no limit of a tool', async () => {
    await limited({ match: { tool: ['write_note'] }, quota: { max: 2, windowMs: DAY_MS } });
    const names = [
      'write_note',
      'WRITE_NOTE',
      'Write_Note',
      'write_note ',
      'ｗrite_note',
      'write\u200b_note',
      'write_note\u0000',
      'write_note#1',
    ];
    for (const name of names) await write(name, '/mcp/notes').catch(() => undefined);
    for (const name of names)
      for (const prefix of ['notes__', 'NOTES__', 'notes__notes__', 'vault__', 'notes_'])
        await write(prefix + name, '/mcp').catch(() => undefined);
    expect(on.ran()).toEqual(['write_note', 'write_note']);
  });

  it('the endpoint of one server and the one of all count together, of each server and in all', async () => {
    await limited({ per: ['server', 'tool'], quota: { max: 1, windowMs: DAY_MS } });
    for (let i = 0; i < 3; i++) {
      await write('write_note', '/mcp/notes');
      await write('notes__write_note', '/mcp');
      await write('vault__write_note', '/mcp');
      await write('write_note', '/mcp/vault');
    }
    expect(on.ran()).toHaveLength(2);
  });

  it('a burst at once, a batch and a second session get no more', async () => {
    await limited({ match: { agent: ['alice'] }, rate: { max: 5, windowMs: DAY_MS, burst: 5 } });
    const [one, two] = [await on.session(on.alice, '/mcp/notes', '2025-03-26'), await on.session(on.alice)];
    const batch = Array.from({ length: 10 }, (_, i) => rpc('tools/call', { name: 'read_note', arguments: { id: i } }, i + 1));
    await Promise.all([
      one.post(batch),
      ...Array.from({ length: 10 }, (_, i) => two.post(rpc('tools/call', { name: 'read_note', arguments: { id: i } }, i + 1))),
      ...Array.from({ length: 10 }, () => write('read_note', '/mcp/notes')),
    ]);
    expect(on.ran()).toHaveLength(5);
  });

  it('an argument given twice, in whatever order, is never counted as one and used as the other', async () => {
    await limited({ match: { tool: ['write_note'] }, quota: { max: 10, windowMs: DAY_MS, sum: { path: 'id', decimals: 0 } } });
    const one = await on.session(on.alice);
    const twice = [
      '{"id":1,"id":1000}',
      '{"id":1000,"id":1}',
      '{"id":1,"i\\u0064":1000}',
      '{"__proto__":{"id":1},"id":1000}',
      '{"__proto__":{"id":1}}',
    ];
    for (const args of twice) {
      const body = `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"write_note","arguments":${args}}}`;
      await send(on.at('/mcp/notes'), { headers: one.headers, body });
    }
    const other =
      '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"write_note","arguments":{"id":1},"arguments":{"id":1000}}}';
    await send(on.at('/mcp/notes'), { headers: one.headers, body: other });
    expect(on.ran()).toEqual([]);
  });

  it.each([
    '-1',
    '-0.5',
    '1e400',
    '-1e400',
    '1e30',
    '0.5',
    '1.0000001',
    '"1e1"',
    '" 1"',
    '"+1"',
    '"0x1"',
    '"∞"',
    'null',
    '[1]',
    '{"valueOf":1}',
    'true',
    '""',
  ])('an amount of %s is no way to pay nothing', async (amount) => {
    await limited({ match: { tool: ['write_note'] }, quota: { max: 10, windowMs: DAY_MS, sum: { path: 'id', decimals: 0 } } });
    const one = await on.session(on.alice);
    const body = `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"write_note","arguments":{"id":${amount}}}}`;
    const answer = await send(on.at('/mcp/notes'), { headers: one.headers, body });
    expect(answer.text).toMatch(/limit_exceeded|invalid_arguments|isError|error/);
    expect(on.ran()).toEqual([]);
    await lift();
  });

  it('a tool error answers in a form that says when to come back', async () => {
    await limited({ match: { agent: ['alice'] }, rate: { max: 1, windowMs: DAY_MS } });
    await write('read_note', '/mcp/notes');
    const { json } = await write('read_note', '/mcp/notes');
    expect(json).toMatchObject({
      result: {
        isError: true,
        resultType: 'complete',
        _meta: { 'io.sallyport/decision': { code: 'limit_exceeded', retryAfterMs: expect.any(Number) } },
      },
    });
  });
});

describe('rounds, tasks and clocks', () => {
  const ada = tokenObject('ada', 'ada');
  const second = tokenObject('second', 'ada');
  const eve = tokenObject('eve', 'eve');
  let h: Harness;
  let clock: ManualClock;
  afterEach(() => h.close());

  const quota = (max: number, more: object = {}) =>
    limitObject('q', { match: { tool: ['pay'] }, quota: { max, windowMs: 60_000, ...more } });
  const tools = ['pay', 'look'].map((name) => ({ name, inputSchema: { type: 'object' } }));
  async function start(...limits: ReturnType<typeof limitObject>[]): Promise<void> {
    clock = new ManualClock();
    const base = [
      agentObject('ada'),
      agentObject('eve'),
      ada.object,
      second.object,
      eve.object,
      httpServer('shop', 'http://127.0.0.1:9/mcp'),
    ];
    h = await harness({ objects: [...base, policyObject('all', [{ name: 'all', match: {}, effect: 'allow' }]), ...limits], clock });
  }
  const answer = (reply: (params: JsonObject) => CallReply) =>
    h.answer(({ method, params }) => (method === 'tools/list' ? ok({ tools }) : reply(params ?? {})));
  function ask(params: JsonObject = {}, bearer = ada.token, method = 'tools/call', name = 'pay'): Promise<CallOutcome> {
    const own = method === 'tools/call' ? { name, arguments: {}, ...params } : params;
    const call = callOf(method, { era: 'modern', bearer, surface: { type: 'server', server: 'shop' }, params: own });
    call.client.capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
    return h.pipeline.run({ ...call, startedMs: clock.monotonicMs() });
  }
  const codeOf = (outcome: CallOutcome) => (outcome.type === 'denied' ? outcome.code : outcome.type);
  const used = async () => (await h.core.store.limits.quotas.usage(h.org, clock.nowMs(), 'q', 10)).reduce((sum, row) => sum + row.used, 0);
  const asks = (state: string) => ok({ resultType: 'input_required', inputRequests: {}, requestState: state });

  it('the rounds of one call count once, also where the limit is about the caller alone', async () => {
    await start(quota(1), limitObject('caller', { per: ['agent'], quota: { max: 1, windowMs: 60_000 } }));
    answer((params) => (params.requestState === 'two' ? ok({ content: [] }) : asks(params.requestState === 'one' ? 'two' : 'one')));
    expect(codeOf(await ask())).toBe('result');
    expect(await used()).toBe(1); // counted while the agent thinks: a new call has no room
    expect(codeOf(await ask())).toBe('limit_exceeded');
    expect(codeOf(await ask({ requestState: 'one' }))).toBe('result');
    expect(codeOf(await ask({ requestState: 'two' }))).toBe('result');
    expect(await used()).toBe(1);
    expect(h.sent.filter(({ method }) => method === 'tools/call')).toHaveLength(3);
  });

  it('a round that is sent again, by whomever, is counted again', async () => {
    await start(quota(3));
    answer((params) => (params.requestState === undefined ? asks('one') : ok({ content: [] })));
    await ask();
    await ask({ requestState: 'one' });
    expect(await used()).toBe(1);
    await ask({ requestState: 'one' });
    await ask({ requestState: 'one' }, eve.token);
    expect(await used()).toBe(3);
    expect(codeOf(await ask({ requestState: 'one' }))).toBe('limit_exceeded');
    expect(codeOf(await ask({ requestState: 'invented' }))).toBe('limit_exceeded');
  });

  it('two at once with the state of one round: one of them is counted anew', async () => {
    await start(quota(10));
    answer((params) => (params.requestState === undefined ? asks('one') : ok({ content: [] })));
    await ask();
    await Promise.all(Array.from({ length: 5 }, () => ask({ requestState: 'one' })));
    expect(await used()).toBe(5);
  });

  it('the state of a cheap call buys no dear one', async () => {
    await start(quota(10, { sum: { path: 'amount', decimals: 0 } }));
    answer((params) => (params.requestState === undefined ? asks('one') : ok({ content: [] })));
    await ask({ arguments: { amount: 1 } });
    expect(codeOf(await ask({ arguments: { amount: 10 }, requestState: 'one' }))).toBe('result');
    expect(await used()).toBe(10);
    await ask({ arguments: {} }, ada.token, 'tools/call', 'look');
    expect(codeOf(await ask({ arguments: { amount: 1 }, requestState: 'one' }))).toBe('limit_exceeded');
  });

  it('a task counts once, and asking for it costs no quota', async () => {
    await start(quota(1));
    h.answer(({ method }) => {
      if (method === 'tools/list') return ok({ tools });
      return ok({ resultType: method === 'tools/call' ? 'task' : 'complete', taskId: 't1', status: 'working' });
    });
    const made = await ask();
    if (made.type !== 'result') throw new Error('expected a task');
    for (let i = 0; i < 5; i++) expect(codeOf(await ask({ taskId: made.result.taskId as string }, ada.token, 'tasks/get'))).toBe('result');
    expect(await used()).toBe(1);
    expect(codeOf(await ask())).toBe('limit_exceeded');
  });

  it('another token of the same agent is the same agent', async () => {
    await start(limitObject('q', { per: ['agent'], match: { tool: ['pay'] }, quota: { max: 1, windowMs: 60_000 } }));
    answer(() => ok({ content: [] }));
    expect([await ask(), await ask({}, second.token), await ask({}, eve.token)].map(codeOf)).toEqual([
      'result',
      'limit_exceeded',
      'result',
    ]);
  });

  it.each([{}, { fixed: true }, { windowMs: undefined, calendar: 'hour' }])('a clock that goes back makes no room (%j)', async (window) => {
    await start(quota(2, window));
    answer(() => ok({ content: [] }));
    await ask();
    await ask();
    for (const backMs of [1, 500, 59_000]) {
      clock.advance(-backMs);
      const outcome = await ask();
      // Within the same window there is none; an earlier window has its own, and the later one counts with it.
      expect(codeOf(outcome)).toBe('limit_exceeded');
    }
  });

  it('waiting for exactly as long as a refusal says makes room', async () => {
    for (const window of [{}, { fixed: true }, { windowMs: undefined, calendar: 'day' }]) {
      await start(quota(1, window));
      answer(() => ok({ content: [] }));
      await ask();
      const refused = await ask();
      const waitMs = refused.type === 'denied' ? (refused.retryAfterMs ?? 0) : 0;
      expect(waitMs).toBeGreaterThan(0);
      clock.advance(waitMs - 1);
      expect(codeOf(await ask())).toBe('limit_exceeded');
      clock.advance(1);
      expect(codeOf(await ask())).toBe('result');
      await h.close();
    }
    await start();
  });

  it('a flood of refusals is no way to fill the log, whatever is varied', async () => {
    await start(limitObject('slow', { per: ['agent'], rate: { max: 1, windowMs: DAY_MS } }));
    answer(() => ok({ content: [] }));
    await ask();
    const before = (await h.entries()).length;
    for (let i = 0; i < 200; i++)
      await ask({ name: `tool-${i}`, arguments: { i } }, i % 2 ? ada.token : second.token, i % 3 ? 'tools/call' : 'tools/list');
    expect((await h.entries()).length - before).toBeLessThanOrEqual(10);
  });
});
