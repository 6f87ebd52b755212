// From objects to a set: the order of policies, policies that only watch, and how to ask for access.
import { describe, expect, test } from 'vitest';
import { kinds, type PolicyRule, type PolicySpec, type StoredObject } from '../object/kinds.ts';
import { compilePolicies, orderedRules, type PolicySet } from './compile.ts';
import type { DecideInput } from './decide-input.ts';

const ALL: PolicyRule = { name: 'all', match: {}, effect: 'allow' };
const NONE: PolicyRule = { name: 'none', match: {}, effect: 'deny' };

function policy(name: string, rules: PolicyRule[], more: Partial<PolicySpec> = {}): StoredObject<'policy'> {
  return { kind: 'policy', metadata: { name }, spec: { order: 1000, rules, ...more } };
}

const organization = (contact?: string): StoredObject => ({
  kind: 'organization',
  metadata: { name: 'acme' },
  spec: kinds.organization.parse(contact === undefined ? {} : { contact }),
});

function call(server = 'shop'): DecideInput {
  const principal = { org: 'acme', agent: 'bot', agentClass: undefined, environment: undefined, user: undefined, token: undefined };
  return {
    principal: { ...principal, teams: [], roles: [], labels: {} },
    kind: 'call',
    method: 'tools/call',
    server,
    capability: { kind: 'tool', name: 'refund' },
  };
}

const rulesOf = (objects: readonly StoredObject[]): string[] => orderedRules(objects).map(({ id }) => id);
const decided = (set: PolicySet | undefined): string | undefined => set?.decide(call()).rule;

describe('policies', () => {
  test('are asked by their order, and of equal ones by name, code unit by code unit', () => {
    const names = ['b', 'a', 'Z', 'a-b', 'ab'];
    for (const mixed of [names, [...names].reverse()])
      expect(rulesOf([...mixed.map((name) => policy(name, [ALL])), policy('y', [ALL], { order: 1 })])).toEqual(
        ['y', 'Z', 'a', 'a-b', 'ab', 'b'].map((name) => `${name}/all`),
      );
  });

  test('stand among objects of other kinds, which are no rules', () => {
    const server: StoredObject = {
      kind: 'server',
      metadata: { name: 'shop' },
      spec: kinds.server.parse({ transport: 'http', url: 'http://127.0.0.1:1/mcp' }),
    };
    expect(rulesOf([server, policy('p', [ALL]), organization()])).toEqual(['p/all']);
    expect(compilePolicies([server, policy('p', [ALL])], 1)).toMatchObject({ ruleCount: 1, shadow: undefined });
  });
});

describe('a policy of mode shadow', () => {
  const watching = (more: Partial<PolicySpec> = {}) => policy('watch', [NONE], { order: 1, mode: 'shadow', ...more });

  test('decides nothing; in the set beside it decides in its place in the order', () => {
    const set = compilePolicies([policy('p', [ALL]), watching()], 3);
    expect([decided(set), decided(set.shadow)]).toEqual(['p/all', 'watch/none']);
    expect(set.rules.map(({ id }) => id)).toEqual(['p/all']);
    expect(set.shadow?.rules.map(({ id }) => id)).toEqual(['watch/none', 'p/all']);
    expect(rulesOf([policy('p', [ALL]), watching()])).toEqual(['p/all']);
  });

  test('stands in place of those it names, and of no others', () => {
    const set = compilePolicies([policy('p', [ALL]), policy('q', [ALL]), watching({ order: 2000, replaces: ['p'] })], 3);
    expect(set.rules.map(({ id }) => id)).toEqual(['p/all', 'q/all']);
    expect(set.shadow?.rules.map(({ id }) => id)).toEqual(['q/all', 'watch/none']);
  });

  test('has no shadow of its own, and there is none where nothing watches', () => {
    expect(compilePolicies([policy('p', [ALL])], 3).shadow).toBeUndefined();
    expect(compilePolicies([watching()], 3).shadow?.shadow).toBeUndefined();
  });

  test('is at the revision of the set, wherever that goes', () => {
    const set = compilePolicies([policy('p', [ALL]), watching()], 3);
    expect([set.decide(call()).revision, set.shadow?.decide(call()).revision]).toEqual([3, 3]);
    const later = set.atRevision(9);
    expect([later.revision, later.decide(call()).revision, later.shadow?.decide(call()).revision]).toEqual([9, 9, 9]);
    expect([decided(later), decided(later.shadow)]).toEqual(['p/all', 'watch/none']);
    expect(compilePolicies([policy('p', [ALL])], 3).atRevision(9)).toMatchObject({ revision: 9, shadow: undefined });
  });

  test('reports no error: nobody was refused by it', () => {
    const errors: unknown[] = [];
    const broken: PolicyRule = { name: 'broken', match: {}, when: 'args.absent == 1', effect: 'allow' };
    const set = compilePolicies([policy('p', [ALL]), policy('watch', [broken], { order: 1, mode: 'shadow' })], 1, {
      onError: (failure) => errors.push(failure),
    });
    expect(set.shadow?.decide(call()).code).toBe('policy_error');
    expect([decided(set), errors]).toEqual(['p/all', []]);
  });
});

