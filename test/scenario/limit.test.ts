// Limits from end to end, sentence by sentence: what an agent sends, what it gets, what reaches the server, what is counted and recorded.
import { afterEach, describe, expect, it } from 'vitest';
import type { EntryDraft, Receipt } from '../../src/audit/port.ts';
import type { Call, CallOutcome, CallReply } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import { GatewayError } from '../../src/lib/error.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { FLOOD_WINDOW_MS, SINGLE_ENTRIES } from '../../src/limit/flood.ts';
import { stateOf, usageOf } from '../../src/limit/usage.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { answerOf } from '../../src/server/outcome-text.ts';
import { limitObject } from '../support/limits.ts';
import { type CallOptions, callOf, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const ada = tokenObject('ada', 'ada');
const bob = tokenObject('bob', 'bob');
const HOUR_MS = 3_600_000;

const amount = { anyOf: [{ type: 'number' }, { type: 'string' }] };
const tool = (name: string) => ({
  name,
  inputSchema: { type: 'object', properties: { amount, currency: { type: 'string' } } },
});
const TOOLS: JsonObject[] = [tool('create_refund'), tool('list_orders'), tool('secret_wipe')];
const base = [
  agentObject('ada', { class: 'support' }),
  agentObject('bob', { class: 'support' }),
  ada.object,
  bob.object,
  httpServer('shop', 'http://127.0.0.1:9/mcp'),
  httpServer('depot', 'http://127.0.0.1:9/mcp'),
  policyObject('main', [
    { name: 'no-secrets', match: { tool: ['secret_*'] }, effect: 'deny' },
    { name: 'all', match: {}, effect: 'allow' },
  ]),
];

type Appended = [
  org: string,
  drafts: readonly EntryDraft[],
  then: (receipts: readonly Receipt[]) => unknown,
  failed: (error: unknown) => unknown,
];

let h: Harness;
let clock: ManualClock;
afterEach(() => h.close());

async function start(...objects: StoredObject[]): Promise<void> {
  clock = new ManualClock();
  h = await harness({ objects: [...base, ...objects], clock });
  answerWith(() => ok({ content: [{ type: 'text', text: 'done' }] }));
}

function answerWith(reply: () => CallReply | Promise<CallReply>): void {
  h.answer(({ method }) => (method === 'tools/list' ? ok({ tools: TOOLS }) : reply()));
}

interface Asked extends CallOptions {
  tool?: string;
  args?: JsonObject;
  server?: string;
}

function request(asked: Asked = {}): Call {
  const { tool: name = 'create_refund', args = {}, server = 'shop', ...rest } = asked;
  const call = callOf('tools/call', { bearer: ada.token, surface: { type: 'server', server }, params: { name, arguments: args }, ...rest });
  return { ...call, startedMs: clock.monotonicMs() };
}

const ask = (asked: Asked = {}): Promise<CallOutcome> => h.pipeline.run(request(asked));
const codes = async (count: number, asked: Asked = {}) => {
  const found: string[] = [];
  for (let i = 0; i < count; i++) found.push(codeOf(await ask(asked)));
  return found;
};
const codeOf = (outcome: CallOutcome) => (outcome.type === 'denied' ? outcome.code : outcome.type);
const FULL = 'limit_exceeded';

describe('rates, concurrency and quotas per agent, class, user, token, tool, server, organization', () => {
  const others: Record<string, [same: Asked, other: Asked | undefined]> = {
    agent: [{ tool: 'list_orders' }, { bearer: bob.token }],
    class: [{ bearer: bob.token }, undefined],
    user: [{ bearer: bob.token }, undefined],
    token: [{ server: 'depot' }, { bearer: bob.token }],
    tool: [{ bearer: bob.token }, { tool: 'list_orders' }],
    server: [{ bearer: bob.token, tool: 'list_orders' }, { server: 'depot' }],
    organization: [{ bearer: bob.token, tool: 'list_orders', server: 'depot' }, undefined],
  };
  const parts = { rate: { rate: { max: 1, windowMs: HOUR_MS } }, quota: { quota: { max: 1, windowMs: HOUR_MS } } };
  for (const [dimension, [same, other]] of Object.entries(others)) {
    it.each(Object.entries(parts))(`per ${dimension}: one %s for what is the same, another for what is not`, async (_part, spec) => {
      await start(limitObject('one', { per: [dimension], ...spec }));
      expect(codeOf(await ask())).toBe('result');
      expect(codeOf(await ask(same))).toBe(FULL);
      if (other) expect(codeOf(await ask(other))).toBe('result');
    });

    it(`per ${dimension}: places`, async () => {
      await start(limitObject('one', { per: [dimension], concurrency: 1 }));
      const { promise, resolve } = Promise.withResolvers<CallReply>();
      answerWith(() => promise);
      const first = ask();
      await expect.poll(() => h.limiter.places.size).toBe(1);
      expect(codeOf(await ask(same))).toBe(FULL);
      const second = other && ask(other);
      if (second) await expect.poll(() => h.limiter.places.size).toBe(2);
      resolve(ok({ content: [] }));
      expect(codeOf(await first)).toBe('result');
      if (second) expect(codeOf(await second)).toBe('result');
      expect(h.limiter.places.size).toBe(0);
    });
  }

  it('a limit is about those whom its match names, and nobody else', async () => {
    await start(
      limitObject('one', { match: { agent: ['a*'], tool: ['create_*'], environment: ['*'] }, quota: { max: 1, windowMs: HOUR_MS } }),
    );
    expect(await codes(3)).toEqual(['result', 'result', 'result']); // no environment
    await h.seed(limitObject('one', { match: { agent: ['a*'], tool: ['create_*'] }, quota: { max: 1, windowMs: HOUR_MS } }));
    expect(await codes(2)).toEqual(['result', FULL]);
    expect(await codes(2, { tool: 'list_orders' })).toEqual(['result', 'result']);
    expect(await codes(2, { bearer: bob.token })).toEqual(['result', 'result']);
  });

  it('a token has own rate limits and quotas', async () => {
    const own = tokenObject('own', 'ada', { limits: { quota: { max: 2, windowMs: HOUR_MS } } });
    await start(own.object);
    expect(await codes(3, { bearer: own.token })).toEqual(['result', 'result', FULL]);
    expect(await codes(3)).toEqual(['result', 'result', 'result']);
  });
});

describe('quotas over windows and argument sums', () => {
  it('10 refunds an hour', async () => {
    await start(limitObject('refunds', { match: { tool: ['create_refund'] }, per: ['agent'], quota: { max: 10, windowMs: HOUR_MS } }));
    expect(await codes(12)).toEqual([...Array(10).fill('result'), FULL, FULL]);
    clock.advance(HOUR_MS - 1);
    expect(await codes(1)).toEqual([FULL]);
    clock.advance(HOUR_MS / 60 + 1);
    expect(await codes(11)).toEqual([...Array(10).fill('result'), FULL]);
  });

  it('5,000 USD a day by amount where currency is USD', async () => {
    const sum = { path: 'amount', where: { currency: 'USD' } };
    await start(
      limitObject('budget', {
        match: { tool: ['create_refund'] },
        quota: { max: '5000.00', calendar: 'day', timeZone: 'Europe/Berlin', sum },
      }),
    );
    const pay = async (value: number | string, currency = 'USD') => codeOf(await ask({ args: { amount: value, currency } }));
    expect(await pay('4999.90')).toBe('result');
    expect(await pay(0.1)).toBe('result');
    expect(await pay('0.01')).toBe(FULL);
    expect(await pay(1_000_000, 'EUR')).toBe('result');
    expect(await pay(-1)).toBe('invalid_arguments');
    expect(await pay('NaN')).toBe('invalid_arguments');
    expect(await pay('5000.01')).toBe(FULL);
    expect(codeOf(await ask({ args: { currency: 'USD' } }))).toBe('invalid_arguments');
    clock.advance(23 * HOUR_MS); // midnight in Berlin
    expect(await pay('5000')).toBe('result');
  });

  it('refused sums say what is used and when there is more', async () => {
    await start(
      limitObject('budget', { match: { tool: ['create_refund'] }, quota: { max: '50.00', calendar: 'day', sum: { path: 'amount' } } }),
    );
    await ask({ args: { amount: 30 } });
    const outcome = await ask({ args: { amount: 20.01 } });
    expect(outcome).toMatchObject({
      type: 'denied',
      rule: 'limit/budget',
      retryAfterMs: 24 * HOUR_MS,
      message:
        'Limit "budget" allows 50.00 of "amount" a day; 30.00 are used, so 20.01 more do not fit. There is more room in 1 day at the earliest.',
    });
    expect(await ask({ args: { amount: 60 } })).toMatchObject({
      retryAfterMs: undefined,
      message: expect.stringContaining('can never pass'),
    });
  });
});

describe('reserved before the call, committed or rolled back by its outcome', () => {
  const once = (errors = 'count') => limitObject('once', { match: { tool: ['*'] }, quota: { max: 1, windowMs: HOUR_MS, errors } });
  const rpcError = (code: number): CallReply => ({ type: 'error', era: 'legacy', error: { code, message: 'no' } });
  const broken = (code: string) => () => {
    throw new GatewayError(code, 'gone');
  };
  const toolError = () => ok({ isError: true, content: [] });

  it.each<[string, () => CallReply, string, boolean]>([
    ['a result', () => ok({ content: [] }), 'count', true],
    ['a task that was accepted', () => ok({ resultType: 'task', taskId: 't1', status: 'working' }), 'count', true],
    ['a tool error', toolError, 'count', true],
    ['a tool error, where errors are free', toolError, 'free', false],
    ['a server that broke off', broken('upstream_closed'), 'free', true],
    ['a server that did not answer in time', broken('upstream_timeout'), 'count', true],
    ['an error inside the server', () => rpcError(-32603), 'count', true],
    ['an error inside the server, where errors are free', () => rpcError(-32603), 'free', false],
    ['a request that the server refused', () => rpcError(-32602), 'count', false],
    ['a server that was left alone', broken('upstream_unavailable'), 'count', false],
    ['a server without a place', broken('upstream_overloaded'), 'count', false],
  ])('%s', async (_what, reply, errors, counts) => {
    await start(once(errors));
    answerWith(reply);
    await ask();
    answerWith(() => ok({ content: [] }));
    expect(codeOf(await ask())).toBe(counts ? FULL : 'result');
  });

  it('what is refused before it is sent is given back: by policy, by the schema, by another limit', async () => {
    const busy = limitObject('busy', {
      match: { tool: ['create_refund'] },
      quota: { max: 1, windowMs: HOUR_MS, sum: { path: 'amount', decimals: 0 } },
    });
    await start(once(), busy);
    expect(codeOf(await ask({ tool: 'secret_wipe' }))).toBe('denied_by_rule');
    expect(codeOf(await ask({ args: { amount: {} } }))).toBe('invalid_arguments');
    expect(codeOf(await ask({ args: { amount: 1, currency: 5 } }))).toBe('invalid_arguments');
    expect(codeOf(await ask({ args: { amount: 2 } }))).toBe(FULL);
    expect(codeOf(await ask({ args: { amount: 1 } }))).toBe('result');
    expect(codeOf(await ask({ args: { amount: 0 } }))).toBe(FULL);
  });

  it('two calls at once for the last unit: one', async () => {
    await start(once());
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(outcomes.filter(({ type }) => type === 'result')).toHaveLength(1);
  });

  it('a crash never counts too little: what was reserved stays counted after it', async () => {
    await start(once());
    const { promise, resolve } = Promise.withResolvers<CallReply>();
    answerWith(() => promise);
    const lost = ask();
    await expect.poll(() => h.sent.some(({ method }) => method === 'tools/call')).toBe(true);
    const [use] = await h.core.store.limits.quotas.usage(h.org, clock.nowMs(), 'once', 10);
    expect(use?.used).toBe(1); // durable while the call is under way: what a new process finds
    resolve(ok({ content: [] }));
    await lost;
  });

  it('a call that is judged again is counted once', async () => {
    await start(
      limitObject('two', {
        per: ['agent'],
        rate: { max: 2, windowMs: HOUR_MS, burst: 2 },
        quota: { max: 2, windowMs: HOUR_MS },
        concurrency: 1,
      }),
    );
    await ask({ tool: 'list_orders' });
    let moved = false;
    const append: (...given: Appended) => Promise<unknown> = h.core.store.log.append.bind(h.core.store.log);
    const appendLater = async (...given: Appended) => {
      const [, drafts] = given;
      if (!moved && drafts.some(({ content }) => content.includes('"tool":"create_refund"'))) {
        moved = true;
        await h.seed(agentObject('somebody'));
      }
      return append(...given);
    };
    h.core.store.log.append = appendLater as typeof h.core.store.log.append;
    expect(codeOf(await ask())).toBe('result');
    expect(moved).toBe(true);
    const [use] = await h.core.store.limits.quotas.usage(h.org, clock.nowMs(), 'two', 10);
    expect(use?.used).toBe(2);
    expect(h.limiter.places.size).toBe(0);
  });
});

describe('places are free again on every path', () => {
  const one = limitObject('one', { per: ['agent'], concurrency: 1 });
  const stuck = () => new Promise<CallReply>(() => undefined);

  it.each([
    ['cancelled', (call: Call) => call.abort(new Error('cancelled'))],
    ['killed', (_call: Call) => h.inFlight.doomed(h.org, () => new GatewayError('frozen', 'stop')).forEach((end) => void end())],
  ])('%s', async (_how, end) => {
    await start(one);
    const controller = new AbortController();
    const call = request({ controller });
    h.answer(({ method, signal }) =>
      method === 'tools/list'
        ? ok({ tools: TOOLS })
        : new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const running = h.pipeline.run(call);
    await expect.poll(() => h.sent.some(({ method }) => method === 'tools/call')).toBe(true);
    end(call);
    expect((await running).type).toBe('denied');
    expect(h.limiter.places.size).toBe(0);
  });

  it('a throw in any row, and a store that fails', async () => {
    await start(one);
    h.answer(() => {
      throw new Error('a bug');
    });
    await ask();
    expect(h.limiter.places.size).toBe(0);
    h.core.store.log.append = async () => {
      throw new GatewayError('log_unavailable', 'gone');
    };
    answerWith(stuck);
    expect(codeOf(await ask())).toBe('log_unavailable');
    expect(h.limiter.places.size).toBe(0);
  });
});

describe('rejections come before any policy work', () => {
  it('as a tool result with retryAfterMs, other methods as an error with the same data', async () => {
    await start(limitObject('slow', { per: ['agent'], rate: { max: 1, windowMs: 60_000 } }));
    await ask();
    const call = request();
    const outcome = await h.pipeline.run(call);
    expect(call.decision).toBeUndefined();
    expect(call.target).toBeUndefined();
    const answer = JSON.parse(answerOf(call, 1, outcome).text) as { result: JsonObject };
    expect(answer.result).toMatchObject({
      isError: true,
      content: [{ text: 'Limit "slow" allows 1 calls in 1 minute. Call again in 1 minute.' }],
      _meta: { 'io.sallyport/decision': { code: FULL, rule: 'limit/slow', retryAfterMs: 60_000, callId: call.id } },
    });
    const list = callOf('tools/list', { bearer: ada.token, surface: { type: 'server', server: 'shop' } });
    const refused = JSON.parse(answerOf(list, 2, await h.pipeline.run(list)).text) as JsonObject;
    expect(refused).toMatchObject({ error: { data: { code: FULL, rule: 'limit/slow', retryAfterMs: 60_000 } } });
  });

  it('counted and recorded, aggregated under flood so that the log cannot be used to fill the disk', async () => {
    await start(limitObject('slow', { per: ['agent'], rate: { max: 1, windowMs: 86_400_000 } }));
    await codes(200);
    const refusals = (await h.entries()).filter(({ content }) => content.code === FULL);
    expect(refusals).toHaveLength(SINGLE_ENTRIES);
    expect(refusals[0]?.content).toMatchObject({ effect: 'deny', rule: 'limit/slow', principal: { agent: 'ada' } });
    clock.advance(FLOOD_WINDOW_MS);
    expect(h.floods.collect(clock.nowMs())).toMatchObject([{ agent: 'ada', limit: 'slow', count: 199 - SINGLE_ENTRIES }]);
    expect(await h.metrics.render()).toContain('sallyport_limited_total{org="default",limit="slow"} 199');
  });

  it('what a caller may not use is not counted, and refused in the same words as ever', async () => {
    await start(limitObject('wipe', { match: { tool: ['secret_*', 'nothing'] }, quota: { max: 1, windowMs: HOUR_MS } }));
    const before = await ask({ tool: 'secret_wipe' });
    await codes(3, { tool: 'secret_wipe' });
    expect(await ask({ tool: 'secret_wipe' })).toMatchObject({ code: 'denied_by_rule', message: (before as { message: string }).message });
    expect(await h.core.store.limits.quotas.usage(h.org, clock.nowMs(), undefined, 10)).toEqual([]);
  });

  it('nothing is taken where no limit is configured', async () => {
    await start();
    const before = await ask();
    expect(before.type).toBe('result');
    expect(h.limiter.places.size).toBe(0);
  });
});

describe('a policy obligation requires quotas to have room', () => {
  /** As a rule with obligations decides. */
  const oblige = (...quota: string[]) => {
    const control = h.control.current(h.org);
    if (!control) throw new Error('no control');
    const { decide } = control.policies;
    control.policies.decide = (asked) => ({ ...decide(asked), obligations: { quota } });
  };

  it('the named quota is reserved, whether it applies by itself or not', async () => {
    await start(limitObject('careful', { onRequest: true, per: ['agent'], quota: { max: 1, windowMs: HOUR_MS } }));
    expect(await codes(2)).toEqual(['result', 'result']);
    oblige('careful');
    expect(await codes(2)).toEqual(['result', FULL]);
    expect(await codes(1, { bearer: bob.token })).toEqual(['result']);
  });

  it('a quota that applies anyway is counted once; one that does not exist refuses the call', async () => {
    await start(limitObject('twice', { quota: { max: 2, windowMs: HOUR_MS } }));
    oblige('twice');
    expect(await codes(3)).toEqual(['result', 'result', FULL]);
    oblige('gone');
    expect(await ask({ bearer: bob.token })).toMatchObject({ code: FULL });
  });
});

describe('the state of limits', () => {
  it('is shown with its use, and to explain', async () => {
    const budget = limitObject('budget', {
      match: { tool: ['create_refund'] },
      per: ['agent'],
      quota: { max: '50.00', calendar: 'day', sum: { path: 'amount' } },
      concurrency: 3,
    });
    await start(budget, limitObject('slow', { per: ['agent'], rate: { max: 10, windowMs: 60_000, burst: 5 } }));
    await ask({ args: { amount: 30 } });
    const limits = h.control.current(h.org)?.limits;
    if (!limits) throw new Error('no limits');
    const [shown] = await usageOf(h.limiter, limits, h.org, clock.nowMs());
    expect(shown).toMatchObject({ limit: { name: 'budget' }, counts: [{ part: 'quota', key: 'agent=ada', used: '30.00', max: '50.00' }] });
    const call = request({ args: { amount: 30 } });
    await h.pipeline.run(call);
    if (!call.principal) throw new Error('no principal');
    const subject = { principal: call.principal, kind: 'call', method: 'tools/call', server: 'shop', tool: 'create_refund' } as const;
    expect(await stateOf(h.limiter, limits, subject, { amount: 30 }, clock.nowMs())).toEqual([
      { limit: 'slow', part: 'rate', used: '7', max: '10', hasRoom: true },
      { limit: 'budget', part: 'concurrency', used: '0', max: '3', hasRoom: true },
      { limit: 'budget', part: 'quota', used: '30.00', max: '50.00', hasRoom: false, roomAtMs: expect.any(Number) },
    ]);
  });
});

describe('what may be sent a second time', () => {
  it('lists and reads; tools only where definition and operator say so; never a further round', async () => {
    await start();
    const annotated = [
      { name: 'create_refund', inputSchema: { type: 'object' }, annotations: { idempotentHint: true } },
      { name: 'list_orders', inputSchema: { type: 'object' } },
    ];
    h.answer(({ method }) => ok(method === 'tools/list' ? { tools: annotated } : { content: [] }));
    const sent = async (asked: Asked) => {
      await ask(asked);
      return h.sent.at(-1)?.repeatable;
    };
    expect(await sent({})).toBe(false); // the operator does not say so
    await h.seed(httpServer('shop', 'http://127.0.0.1:9/mcp', { retryTools: ['*'] }));
    expect(await sent({})).toBe(true);
    expect(await sent({ tool: 'list_orders' })).toBe(false); // the definition does not say so
    const again = request({ era: 'modern', params: { name: 'create_refund', arguments: {}, requestState: 's' } });
    await h.pipeline.run(again);
    expect(h.sent.at(-1)?.repeatable).toBe(false);
    await h.pipeline.run({
      ...callOf('tools/list', { bearer: ada.token, surface: { type: 'server', server: 'shop' } }),
      startedMs: clock.monotonicMs(),
    });
    expect(h.sent.at(-1)).toMatchObject({ method: 'tools/list', repeatable: true });
  });
});
