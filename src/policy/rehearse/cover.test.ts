// When one rule surely matches everything that another one matches; where it is not sure, the answer is no.
import { describe, expect, test } from 'vitest';
import type { PolicyRule } from '../../object/kinds.ts';
import { type CompiledRule, compileRule } from '../rule.ts';
import { covers, globWithin } from './cover.ts';

type Drafted = PolicyRule['match'] & {
  effect?: PolicyRule['effect'];
  when?: string;
  ofTeam?: string;
  ofAgent?: string;
};

function rule({ effect = 'allow', when, ofTeam, ofAgent, ...match }: Drafted): CompiledRule {
  const owner = { policy: 'p', tier: 'default' as const, team: ofTeam, agent: ofAgent };
  return compileRule(owner, { name: 'r', match, effect, ...(when && { when }) }, 0);
}
const isCovered = (earlier: Drafted, later: Drafted): boolean => covers(rule(earlier), rule(later));

describe('by whom it names', () => {
  test.each(['agent', 'class', 'team', 'role', 'user', 'environment', 'server', 'method', 'tags'] as const)(
    'a rule covers another one of a narrower %s, and not the other way round',
    (matcher) => {
      expect(isCovered({}, { [matcher]: ['a'] })).toBe(true);
      expect(isCovered({ [matcher]: ['a'] }, {})).toBe(false);
      expect(isCovered({ [matcher]: ['a*'] }, { [matcher]: ['a', 'ab'] })).toBe(true);
      expect(isCovered({ [matcher]: ['a', 'b'] }, { [matcher]: ['b'] })).toBe(true);
      expect(isCovered({ [matcher]: ['a'] }, { [matcher]: ['a', 'b'] })).toBe(false);
      expect(isCovered({ [matcher]: ['*'] }, {})).toBe(false);
    },
  );

  test('a policy of a team covers what is of the same team', () => {
    expect(isCovered({ ofTeam: 't' }, { ofTeam: 't' })).toBe(true);
    expect(isCovered({ ofTeam: 't' }, { ofTeam: 'u' })).toBe(false);
    expect(isCovered({ ofTeam: 't' }, {})).toBe(false);
    expect(isCovered({}, { ofTeam: 't' })).toBe(true);
  });

  test('a policy of an agent covers what is of that agent, however that is said', () => {
    expect(isCovered({ ofAgent: 'a' }, { ofAgent: 'a' })).toBe(true);
    expect(isCovered({ ofAgent: 'a' }, { agent: ['a'] })).toBe(true);
    expect(isCovered({ ofAgent: 'a' }, { agent: ['a', 'b'] })).toBe(false);
    expect(isCovered({ ofAgent: 'a' }, { agent: ['a*'] })).toBe(false);
    expect(isCovered({ ofAgent: 'a' }, { ofAgent: 'b' })).toBe(false);
    expect(isCovered({ ofAgent: 'a' }, {})).toBe(false);
    expect(isCovered({ agent: ['a*'] }, { ofAgent: 'ab' })).toBe(true);
    expect(isCovered({ agent: ['b'] }, { ofAgent: 'ab' })).toBe(false);
    expect(isCovered({}, { ofAgent: 'ab' })).toBe(true);
  });
});

