// What lint says of a set, with a call that shows it, and what policy diff finds between two.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import type { PolicyRule, PolicySpec, StoredObject } from '../../object/kinds.ts';
import { inputOf } from '../case.ts';
import { compilePolicies, type PolicySet } from '../compile.ts';
import type { Who } from '../decide-input.ts';
import { lintPolicies, MAX_PROBLEMS } from './lint.ts';
import type { World } from './space.ts';
import { comparePolicies, MAX_WITNESSES, sideOf } from './witness.ts';

type Drafted = Omit<PolicyRule, 'name'> & { name?: string };

function policy(rules: Drafted[], more: Partial<PolicySpec> = {}, name = 'p'): StoredObject<'policy'> {
  return { kind: 'policy', metadata: { name }, spec: { order: 1, rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })), ...more } };
}
const setOf = (rules: Drafted[], more: Partial<PolicySpec> = {}): PolicySet => compilePolicies([policy(rules, more)], 1);

const bot: Who = {
  ...{ org: 'acme', agent: 'bot', agentClass: 'coder', environment: 'prod', teams: ['crew'], roles: ['dev'], labels: { tier: 'gold' } },
  ...{ user: 'ann', token: undefined },
};
const world = (tools: string[], more: Partial<World> = {}): World => ({
  principals: [bot],
  servers: [{ name: 'shop', tools: new Map<string, JsonObject>(tools.map((name) => [name, { description: `does ${name}` }])) }],
  ...more,
});
const NOTHING: World = { principals: [], servers: [] };
const lint = (rules: Drafted[], where: World = NOTHING, more: Partial<PolicySpec> = {}) => lintPolicies(setOf(rules, more), where);
const told = (rules: Drafted[], where?: World, more?: Partial<PolicySpec>): string[] =>
  lint(rules, where, more).map(({ kind, rule, by }) => [kind, rule, by].filter((part) => part !== undefined).join(' '));
const ALL: Drafted = { match: { server: ['shop'] }, effect: 'allow' };
const on = (tool: string, effect: PolicyRule['effect'], when?: string): Drafted => ({
  match: { tool: [tool] },
  effect,
  ...(when && { when }),
});

describe('lint says of a rule', () => {
  test('that an earlier one matches all of it, or contradicts it, with a call that both match', () => {
    expect(lint([on('get_*', 'deny'), on('get_x', 'allow')])).toEqual([
      {
        kind: 'unreachable',
        rule: 'p/r1',
        by: 'p/r0',
        message: 'rule p/r0 matches everything before it (deny)',
        example: { agent: 'agent', server: 'server', tool: 'get_x', now: '2026-01-05T12:00:00.000Z' },
      },
    ]);
    expect(lint([on('x', 'deny'), on('x', 'allow')])).toMatchObject([
      {
        kind: 'contradictory',
        rule: 'p/r1',
        by: 'p/r0',
        message: 'it says allow of what rule p/r0 says deny of; the earlier one decides',
        example: { tool: 'x' },
      },
    ]);
    expect(told([on('x', 'deny'), on('x', 'deny')])).toEqual(['unreachable p/r1 p/r0']);
  });

  test('that it matches nothing, and why', () => {
    expect(lint([on('x', 'allow', 'args.n > 5 && args.n < 3')])).toEqual([
      { kind: 'never-matches', rule: 'p/r0', message: 'it matches no request: no value of args.n meets args.n > 5 and args.n < 3' },
    ]);
  });

  test('that earlier ones decide every call tried, named by how many they take', () => {
    const rules = [on('x', 'deny', 'args.n <= 10'), on('x', 'hold', 'args.n > 10'), on('x', 'allow', 'args.n > 20')];
    const [problem] = lint(rules);
    expect(problem).toMatchObject({ kind: 'shadowed', rule: 'p/r2', by: 'p/r1', example: { tool: 'x', args: { n: 21 } } });
    expect(problem?.message).toMatch(/^of \d+ calls that it matches, earlier rules decide all: p\/r1$/);
  });

  test('nothing, where what it decides lies just outside of what earlier ones take', () => {
    expect(told([on('x', 'deny', 'args.n <= 10'), on('x', 'allow', 'args.n > 5')])).toEqual([]);
    expect(told([{ match: { tool: ['x'], intent: ['destructive'] }, effect: 'deny' }, on('x', 'allow', 'args.n > 5')])).toEqual([]);
    expect(told([{ match: { user: ['ann'] }, effect: 'deny' }, on('x', 'allow', 'has(principal.user)')])).toEqual([]);
  });

  test('nothing, where it decides something', () => {
    expect(told([on('a', 'allow'), on('b', 'deny'), on('*', 'hold')])).toEqual([]);
  });
});

