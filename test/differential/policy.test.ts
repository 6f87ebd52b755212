// The evaluator against a naive one, written from docs/policy.md, on generated policies with every matcher, tier and effect and on generated calls;
// and what lists show against what calls get.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CapabilityKind, CapabilityRef, MethodKind } from '../../src/call.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { PolicyRule, PolicySpec, StoredObject } from '../../src/object/kinds.ts';
import { compilePolicies } from '../../src/policy/compile.ts';
import type { DecideInput } from '../../src/policy/policy-set.ts';

/** Against mutants (vitest.mutation.config.ts) fewer runs do, many times over. */
const QUICK = process.env.SALLYPORT_QUICK !== undefined;
const RUNS = QUICK ? 80 : 2_000;
/** Of the properties that make many decisions each. */
const WIDE_RUNS = QUICK ? 15 : 700;
const SEED = QUICK ? { seed: 7 } : {};
const DAY = '2026-01-05T12:00:00Z';
const NIGHT = '2026-01-05T23:00:00Z';

/** A condition, and what it comes to: undefined is an error. */
const CONDITIONS: readonly [string, (args: JsonObject) => boolean | undefined][] = [
  ['args.n <= 2', ({ n }) => (typeof n === 'number' ? n <= 2 : undefined)],
  ['has(args.s) && args.s == "a"', ({ s }) => s === 'a'],
  // Numbers beyond 2^53 are equal to nothing and different from nothing.
  [
    'args.s == "a" || args.n == 1',
    ({ s, n }) => (s === 'a' || n === 1 ? true : s === undefined || n === undefined || n === 1e300 ? undefined : false),
  ],
  // Nor is anything calculated with them.
  ['args.n - 1 <= args.n / 2', ({ n }) => (typeof n === 'number' && Math.abs(n) < 2 ** 53 ? n - 1 <= n / 2 : undefined)],
  ['!(args.n > 1)', ({ n }) => (typeof n === 'number' ? n <= 1 : undefined)],
  ["path_within(args.s, 'a')", ({ s }) => (typeof s !== 'string' || s.includes('..') ? undefined : s === 'a' || s.startsWith('a/'))],
];

/** Most rules have few matchers, or hardly any would ever match. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const some = <T>(values: readonly T[]) => seldom(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }));

const staticMatch = {
  agent: some(['x', 'y', '*']),
  class: some(['c', 'd*']),
  team: some(['t1', 't*']),
  role: some(['r1', 'r2']),
  user: some(['ann', 'b*']),
  environment: some(['prod', '*']),
  server: some(['s1', 's2', 's*']),
  tool: some(['read', 'write', 'r*']),
  prompt: some(['read']),
  resource: some(['read', 'w*']),
  method: some(['tools/call', 'tools/*', 'resources/read', 'tasks/get']),
  kind: some<MethodKind>(['call', 'read', 'list']),
  tags: some(['eu', 'fin*']),
};
const callMatch = {
  category: some(['financial', 'd*']),
  intent: some<'read' | 'write' | 'destructive'>(['read', 'write', 'destructive']),
  findings: some(['pii.*', 'secret.key']),
  riskAtLeast: seldom(fc.constantFrom(0, 50, 100)),
  time: seldom(fc.constant({ from: '08:00', to: '18:00', zone: 'UTC' })),
  source: seldom(fc.constant(['10.0.0.0/8'])),
};

const matchOf = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .record(shape)
    .map((match) => Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)) as PolicyRule['match']);

type Drafted = Omit<PolicyRule, 'name'>;
/** What rules come from. */
type Ruling = StoredObject<'policy'> | StoredObject<'role'>;
const ruleArb: fc.Arbitrary<Drafted> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      match: matchOf(staticMatch),
      effect: fc.constantFrom('allow' as const, 'deny' as const, 'hold' as const, 'hide' as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc
      .record({
        match: matchOf({ ...staticMatch, ...callMatch }),
        when: fc.option(fc.constantFrom(...CONDITIONS.map(([source]) => source)), { nil: undefined }),
        effect: fc.constantFrom('allow' as const, 'deny' as const, 'hold' as const),
      })
      .map(({ when, ...rule }) => (when === undefined ? rule : { ...rule, when })),
  },
);

