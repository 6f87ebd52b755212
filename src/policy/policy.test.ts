// What the policy does beside plain cases (test/cases/policy) and properties (test/property/policy.test.ts): texts, errors, bounds, cost.
import { describe, expect, test } from 'vitest';
import type { Principal } from '../call.ts';
import type { PolicyRule, StoredObject } from '../object/kinds.ts';
import { compilePolicies, orderedRules } from './compile.ts';
import { type DecideInput, MAX_TRACE } from './policy-set.ts';
import { MAX_SHOWN_CHARS } from './refusal-text.ts';
import { MAX_POSTINGS, RuleIndex } from './rule-index.ts';

/** Against mutants (vitest.mutation.config.ts) a few rules do. */
const QUICK = process.env.SALLYPORT_QUICK !== undefined;

const bot: Principal = {
  org: 'acme',
  agent: 'bot',
  agentClass: undefined,
  environment: undefined,
  teams: [],
  roles: [],
  labels: {},
  user: undefined,
  token: 't',
  inScope: () => true,
};
const call = (server: string, tool: string, principal = bot): DecideInput => ({
  principal,
  kind: 'call',
  method: 'tools/call',
  server,
  capability: { kind: 'tool', name: tool },
});

describe('what the agent is told', () => {
  const set = compilePolicies(
    [
      policy([
        { name: 'no', match: { tool: ['drop'] }, effect: 'deny', reason: 'too dangerous' },
        { name: 'hidden-rule', match: { tool: ['read'] }, effect: 'allow' },
      ]),
    ],
    1,
  );

  test('names agent, server, capability and the rule that applied, and no other', () => {
    expect(set.decide(call('db', 'drop')).reason).toBe(
      'Agent "bot" may not call tool "drop" of server "db": rule "p/no" denies it (too dangerous).',
    );
    const byDefault = set.decide(call('db', 'truncate')).reason;
    expect(byDefault).toBe(
      'Agent "bot" may not call tool "truncate" of server "db": no rule allows it. An operator can add a rule that does.',
    );
    expect(byDefault).not.toContain('hidden-rule');
  });

  test('speaks of the method where there is no capability', () => {
    expect(
      compilePolicies([], 1).decide({ principal: bot, kind: 'list', method: 'tools/list', server: 'db', capability: undefined }).reason,
    ).toMatch(/^Agent "bot" may not call "tools\/list" on server "db":/);
    expect(
      set.decide({ principal: bot, kind: 'read', method: 'completion/complete', server: 'db', capability: { kind: 'prompt', name: 'p' } })
        .reason,
    ).toMatch(/^Agent "bot" may not call "completion\/complete" on prompt "p" of server "db":/);
  });

  test('shows hostile names escaped and cut', () => {
    const { reason } = set.decide(call('db', `x\n\u001b[2J${'y'.repeat(1_000_000)}`));
    expect(reason).toContain('x\\n\\u001b[2J');
    expect(reason.length).toBeLessThan(MAX_SHOWN_CHARS * 2 + 200);
  });

  test('is the same for a name that leads nowhere as for one that is forbidden', () => {
    expect(set.refuse(call('db', 'truncate')).reason).toBe(set.decide(call('db', 'truncate')).reason);
    expect(set.refuse(call('db', 'drop'))).toEqual(set.decide(call('db', 'drop')));
    expect(set.refuse(call('db', 'read')).reason).toBe(set.decide(call('db', 'truncate')).reason.replace('truncate', 'read'));
    expect(set.refuse(call('db', 'truncate'))).toMatchObject({ effect: 'deny', rule: 'builtin/default', code: 'no_rule_allows' });
  });

  test('is the same for an unknown and a known capability out of scope', () => {
    const narrow = { ...bot, inScope: () => false };
    const known = set.decide(call('db', 'read', narrow));
    const unknown = set.decide(call('db', 'nope', narrow));
    expect(known.code).toBe('out_of_scope');
    expect(unknown.reason.replace('nope', 'read')).toBe(known.reason);
  });
});

