// What a set of policies remembers of its callers changes no answer: asked whatever, in whatever order, it says what one says that was never asked.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileScope } from '../../src/auth/scope.ts';
import type { CapabilityKind, MethodKind, Principal } from '../../src/call.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { compilePolicies, type PolicySet } from '../../src/policy/compile.ts';
import type { DecideInput } from '../../src/policy/decide-input.ts';

const RUNS = process.env.SALLYPORT_QUICK === undefined ? 1_000 : 200;
const names = ['read', 'read_all', 'write', '__proto__', 'constructor'];
const servers = ['s1', 's2', '__proto__'];
const requests: [string, MethodKind, CapabilityKind][] = [
  ['tools/call', 'call', 'tool'],
  ['tools/call', 'reverse', 'tool'],
  ['tasks/get', 'call', 'tool'],
  ['tasks/cancel', 'call', 'tool'],
  ['prompts/get', 'read', 'prompt'],
  ['resources/read', 'read', 'resource'],
];

function some<T>(...values: T[]): fc.Arbitrary<T[] | undefined> {
  return fc.option(fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 });
}

function defined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

const ruleArb = fc
  .record({
    match: fc
      .record({
        agent: some('a1', 'a*'),
        class: some('c1'),
        team: some('t1', 't*'),
        role: some('r1'),
        user: some('u1', 'u*'),
        environment: some('dev'),
        server: some('s1', 's*', '__proto__'),
        tool: some('read', 'read*', '*', '__proto__'),
        method: some('tools/*', 'tasks/*'),
        kind: some<MethodKind>('call', 'reverse'),
        tags: some('money', 'slow'),
        findings: some('pii.*'),
        riskAtLeast: fc.option(fc.constant(50), { nil: undefined, freq: 1 }),
      })
      .map(defined),
    when: fc.option(fc.constantFrom('args.amount > 5', 'principal.agent == "a1"', '"money" in tags'), { nil: undefined, freq: 2 }),
    effect: fc.constantFrom('allow' as const, 'allow' as const, 'hold' as const, 'deny' as const, 'hide' as const),
  })
  .map((rule) => defined(rule) as Omit<PolicyRule, 'name'>);

const tagged = {
  kind: 'server',
  metadata: { name: 's1' },
  spec: { tags: ['slow'], toolTags: { 'read*': ['money'], __proto__: ['money'] } },
} as unknown as StoredObject;

const objectsArb = fc
  .array(fc.record({ rules: fc.array(ruleArb, { minLength: 1, maxLength: 5 }), isShadow: fc.boolean() }), { minLength: 1, maxLength: 3 })
  .map((policies) => [
    tagged,
    ...policies.map(
      ({ rules, isShadow }, p): StoredObject<'policy'> => ({
        kind: 'policy',
        metadata: { name: `p${p}` },
        spec: { order: p, rules: rules.map((rule, r) => ({ name: `r${r}`, ...rule })), ...(isShadow && { mode: 'shadow' as const }) },
      }),
    ),
  ]);

type Scopes = Parameters<typeof compileScope>[0];

const principalArb = fc
  .record({
    org: fc.constantFrom('acme', 'beta'),
    agent: fc.constantFrom('a1', 'a2'),
    agentClass: fc.constantFrom('c1', undefined),
    environment: fc.constantFrom('dev', undefined),
    teams: fc.subarray(['t1', 't2']),
    roles: fc.subarray(['r1']),
    user: fc.constantFrom('u1', undefined),
    scopes: fc.constantFrom<Scopes>(undefined, { servers: ['s1'] }, { tools: ['read*'] }, { methods: ['tasks/*'] }),
  })
  .map(({ scopes, ...who }): Principal => ({ labels: {}, token: undefined, inScope: compileScope(scopes), ...who }));

const askedArb = fc.record({
  who: fc.nat(2),
  request: fc.constantFrom(...requests),
  server: fc.constantFrom(...servers, undefined),
  name: fc.constantFrom(...names, 'unknown'),
  question: fc.constantFrom<Question>('decide', 'explain', 'refuse', 'visible', 'outlook', 'mayUse', 'shadow'),
  more: fc.constantFrom<Partial<DecideInput>>(
    {},
    { args: { amount: 7 }, findings: [], risk: 10 },
    { args: { amount: 1 }, findings: [{ type: 'pii.email' }], risk: 90 },
    { args: {}, tags: ['money'] },
    { tags: [] },
  ),
});

type Question = 'decide' | 'explain' | 'refuse' | 'visible' | 'outlook' | 'mayUse' | 'shadow';

function answer(set: PolicySet, question: Question, input: DecideInput): unknown {
  const { principal, server = 's1', capability } = input;
  if (question === 'mayUse') return set.mayUse(principal, server);
  if (question === 'shadow') return set.shadow?.decide(input);
  if (question === 'visible' || question === 'outlook') return capability && set[question](principal, server, capability);
  return set[question](input);
}

test('asked before or not, a set of policies answers the same', () => {
  fc.assert(
    fc.property(
      objectsArb,
      fc.array(principalArb, { minLength: 3, maxLength: 3 }),
      fc.array(askedArb, { minLength: 5, maxLength: 60 }),
      (objects, principals, questions) => {
        const set = compilePolicies(objects, 1);
        for (const { who, request, server, name, question, more } of questions) {
          const [method, kind, capability] = request;
          const principal = principals[who] as Principal;
          const input: DecideInput = { principal, kind, method, server, capability: { kind: capability, name }, ...more };
          const fresh = compilePolicies(objects, 1);
          expect(answer(set, question, input)).toEqual(answer(fresh, question, { ...input, principal: { ...principal } }));
        }
      },
    ),
    { numRuns: RUNS },
  );
});