const tierArb: fc.Arbitrary<Partial<PolicySpec>> = fc.constantFrom(
  {},
  { tier: 'default' },
  { tier: 'guardrail' },
  { tier: 'team', team: 't1' },
  { tier: 'agent', agent: 'x' },
);
const policiesOf = (rules: fc.Arbitrary<Drafted>) =>
  fc
    .array(fc.record({ tier: tierArb, order: fc.integer({ min: 0, max: 2 }), rules: fc.array(rules, { maxLength: 6 }) }), { maxLength: 4 })
    .map((policies) =>
      policies.map(
        ({ tier, order, rules: drafted }, p): StoredObject<'policy'> => ({
          kind: 'policy',
          metadata: { name: `p${p}` },
          spec: { ...tier, order, rules: drafted.map((rule, r) => ({ name: `r${r}`, ...rule })) },
        }),
      ),
    );

/** What roles grant stands between the agents' own policies and the defaults. */
const rolesArb: fc.Arbitrary<StoredObject<'role'>[]> = fc.uniqueArray(fc.constantFrom('r1', 'r2'), { maxLength: 2 }).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc
        .array(
          matchOf({
            server: some(['s1', 's*']),
            tool: some(['read', 'r*']),
            prompt: some(['read']),
            resource: some(['w*']),
            method: some(['tools/*']),
          }),
          {
            maxLength: 2,
          },
        )
        .map((grants): StoredObject<'role'> => ({ kind: 'role', metadata: { name }, spec: { grants } as StoredObject<'role'>['spec'] })),
    ),
  ),
);
const objectsOf = (rules: fc.Arbitrary<Drafted>): fc.Arbitrary<Ruling[]> =>
  fc.tuple(policiesOf(rules), rolesArb).map(([policies, roles]) => [...roles, ...policies]);

const whoArb = fc.record({
  org: fc.constant('acme'),
  agent: fc.constantFrom('x', 'y', 'z'),
  agentClass: fc.constantFrom(undefined, 'c', 'dd'),
  environment: fc.constantFrom(undefined, 'prod'),
  teams: fc.constantFrom([], ['t1'], ['t1', 't2'], ['u']),
  roles: fc.constantFrom([], ['r1'], ['r2']),
  labels: fc.constant({}),
  user: fc.constantFrom(undefined, 'ann', 'bob'),
  token: fc.constant(undefined),
});

const factsArb = fc.record({
  args: fc.constantFrom(undefined, {}, { n: 1 }, { n: 2, s: 'a' }, { n: 3, s: 'b' }, { s: 'a/../b', n: 9 }, { n: 1e300, s: 'a/b' }),
  intent: fc.constantFrom(
    undefined,
    { intent: 'read' as const, category: undefined },
    { intent: 'write' as const, category: 'financial' },
    { intent: 'destructive' as const, category: 'docs' },
  ),
  findings: fc.constantFrom(undefined, [], [{ type: 'pii.email' }], [{ type: 'secret.key' }, { type: 'x' }]),
  risk: fc.constantFrom(undefined, 0, 49, 50, 100),
  nowMs: fc.constantFrom(undefined, Date.parse(DAY), Date.parse(NIGHT)),
  source: fc.constantFrom(undefined, '10.1.1.1', '192.0.2.1'),
});

const requests: readonly [string, MethodKind, CapabilityKind | undefined][] = [
  ['tools/call', 'call', 'tool'],
  ['tools/call', 'call', 'tool'],
  ['tools/call', 'call', 'tool'],
  ['tasks/get', 'call', 'tool'],
  ['resources/read', 'read', 'resource'],
  ['prompts/get', 'read', 'prompt'],
  ['resources/subscribe', 'subscription', 'resource'],
  ['tools/list', 'list', undefined],
  ['sampling/createMessage', 'reverse', undefined],
  ['notifications/progress', 'notification', undefined],
];

