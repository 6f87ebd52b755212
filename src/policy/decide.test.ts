// What a set answers beside the decision itself: what is hidden, what a risk band makes stricter, what a capability comes to without a call,
// what a server is good for, and what is remembered of it.
import { describe, expect, test } from 'vitest';
import type { CapabilityKind, CapabilityRef, MethodKind } from '../call.ts';
import type { PolicyRule, PolicySpec, StoredObject } from '../object/kinds.ts';
import { type Bands, compilePolicies, type PolicySet } from './compile.ts';
import type { DecideInput, Who } from './decide-input.ts';

const USES: Record<CapabilityKind, [string, MethodKind]> = {
  tool: ['tools/call', 'call'],
  prompt: ['prompts/get', 'read'],
  resource: ['resources/read', 'read'],
};

const bot: Who = {
  ...{ org: 'acme', agent: 'bot', agentClass: undefined, environment: undefined, teams: [], roles: [], labels: {} },
  ...{ user: undefined, token: undefined },
};

function setOf(rules: Omit<PolicyRule, 'name'>[], bands?: Bands): PolicySet {
  const spec: PolicySpec = { order: 1, rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })) };
  const policy: StoredObject<'policy'> = { kind: 'policy', metadata: { name: 'p' }, spec };
  return compilePolicies([policy], 1, { bands });
}

function use(kind: CapabilityKind, name: string, more: Partial<DecideInput> = {}): DecideInput {
  const [method, methodKind] = USES[kind];
  return { principal: bot, kind: methodKind, method, server: 'shop', capability: { kind, name }, ...more };
}

const ALL: Omit<PolicyRule, 'name'> = { match: {}, effect: 'allow' };
const tool = (name: string): CapabilityRef => ({ kind: 'tool', name });

describe('a hidden capability', () => {
  const hide: Omit<PolicyRule, 'name'> = { match: { tool: ['dump'] }, effect: 'hide' };

  test('is answered as absent where other rules would let it be asked for', () => {
    expect(setOf([hide, ALL]).decide(use('tool', 'dump'))).toMatchObject({ effect: 'deny', rule: 'p/r0', hidden: { asAbsent: true } });
    const held = setOf([hide, { match: {}, effect: 'hold' }]);
    expect(held.decide(use('tool', 'dump')).hidden).toEqual({ asAbsent: true });
  });

  test('is refused as anything else is where they would not', () => {
    expect(setOf([hide]).decide(use('tool', 'dump')).hidden).toEqual({ asAbsent: false });
    const denied = setOf([hide, { match: {}, effect: 'deny' }]);
    expect(denied.decide(use('tool', 'dump')).hidden).toEqual({ asAbsent: false });
    const twice = setOf([hide, { match: { tool: ['d*'] }, effect: 'hide' }, { match: { tool: ['d*'] }, effect: 'deny' }, ALL]);
    expect(twice.decide(use('tool', 'dump')).hidden).toEqual({ asAbsent: false });
  });

  test('that is no tool is refused, and what is not hidden is not called so', () => {
    const set = setOf([{ match: { prompt: ['dump'], resource: ['dump'] }, effect: 'hide' }, ALL]);
    expect([set.decide(use('prompt', 'dump')).hidden, set.decide(use('resource', 'dump')).hidden]).toEqual([
      { asAbsent: false },
      { asAbsent: false },
    ]);
    expect(set.decide(use('tool', 'dump')).hidden).toBeUndefined();
  });
});

