// What rehearsals claim, on generated policies: "unreachable" is never wrong, a witness is decided differently, a near miss is let through.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGlob } from '../../src/lib/glob.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { inputOf } from '../../src/policy/case.ts';
import { compilePolicies } from '../../src/policy/compile.ts';
import type { DecideInput } from '../../src/policy/decide-input.ts';
import { globWithin } from '../../src/policy/rehearse/cover.ts';
import { lintPolicies } from '../../src/policy/rehearse/lint.ts';
import { nearMisses, publicNearMiss } from '../../src/policy/rehearse/near-miss.ts';
import { comparePolicies, sideOf } from '../../src/policy/rehearse/witness.ts';

const RUNS = process.env.SALLYPORT_QUICK === undefined ? 300 : 60;
const WORLD = { principals: [], servers: [] };

const some = (values: readonly string[]) =>
  fc.option(fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 });
const CONDITIONS = [
  'args.amount <= 500',
  'args.amount > 100',
  'args.amount > 5 && args.amount < 3',
  "args.to == 'a' || args.amount == 7",
  "has(args.to) && args.to.startsWith('x')",
  "principal.class == 'c1'",
  "'role9' in principal.roles",
  "args.amount <= 500 && principal.teams.exists(t, t == 'team9')",
];
/** What belongs to callers, or is said of who may: nothing of it is for the agent. */
const OF_CALLERS = /principal|role|team|user|agent|class|environment|source|r\d|p\//;
const ruleArb = fc
  .record({
    agent: some(['a1', 'a2', 'a*', '?1']),
    class: some(['c1', 'c*']),
    team: some(['t1', 't2']),
    role: some(['role8', 'role9']),
    environment: some(['environment8']),
    source: some(['10.0.0.0/8', '192.0.2.0/24']),
    server: some(['s1', 's2', 's*', '*']),
    tool: some(['read', 'read_all', 'read*', '*', '??ad']),
    method: some(['tools/call', 'tools/*', 'resources/read']),
    kind: fc.option(fc.constantFrom(['call' as const], ['list' as const], ['call' as const, 'read' as const]), { nil: undefined, freq: 1 }),
    tags: some(['risky', 'ri*']),
    intent: fc.option(fc.constantFrom(['read' as const], ['destructive' as const]), { nil: undefined, freq: 1 }),
    riskAtLeast: fc.option(fc.constantFrom(0, 50), { nil: undefined, freq: 1 }),
    when: fc.option(fc.constantFrom(...CONDITIONS), { nil: undefined, freq: 1 }),
    effect: fc.constantFrom('allow' as const, 'deny' as const, 'hold' as const),
  })
  .map(({ effect, when, ...match }) => ({
    effect,
    ...(when === undefined ? {} : { when }),
    match: Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)) as PolicyRule['match'],
  }));

const policyArb = fc.array(ruleArb, { maxLength: 7 }).map(
  (rules): StoredObject<'policy'> => ({
    kind: 'policy',
    metadata: { name: 'p' },
    spec: { order: 1000, rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })) },
  }),
);

const inputArb: fc.Arbitrary<DecideInput> = fc
  .record({
    agent: fc.constantFrom('a1', 'a2', 'b1'),
    class: fc.option(fc.constantFrom('c1', 'c2'), { nil: undefined }),
    teams: fc.subarray(['t1', 't2']),
    roles: fc.subarray(['role8', 'role9']),
    source: fc.option(fc.constantFrom('10.0.0.1', '192.0.2.7'), { nil: undefined }),
    server: fc.constantFrom('s1', 's2', 'z'),
    tool: fc.option(fc.constantFrom('read', 'read_all', 'load', 'write'), { nil: undefined, freq: 8 }),
    method: fc.option(fc.constantFrom('tools/call', 'tools/list', 'resources/read', 'tasks/get'), { nil: undefined }),
    tags: fc.subarray(['risky', 'other']),
    intent: fc.option(fc.constantFrom('read' as const, 'destructive' as const), { nil: undefined }),
    risk: fc.option(fc.constantFrom(0, 49, 50, 100), { nil: undefined }),
    args: fc.constantFrom(
      {},
      { amount: 4 },
      { amount: 100 },
      { amount: 101 },
      { amount: 500 },
      { amount: 501 },
      { to: 'a' },
      { to: 'xy', amount: 7 },
    ),
  })
  // Requests that there are: a list is about no tool, a reading about a resource.
  .map(({ tool, ...given }) => {
    if (given.method === 'tools/list') return given;
    return given.method === 'resources/read' ? { ...given, resource: tool ?? 'file:///x' } : { ...given, tool };
  })
  .map((given) => inputOf(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never));

