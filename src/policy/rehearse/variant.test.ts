// A request with one thing about it changed: the rest stays as it was, and so does the request it was made from.
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../lib/json.ts';
import type { PolicyRule } from '../../object/kinds.ts';
import type { DecideInput } from '../decide-input.ts';
import { type CompiledRule, compileRule, type Matcher } from '../rule.ts';
import { SOME_TIME_MS } from './next-time.ts';
import { failing, holding, instanceOf, valueAt, withValue } from './variant.ts';

const CALL: DecideInput = {
  principal: {
    ...{
      org: 'acme',
      agent: 'bot',
      agentClass: 'coder',
      environment: 'dev',
      teams: ['crew'],
      roles: ['dev'],
      labels: { tier: 'gold', eu: 'yes' },
    },
    ...{ user: 'ann', token: 't' },
  },
  kind: 'call',
  method: 'tools/call',
  server: 'shop',
  capability: { kind: 'tool', name: 'pay' },
  args: { amount: 5, deep: { a: 1, b: 2 } },
  facts: { agent: { calls: 2 } },
  definition: { title: 'Pay', _meta: { x: 1 } },
};
const BARE: DecideInput = { ...CALL, args: undefined, facts: undefined, definition: undefined };
const before = structuredClone(CALL);

describe('a path of a condition', () => {
  test.each([
    ['args.amount', 7, { args: { deep: { a: 1, b: 2 }, amount: 7 } }],
    ['args.deep.a', 7, { args: { amount: 5, deep: { b: 2, a: 7 } } }],
    ['args.amount.x', 7, { args: { deep: { a: 1, b: 2 }, amount: { x: 7 } } }],
    ['args.fresh.x', 7, { args: { amount: 5, deep: { a: 1, b: 2 }, fresh: { x: 7 } } }],
    ['args.amount', null, { args: { deep: { a: 1, b: 2 } } }],
    ['args.deep.a', null, { args: { amount: 5, deep: { b: 2 } } }],
    ['facts.agent.calls', 9, { facts: { agent: { calls: 9 } } }],
    ['tool.title', 'X', { definition: { _meta: { x: 1 }, title: 'X' } }],
    ['tool.meta.x', 2, { definition: { title: 'Pay', _meta: { x: 2 } } }],
    ['tool.annotations.readOnlyHint', true, { definition: { title: 'Pay', _meta: { x: 1 }, annotations: { readOnlyHint: true } } }],
  ] as [string, Json, Partial<DecideInput>][])('%s set to %j', (path, value, changed) => {
    expect(withValue(CALL, path, value)).toEqual({ ...CALL, ...changed });
    expect(CALL).toEqual(before);
  });

  test.each([
    ['principal.agent', 'x', { agent: 'x' }],
    ['principal.class', 'x', { agentClass: 'x' }],
    ['principal.class', null, { agentClass: undefined }],
    ['principal.environment', 'x', { environment: 'x' }],
    ['principal.user', 'x', { user: 'x' }],
    ['principal.user', null, { user: undefined }],
    ['principal.labels.tier', 'silver', { labels: { eu: 'yes', tier: 'silver' } }],
    ['principal.labels.tier', null, { labels: { eu: 'yes' } }],
    ['principal.labels.tier', 5, { labels: { eu: 'yes', tier: '5' } }],
    ['principal.roles.ops.eu', true, { roles: ['dev', 'ops.eu'] }],
    ['principal.roles.dev', true, {}],
    ['principal.roles.dev', false, { roles: [] }],
    ['principal.teams.night', false, {}],
    ['principal.teams.night', true, { teams: ['crew', 'night'] }],
  ] as [string, Json, Partial<DecideInput['principal']>][])('%s set to %j', (path, value, changed) => {
    expect(withValue(CALL, path, value)).toEqual({ ...CALL, principal: { ...CALL.principal, ...changed } });
  });

  test.each([
    'args',
    'now',
    'flow.x',
    'server.name',
    'tool.name',
    'tool',
    'principal.token',
    'principal.labels',
    'principal.labels.a.b',
    'principal.teams.x',
  ])('that a request cannot bring along is not set: %s', (path) => {
    expect(withValue(CALL, path, 'x')).toBeUndefined();
  });

  test('that must be somebody is not taken away, and what is not there is made', () => {
    expect(withValue(CALL, 'principal.agent', null)).toBeUndefined();
    expect(withValue(BARE, 'args.a', 1)?.args).toEqual({ a: 1 });
    expect(withValue(BARE, 'facts.a', 1)?.facts).toEqual({ a: 1 });
    expect(withValue(BARE, 'tool.title', 'x')?.definition).toEqual({ title: 'x' });
  });

  test('is read as conditions read it', () => {
    const at = (path: string, input = CALL) => valueAt(input, path);
    expect([at('args.amount'), at('args.deep.b'), at('facts.agent.calls')]).toEqual([5, 2, 2]);
    expect([at('principal.agent'), at('principal.class'), at('principal.user'), at('principal.labels.tier')]).toEqual([
      'bot',
      'coder',
      'ann',
      'gold',
    ]);
    expect([at('args.none'), at('args.amount.x'), at('args.constructor'), at('tool.title'), at('args.a', BARE)]).toEqual(
      Array(5).fill(undefined),
    );
    expect([at('principal.roles.dev'), at('principal.roles.ops'), at('principal.teams.crew')]).toEqual([true, false, true]);
    expect(at('principal.roles')).toEqual(['dev']);
    expect(at('principal.class', { ...CALL, principal: { ...CALL.principal, agentClass: undefined } })).toBeNull();
  });
});

