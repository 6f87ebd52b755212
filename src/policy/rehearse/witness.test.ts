// Two sets of policies side by side: what changed in the text, and calls that come out differently, each checked and each told once.
import { describe, expect, test } from 'vitest';
import type { PolicyRule, PolicySpec, StoredObject } from '../../object/kinds.ts';
import { inputOf } from '../case.ts';
import { compilePolicies, type PolicySet } from '../compile.ts';
import { comparePolicies, MAX_TRIED, MAX_WITNESSES, sideOf, variants } from './witness.ts';

type Drafted = Omit<PolicyRule, 'name'> & { name?: string };

function setOf(rules: Drafted[], more: Partial<PolicySpec> = {}): PolicySet {
  const spec: PolicySpec = { order: 1, rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })), ...more };
  return compilePolicies([{ kind: 'policy', metadata: { name: 'p' }, spec } as StoredObject], 1);
}
const NOWHERE = { principals: [], servers: [] };
const compare = (a: Drafted[], b: Drafted[], more: Partial<PolicySpec> = {}) => comparePolicies(setOf(a), setOf(b, more), NOWHERE);
const tool = (name: string, effect: PolicyRule['effect'], more: Partial<Drafted> = {}): Drafted => ({
  name: `of-${name}`,
  match: { server: ['shop'], tool: [name] },
  effect,
  ...more,
});

describe('the text', () => {
  const [one, two, three] = [tool('one', 'allow'), tool('two', 'deny'), tool('three', 'hold')];

  test('of equal sets differs in nothing, and no call comes out differently', () => {
    const found = compare([one, two], [one, two]);
    expect(found).toMatchObject({ rules: [], witnesses: [], complete: true });
    expect(found.tried).toBeGreaterThan(3);
  });

  test('says of each rule once what became of it, whatever came or went before it', () => {
    const changes = (a: Drafted[], b: Drafted[], more?: Partial<PolicySpec>) =>
      compare(a, b, more).rules.map(({ rule, change }) => `${rule} ${change}`);
    expect(changes([one], [one, two])).toEqual(['p/of-two added']);
    expect(changes([one, two], [two])).toEqual(['p/of-one removed']);
    expect(changes([one, two], [three, one, two])).toEqual(['p/of-three added']);
    expect(changes([one, two, three], [one, three])).toEqual(['p/of-two removed']);
    expect(changes([one, two], [two, one])).toEqual(['p/of-two moved', 'p/of-one moved']);
    expect(changes([one, two], [one, { ...two, effect: 'allow' }])).toEqual(['p/of-two changed']);
    // Changed and moved is told as changed; the one after it moved.
    expect(changes([one, two], [{ ...two, reason: 'x' }, one])).toEqual(['p/of-two changed', 'p/of-one moved']);
    expect(changes([one], [one], { tier: 'team', team: 'crew' })).toEqual(['p/of-one changed']);
    expect(changes([one], [one], { tier: 'guardrail' })).toEqual(['p/of-one changed']);
  });
});