describe('by what it is about', () => {
  test('a rule about everything covers one about a capability, kind by kind', () => {
    expect(isCovered({}, { tool: ['a'] })).toBe(true);
    expect(isCovered({ tool: ['a'] }, {})).toBe(false);
    for (const kind of ['tool', 'prompt', 'resource'] as const) {
      expect(isCovered({ [kind]: ['a*'] }, { [kind]: ['ab'] }), kind).toBe(true);
      expect(isCovered({ [kind]: ['ab'] }, { [kind]: ['a*'] }), kind).toBe(false);
    }
    expect(isCovered({ tool: ['a'] }, { prompt: ['a'] })).toBe(false);
    expect(isCovered({ tool: ['a'] }, { tool: ['a'], prompt: ['a'] })).toBe(false);
    expect(isCovered({ tool: ['a'], prompt: ['a'] }, { tool: ['a'] })).toBe(true);
  });

  test('a rule of some kinds covers those kinds; what is held or has a condition is a use', () => {
    expect(isCovered({ kind: ['call', 'read'] }, { kind: ['call'] })).toBe(true);
    expect(isCovered({ kind: ['call'] }, { kind: ['call', 'read'] })).toBe(false);
    expect(isCovered({ kind: ['call'] }, {})).toBe(false);
    expect(isCovered({ effect: 'hold' }, {})).toBe(false);
    expect(isCovered({ effect: 'hold' }, { kind: ['call'] })).toBe(true);
    expect(isCovered({ effect: 'hold' }, { kind: ['list'] })).toBe(false);
    expect(isCovered({ kind: ['call', 'read', 'reverse'] }, { effect: 'hold' })).toBe(true);
    expect(isCovered({ kind: ['call', 'read'] }, { effect: 'hold' })).toBe(false);
    expect(isCovered({ kind: ['call', 'read', 'reverse'] }, { when: 'args.x == 1' })).toBe(true);
    for (const kind of ['call', 'read', 'list', 'meta', 'notification', 'subscription', 'reverse'] as const)
      expect(isCovered({ kind: [kind] }, { kind: [kind] }), kind).toBe(true);
  });
});

describe('by what only the call tells', () => {
  const facts: PolicyRule['match'] = {
    category: ['a'],
    intent: ['read'],
    findings: ['x'],
    riskAtLeast: 5,
    time: { zone: 'UTC', from: '08:00' },
    source: ['10.0.0.0/8'],
  };

  test.each(Object.keys(facts) as (keyof typeof facts)[])('an allowance covers one that asks for the same %s, or for more', (matcher) => {
    const one = { [matcher]: facts[matcher] };
    expect(isCovered({}, one)).toBe(true);
    expect(isCovered(one, one)).toBe(true);
    expect(isCovered(one, { ...facts })).toBe(true);
    expect(isCovered(one, {})).toBe(false);
    expect(isCovered({ ...facts }, one)).toBe(false);
    const { [matcher]: _, ...others } = facts;
    expect(isCovered(one, others)).toBe(false);
  });

  test('the same condition covers, another one does not', () => {
    expect(isCovered({ when: 'args.x == 1' }, { when: 'args.x == 1' })).toBe(true);
    expect(isCovered({ when: 'args.x == 1' }, { when: 'args.x == 2' })).toBe(false);
    expect(isCovered({ when: 'args.x == 1' }, { when: 'args.x == 1', intent: ['read'] })).toBe(true);
    expect(isCovered({ intent: ['read'] }, { when: 'args.x == 1', intent: ['read'] })).toBe(true);
  });

  test('a denial on a condition covers nothing: what follows up a task passes by it', () => {
    expect(isCovered({ effect: 'deny', intent: ['read'] }, { effect: 'deny', intent: ['read'] })).toBe(false);
    expect(isCovered({ intent: ['read'] }, { effect: 'deny', intent: ['read'] })).toBe(false);
    expect(isCovered({ effect: 'hold', intent: ['read'] }, { intent: ['read'] })).toBe(false);
    expect(isCovered({ effect: 'deny' }, { effect: 'deny', intent: ['read'] })).toBe(true);
  });
});

test.each([
  ['a', 'a', true],
  ['a', 'b', false],
  ['a', '?', true],
  ['?', 'a', false],
  ['?', '?', true],
  ['?', '*', true],
  ['*', '?', false],
  ['*', '*', true],
  ['ab', 'a*', true],
  ['a', 'a*', true],
  ['a*', 'a', false],
  ['a', 'a**', true],
  ['abc', '*c', true],
  ['abcbc', '*bc', true],
  ['abd', '*bc', false],
  ['a*c', 'a*', true],
  ['a*c', '*c', true],
  ['a*c', 'a?c', false],
  ['a?c', 'a*c', true],
  ['a', 'ab', false],
  ['ab', 'a', false],
  ['a*b', '*a*b*', true],
  ['aXbYc', 'a*b*c', true],
  ['aXb', 'a*b*c', false],
])('every name of %j is one of %j: %j', (inner, outer, expected) => {
  expect(globWithin(inner, outer)).toBe(expected);
});
