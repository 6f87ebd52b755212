// Policies end to end, on a real store and through the whole table: conditions, holds, hidden tools, incidents, what a rule asks to be told,
// and the tricks that should not get round any of it.
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/call.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { parseMessage } from '../../src/mcp/message.ts';
import type { PolicyRule } from '../../src/object/kinds.ts';
import { PASS } from '../../src/pipeline/flight.ts';
import { INCIDENT_PAUSE_MS, IncidentLimit, MAX_INCIDENTS } from '../../src/pipeline/incident.ts';
import { type CallOptions, callOf, type Entry, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const bot = tokenObject('bot', 'bot');
const TOOLS = ['create_refund', 'get_refund', 'internal_dump', 'read_file', 'close_account'].map((name) => ({
  name,
  inputSchema: { type: 'object' },
}));

let h: Harness;
afterEach(() => h.close());

async function open(rules: PolicyRule[], more: Partial<Parameters<typeof harness>[0] & object> = {}): Promise<void> {
  const objects = [agentObject('bot'), bot.object, httpServer('shop', 'http://127.0.0.1:9/mcp'), policyObject('p', rules)];
  h = await harness({ objects, ...more });
  h.answer((request) => (request.method === 'tools/list' ? ok({ tools: TOOLS }) : echoServer(request)));
}

const ask = (method: string, params: JsonObject | undefined, options: CallOptions = {}): Promise<CallOutcome> =>
  h.pipeline.run(callOf(method, { bearer: bot.token, surface: { type: 'server', server: 'shop' }, ...(params && { params }), ...options }));
const call = (name: string, args: JsonObject = {}, options: CallOptions = {}): Promise<CallOutcome> =>
  ask('tools/call', { name, arguments: args }, options);
const calls = (): unknown[] => h.sent.filter(({ method }) => method === 'tools/call').map(({ params }) => params?.arguments);
const listed = async (options: CallOptions = {}): Promise<unknown[]> => {
  const outcome = await ask('tools/list', undefined, options);
  return outcome.type === 'result' ? (outcome.result.tools as JsonObject[]).map(({ name }) => name) : [outcome.type];
};
const incidents = async (): Promise<Entry['content'][]> =>
  (await h.entries()).map(({ content }) => content).filter(({ event }) => event === 'incident');

const refunds: PolicyRule[] = [
  { name: 'small', match: { tool: ['create_refund'] }, when: 'args.amount <= 500', effect: 'allow' },
  { name: 'rest', match: { tool: ['get_*'] }, effect: 'allow' },
];

describe('create_refund under 500', () => {
  it('is decided on the arguments, and listed because it can be called', async () => {
    await open(refunds);
    expect(await listed()).toEqual(['create_refund', 'get_refund']);
    expect((await call('create_refund', { amount: 500 })).type).toBe('result');
    expect(await call('create_refund', { amount: 501 })).toMatchObject({ type: 'denied', code: 'no_rule_allows' });
    expect(calls()).toEqual([{ amount: 500 }]);
  });

  it('is not passed with odd numbers, other types, or names that objects have by themselves', async () => {
    await open(refunds);
    const tricks = [
      '{"amount":1e400}',
      '{"amount":"1"}',
      '{"amount":[1]}',
      '{"amount":{"valueOf":1}}',
      '{"amount":null}',
      '{"__proto__":{"amount":1}}',
      '{"Amount":1}',
      '{}',
      '{"amount":9007199254740993}',
      '{"amount":true}',
    ];
    for (const text of tricks) {
      const outcome = await call('create_refund', JSON.parse(text) as JsonObject);
      expect(outcome, text).toMatchObject({ type: 'denied' });
    }
    expect(calls()).toEqual([]);
  });

  it('duplicate keys and numbers that are none never become a call', async () => {
    await open(refunds);
    const message = (args: string): string =>
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_refund","arguments":${args}}}`;
    for (const args of [
      '{"amount":1,"amount":9999}',
      '{"a":{"amount":1,"amount":2}}',
      '{"amount":1,"\\u0061mount":9999}',
      '{"amount":1e400}',
    ])
      expect(parseMessage(message(args)), args).not.toHaveProperty('method');
    expect(parseMessage(message(`{"amount":1}`))).toHaveProperty('method');
  });

  it('a retry after questions is decided anew on its own arguments', async () => {
    await open(refunds);
    h.answer((request) =>
      request.method === 'tools/list'
        ? ok({ tools: TOOLS })
        : {
            type: 'result',
            era: 'modern',
            result: { resultType: 'input_required', requestState: 's', inputRequests: {} },
            resultText: undefined,
          },
    );
    expect((await call('create_refund', { amount: 1 }, { era: 'modern' })).type).toBe('result');
    const retry = { name: 'create_refund', arguments: { amount: 9_999 }, requestState: 's', inputResponses: {} };
    expect(await ask('tools/call', retry, { era: 'modern' })).toMatchObject({ type: 'denied', code: 'no_rule_allows' });
    expect(calls()).toHaveLength(1);
  });
});

describe('a condition that cannot be evaluated', () => {
  it('denies this call, says no more to the agent, and is an incident in the log', async () => {
    await open([
      { name: 'flagged', match: { tool: ['create_refund'] }, when: 'args.flag == true', effect: 'deny' },
      { name: 'all', match: {}, effect: 'allow' },
    ]);
    const outcome = await call('create_refund', { secret: 'hunter2' });
    expect(outcome).toMatchObject({ type: 'denied', code: 'policy_error', rule: 'builtin/error' });
    expect(JSON.stringify(outcome)).not.toContain('flagged');
    expect((await call('get_refund')).type).toBe('result');
    expect((await call('create_refund', { flag: false })).type).toBe('result');
    const entries = (await h.entries()).map(({ content }) => content);
    expect(entries).toContainEqual(expect.objectContaining({ type: 'decision', effect: 'deny', rule: 'p/flagged', code: 'policy_error' }));
    expect(await incidents()).toEqual([
      expect.objectContaining({
        what: 'policy_error',
        rule: 'p/flagged',
        reason: '"flag" is absent',
        agent: 'bot',
        server: 'shop',
        count: 1,
      }),
    ]);
    expect(JSON.stringify(await incidents())).not.toContain('hunter2');
  });

  it('is told once in a while, however often it happens', async () => {
    await open([{ name: 'flagged', match: {}, when: 'args.flag == true', effect: 'allow' }]);
    for (let i = 0; i < 20; i++) await call('create_refund');
    expect(await incidents()).toHaveLength(1);
    const limit = new IncidentLimit();
    expect(limit.admit('x', 0)).toBe(1);
    expect(limit.admit('x', INCIDENT_PAUSE_MS - 1)).toBeUndefined();
    expect(limit.admit('y', 1)).toBe(1);
    expect(limit.admit('x', INCIDENT_PAUSE_MS)).toBe(2);
    for (let i = 0; i < MAX_INCIDENTS; i++) limit.admit(`z${i}`, 0);
    expect(limit.admit('y', 2)).toBe(1);
  });
});

describe('a hold', () => {
  it('reaches no server without a grant, for calls and for reads', async () => {
    await open([
      { name: 'held', match: {}, effect: 'hold', reason: 'Two people look at this.', obligations: { log: 'warn', notify: ['#ops'] } },
    ]);
    expect(await call('create_refund')).toMatchObject({
      type: 'denied',
      code: 'approval_required',
      message: expect.stringContaining('Two people look at this.'),
    });
    expect(await ask('resources/read', { uri: 'file:///x' })).toMatchObject({ type: 'denied', code: 'approval_required' });
    expect(await ask('prompts/get', { name: 'x' })).toMatchObject({ type: 'denied', code: 'approval_required' });
    expect(h.sent.filter(({ method }) => !method.endsWith('/list'))).toEqual([]);
    expect(await listed()).toHaveLength(TOOLS.length);
    const entry = (await h.entries()).find(({ content }) => content.type === 'decision' && content.tool === 'create_refund');
    expect(entry?.content).toMatchObject({ effect: 'hold', rule: 'p/held', code: 'approval_required', log: 'warn', notify: ['#ops'] });
  });
});

describe('a hidden tool', () => {
  const hiding: PolicyRule[] = [
    { name: 'hidden', match: { tool: ['internal_*'] }, effect: 'hide' },
    { name: 'all', match: {}, effect: 'allow' },
  ];
  const told = (outcome: CallOutcome, name: string): string => {
    if (outcome.type !== 'denied') throw new Error(outcome.type);
    const { code, message, rule, hint, rpc } = outcome;
    return JSON.stringify({ code, message, rule, hint, rpc }).replaceAll(name, '<name>');
  };

  it('is answered like one that does not exist, wherever it is asked for', async () => {
    await open(hiding);
    for (const surface of [{ type: 'server', server: 'shop' }, { type: 'all' }] as const) {
      const prefix = surface.type === 'all' ? 'shop__' : '';
      expect(JSON.stringify(await listed({ surface }))).not.toContain('internal');
      expect(told(await call(`${prefix}internal_dump`, {}, { surface }), 'internal_dump')).toBe(
        told(await call(`${prefix}internal_none`, {}, { surface }), 'internal_none'),
      );
      expect(told(await call(`${prefix}internal_dump`, {}, { surface }), 'internal_dump')).toBe(
        told(await call(`${prefix}no_such_tool`, {}, { surface }), 'no_such_tool'),
      );
    }
    expect(calls()).toEqual([]);
    expect((await h.entries()).map(({ content }) => content)).toContainEqual(
      expect.objectContaining({ tool: 'internal_dump', effect: 'deny', rule: 'p/hidden' }),
    );
  });

  it('is refused as everything else is where nothing else is allowed', async () => {
    await open([hiding[0] as PolicyRule, { name: 'one', match: { tool: ['get_refund'] }, effect: 'allow' }]);
    expect(told(await call('internal_dump'), 'internal_dump')).toBe(told(await call('no_such_tool'), 'no_such_tool'));
  });
});

describe('the seed example: financial and destructive', () => {
  it('requires approval, notifies #security-alerts, logs critical', async () => {
    const rule: PolicyRule = {
      name: 'require-approval',
      match: { category: ['financial'], intent: ['destructive'] },
      effect: 'hold',
      obligations: { log: 'critical', notify: ['#security-alerts'] },
    };
    await open([rule, { name: 'all', match: {}, effect: 'allow' }], {
      inspectors: [
        {
          name: 'intent',
          inspectArguments: ({ call: inspected }) => {
            const destructive = inspected.params?.name === 'close_account';
            inspected.intent = { intent: destructive ? 'destructive' : 'read', category: 'financial', evidence: [] };
            return PASS;
          },
        },
      ],
    });
    expect(await call('close_account')).toMatchObject({ type: 'denied', code: 'approval_required' });
    expect((await call('get_refund')).type).toBe('result');
    const entry = (await h.entries()).find(({ content }) => content.type === 'decision' && content.tool === 'close_account');
    expect(entry?.content).toMatchObject({
      effect: 'hold',
      log: 'critical',
      notify: ['#security-alerts'],
      intent: 'destructive',
      category: 'financial',
    });
  });
});
