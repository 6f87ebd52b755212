// Policies as properties: the indexed evaluator against a linear one written from the description, and lists against calls.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileScope } from '../../src/auth/scope.ts';
import type { CapabilityKind, CapabilityRef, MethodKind, Principal, TraceStep } from '../../src/call.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { compilePolicies } from '../../src/policy/compile.ts';
import { type DecideInput, MAX_TRACE } from '../../src/policy/policy-set.ts';

const RUNS = process.env.SALLYPORT_QUICK === undefined ? 1_500 : 200;
const agents = ['a1', 'a2', 'b1'];
const classes = ['c1', 'c2'];
const teams = ['t1', 't2'];
const roles = ['r1', 'r2'];
const environments = ['dev', 'prod'];
const servers = ['s1', 's2', 't1'];
const names = ['read', 'read_all', 'write', '__proto__'];
const requests: [string, MethodKind, CapabilityKind | undefined][] = [
  ['tools/call', 'call', 'tool'],
  ['prompts/get', 'read', 'prompt'],
  ['resources/read', 'read', 'resource'],
  ['completion/complete', 'read', 'prompt'],
  ['resources/subscribe', 'subscription', 'resource'],
  ['subscriptions/listen', 'subscription', undefined],
  ['tools/list', 'list', undefined],
  ['initialize', 'meta', undefined],
  ['notifications/progress', 'notification', undefined],
  ['notifications/other', 'notification', undefined],
  ['sampling/createMessage', 'reverse', undefined],
];

const globsOf = (values: readonly string[], wild: readonly string[]) =>
  fc.option(fc.array(fc.constantFrom(...values, ...wild), { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 3 });

const ruleArb = fc.record({
  match: fc
    .record({
      agent: globsOf(agents, ['a*']),
      class: globsOf(classes, ['c?']),
      team: globsOf(teams, ['t*']),
      role: globsOf(roles, ['r?']),
      environment: globsOf(environments, ['*']),
      server: globsOf(servers, ['s*', '*']),
      tool: globsOf(names, ['read*']),
      prompt: globsOf(names, ['*']),
      resource: globsOf(names, ['w*']),
      method: globsOf(
        requests.map(([method]) => method),
        ['tools/*', '*'],
      ),
    })
    .map((match) => Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)) as PolicyRule['match']),
  effect: fc.constantFrom('allow' as const, 'deny' as const),
});

const objectsArb = fc
  .array(fc.record({ order: fc.integer({ min: 0, max: 2 }), rules: fc.array(ruleArb, { maxLength: 8 }) }), { maxLength: 3 })
  .map((policies) =>
    policies.map(
      ({ order, rules }, p): StoredObject<'policy'> => ({
        kind: 'policy',
        metadata: { name: `p${p}` },
        spec: { order, rules: rules.map((rule, r) => ({ name: `r${r}`, ...rule })) },
      }),
    ),
  );

const scopesArb: fc.Arbitrary<Parameters<typeof compileScope>[0]> = fc.constantFrom(
  undefined,
  undefined,
  { servers: ['s*'] },
  { tools: ['read*'] },
  { servers: ['s1'], tools: ['read*'], methods: ['tools/*'] },
  { resources: ['*'], methods: ['*'] },
);

const principalArb = fc
  .record({
    agent: fc.constantFrom(...agents),
    agentClass: fc.option(fc.constantFrom(...classes), { nil: undefined }),
    teams: fc.subarray(teams),
    roles: fc.subarray(roles),
    environment: fc.option(fc.constantFrom(...environments), { nil: undefined }),
    scopes: scopesArb,
  })
  .map(
    ({ scopes, ...who }): Principal => ({
      org: 'acme',
      labels: {},
      user: undefined,
      token: undefined,
      inScope: compileScope(scopes),
      ...who,
    }),
  );

const inputArb: fc.Arbitrary<DecideInput> = fc
  .record({
    principal: principalArb,
    request: fc.constantFrom(...requests),
    server: fc.option(fc.constantFrom(...servers, 'nowhere'), { nil: undefined, freq: 8 }),
    name: fc.constantFrom(...names, 'unknown'),
  })
  .map(({ principal, request: [method, kind, capability], server, name }) => ({
    principal,
    kind,
    method,
    server,
    capability: capability && { kind: capability, name },
  }));

test('the indexed evaluator decides, and explains, as a linear search does', () => {
  fc.assert(
    fc.property(objectsArb, inputArb, (objects, input) => {
      const set = compilePolicies(objects, 1);
      const naive = naiveDecision(objects, input);
      const whole = set.explain(input);
      expect({
        effect: whole.effect,
        rule: whole.rule,
        code: whole.code,
        trace: whole.trace.map(({ values: _values, ...step }) => step),
      }).toEqual(naive);
      expect({ ...set.decide(input), trace: [] }).toEqual({ ...whole, trace: [] });
    }),
    { numRuns: RUNS },
  );
});

test('rules with many literals (kept under fewer dimensions of the index) decide the same', () => {
  const wide = (prefix: string, count: number, real: readonly string[]) => [
    ...real,
    ...Array.from({ length: count }, (_, i) => `${prefix}${i}`),
  ];
  fc.assert(
    fc.property(objectsArb, inputArb, (objects, input) => {
      const wider = objects.map((policy) => ({
        ...policy,
        spec: {
          ...policy.spec,
          rules: policy.spec.rules.map((rule) => ({
            ...rule,
            match: {
              ...rule.match,
              ...(rule.match.agent ? { agent: wide('x', 20, rule.match.agent) } : {}),
              ...(rule.match.server ? { server: wide('y', 20, rule.match.server) } : {}),
              ...(rule.match.tool ? { tool: wide('z', 20, rule.match.tool) } : {}),
            },
          })),
        },
      }));
      expect(compilePolicies(wider, 1).decide(input)).toEqual(compilePolicies(objects, 1).decide(input));
    }),
    { numRuns: 300 },
  );
});