const PROOFS = new Set(['unreachable', 'contradictory', 'never-matches']);

test('lint never says unreachable, contradictory or never-matches of a rule that decides a call', () => {
  let claims = 0;
  fc.assert(
    fc.property(policyArb, fc.array(inputArb, { minLength: 60, maxLength: 60 }), (policy, inputs) => {
      const set = compilePolicies([policy], 1);
      const claimed = new Map(lintPolicies(set, WORLD).flatMap((one) => (PROOFS.has(one.kind) && one.rule ? [[one.rule, one.kind]] : [])));
      claims += claimed.size;
      for (const input of inputs) {
        const { rule } = set.decide(input);
        expect(claimed.get(rule), `${rule} of ${JSON.stringify(policy.spec.rules)} on ${JSON.stringify(input)}`).toBeUndefined();
      }
    }),
    { numRuns: RUNS },
  );
  expect(claims).toBeGreaterThan(RUNS / 10);
});

test('a glob within another matches nothing that the other does not', () => {
  const glob = fc.stringMatching(/^[ab?*]{1,5}$/);
  fc.assert(
    fc.property(glob, glob, fc.array(fc.stringMatching(/^[ab]{0,6}$/), { minLength: 20, maxLength: 20 }), (inner, outer, names) => {
      if (!globWithin(inner, outer)) return;
      for (const name of names)
        if (compileGlob(inner).test(name)) expect(compileGlob(outer).test(name), `${inner} in ${outer}: ${name}`).toBe(true);
    }),
    { numRuns: 5 * RUNS },
  );
  expect(globWithin('ab*', 'a*')).toBe(true);
  expect(globWithin('a*', 'ab*')).toBe(false);
});

test('every witness of policy diff is really decided differently, and sets that are the same have none', () => {
  let found = 0;
  fc.assert(
    fc.property(policyArb, policyArb, (one, other) => {
      const [a, b] = [compilePolicies([one], 1), compilePolicies([other], 2)];
      const { witnesses } = comparePolicies(a, b, WORLD);
      found += witnesses.length;
      for (const witness of witnesses) {
        const input = inputOf(witness.call);
        expect(sideOf(a, input)).toEqual(witness.a);
        expect(sideOf(b, input)).toEqual(witness.b);
        expect(witness.a.effect).not.toBe(witness.b.effect);
      }
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
  expect(found).toBeGreaterThan(0);
  const same = compilePolicies(
    [{ kind: 'policy', metadata: { name: 'p' }, spec: { order: 1, rules: [{ name: 'r', match: {}, effect: 'allow' }] } }],
    1,
  );
  expect(comparePolicies(same, same, WORLD)).toMatchObject({ rules: [], witnesses: [], complete: true });
});

test('a near miss says what comes out, and an agent is told nothing about what its lists do not show, nor of who else may', () => {
  let ofCallers = 0;
  fc.assert(
    fc.property(policyArb, inputArb, (policy, input) => {
      const set = compilePolicies([policy], 1);
      for (const miss of nearMisses(set, input, { roles: ['role7'], teams: ['t1'] })) {
        expect(miss.effect).not.toBe('deny');
        if (/^(?:not )?(?:role|team|environment|source|agent|class) |in principal\./.test(miss.condition)) ofCallers++;
        expect(set.decide(input).effect).not.toBe('allow');
      }
      const { capability, server } = input;
      const shown = server !== undefined && capability !== undefined && set.visible(input.principal, server, capability);
      if (!shown) expect(publicNearMiss(set, input)).toBeUndefined();
      expect(publicNearMiss(set, input) ?? '').not.toMatch(OF_CALLERS);
    }),
    { numRuns: RUNS },
  );
  expect(ofCallers).toBeGreaterThan(RUNS / 10);
});