describe('lint says of an allowance that it is broad', () => {
  test.each([
    [{}, 'everybody'],
    [{ server: ['*'] }, 'everybody'],
    [{ tool: ['*'] }, 'everybody'],
    [{ tool: ['x', '*'], prompt: ['y'] }, 'everybody'],
    [{ agent: ['*'], class: ['*'], team: ['*'], role: ['*'], user: ['*'] }, 'everybody'],
    [{ agent: ['bot'] }, 'whom it names'],
    [{ user: ['a*'] }, 'whom it names'],
    [{ team: ['crew'] }, 'whom it names'],
    [{ role: ['dev'] }, 'whom it names'],
    [{ class: ['coder'] }, 'whom it names'],
    [{ environment: ['prod'] }, 'everybody'],
  ] as [PolicyRule['match'], string][])('%j: to %s', (match, whom) => {
    const [problem] = lint([{ match, effect: 'allow' }]);
    expect(problem).toMatchObject({
      kind: 'broad-allow',
      rule: 'p/r0',
      message: `it lets ${whom} use everything on every server, whatever it does; name servers, tools or intents`,
      example: { intent: 'destructive' },
    });
  });

  test.each([
    { server: ['shop'] },
    { tool: ['x'] },
    { tool: ['x*'] },
    { prompt: ['x'] },
    { resource: ['x'] },
    { tags: ['eu'] },
    { kind: ['call'] },
    { method: ['tools/call'] },
    { intent: ['read'] },
  ] as PolicyRule['match'][])('not with %j', (match) => {
    expect(told([{ match, effect: 'allow' }])).toEqual([]);
  });

  test('not of what denies or holds; of a policy of one team or agent to whom it names', () => {
    expect(told([{ match: {}, effect: 'deny' }])).toEqual([]);
    expect(told([{ match: {}, effect: 'hold' }])).toEqual([]);
    for (const more of [
      { tier: 'team', team: 'crew' },
      { tier: 'agent', agent: 'bot' },
    ] as Partial<PolicySpec>[])
      expect(lint([{ match: {}, effect: 'allow' }], NOTHING, more)[0]?.message).toContain('whom it names');
  });

  test('beside what else is said of it, but not where it is never reached', () => {
    expect(
      told([
        { match: {}, effect: 'deny' },
        { match: { agent: ['bot'] }, effect: 'allow' },
      ]),
    ).toEqual(['unreachable p/r1 p/r0']);
  });
});

describe('lint says of a tool that no rule covers it', () => {
  test('where nobody registered is allowed it, denied it or asked about it by a rule', () => {
    expect(lint([on('a', 'allow'), on('b', 'deny')], world(['a', 'b', 'c']))).toEqual([
      {
        kind: 'uncovered',
        message: 'no rule says anything about tool "c" of server "shop", whoever calls it',
        example: {
          ...{ agent: 'bot', class: 'coder', environment: 'prod', teams: ['crew'], roles: ['dev'], labels: { tier: 'gold' } },
          ...{ user: 'ann', server: 'shop', tool: 'c' },
        },
      },
    ]);
    expect(told([on('a', 'allow', 'args.n == 1')], world(['a']))).toEqual([]);
  });

  test('where one of several is covered, it is; with nobody registered nothing is said', () => {
    const two = world(['a'], { principals: [bot, { ...bot, agent: 'other' }] });
    expect(told([{ match: { agent: ['other'], tool: ['a'] }, effect: 'allow' }], two)).toEqual([]);
    expect(told([], world(['a'], { principals: [] }))).toEqual([]);
    expect(told([], world([]))).toEqual([]);
  });

  test('so many times at most', () => {
    const many = world(Array.from({ length: MAX_PROBLEMS + 5 }, (_, i) => `t${i}`));
    expect(lint([], many)).toHaveLength(MAX_PROBLEMS);
  });
});