describe('a call that comes out differently', () => {
  test('is told with both sides, and really does', () => {
    const [a, b] = [setOf([tool('pay', 'allow')]), setOf([tool('pay', 'allow', { when: 'args.amount <= 500' })])];
    const { witnesses } = comparePolicies(a, b, NOWHERE);
    expect(witnesses.map((one) => [one.a, one.b])).toContainEqual([
      { effect: 'allow', rule: 'p/of-pay' },
      { effect: 'deny', rule: 'builtin/default' },
    ]);
    for (const { call, a: before, b: after } of witnesses) {
      expect([sideOf(a, inputOf(call)), sideOf(b, inputOf(call))]).toEqual([before, after]);
      expect(before.effect).not.toBe(after.effect);
      expect(call).toMatchObject({ server: 'shop', tool: 'pay' });
    }
  });

  test('is not told twice for one pair of rules and effects', () => {
    const when = 'args.a == 1 || args.a == 2 || args.a == 3 || args.b == 4';
    const { witnesses } = compare([tool('pay', 'allow', { when })], [tool('pay', 'deny', { when })]);
    const pairs = witnesses.map(({ a, b }) => JSON.stringify([a, b]));
    expect(pairs.length).toBeGreaterThan(0);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  test('is not one where only the rule is another', () => {
    const found = compare([tool('pay', 'deny')], [tool('pay', 'deny', { name: 'renamed' })]);
    expect(found.rules).toHaveLength(2);
    expect(found.witnesses).toEqual([]);
  });

  test('may be one that is hidden instead of denied, or let through', () => {
    const sides = (a: PolicyRule['effect'], b: PolicyRule['effect']) =>
      compare([tool('pay', a)], [tool('pay', b)]).witnesses.map((one) => `${one.a.effect} ${one.b.effect}`);
    expect(sides('deny', 'hide')).toEqual(['deny hide']);
    expect(sides('hide', 'allow')).toEqual(['hide allow']);
    expect(sides('allow', 'hold')).toEqual(['allow hold']);
  });

  test('is found where what changed lets through to a rule that did not change', () => {
    const all: Drafted = { name: 'all', match: { server: ['shop'] }, effect: 'allow' };
    const found = compare([tool('pay', 'deny'), all], [all]);
    expect(found.witnesses).toMatchObject([
      { a: { effect: 'deny', rule: 'p/of-pay' }, b: { effect: 'allow', rule: 'p/all' }, call: { tool: 'pay' } },
    ]);
  });

  test('is found where it takes the matcher of one rule and the condition of another', () => {
    const [big, night]: Drafted[] = [
      tool('pay', 'deny', { name: 'big', when: 'has(args.amount) && args.amount > 777' }),
      { name: 'night', match: { server: ['shop'], tool: ['pay'], class: ['night'] }, effect: 'hold' },
    ];
    const all: Drafted = { name: 'all', match: { server: ['shop'] }, effect: 'allow' };
    const { witnesses } = compare([big as Drafted, night as Drafted, all], [night as Drafted, big as Drafted, all]);
    expect(witnesses).toMatchObject([{ a: { rule: 'p/big' }, b: { rule: 'p/night' }, call: { class: 'night' } }]);
    expect(Number((witnesses[0]?.call.args as { amount?: number } | undefined)?.amount)).toBeGreaterThan(777);
  });

  test('is found where a condition asks for teams or roles: those that it names, and those that there are', () => {
    const sides = (when: string, names?: { roles: string[]; teams: string[] }, match: PolicyRule['match'] = {}) => {
      const rules = (effect: PolicyRule['effect']) => [tool('pay', effect, { when, match: { server: ['shop'], tool: ['pay'], ...match } })];
      return comparePolicies(setOf(rules('hold')), setOf(rules('allow')), names ? { ...NOWHERE, names } : NOWHERE).witnesses;
    };
    expect(sides("'admin' in principal.roles")).toMatchObject([
      { call: { roles: ['admin'] }, a: { effect: 'hold' }, b: { effect: 'allow' } },
    ]);
    expect(sides("'admin' in principal.roles", undefined, { role: ['dev'] })).toMatchObject([{ call: { roles: ['dev', 'admin'] } }]);
    expect(sides("principal.teams.exists(t, t == 'night')")).toMatchObject([{ call: { teams: ['night'] } }]);
    expect(sides('principal.teams.exists(t, t.endsWith("-eu"))')).toMatchObject([{ call: { teams: ['-eu'] } }]);
    expect(sides("principal.roles.exists(r, r.matches('^ops-[a-z]+$'))")).toEqual([]);
    expect(sides("principal.roles.exists(r, r.matches('^ops-[a-z]+$'))", { roles: ['dev', 'ops-eu'], teams: [] })).toMatchObject([
      { call: { roles: ['ops-eu'] } },
    ]);
    expect(sides('args.team in principal.teams')).toHaveLength(1);
    expect(sides('principal.labels.team in principal.teams')).toHaveLength(1);
  });

  test('is found where a rule before it asks for a role and the caller has it', () => {
    const [contractors, all]: Drafted[] = [
      { name: 'contractors', match: { server: ['shop'] }, when: "principal.roles.exists(r, r == 'contractor')", effect: 'deny' },
      { name: 'all', match: { server: ['shop'], tool: ['pay'] }, effect: 'allow' },
    ];
    const { witnesses } = compare([all as Drafted], [contractors as Drafted, all as Drafted]);
    expect(witnesses).toMatchObject([{ call: { roles: ['contractor'] }, a: { effect: 'allow' }, b: { effect: 'deny' } }]);
  });

  test('is looked for among what changed first, so that many other rules do not stand before it', () => {
    const others = Array.from({ length: 150 }, (_, i) => tool(`other-${i}`, 'allow', { when: `args.n > ${i} && args.m < ${i}` }));
    const found = compare([...others, tool('pay', 'allow')], [...others, tool('pay', 'deny')]);
    expect(found.witnesses).toMatchObject([{ call: { tool: 'pay' } }]);
    expect(found).toMatchObject({ complete: false, tried: MAX_TRIED });
  });

  test('is told so many times at most, and then it is said that there was more to try', () => {
    const many = (effect: PolicyRule['effect'], count: number) => Array.from({ length: count }, (_, i) => tool(`t${i}`, effect));
    const enough = compare(many('allow', MAX_WITNESSES + 5), many('deny', MAX_WITNESSES + 5));
    expect(enough.witnesses).toHaveLength(MAX_WITNESSES);
    expect(enough.complete).toBe(false);
    expect(enough.rules).toHaveLength(MAX_WITNESSES + 5);
    const all = compare(many('allow', MAX_WITNESSES - 1), many('deny', MAX_WITNESSES - 1));
    expect(all.witnesses).toHaveLength(MAX_WITNESSES - 1);
    expect(all.complete).toBe(true);
  });
});

test('a request is varied by what another rule says of its caller and its circumstances, and by values, never by what is asked', () => {
  const [rule] = setOf([
    {
      match: { server: ['shop'], tool: ['x'], method: ['tools/call'], kind: ['call'], class: ['night'], riskAtLeast: 50 },
      when: 'args.amount > 10',
      effect: 'deny',
    },
  ]).rules;
  const input = inputOf({ agent: 'bot', server: 'shop', tool: 'pay', risk: 60 });
  const made = rule ? [...variants(rule, input)] : [];
  expect(made.length).toBeGreaterThan(3);
  for (const { capability, method, kind } of made) expect({ capability, method, kind }).toEqual({ ...pick(input) });
  expect(made.some(({ principal }) => principal.agentClass === 'night')).toBe(true);
  expect(made.some(({ risk }) => risk !== undefined && risk < 50)).toBe(true);
  expect(made.map(({ args }) => (args as { amount?: number } | undefined)?.amount)).toEqual(expect.arrayContaining([10, 11]));
});

function pick({ capability, method, kind }: ReturnType<typeof inputOf>) {
  return { capability, method, kind };
}