describe('what rules ask to be known', () => {
  const needs = (...objects: StoredObject[]): [facts: boolean, source: boolean] => {
    const { needsFacts, needsSource } = compilePolicies(objects, 1);
    return [needsFacts, needsSource];
  };
  const facts: PolicyRule = { name: 'f', match: {}, when: 'facts.agent_age_days > 1', effect: 'allow' };
  const source: PolicyRule = { name: 's', match: { source: ['10.0.0.0/8'] }, effect: 'allow' };
  const args: PolicyRule = { name: 'a', match: {}, when: 'args.x == 1', effect: 'allow' };

  test('is gathered when one rule asks, and not when none does', () => {
    expect(needs()).toEqual([false, false]);
    expect(needs(policy('p', [ALL, args]))).toEqual([false, false]);
    expect(needs(policy('p', [ALL, facts]))).toEqual([true, false]);
    expect(needs(policy('p', [ALL, source]))).toEqual([false, true]);
  });

  test('is gathered for rules that only watch, too', () => {
    expect(needs(policy('p', [ALL]), policy('w', [facts], { mode: 'shadow' }))).toEqual([true, false]);
    expect(needs(policy('p', [facts, source]), policy('w', [ALL], { mode: 'shadow' }))).toEqual([true, true]);
    expect(needs(policy('p', [ALL]), policy('w', [source], { mode: 'shadow' }))).toEqual([false, true]);
  });

  test('is nothing for a condition that cannot be compiled', () => {
    expect(needs(policy('p', [{ name: 'b', match: {}, when: 'facts.', effect: 'allow' }]))).toEqual([false, false]);
  });
});

describe('how to ask for access', () => {
  const access = (...objects: StoredObject[]) => compilePolicies(objects, 1).access;

  test('is said by the first policy for everybody that says something', () => {
    const [late, early] = [policy('a', [], { order: 9, access: 'late' }), policy('z', [], { order: 1, access: 'early' })];
    expect(access(late, early)).toBe('early');
    expect(access(early, late)).toBe('early');
    expect(access(policy('first', [], { order: 0 }), late)).toBe('late');
  });

  test('is not said by a policy of one team or one agent', () => {
    expect(access(policy('t', [], { tier: 'team', team: 'crew', access: 'team' }))).toBeUndefined();
    expect(access(policy('a', [], { tier: 'agent', agent: 'bot', access: 'agent' }))).toBeUndefined();
    expect(access(policy('t', [], { tier: 'team', team: 'crew', access: 'team' }), policy('p', [], { access: 'all' }))).toBe('all');
  });

  test('is to ask whom the organization names, where no policy says more', () => {
    expect(access(organization('security@example.com'))).toBe('ask security@example.com');
    expect(access(organization('security@example.com'), policy('p', [], { access: 'open a ticket' }))).toBe('open a ticket');
    expect(access(organization())).toBeUndefined();
    expect(access()).toBeUndefined();
  });
});