describe('examples', () => {
  const example = (rule: Drafted, where: World = NOTHING) => lint([{ match: {}, effect: 'deny' }, rule], where)[0]?.example;

  test('are made of what the rule names', () => {
    const match: PolicyRule['match'] = {
      ...{ agent: ['x*'], class: ['c?'], team: ['t'], role: ['r'], user: ['u'], environment: ['e'], server: ['s'], tool: ['pay_*'] },
      ...{ tags: ['eu'], intent: ['write'], category: ['money'], findings: ['pii.*'], riskAtLeast: 30, source: ['10.1.0.0/16'] },
      time: { zone: 'UTC', from: '15:00' },
    };
    expect(example({ match, effect: 'allow', when: 'args.amount > 5 && principal.labels.tier == "gold" && has(args.note)' })).toEqual({
      ...{ agent: 'x', class: 'cx', teams: ['t'], roles: ['r'], user: 'u', environment: 'e', labels: { tier: 'gold' } },
      ...{ server: 's', tool: 'pay_', tags: ['eu'], intent: 'write', category: 'money', findings: ['pii.'], risk: 30, source: '10.1.0.0' },
      ...{ args: { amount: 6, note: 'x' }, now: '2026-01-05T15:00:00.000Z' },
    });
  });

  test('are made of who and what is registered, where the rule matches that', () => {
    expect(example({ match: { tool: ['pay*'] }, effect: 'allow' }, world(['read', 'payout']))).toMatchObject({
      agent: 'bot',
      server: 'shop',
      tool: 'payout',
      definition: { description: 'does payout' },
    });
    expect(example({ match: { agent: ['other'] }, effect: 'allow' }, world(['read']))).toMatchObject({ agent: 'other', tool: 'read' });
    expect(example({ match: { class: ['none'] }, effect: 'allow' }, world(['read']))).toMatchObject({ agent: 'agent', class: 'none' });
  });

  test('are requests of the kind and method that the rule names', () => {
    expect(example({ match: { kind: ['list'] }, effect: 'allow' })).toMatchObject({ method: expect.stringMatching(/list/) });
    expect(example({ match: { method: ['prompts/get'], prompt: ['p'] }, effect: 'allow' })).toMatchObject({ prompt: 'p' });
    expect(example({ match: { resource: ['file:///*'] }, effect: 'allow' })).toMatchObject({ resource: 'file:///' });
    expect(example({ match: { method: ['tasks/*'], tool: ['t'] }, effect: 'allow' })).toMatchObject({
      method: expect.stringMatching(/^tasks\//),
    });
    expect(example({ match: { kind: ['reverse'] }, effect: 'allow' })).toMatchObject({ method: expect.any(String) });
  });

  test('meet conditions on two arguments of each other', () => {
    const found = example(
      { match: { tool: ['x'] }, effect: 'allow', when: 'args.owner == principal.user && args.a == args.b' },
      world(['x']),
    );
    const { owner, a, b } = (found?.args ?? {}) as JsonObject;
    expect([owner, a]).toEqual([found?.user, b]);
  });
});

describe('policy diff', () => {
  const diff = (a: Drafted[], b: Drafted[], where: World = NOTHING) => comparePolicies(setOf(a), setOf(b), where);

  test('says which rules came, went, changed and moved', () => {
    const named = (names: string): Drafted[] => [...names].map((name) => ({ ...on(name.toLowerCase(), 'allow'), name }));
    const changes = (a: string, b: string) => diff(named(a), named(b)).rules.map(({ rule, change }) => `${rule} ${change}`);
    expect(changes('ab', 'ab')).toEqual([]);
    expect(changes('abc', 'ac')).toEqual(['p/b removed']);
    expect(changes('ac', 'abc')).toEqual(['p/b added']);
    expect(changes('ab', 'ba')).toEqual(['p/b moved', 'p/a moved']);
    const changed = diff([on('a', 'allow')], [on('a', 'deny')]);
    expect(changed.rules).toEqual([{ rule: 'p/r0', change: 'changed' }]);
  });

  test('says that a rule changed when whose policy it is did', () => {
    const one = compilePolicies([policy([ALL], { tier: 'team', team: 'a' })], 1);
    const other = compilePolicies([policy([ALL], { tier: 'team', team: 'b' })], 1);
    expect(comparePolicies(one, other, NOTHING).rules).toEqual([{ rule: 'p/r0', change: 'changed' }]);
  });

  test('shows a call for each pair of rules that decide differently', () => {
    const { witnesses, tried, complete } = diff([on('a', 'allow'), on('b', 'deny')], [on('a', 'deny'), on('b', 'hide')]);
    expect(witnesses.map(({ a, b }) => [a, b])).toEqual([
      [
        { effect: 'allow', rule: 'p/r0' },
        { effect: 'deny', rule: 'p/r0' },
      ],
      [
        { effect: 'deny', rule: 'p/r1' },
        { effect: 'hide', rule: 'p/r1' },
      ],
    ]);
    expect(witnesses[0]?.call).toMatchObject({ tool: 'a' });
    expect([tried > 0, complete]).toEqual([true, true]);
  });

  test('finds a call that takes what two rules ask for', () => {
    const allowed = on('pay', 'allow', 'args.amount <= 10');
    const { witnesses } = diff(
      [allowed],
      [
        { match: { user: ['ben'] }, effect: 'deny', name: 'new' },
        { ...allowed, name: 'r0' },
      ],
    );
    expect(witnesses.find(({ a }) => a.rule === 'p/r0')).toMatchObject({
      ...{ call: { tool: 'pay', user: 'ben' }, a: { effect: 'allow' }, b: { effect: 'deny', rule: 'p/new' } },
    });
  });

  test('finds the border of a condition that moved', () => {
    const small = (n: number): Drafted[] => [on('pay', 'allow', `args.amount <= ${n}`)];
    const [witness] = diff(small(500), small(400)).witnesses;
    expect(witness).toMatchObject({ a: { effect: 'allow' }, b: { effect: 'deny' } });
    const amount = Number(witness?.call.args?.amount);
    expect([amount > 400, amount <= 500]).toEqual([true, true]);
  });

  test.each([
    ['intent', [{ match: { intent: ['read'] }, effect: 'deny' }]],
    ['findings', [{ match: { findings: ['pii.*'] }, effect: 'deny' }]],
    ['riskAtLeast', [{ match: { riskAtLeast: 50 }, effect: 'deny' }]],
    ['source', [{ match: { source: ['10.0.0.0/8'] }, effect: 'deny' }]],
    ['time', [{ match: { time: { zone: 'UTC', from: '13:00', to: '14:00' } }, effect: 'deny' }]],
    ['category', [{ match: { category: ['x'] }, effect: 'deny' }]],
    ['user', [{ match: { user: ['ben'] }, effect: 'deny' }]],
    ['facts', [{ match: {}, when: 'facts.agent.calls > 5', effect: 'hold' }]],
  ] as [string, Drafted[]][])(
    'finds a call where a rule on %s is put before an allowance, and decides it anew as it is written',
    (_what, added) => {
      const [a, b] = [setOf([ALL]), setOf([...added.map((rule) => ({ ...rule, name: 'new' })), ALL])];
      const { witnesses } = comparePolicies(a, b, world(['pay']));
      expect(witnesses.length).toBeGreaterThan(0);
      for (const { call, a: before, b: after } of witnesses) {
        expect([sideOf(a, inputOf(call)), sideOf(b, inputOf(call))]).toEqual([before, after]);
        expect(before.effect).not.toBe(after.effect);
      }
    },
  );

  test('shows so many calls at most, and says that there was more to try', () => {
    const many = (effect: 'allow' | 'deny'): Drafted[] => Array.from({ length: MAX_WITNESSES + 5 }, (_, i) => on(`t${i}`, effect));
    const { witnesses, complete } = diff(many('allow'), many('deny'));
    expect([witnesses.length, complete]).toEqual([MAX_WITNESSES, false]);
  });
});