describe('a band of a risk profile', () => {
  const band =
    (found: 'hold' | 'deny' | undefined): Bands =>
    (server, score) =>
      found && { profile: `${server}-${score}`, band: found };
  const risky = (more: Partial<DecideInput> = {}) => use('tool', 'pay', { risk: 80, ...more });
  const HOLD: Omit<PolicyRule, 'name'> = { match: {}, effect: 'hold' };

  test('holds or denies what the rules allow, in its own name', () => {
    expect(setOf([ALL], band('hold')).decide(risky())).toMatchObject({ effect: 'hold', rule: 'risk/shop-80', code: 'approval_required' });
    expect(setOf([ALL], band('deny')).decide(risky())).toMatchObject({ effect: 'deny', rule: 'risk/shop-80', code: 'denied_by_rule' });
    expect(setOf([ALL], band(undefined)).decide(risky())).toMatchObject({ effect: 'allow', rule: 'p/r0' });
  });

  test('leaves a hold to its rule, unless it denies', () => {
    expect(setOf([HOLD], band('hold')).decide(risky()).rule).toBe('p/r0');
    expect(setOf([HOLD], band('deny')).decide(risky())).toMatchObject({ effect: 'deny', rule: 'risk/shop-80' });
  });

  test('says nothing of what is denied, of a follow-up, and where no score or no server is known', () => {
    const asked: string[] = [];
    const noting: Bands = (server) => {
      asked.push(server);
      return { profile: 'x', band: 'deny' };
    };
    expect(setOf([], noting).decide(risky()).rule).toBe('builtin/default');
    const set = setOf([ALL], noting);
    expect(set.decide(use('tool', 'pay')).rule).toBe('p/r0');
    expect(set.decide(risky({ server: undefined })).rule).toBe('p/r0');
    expect(set.decide(risky({ method: 'tasks/get' })).rule).toBe('p/r0');
    expect(asked).toEqual([]);
    expect(set.decide(risky({ risk: 0 })).rule).toBe('risk/x');
  });

  test('stands in the trace after what the rules came to, and alone in that of the hot path', () => {
    const set = setOf([{ match: { tool: ['other'] }, effect: 'deny' }, ALL], band('deny'));
    expect(set.explain(risky()).trace.map(({ rule, matched }) => [rule, matched])).toEqual([
      ['p/r0', false],
      ['p/r1', true],
      ['risk/shop-80', true],
    ]);
    expect(set.decide(risky()).trace).toEqual([{ rule: 'risk/shop-80', matched: true }]);
  });
});

describe('a refusal of a name that leads nowhere', () => {
  test('has the trace of the default where rules would allow, and of what denies where they would not', () => {
    const set = setOf([
      { match: { tool: ['a'] }, effect: 'deny' },
      { match: { tool: ['b'] }, effect: 'allow' },
    ]);
    expect(set.refuse(use('tool', 'a')).trace).toEqual([{ rule: 'p/r0', matched: true }]);
    expect(set.refuse(use('tool', 'b')).trace).toEqual([{ rule: 'builtin/default', matched: true }]);
    expect(set.refuse(use('tool', 'c')).trace).toEqual([{ rule: 'builtin/default', matched: true }]);
  });
});

describe('what a capability comes to without a call', () => {
  const cond = (effect: 'allow' | 'deny' | 'hold', match: PolicyRule['match'] = {}) => ({ match, when: 'args.n == 1', effect });
  const outlook = (rules: Omit<PolicyRule, 'name'>[], who: Who = bot) => setOf(rules).outlook(who, 'shop', tool('pay'));

  test('is what the first rule without a condition says', () => {
    expect(outlook([ALL])).toEqual({ effect: 'allow', rule: 'p/r0', conditions: [] });
    expect(outlook([{ match: {}, effect: 'hold' }, ALL])).toEqual({ effect: 'hold', rule: 'p/r0', conditions: [] });
    expect(outlook([{ match: {}, effect: 'hide' }, ALL])).toEqual({ effect: 'deny', rule: 'p/r0', conditions: [] });
    expect(outlook([])).toEqual({ effect: 'deny', rule: 'builtin/default', conditions: [] });
  });

  test('depends on the conditions before it, and on none after it or about something else', () => {
    expect(outlook([cond('deny'), ALL, cond('hold')])).toEqual({ effect: 'conditional', rule: 'p/r1', conditions: ['p/r0'] });
    expect(outlook([cond('deny', { tool: ['other'] }), ALL])).toEqual({ effect: 'allow', rule: 'p/r1', conditions: [] });
    expect(outlook([{ match: { tool: ['other'] }, effect: 'deny' }, ALL]).conditions).toEqual([]);
    expect(outlook([cond('allow'), cond('hold')])).toEqual({
      effect: 'conditional',
      rule: 'builtin/default',
      conditions: ['p/r0', 'p/r1'],
    });
  });

  test('depends on a condition to the same effect where an error would deny, and not where it denies anyway', () => {
    expect(outlook([cond('allow'), ALL])).toEqual({ effect: 'conditional', rule: 'p/r1', conditions: ['p/r0'] });
    expect(outlook([cond('deny')])).toEqual({ effect: 'deny', rule: 'builtin/default', conditions: [] });
    expect(outlook([{ match: { time: { zone: 'UTC', from: '08:00' } }, effect: 'allow' }, ALL])).toMatchObject({ effect: 'allow' });
  });

  test('is a denial outside the scope of the token', () => {
    expect(outlook([ALL], { ...bot, inScope: () => false })).toEqual({ effect: 'deny', rule: 'builtin/scope', conditions: [] });
  });
});

