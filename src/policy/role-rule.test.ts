// What roles become: allow rules for who has the role, between the policies put in front and those of the default order.
import { describe, expect, test } from 'vitest';
import type { Principal } from '../call.ts';
import type { RoleSpec, StoredObject } from '../object/kinds.ts';
import { compilePolicies, orderedRules } from './compile.ts';
import { roleGrants } from './role-rule.ts';

const member: Principal = {
  org: 'acme',
  agent: 'bot',
  agentClass: undefined,
  environment: undefined,
  teams: [],
  roles: ['a-role', 'support'],
  labels: {},
  user: undefined,
  token: 't',
  inScope: () => true,
};
const stranger: Principal = { ...member, roles: [] };
const use = (principal: Principal, server: string, tool: string) => ({
  principal,
  kind: 'call' as const,
  method: 'tools/call',
  server,
  capability: { kind: 'tool' as const, name: tool },
});

function role(name: string, grants: RoleSpec['grants']): StoredObject<'role'> {
  return { kind: 'role', metadata: { name }, spec: { members: { agents: ['bot'] }, grants } };
}

function policy(name: string, tier: 'guardrail' | 'default', effect: 'allow' | 'deny', tool: string): StoredObject<'policy'> {
  return { kind: 'policy', metadata: { name }, spec: { tier, order: 1000, rules: [{ name: 'r', match: { tool: [tool] }, effect }] } };
}

test('a grant is one rule, named after the role and its place, in order of names', () => {
  const grants = roleGrants([role('support', [{ server: ['desk'] }, { tool: ['read_*'] }]), role('a-role', [{ method: ['tools/*'] }])]);
  expect(grants.flatMap(({ name, rules }) => rules.map((rule) => `${name}/${rule.name}`))).toEqual([
    'role/a-role/1',
    'role/support/1',
    'role/support/2',
  ]);
  expect(grants[1]?.rules[0]).toEqual({ name: '1', match: { role: ['support'], server: ['desk'] }, effect: 'allow' });
});

test('a grant cannot bring its own role, effect or other matcher in', () => {
  const smuggled = { server: ['x'], role: ['other'], agent: ['bot'], effect: 'deny' } as unknown as RoleSpec['grants'][number];
  expect(roleGrants([role('support', [smuggled])])[0]?.rules[0]).toEqual({
    name: '1',
    match: { role: ['support'], server: ['x'] },
    effect: 'allow',
  });
});

describe('the one evaluator', () => {
  const set = compilePolicies([role('support', [{ server: ['desk'], tool: ['read_*'] }])], 1);

  test('allows what is granted to who has the role, and to nobody else', () => {
    expect(set.decide(use(member, 'desk', 'read_ticket'))).toMatchObject({ effect: 'allow', rule: 'role/support/1' });
    expect(set.decide(use(member, 'desk', 'close_ticket')).effect).toBe('deny');
    expect(set.decide(use(member, 'bank', 'read_ticket')).effect).toBe('deny');
    expect(set.decide(use(stranger, 'desk', 'read_ticket')).effect).toBe('deny');
  });

  test('shows what is granted, and the server it is on', () => {
    expect(set.visible(member, 'desk', { kind: 'tool', name: 'read_ticket' })).toBe(true);
    expect(set.visible(member, 'desk', { kind: 'tool', name: 'close_ticket' })).toBe(false);
    expect([set.mayUse(member, 'desk'), set.mayUse(stranger, 'desk')]).toEqual([true, false]);
  });

  test('a token that narrows still narrows', () => {
    const narrowed = { ...member, inScope: () => false };
    expect(set.decide(use(narrowed, 'desk', 'read_ticket'))).toMatchObject({ effect: 'deny', code: 'out_of_scope' });
  });
});

test('what is put in front denies despite a grant; the default order comes after it', () => {
  const objects = [
    role('support', [{ server: ['desk'] }]),
    policy('front', 'guardrail', 'deny', 'drop'),
    policy('usual', 'default', 'deny', 'read'),
  ];
  expect(orderedRules(objects).map(({ id }) => id)).toEqual(['front/r', 'role/support/1', 'usual/r']);
  const set = compilePolicies(objects, 1);
  expect(set.decide(use(member, 'desk', 'drop')).rule).toBe('front/r');
  expect(set.decide(use(member, 'desk', 'read')).rule).toBe('role/support/1');
  expect(set.decide(use(stranger, 'desk', 'read')).rule).toBe('usual/r');
});

test('a rule whose outcome depends on the call makes the outlook conditional, and says which rule', () => {
  const rules = [
    { name: 'small', match: { tool: ['refund'] }, when: 'args.amount < 500', effect: 'allow' as const },
    { name: 'nights', match: { tool: ['refund', 'read'], time: { zone: 'UTC', weekdays: ['sun' as const] } }, effect: 'deny' as const },
  ];
  const set = compilePolicies(
    [
      role('support', [{ server: ['desk'], tool: ['read', 'list'] }]),
      { kind: 'policy', metadata: { name: 'p' }, spec: { tier: 'guardrail', order: 1, rules } },
    ],
    1,
  );
  const outlook = (tool: string) => set.outlook(member, 'desk', { kind: 'tool', name: tool });
  expect(outlook('refund')).toEqual({ effect: 'conditional', rule: 'builtin/default', conditions: ['p/small'] });
  expect(outlook('read')).toEqual({ effect: 'conditional', rule: 'role/support/1', conditions: ['p/nights'] });
  expect(outlook('list')).toEqual({ effect: 'allow', rule: 'role/support/1', conditions: [] });
  expect(outlook('other')).toEqual({ effect: 'deny', rule: 'builtin/default', conditions: [] });
});

test('a grant selects by prompt, resource and method too, and by nothing that it does not name', () => {
  const grant = { prompt: ['hello'], resource: ['note://*'], method: ['prompts/*'] };
  const [granted] = roleGrants([role('support', [grant, {}])]);
  expect(granted?.rules.map(({ match }) => match)).toEqual([{ ...grant, role: ['support'] }, { role: ['support'] }]);
});