test('listed means callable, not listed means denied', () => {
  const usings = { tool: ['tools/call', 'call'], prompt: ['prompts/get', 'read'], resource: ['resources/read', 'read'] } as const;
  fc.assert(
    fc.property(objectsArb, principalArb, fc.constantFrom(...servers), (objects, principal, server) => {
      const set = compilePolicies(objects, 1);
      for (const kind of ['tool', 'prompt', 'resource'] as const) {
        for (const name of names) {
          const capability: CapabilityRef = { kind, name };
          const [method, methodKind] = usings[kind];
          const { effect } = set.decide({ principal, kind: methodKind, method, server, capability });
          expect(set.visible(principal, server, capability)).toBe(effect !== 'deny');
          if (effect !== 'deny') expect(set.mayUse(principal, server)).toBe(true);
        }
      }
    }),
    { numRuns: RUNS },
  );
});

test('where the rules deny, a name that leads nowhere is refused word for word like one that exists', () => {
  fc.assert(
    fc.property(inputArb, objectsArb, (input, objects) => {
      const set = compilePolicies(objects, 1);
      const decision = set.decide(input);
      const refusal = set.refuse(input);
      expect(refusal.effect).toBe('deny');
      if (decision.effect === 'deny') expect(refusal).toEqual(decision);
      else expect(refusal).toMatchObject({ rule: 'builtin/default', code: 'no_rule_allows' });
    }),
    { numRuns: 500 },
  );
});

interface Naive {
  effect: string;
  rule: string;
  code: string;
  trace: TraceStep[];
}

function naiveDecision(objects: readonly StoredObject<'policy'>[], input: DecideInput): Naive {
  const { principal, server, capability, method } = input;
  if (server !== undefined && principal.inScope?.(server, capability, method) === false)
    return { effect: 'deny', rule: 'builtin/scope', code: 'out_of_scope', trace: [] };
  const ordered = [...objects].sort((a, b) => a.spec.order - b.spec.order || (a.metadata.name < b.metadata.name ? -1 : 1));
  const trace: TraceStep[] = [];
  for (const policy of ordered) {
    for (const rule of policy.spec.rules) {
      const id = `${policy.metadata.name}/${rule.name}`;
      const failedOn = naiveFailure(rule.match, input);
      if (failedOn === 'server') continue;
      if (failedOn === undefined) {
        trace.push({ rule: id, matched: true });
        return rule.effect === 'allow'
          ? { effect: 'allow', rule: id, code: 'allowed', trace }
          : { effect: 'deny', rule: id, code: 'denied_by_rule', trace };
      }
      trace.push({ rule: id, matched: false, failedOn });
    }
  }
  expect(trace.length).toBeLessThan(MAX_TRACE);
  if (naiveHandshake(objects, input))
    return { effect: 'allow', rule: 'builtin/handshake', code: 'allowed', trace: [...trace, { rule: 'builtin/handshake', matched: true }] };
  return { effect: 'deny', rule: 'builtin/default', code: 'no_rule_allows', trace: [...trace, { rule: 'builtin/default', matched: true }] };
}

function naiveFailure(match: PolicyRule['match'], { principal, server, capability, method }: DecideInput): string | undefined {
  const fails = (globs: string[] | undefined, value: string | undefined) =>
    globs !== undefined && (value === undefined || !globs.some((glob) => wildcard(glob).test(value)));
  if (fails(match.server, server)) return 'server';
  if (fails(match.agent, principal.agent)) return 'agent';
  if (fails(match.class, principal.agentClass)) return 'class';
  if (match.team && !principal.teams.some((team) => !fails(match.team, team))) return 'team';
  if (match.role && !principal.roles.some((role) => !fails(match.role, role))) return 'role';
  if (fails(match.environment, principal.environment)) return 'environment';
  const named = (['tool', 'prompt', 'resource'] as const).filter((kind) => match[kind]);
  if (named.length) {
    const kind = named.find((one) => one === capability?.kind);
    if (!kind) return named[0];
    if (fails(match[kind], capability?.name)) return kind;
  }
  return fails(match.method, method) ? 'method' : undefined;
}

function naiveHandshake(objects: readonly StoredObject<'policy'>[], { principal, kind, method, server, capability }: DecideInput): boolean {
  const connection = kind === 'meta' || kind === 'list' || kind === 'subscription' || method === 'notifications/progress';
  if (!connection) return false;
  if (server === undefined) return capability === undefined;
  if (capability) {
    const effect = naiveDecision(objects, { principal, kind: 'read', method: 'resources/read', server, capability }).effect;
    return kind === 'subscription' && effect === 'allow';
  }
  const ordered = [...objects]
    .sort((a, b) => a.spec.order - b.spec.order || (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap((policy) => policy.spec.rules);
  for (const { match, effect } of ordered) {
    const { tool, prompt, resource, method: methods, ...where } = match;
    if (naiveFailure(where, { principal, kind, method, server, capability: undefined })) continue;
    const using = ['tools/call', 'prompts/get', 'resources/read', 'completion/complete'];
    if (effect === 'allow' && (!methods || using.some((one) => methods.some((glob) => wildcard(glob).test(one))))) return true;
    if (effect === 'deny' && !tool && !prompt && !resource && !methods) return false;
  }
  return false;
}

function wildcard(glob: string): RegExp {
  return new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );
}