const inputArb: fc.Arbitrary<DecideInput> = fc
  .record({
    principal: whoArb,
    request: fc.constantFrom(...requests),
    server: fc.constantFrom('s1', 's1', 's2', 'other', undefined),
    name: fc.constantFrom('read', 'write', 'unknown'),
    tags: fc.constantFrom([], ['eu'], ['finance', 'x']),
    facts: factsArb,
  })
  .map(({ principal, request: [method, kind, capability], server, name, tags, facts }) => ({
    principal,
    kind,
    method,
    server,
    capability: capability && { kind: capability, name },
    tags,
    ...facts,
  }));

test('decides as a naive evaluator does', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(objectsOf(ruleArb), inputArb, (objects, input) => {
      const decision = compilePolicies(objects, 1).explain(input);
      const { effect, rule, code } = naive(objects, input);
      expect({ effect: decision.hidden ? 'hide' : decision.effect, rule: decision.rule, code: decision.code }).toEqual({
        effect,
        rule,
        code,
      });
      seen.add(
        code === 'allowed' ? `allowed by ${rule.startsWith('p') ? 'rule' : rule.replace(/^role\/.*/, 'role')}` : `${effect} ${code}`,
      );
    }),
    { numRuns: RUNS, ...SEED },
  );
  // The generators reach every way to come out.
  if (QUICK) return;
  expect([...seen].sort()).toEqual([
    'allowed by builtin/handshake',
    'allowed by role',
    'allowed by rule',
    'deny denied_by_rule',
    'deny no_rule_allows',
    'deny policy_error',
    'hide no_rule_allows',
    'hold approval_required',
  ]);
});

test('what is not listed is denied, whatever is known of the call', () => {
  fc.assert(
    fc.property(
      objectsOf(ruleArb),
      whoArb,
      fc.constantFrom('s1', 's2'),
      fc.array(factsArb, { minLength: 1, maxLength: 6 }),
      (objects, principal, server, facts) => {
        const set = compilePolicies(objects, 1);
        for (const [method, kind, capability] of usings)
          for (const name of ['read', 'write', 'unknown']) {
            const ref: CapabilityRef = { kind: capability, name };
            if (set.visible(principal, server, ref)) continue;
            for (const known of facts) {
              const decision = set.decide({ principal, kind, method, server, capability: ref, ...known });
              expect(decision.effect).toBe('deny');
              // Like a name that leads nowhere.
              expect(set.refuse({ principal, kind, method, server, capability: ref, ...known })).toEqual(decision);
            }
          }
      },
    ),
    { numRuns: WIDE_RUNS, ...SEED },
  );
});

test('what is listed can be called: with some arguments it is let through, or put to a person', () => {
  const conditional = (rule: Drafted, id: string): Drafted =>
    rule.effect === 'hide' ? rule : { ...rule, when: `has(args.${id}) && args.${id} == true` };
  const mixed = policiesOf(
    fc.record({
      match: matchOf(staticMatch),
      effect: fc.constantFrom('allow' as const, 'deny' as const, 'hold' as const, 'hide' as const),
    }),
  );
  fc.assert(
    fc.property(
      mixed,
      rolesArb,
      fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
      whoArb,
      fc.constantFrom('s1', 's2'),
      (plain, roles, flags, principal, server) => {
        let index = 0;
        const policies = plain.map(({ spec, ...object }, p) => ({
          ...object,
          spec: {
            ...spec,
            rules: spec.rules.map((rule, r) =>
              flags[index++ % flags.length] ? { name: rule.name, ...conditional(rule, `p${p}r${r}`) } : rule,
            ),
          },
        }));
        const set = compilePolicies([...policies, ...roles], 1);
        const ids = policies.flatMap(({ spec }, p) => spec.rules.map((_rule, r) => `p${p}r${r}`));
        for (const [method, kind, capability] of usings)
          for (const name of ['read', 'write']) {
            const ref: CapabilityRef = { kind: capability, name };
            const passes = (args: JsonObject): boolean =>
              set.decide({ principal, kind, method, server, capability: ref, args, findings: [] }).effect !== 'deny';
            const callable = passes({}) || ids.some((id) => passes({ [id]: true }));
            expect(set.visible(principal, server, ref)).toBe(callable);
            if (callable) expect(set.mayUse(principal, server)).toBe(true);
          }
      },
    ),
    { numRuns: WIDE_RUNS, ...SEED },
  );
});