describe('a resource URI that means another place than it says', () => {
  const on = (glob: string, effect: PolicyRule['effect']) => ({ match: { resource: [glob] }, effect });
  const decided = (...rules: Omit<PolicyRule, 'name'>[]) => setOf(rules).decide(use('resource', 'file:///docs/../etc/x'));

  test('is held where either place is held, and by the first of both', () => {
    expect(decided(on('file:///etc/*', 'hold'), on('file:///docs/*', 'allow'))).toMatchObject({ effect: 'hold', rule: 'p/r0' });
    expect(decided(on('file:///docs/*', 'hold'), on('file:///etc/*', 'allow'))).toMatchObject({ effect: 'hold', rule: 'p/r0' });
    expect(decided(on('file:///etc/*', 'hold'), on('file:///docs/*', 'hold'))).toMatchObject({ effect: 'hold', rule: 'p/r1' });
    expect(decided(on('file:///etc/*', 'allow'), on('file:///docs/*', 'allow'))).toMatchObject({ effect: 'allow' });
  });
});

describe('a server', () => {
  const useful = (...rules: Omit<PolicyRule, 'name'>[]) => setOf(rules).mayUse(bot, 'shop');

  test('may be used where some rule lets something of it be used', () => {
    expect(useful(ALL)).toBe(true);
    expect(useful({ match: { tool: ['x'] }, effect: 'hold' })).toBe(true);
    expect(useful({ match: { method: ['prompts/get'] }, effect: 'allow' })).toBe(true);
    expect(useful({ match: { kind: ['list', 'call'] }, effect: 'allow' })).toBe(true);
    expect(useful()).toBe(false);
    expect(useful({ match: { server: ['elsewhere'] }, effect: 'allow' })).toBe(false);
    expect(useful({ match: { method: ['tasks/*'] }, effect: 'allow' })).toBe(false);
    expect(useful({ match: { kind: ['list'] }, effect: 'allow' })).toBe(false);
    expect(useful({ match: { tool: ['x'] }, effect: 'deny' })).toBe(false);
  });

  test.each([
    [{}, false],
    [{ tool: ['x'] }, true],
    [{ prompt: ['x'] }, true],
    [{ method: ['tools/call'] }, true],
    [{ kind: ['call'] }, true],
    [{ tags: ['eu'] }, true],
    [{ intent: ['read'] }, true],
  ] as [PolicyRule['match'], boolean][])('is closed by a denial of everything, not by one of %j', (match, open) => {
    expect(useful({ match, effect: 'deny' }, ALL)).toBe(open);
    expect(useful({ match, effect: 'hide' }, ALL)).toBe(open);
    expect(useful({ match, when: 'args.x == 1', effect: 'deny' }, ALL)).toBe(true);
  });

  test('may be used where the token reaches it, and without a token', () => {
    const asked: unknown[] = [];
    const who = (answer: boolean): Who => ({
      ...bot,
      inScope: (...about) => {
        asked.push(about);
        return answer;
      },
    });
    expect([setOf([ALL]).mayUse(who(true), 'shop'), setOf([ALL]).mayUse(who(false), 'shop')]).toEqual([true, false]);
    expect(asked).toEqual(Array(2).fill(['shop', undefined, 'initialize']));
  });

  test('of none is within every scope: what goes to no single server is a matter of each', () => {
    const list: DecideInput = {
      principal: { ...bot, inScope: () => false },
      kind: 'list',
      method: 'tools/list',
      server: undefined,
      capability: undefined,
    };
    expect(setOf([]).decide(list).rule).toBe('builtin/handshake');
    expect(setOf([]).decide({ ...list, server: 'shop' }).rule).toBe('builtin/scope');
  });

  test('is known by the names that rules give exactly', () => {
    const set = setOf([
      { match: { server: ['shop'], tool: ['pay', 'get_*', 'pay'] }, effect: 'allow' },
      { match: { tool: ['pay'], prompt: ['pay'], resource: ['x:/a', 'x:/*'] }, effect: 'deny' },
      { match: { server: ['s?op'], tool: ['wide'] }, effect: 'deny' },
      { match: { server: ['elsewhere', 'e*'], tool: ['not-here'] }, effect: 'allow' },
      ALL,
    ]);
    expect(set.named('shop')).toEqual([tool('pay'), { kind: 'prompt', name: 'pay' }, { kind: 'resource', name: 'x:/a' }, tool('wide')]);
    expect(set.named('other')).toEqual([tool('pay'), { kind: 'prompt', name: 'pay' }, { kind: 'resource', name: 'x:/a' }]);
  });
});