test('a glob has an instance: what stands in it, and something where nothing does', () => {
  expect(['a', 'a*', '*', '?', 'a?c*', '**', ''].map(instanceOf)).toEqual(['a', 'a', 'any', 'x', 'axc', 'any', 'any']);
});

describe('a matcher', () => {
  const ruleOf = (match: PolicyRule['match'], owner: { team?: string; agent?: string } = {}): CompiledRule =>
    compileRule({ policy: 'p', tier: 'default', ...owner }, { name: 'r', match, effect: 'allow' }, 0);
  const made = (list: DecideInput[], read: (input: DecideInput) => unknown): unknown[] => list.map(read);

  test.each([
    ['agent', { agent: ['x', 'y*'] }, ['x', 'y'], ({ principal }: DecideInput) => principal.agent],
    ['class', { class: ['x'] }, ['x'], ({ principal }: DecideInput) => principal.agentClass],
    ['team', { team: ['x'] }, [['crew', 'x']], ({ principal }: DecideInput) => principal.teams],
    ['role', { role: ['x'] }, [['dev', 'x']], ({ principal }: DecideInput) => principal.roles],
    ['user', { user: ['x'] }, ['x'], ({ principal }: DecideInput) => principal.user],
    ['environment', { environment: ['x'] }, ['x'], ({ principal }: DecideInput) => principal.environment],
    ['server', { server: ['x'] }, ['x'], ({ server }: DecideInput) => server],
    ['tool', { tool: ['x'] }, [{ kind: 'tool', name: 'x' }], ({ capability }: DecideInput) => capability],
    ['prompt', { prompt: ['x'] }, [{ kind: 'prompt', name: 'x' }], ({ capability }: DecideInput) => capability],
    ['resource', { resource: ['x:*'] }, [{ kind: 'resource', name: 'x:' }], ({ capability }: DecideInput) => capability],
    ['tags', { tags: ['eu'] }, [['eu']], ({ tags }: DecideInput) => tags],
    ['category', { category: ['m*'] }, [{ intent: 'read', category: 'm' }], ({ intent }: DecideInput) => intent],
    ['intent', { intent: ['write', 'read'] }, ['write', 'read'], ({ intent }: DecideInput) => intent?.intent],
    ['findings', { findings: ['pii.*'] }, [[{ type: 'pii.' }]], ({ findings }: DecideInput) => findings],
    ['riskAtLeast', { riskAtLeast: 50 }, [50], ({ risk }: DecideInput) => risk],
    ['source', { source: ['10.0.0.0/8', '192.0.2.1'] }, ['10.0.0.0', '192.0.2.1'], ({ source }: DecideInput) => source],
    ['time', { time: { zone: 'UTC', from: '13:00' } }, [SOME_TIME_MS + 3_600_000], ({ nowMs }: DecideInput) => nowMs],
    ['time', { time: { zone: 'UTC', weekdays: ['sun'] } }, [Date.UTC(2026, 0, 11)], ({ nowMs }: DecideInput) => nowMs],
    ['method', { method: ['x'] }, [], () => undefined],
  ] as [Matcher, PolicyRule['match'], unknown[], (input: DecideInput) => unknown][])('%s holds: %j', (matcher, match, expected, read) => {
    expect(made(holding(ruleOf(match), matcher, CALL), read)).toEqual(expected);
    if (matcher !== 'method') expect(holding(ruleOf({}), matcher, CALL)).toEqual([]);
  });

  test('of whose policy it is holds for that one', () => {
    const who = (owner: { team?: string; agent?: string }) =>
      holding(ruleOf({}, owner), 'tier', CALL).map(({ principal }) => [principal.agent, principal.teams]);
    expect([who({ agent: 'x' }), who({ team: 'x' }), who({})]).toEqual([[['x', ['crew']]], [['bot', ['crew', 'x']]], []]);
  });

  test('keeps what else is known: the category beside an intent, the findings before', () => {
    const known: DecideInput = { ...CALL, intent: { intent: 'write', category: 'a' }, findings: [{ type: 'x' }], tags: ['us'] };
    expect(holding(ruleOf({ category: ['b'] }), 'category', known)[0]?.intent).toEqual({ intent: 'write', category: 'b' });
    expect(holding(ruleOf({ intent: ['read'] }), 'intent', known)[0]?.intent).toEqual({ intent: 'read', category: 'a' });
    expect(holding(ruleOf({ findings: ['y'] }), 'findings', known)[0]?.findings).toEqual([{ type: 'x' }, { type: 'y' }]);
    expect(holding(ruleOf({ tags: ['eu'] }), 'tags', known)[0]?.tags).toEqual(['us', 'eu']);
  });

  test.each([
    ['intent', { intent: ['read', 'write'] }, ['destructive', 'exfiltrative'], ({ intent }: DecideInput) => intent?.intent],
    ['category', { category: ['m'] }, [{ intent: 'read', category: undefined }], ({ intent }: DecideInput) => intent],
    ['findings', { findings: ['x'] }, [[]], ({ findings }: DecideInput) => findings],
    ['riskAtLeast', { riskAtLeast: 50 }, [49], ({ risk }: DecideInput) => risk],
    ['riskAtLeast', { riskAtLeast: 0 }, [], ({ risk }: DecideInput) => risk],
    ['riskAtLeast', {}, [], ({ risk }: DecideInput) => risk],
    ['time', { time: { zone: 'UTC', to: '12:30' } }, [SOME_TIME_MS + 1_800_000], ({ nowMs }: DecideInput) => nowMs],
    ['time', { time: { zone: 'UTC' } }, [], ({ nowMs }: DecideInput) => nowMs],
    ['time', {}, [], ({ nowMs }: DecideInput) => nowMs],
    ['source', { source: ['10.0.0.0/8'] }, ['192.0.2.1', '2001:db8::1'], ({ source }: DecideInput) => source],
    ['source', { source: ['192.0.2.0/24', '10.0.0.0/8', '2001:db8::/32'] }, ['198.51.100.1'], ({ source }: DecideInput) => source],
    ['source', {}, [], ({ source }: DecideInput) => source],
    ['agent', { agent: ['bot'] }, ['any-other'], ({ principal }: DecideInput) => principal.agent],
    ['agent', { agent: ['any*'] }, ['someone-else'], ({ principal }: DecideInput) => principal.agent],
    ['agent', { agent: ['*'] }, [], ({ principal }: DecideInput) => principal.agent],
    ['class', { class: ['coder'] }, [undefined, 'any-other'], ({ principal }: DecideInput) => principal.agentClass],
    ['user', { user: ['*'] }, [undefined], ({ principal }: DecideInput) => principal.user],
    ['environment', { environment: ['dev'] }, [undefined, 'any-other'], ({ principal }: DecideInput) => principal.environment],
    ['team', { team: ['c*'] }, [[]], ({ principal }: DecideInput) => principal.teams],
    ['role', { role: ['ops'] }, [['dev']], ({ principal }: DecideInput) => principal.roles],
    ...(['agent', 'class', 'user', 'environment', 'team', 'role', 'tier'] as const).map(
      (matcher) => [matcher, {}, [], () => undefined] as const,
    ),
    ['method', { method: ['x'] }, [], () => undefined],
  ] as [Matcher, PolicyRule['match'], unknown[], (input: DecideInput) => unknown][])('%s fails: %j', (matcher, match, expected, read) => {
    expect(made(failing(ruleOf(match), matcher, CALL), read)).toEqual(expected);
  });

  test('of whose policy it is fails for another, or for whoever is not in the team', () => {
    const who = (owner: { team?: string; agent?: string }) =>
      failing(ruleOf({}, owner), 'tier', CALL).map(({ principal }) => [principal.agent, principal.teams]);
    expect([who({ agent: 'bot' }), who({ team: 'crew' })]).toEqual([[['any-other', ['crew']]], [['bot', []]]]);
  });

  test('of time holds and fails from the first minute on, wherever in an hour the request came', () => {
    const at = (make: typeof holding, time: PolicyRule['match']['time'], nowMs: number) =>
      make(ruleOf({ time }), 'time', { ...CALL, nowMs }).map((input) => new Date(input.nowMs ?? 0).toISOString());
    const seven = Date.UTC(2026, 0, 5, 7, 13, 21, 5);
    expect(at(holding, { zone: 'UTC', from: '09:07', to: '11:00' }, seven)).toEqual(['2026-01-05T09:07:00.000Z']);
    expect(at(holding, { zone: 'UTC', from: '07:00', to: '11:00' }, seven)).toEqual(['2026-01-05T07:13:21.005Z']);
    expect(at(failing, { zone: 'UTC', from: '07:00', to: '07:14' }, seven)).toEqual(['2026-01-05T07:14:00.000Z']);
    expect(at(failing, { zone: 'Europe/Berlin', weekdays: ['mon'] }, seven)).toEqual(['2026-01-05T23:00:00.000Z']);
  });

  test('that fails keeps what else is known of the intent', () => {
    const known: DecideInput = { ...CALL, intent: { intent: 'write', category: 'a' }, args: {} as JsonObject };
    expect(failing(ruleOf({ intent: ['write'] }), 'intent', known)[0]?.intent).toEqual({ intent: 'read', category: 'a' });
    expect(failing(ruleOf({ category: ['a'] }), 'category', known)[0]?.intent).toEqual({ intent: 'write', category: undefined });
  });
});