test('what is thrown while deciding is a denial, reported, in every entry point', () => {
  const errors: unknown[] = [];
  const set = compilePolicies([policy([{ name: 'all', match: {}, effect: 'allow' }])], 9, {
    onError: (error) => {
      errors.push(error);
      throw new Error('the listener is broken too');
    },
  });
  const broken: Principal = {
    ...bot,
    inScope: () => {
      throw new Error('boom');
    },
  };
  expect(set.decide(call('db', 'read', broken))).toMatchObject({
    effect: 'deny',
    rule: 'builtin/error',
    code: 'policy_error',
    trace: [],
    revision: 9,
  });
  expect(set.decide(call('db', 'read', broken)).reason).not.toContain('boom');
  expect(set.explain(call('db', 'read', broken)).effect).toBe('deny');
  expect(set.visible(broken, 'db', { kind: 'tool', name: 'read' })).toBe(false);
  expect(set.mayUse(broken, 'db')).toBe(false);
  expect(errors).toHaveLength(5);
});

test('a trace is bounded and ends with what decided', () => {
  const rules = Array.from(
    { length: 500 },
    (_, i): PolicyRule => ({ name: `r${i}`, match: { server: ['db'], tool: [`t${i}`] }, effect: 'allow' }),
  );
  const set = compilePolicies([policy(rules)], 1);
  const denied = set.explain(call('db', 'none')).trace;
  expect(denied).toHaveLength(MAX_TRACE);
  expect(denied.at(-1)).toEqual({ rule: 'builtin/default', matched: true });
  const allowed = set.explain(call('db', 't499')).trace;
  expect(allowed).toHaveLength(MAX_TRACE);
  expect(allowed.at(-1)).toEqual({ rule: 'p/r499', matched: true });
  expect(set.decide(call('db', 't499')).trace).toEqual([{ rule: 'p/r499', matched: true }]);
});

describe('the index', () => {
  test('leaves out rules for other servers, agents, classes and tools', () => {
    const rules: PolicyRule[] = [];
    for (let i = 0; i < (QUICK ? 20 : 2_000); i++) {
      rules.push({ name: `s${i}`, match: { server: [`other-${i}`] }, effect: 'allow' });
      rules.push({ name: `a${i}`, match: { agent: [`agent-${i}`], server: ['db'] }, effect: 'allow' });
      rules.push({ name: `c${i}`, match: { class: [`class-${i}`], server: ['db'] }, effect: 'allow' });
      rules.push({ name: `t${i}`, match: { server: ['db'], tool: [`tool-${i}`] }, effect: 'allow' });
    }
    rules.push({ name: 'mine', match: { server: ['db'], tool: ['tool-7', 're*'] }, effect: 'allow' });
    const index = new RuleIndex(orderedRules([policy(rules)]));
    const looked = index.lists(bot, 'db', { kind: 'tool', name: 'tool-7' }).flat();
    expect(looked.map((rule) => rule.id)).toEqual(['p/t7', 'p/mine']);
    expect(index.lists(bot, 'nowhere', { kind: 'tool', name: 'tool-7' }).flat()).toEqual([]);
  });

  test('does not multiply a rule with many literals without bound', () => {
    const many = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
    const rule: PolicyRule = {
      name: 'wide',
      match: { agent: many('a', 256), server: many('s', 256), tool: many('t', 256) },
      effect: 'allow',
    };
    const set = compilePolicies([policy(Array.from({ length: QUICK ? 10 : 1_000 }, () => rule))], 1);
    expect(set.decide(call('s255', 't255', { ...bot, agent: 'a255' })).effect).toBe('allow');
    expect(set.decide(call('s255', 't256', { ...bot, agent: 'a255' })).effect).toBe('deny');
    const exact: PolicyRule = { name: 'exact', match: { server: many('s', 8), tool: many('t', MAX_POSTINGS / 8) }, effect: 'allow' };
    const index = new RuleIndex(orderedRules([policy([exact])]));
    expect(index.lists(bot, 's0', { kind: 'tool', name: 'nope' }).flat()).toHaveLength(0);
    const over: PolicyRule = { ...exact, match: { ...exact.match, server: many('s', 9) } };
    expect(new RuleIndex(orderedRules([policy([over])])).lists(bot, 's0', { kind: 'tool', name: 'nope' }).flat()).toHaveLength(1);
  });
});

test('names like keys of objects match only where a rule names them', () => {
  const set = compilePolicies([policy([{ name: 'odd', match: { server: ['__proto__'], tool: ['constructor'] }, effect: 'allow' }])], 1);
  expect(set.decide(call('__proto__', 'constructor')).effect).toBe('allow');
  expect(set.decide(call('constructor', 'constructor')).effect).toBe('deny');
  expect(set.decide(call('__proto__', 'toString')).effect).toBe('deny');
});

function policy(rules: PolicyRule[]): StoredObject<'policy'> {
  return { kind: 'policy', metadata: { name: 'p' }, spec: { order: 1000, rules } };
}