describe('what is shown', () => {
  test('of a tool is remembered for its caller, and says nothing of a prompt or resource of that name', () => {
    const set = setOf([{ match: { tool: ['x'], prompt: ['y'] }, effect: 'allow' }]);
    let asked = 0;
    const who: Who = {
      ...bot,
      inScope: () => {
        asked++;
        return true;
      },
    };
    const shown = (kind: CapabilityKind, name: string) => set.visible(who, 'shop', { kind, name });
    expect([shown('tool', 'x'), shown('prompt', 'x'), shown('resource', 'x'), shown('tool', 'x')]).toEqual([true, false, false, true]);
    expect([shown('prompt', 'y'), shown('tool', 'y'), shown('prompt', 'y'), shown('tool', 'y')]).toEqual([true, false, true, false]);
    expect(asked).toBe(6);
  });

  test('is what a person or a condition could let through', () => {
    const set = setOf([
      { match: { tool: ['held'] }, when: 'args.n == 1', effect: 'hold' },
      { match: { tool: ['asked'] }, when: 'args.n == 1', effect: 'allow' },
      { match: { tool: ['refused'] }, when: 'args.n == 1', effect: 'deny' },
    ]);
    const names = ['held', 'asked', 'refused', 'none'];
    expect(names.map((name) => set.visible(bot, 'shop', tool(name)))).toEqual([true, true, false, false]);
  });
});

describe('what the agent is told', () => {
  const told = (effect: PolicyRule['effect'], reason?: string) =>
    setOf([{ match: {}, effect, ...(reason && { reason }) }]).decide(use('tool', 'pay')).reason;

  test('says why where the rule does, and nothing in brackets where it does not', () => {
    const asked = 'Agent "bot" may not call tool "pay" of server "shop"';
    expect(told('deny')).toBe(`${asked}: rule "p/r0" denies it.`);
    expect(told('deny', 'too late')).toBe(`${asked}: rule "p/r0" denies it (too late).`);
    expect(told('hold')).toBe(`${asked} without approval: rule "p/r0" holds it for a person.`);
    expect(told('hold', 'money')).toBe(`${asked} without approval: rule "p/r0" holds it for a person (money).`);
  });

  test('names no server where there is none', () => {
    const { reason } = setOf([]).decide({
      principal: bot,
      kind: 'reverse',
      method: 'sampling/createMessage',
      server: undefined,
      capability: undefined,
    });
    expect(reason).toMatch(/^Agent "bot" may not call "sampling\/createMessage": /);
    expect(setOf([]).decide(use('tool', 'pay', { server: undefined })).reason).toMatch(/^Agent "bot" may not call tool "pay": /);
  });
});