const usings: readonly [string, MethodKind, CapabilityKind][] = [
  ['tools/call', 'call', 'tool'],
  ['prompts/get', 'read', 'prompt'],
  ['resources/read', 'read', 'resource'],
];

interface Naive {
  effect: string;
  rule: string;
  code: string;
}

type Placed = { id: string; rule: PolicyRule; spec: Pick<PolicySpec, 'tier' | 'team' | 'agent'> };

const TIERS = ['guardrail', 'team', 'agent', 'grant', 'default'];

function inOrder(objects: readonly Ruling[]): Placed[] {
  const rank = (object: Ruling): number => TIERS.indexOf(object.kind === 'role' ? 'grant' : (object.spec.tier ?? 'default'));
  const order = (object: Ruling): number => (object.kind === 'role' ? 0 : object.spec.order);
  return [...objects]
    .sort((a, b) => rank(a) - rank(b) || order(a) - order(b) || (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap((object) => {
      const { name } = object.metadata;
      if (object.kind === 'policy') return object.spec.rules.map((rule) => ({ id: `${name}/${rule.name}`, rule, spec: object.spec }));
      return object.spec.grants.map((grant, i): Placed => {
        const rule: PolicyRule = { name: String(i + 1), match: { ...grant, role: [name] }, effect: 'allow' };
        return { id: `role/${name}/${i + 1}`, rule, spec: {} };
      });
    });
}

function naive(objects: readonly Ruling[], input: DecideInput): Naive {
  const followUp = input.method === 'tasks/get';
  for (const placed of inOrder(objects)) {
    const { id, rule } = placed;
    if (!holdsBefore(placed, input)) continue;
    const dynamic = Object.keys(rule.match).some((matcher) => matcher in callMatch) || rule.when !== undefined;
    if (dynamic && followUp && rule.effect === 'deny') continue;
    if (dynamic && !followUp) {
      const held = holdsDuring(rule, input);
      if (held === undefined) return { effect: 'deny', rule: id, code: 'policy_error' };
      if (!held) continue;
    }
    if (rule.effect === 'hold' && followUp) return { effect: 'allow', rule: id, code: 'allowed' };
    return { effect: rule.effect, rule: id, code: CODES[rule.effect] };
  }
  // Following a resource is as reading it, errors included.
  if (input.kind === 'subscription' && input.capability && input.server !== undefined) {
    const read = naive(objects, { ...input, kind: 'read', method: 'resources/read' });
    if (read.code === 'policy_error') return read;
  }
  if (handshake(objects, input)) return { effect: 'allow', rule: 'builtin/handshake', code: 'allowed' };
  return { effect: 'deny', rule: 'builtin/default', code: 'no_rule_allows' };
}

const CODES = { allow: 'allowed', deny: 'denied_by_rule', hold: 'approval_required', hide: 'no_rule_allows' } as const;

function any(globs: readonly string[] | undefined, names: readonly (string | undefined)[]): boolean {
  return globs === undefined || names.some((name) => name !== undefined && globs.some((glob) => pattern(glob).test(name)));
}

function holdsBefore({ rule, spec }: Pick<Placed, 'rule' | 'spec'>, input: DecideInput): boolean {
  const { match } = rule;
  const { principal, capability } = input;
  if (spec.team !== undefined && !principal.teams.includes(spec.team)) return false;
  if (spec.agent !== undefined && spec.agent !== principal.agent) return false;
  const use = ['call', 'read', 'reverse'].includes(input.kind);
  if ((rule.effect === 'hold' || rule.when !== undefined) && !use) return false;
  const named = match.tool ?? match.prompt ?? match.resource;
  if (named && !(capability && match[capability.kind] && any(match[capability.kind], [capability.name]))) return false;
  return (
    any(match.server, [input.server]) &&
    any(match.agent, [principal.agent]) &&
    any(match.class, [principal.agentClass]) &&
    any(match.team, principal.teams) &&
    any(match.role, principal.roles) &&
    any(match.user, [principal.user]) &&
    any(match.environment, [principal.environment]) &&
    any(match.method, [input.method]) &&
    (match.kind === undefined || match.kind.includes(input.kind)) &&
    any(match.tags, input.tags ?? [])
  );
}

/** undefined: the condition is an error. */
function holdsDuring({ match, when, effect }: PolicyRule, input: DecideInput): boolean | undefined {
  const unknown = effect !== 'allow';
  const call = input.method === 'tools/call';
  const use = ['call', 'read', 'reverse'].includes(input.kind);
  const { intent, findings, risk, nowMs, source } = input;
  if (match.category && !(call && (intent ? any(match.category, [intent.category]) : unknown))) return false;
  if (match.intent && !(call && (intent ? match.intent.includes(intent.intent) : unknown))) return false;
  if (
    match.findings &&
    !(
      use &&
      (findings
        ? any(
            match.findings,
            findings.map(({ type }) => type),
          )
        : unknown)
    )
  )
    return false;
  if (match.riskAtLeast !== undefined && !(call && (risk === undefined ? unknown : risk >= match.riskAtLeast))) return false;
  if (match.time && !(nowMs === undefined ? unknown : nowMs === Date.parse(DAY))) return false;
  if (match.source && !(source === undefined ? unknown : source.startsWith('10.'))) return false;
  if (when === undefined) return true;
  return CONDITIONS.find(([one]) => one === when)?.[1](input.args ?? {});
}

function handshake(objects: readonly Ruling[], input: DecideInput): boolean {
  const { kind, method, server, capability, principal } = input;
  const connection = kind === 'meta' || kind === 'list' || kind === 'subscription' || method === 'notifications/progress';
  if (!connection) return false;
  if (server === undefined) return capability === undefined;
  if (capability) {
    if (kind !== 'subscription') return false;
    return naive(objects, { ...input, kind: 'read', method: 'resources/read' }).effect === 'allow';
  }
  for (const { rule, spec } of inOrder(objects)) {
    const { match, effect } = rule;
    const { agent, class: ofClass, team, role, user, environment, server: servers } = match;
    const who = { agent, class: ofClass, team, role, user, environment, server: servers };
    const known = Object.fromEntries(Object.entries(who).filter(([, value]) => value !== undefined));
    if (!holdsBefore({ rule: { name: '', match: known, effect: 'allow' }, spec }, { ...input, principal })) continue;
    const methods = match.method === undefined || any(match.method, ['tools/call', 'prompts/get', 'resources/read', 'completion/complete']);
    const usable = methods && (match.kind === undefined || match.kind.some((one) => ['call', 'read', 'reverse'].includes(one)));
    if ((effect === 'allow' || effect === 'hold') && usable) return true;
    const rest = Object.keys(match).filter((matcher) => !(matcher in who));
    if ((effect === 'deny' || effect === 'hide') && rest.length === 0 && rule.when === undefined) return false;
  }
  return false;
}

function pattern(glob: string): RegExp {
  const escaped = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${escaped}$`);
}
