// What must hold before policies come into force: conditions that fit the tools they can be about, and cases that come out as expected.
import { describe, expect, test } from 'vitest';
import { isObject, type JsonObject } from '../lib/json.ts';
import { kinds, type PolicyCase, type PolicyRule, type StoredObject } from '../object/kinds.ts';
import { parseObjects } from '../object/parse.ts';
import { checkActivation, MAX_CHECKED_TOOLS } from './activation.ts';
import { inputOf } from './case.ts';
import { compilePolicies, orderedRules } from './compile.ts';
import { effectiveRules } from './effective.ts';

const server = (name: string): StoredObject<'server'> => ({
  kind: 'server',
  metadata: { name },
  spec: kinds.server.parse({ transport: 'http', url: 'http://127.0.0.1:1/mcp' }),
});
const policy = (rules: PolicyRule[], cases: PolicyCase[] = [], name = 'p'): StoredObject<'policy'> => ({
  kind: 'policy',
  metadata: { name },
  spec: { order: 1000, rules, cases },
});
const tool = (properties: JsonObject, required: string[] = []): JsonObject => ({
  inputSchema: { type: 'object', properties, required, additionalProperties: false },
});
const TOOLS: Record<string, Record<string, JsonObject>> = {
  shop: { refund: tool({ amount: { type: 'number' }, note: { type: 'string' } }, ['amount']), find: tool({ text: { type: 'string' } }) },
  files: { read: tool({ path: { type: 'string' } }, ['path']) },
};

function check(objects: StoredObject[], changed: string[] = ['p']) {
  const toolsOf = (name: string) => new Map(Object.entries(TOOLS[name] ?? {}));
  const { problems, warnings } = checkActivation({ objects, changed: new Set(changed), toolsOf });
  return { problems: problems.map(({ message }) => message), warnings: warnings.map(({ message }) => message), first: problems[0] };
}
const when = (source: string, match: PolicyRule['match'] = {}): StoredObject[] => [
  server('shop'),
  server('files'),
  policy([{ name: 'r', match, when: source, effect: 'allow' }]),
];

describe('conditions', () => {
  test('are checked against the tools their rule can be about, and no others', () => {
    expect(check(when('args.amount < 5', { server: ['shop'], tool: ['refund'] })).problems).toEqual([]);
    expect(check(when('args.amont < 5', { server: ['shop'], tool: ['refund'] })).problems).toEqual([
      'rule "r": there is no "amont" here. Did you mean "amount"? (tool "refund" of server "shop")',
    ]);
    expect(check(when('args.amount < 5', { server: ['shop'] })).problems).toEqual([
      'rule "r": there is no "amount" here. (tool "find" of server "shop")',
    ]);
    expect(check(when('args.path == "x"', { tool: ['re*'] })).problems).toEqual([
      'rule "r": there is no "path" here. (tool "refund" of server "shop")',
    ]);
    expect(check(when('has(args.path) && args.path == "x"', { tool: ['re*'] })).problems).toEqual([]);
    expect(check(when('args.anything == 1', { tool: ['unknown'] })).problems).toEqual([]);
    expect(check(when('args.anything == 1', { prompt: ['refund'] })).problems).toEqual([]);
    expect(check(when('args.anything == 1', { server: ['elsewhere'] })).problems).toEqual([]);
  });

  test('say where they are wrong', () => {
    const { first } = check(when('args.amount <\n  "5"', { tool: ['refund'] }));
    expect(first).toEqual({
      policy: 'p',
      message:
        'rule "r": "<" does not go with a number and text: args.amount is a number; write 5 without quotes (tool "refund" of server "shop")',
      path: ['spec', 'rules', 0, 'when'],
      offset: 12,
    });
    expect(check(when('args.amount <')).problems[0]).toContain('this is no CEL expression');
    expect(check(when('args.amount <')).first?.offset).toBe(12);
  });

  test('are warned about where a member may be absent', () => {
    expect(check(when('args.note == "x"', { tool: ['refund'] })).warnings).toEqual([
      'rule "r": args.note may be absent, and the call is then denied; ask first: has(args.note) && … (tool "refund" of server "shop")',
    ]);
    expect(check(when('args.amount == 1', { tool: ['refund'] })).warnings).toEqual([]);
  });

  test('of policies that did not change are left alone', () => {
    expect(check(when('agrs.x == 1'), []).problems).toEqual([]);
  });

  test('about tools that are not known are checked by what is known of every call', () => {
    expect(check(when('principal.agnt == "x"', { tool: ['unknown'] })).problems).toEqual([
      'rule "r": there is no "agnt" here. Did you mean "agent"?',
    ]);
    expect(check([policy([{ name: 'r', match: {}, when: 'args.x > 5 > 7', effect: 'allow' }])]).problems).toHaveLength(1);
  });

  test('say the same of several tools once, with the first of them', () => {
    const { problems } = check(when('args.zzzzzz == 1 && args.yyyyyy == 2'));
    expect(problems).toEqual([
      'rule "r": there is no "zzzzzz" here. (tool "refund" of server "shop")',
      'rule "r": there is no "yyyyyy" here. (tool "refund" of server "shop")',
    ]);
  });

  test('are checked against the tools of servers, whatever else bears a name', () => {
    const agent: StoredObject = { kind: 'agent', metadata: { name: 'shop' }, spec: {} };
    expect(check([agent, policy([{ name: 'r', match: {}, when: 'args.nope == 1', effect: 'allow' }])]).problems).toEqual([]);
  });

  test('are checked against so many tools and no more', () => {
    let asked = 0;
    const many = new Map(Array.from({ length: MAX_CHECKED_TOOLS + 5 }, (_, i) => [`t${i}`, tool(i < MAX_CHECKED_TOOLS ? { a: {} } : {})]));
    const toolsOf = () => {
      asked++;
      return many;
    };
    const objects = when('args.a == 1');
    expect(checkActivation({ objects, changed: new Set(['p']), toolsOf }).problems).toEqual([]);
    expect(asked).toBe(1);
  });

  test('that come into a store unchecked deny every call that reaches them', () => {
    const failures: unknown[] = [];
    const set = compilePolicies(when('args.amount <'), 1, { onError: (failure) => failures.push(failure) });
    const decision = set.explain({
      principal: {
        org: 'o',
        agent: 'a',
        agentClass: undefined,
        environment: undefined,
        teams: [],
        roles: [],
        labels: {},
        user: undefined,
        token: undefined,
      },
      kind: 'call',
      method: 'tools/call',
      server: 'shop',
      capability: { kind: 'tool', name: 'refund' },
    });
    expect(decision).toMatchObject({ effect: 'deny', code: 'policy_error', rule: 'p/r', shownRule: 'builtin/error' });
    expect(decision.trace).toEqual([expect.objectContaining({ rule: 'p/r', matched: false, failedOn: 'error' })]);
    expect(failures).toEqual([{ rule: 'p/r', message: expect.stringContaining('no CEL expression') }]);
  });
});

describe('cases', () => {
  const rules: PolicyRule[] = [
    {
      name: 'reads',
      match: { server: ['shop'], tool: ['find'] },
      effect: 'allow',
      reason: 'x',
      obligations: { log: 'warn', notify: ['#a'] },
    },
  ];
  const one = (expected: PolicyCase['expect'], given: Partial<PolicyCase['given']> = {}): PolicyCase => ({
    name: 'c',
    given: { agent: 'agent', server: 'shop', tool: 'find', ...given },
    expect: expected,
  });

  test('hold, or say what came out instead', () => {
    expect(
      check([
        policy(rules, [
          one('allow'),
          one({ effect: 'allow', rule: 'p/reads', code: 'allowed', log: 'warn', notify: ['#a'], reason: 'Allowed' }),
        ]),
      ]).problems,
    ).toEqual([]);
    expect(check([policy(rules, [one('deny')])]).problems).toEqual([
      'case "c": expected effect deny, came out as allow by rule p/reads (allowed)',
    ]);
    const all = one({ effect: 'hold', rule: 'p/x', code: 'y', log: 'info', notify: ['#b'], reason: 'nope' });
    expect(check([policy(rules, [all])]).problems).toEqual([
      'case "c": expected effect hold and rule p/x and code y and a reason with "nope" and log info and notify #b, came out as allow by rule p/reads (allowed)',
    ]);
    expect(check([policy(rules, [one('deny'), one('hide')])]).first?.path).toEqual(['spec', 'cases', 0]);
  });

  test('of every policy run over all of them together, whichever changed', () => {
    const guard = { ...policy([{ name: 'no', match: {}, effect: 'deny' }], [], 'guard') };
    guard.spec = { ...guard.spec, tier: 'guardrail' };
    expect(check([policy(rules, [one('allow')]), guard], ['guard']).problems).toEqual([
      'case "c": expected effect allow, came out as deny by rule guard/no (denied_by_rule)',
    ]);
  });

  test('of a policy that only watches are about the set in which it decides', () => {
    const watch = policy([{ name: 'no', match: {}, effect: 'deny' }], [one('deny')], 'w');
    watch.spec = { ...watch.spec, order: 1, mode: 'shadow' };
    expect(check([policy(rules, [one('allow')]), watch], []).problems).toEqual([]);
    const wrong = policy([{ name: 'no', match: {}, effect: 'deny' }], [one('allow')], 'w');
    wrong.spec = { ...wrong.spec, order: 1, mode: 'shadow' };
    expect(check([policy(rules), wrong], []).problems).toEqual([
      'case "c": expected effect allow, came out as deny by rule w/no (denied_by_rule)',
    ]);
  });

  test('are run where the conditions are sound, and not where one is wrong', () => {
    const broken: PolicyRule[] = [{ name: 'b', match: {}, when: 'args.x ==', effect: 'allow' }];
    expect(check([policy(broken, [one('allow')])]).problems).toEqual([expect.stringContaining('this is no CEL expression')]);
  });

  test('of a rule that asks for nothing more say what was expected more', () => {
    const plain: PolicyRule[] = [{ name: 'all', match: {}, effect: 'allow' }];
    expect(check([policy(plain, [one({ effect: 'allow', log: 'warn', notify: ['#a', '#b'] })])]).problems).toEqual([
      'case "c": expected log warn and notify #a, #b, came out as allow by rule p/all (allowed)',
    ]);
    expect(check([policy(plain, [one({ effect: 'allow', notify: [] })])]).problems).toEqual([]);
    expect(check([policy([{ name: 'h', match: {}, effect: 'hide' }], [one('allow')])]).problems).toEqual([
      'case "c": expected effect allow, came out as hide by rule p/h (no_rule_allows)',
    ]);
  });

  test('of which little is said are about a call of which little is known', () => {
    expect(inputOf({ agent: 'bot' })).toEqual({
      principal: {
        ...{ org: 'case', agent: 'bot', agentClass: undefined, environment: undefined, teams: [], roles: [], labels: {} },
        ...{ user: undefined, token: undefined },
      },
      ...{ kind: 'list', method: 'tools/list', server: undefined, capability: undefined, args: undefined, definition: undefined },
      ...{
        tags: undefined,
        intent: undefined,
        findings: [],
        risk: undefined,
        flow: [],
        facts: undefined,
        nowMs: undefined,
        source: undefined,
      },
    });
    expect(inputOf({ agent: 'bot', method: 'vendor/x' }).kind).toBe('call');
  });

  test('that end in an error say which', () => {
    const broken: PolicyRule[] = [{ name: 'b', match: {}, when: 'args.x == 1', effect: 'allow' }];
    expect(check([policy(broken, [one('allow')])]).problems[0]).toContain('deny by rule p/b (policy_error: "x" is absent)');
  });

  test('what is hidden counts as denied for who does not care', () => {
    const hiding: PolicyRule[] = [{ name: 'h', match: { tool: ['find'] }, effect: 'hide' }];
    expect(check([policy(hiding, [one('deny'), one('hide')])]).problems).toEqual([]);
    expect(check([policy([{ name: 'd', match: {}, effect: 'deny' }], [one('hide')])]).problems).toHaveLength(1);
  });
});

test('the final list holds the rules that can apply to one caller, in order', () => {
  const mine = policy([{ name: 'mine', match: {}, effect: 'allow' }], [], 'z');
  mine.spec = { ...mine.spec, tier: 'agent', agent: 'bot' };
  const others = policy(
    [
      { name: 'others', match: { agent: ['x'] }, effect: 'deny' },
      { name: 'all', match: { server: ['shop'] }, effect: 'allow' },
    ],
    [],
    'a',
  );
  const dev: StoredObject<'role'> = { kind: 'role', metadata: { name: 'dev' }, spec: { grants: [{}] } as never };
  const rules = orderedRules([others, mine, dev] as StoredObject[]);
  const bot = {
    org: 'o',
    agent: 'bot',
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: ['dev'],
    labels: {},
    user: undefined,
    token: undefined,
  };
  const names = (who: typeof bot | undefined, about?: string) =>
    effectiveRules(rules, who, about).map(({ tier, rule }) => `${tier} ${rule}`);
  expect(names(bot)).toEqual(['agent z/mine', 'grant role/dev/1', 'default a/all']);
  expect(names(bot, 'files')).toEqual(['agent z/mine', 'grant role/dev/1']);
  expect(names(undefined)).toHaveLength(4);
  expect(rules.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
});

describe('the place of a character of a condition in its file', () => {
  const styles: [string, string][] = [
    ['plain', 'args.a == bad'],
    ['single quotes', "'args.a == bad'"],
    ['double quotes', '"args.a == bad"'],
    ['double quotes with escapes', '"args.a == \\"x\\" || bad"'],
    ['a literal block', '|\n        args.a ==\n          bad'],
    ['a folded block', '>-\n        args.a\n        == bad'],
    ['plain over two lines', 'args.a\n          == bad'],
  ];
  test.each(styles)('%s', (_style, written) => {
    const text = `kind: policy\nmetadata: { name: p }\nspec:\n  rules:\n    - name: r\n      effect: allow\n      when: ${written}\n`;
    const { objects, errors } = parseObjects(text, 'f.yaml');
    expect(errors).toEqual([]);
    const [parsed] = objects;
    const source = isObject(parsed?.object.spec) ? String((parsed.object.spec as { rules: { when: string }[] }).rules[0]?.when) : '';
    const { line, column } = parsed?.locate(['spec', 'rules', 0, 'when'], source.indexOf('bad')) ?? { line: 0, column: 0 };
    expect(text.split('\n')[line - 1]?.slice(column - 1, column + 2)).toBe('bad');
  });
});

describe('a rule that an earlier one takes everything from', () => {
  const denyAll: PolicyRule = { name: 'nothing', match: { tool: ['*'] }, effect: 'deny' };
  const refunds: PolicyRule = { name: 'refunds', match: { server: ['shop'], tool: ['refund'] }, effect: 'allow' };

  test('is told of when its policy is applied, with the rule that stands before it and what to do', () => {
    const { problems, warnings } = check([policy([denyAll], [], 'a'), policy([refunds], [], 'b')], ['b']);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'rule "refunds" never decides: rule a/nothing (deny) is asked before it and matches everything it matches. Give the policy a smaller order than that one has (spec.order) or an earlier tier, or narrow that rule',
    ]);
    expect(check([policy([denyAll, refunds])]).warnings).toEqual([expect.stringContaining('Put it before that rule')]);
  });

  test('is looked for among fewer rules the more names they hold: the gateway serves no call meanwhile', () => {
    const names = (n: number): string[] => Array.from({ length: 50 }, (_, i) => `tool_${n}_${i}`);
    const many = Array.from({ length: 600 }, (_, n): PolicyRule => ({ name: `r${n}`, match: { tool: names(n) }, effect: 'allow' }));
    const again: PolicyRule = { name: 'again', match: { tool: ['tool_0_7'] }, effect: 'allow' };
    const [first, second] = [policy(many, [], 'a'), policy([again], [], 'b')];
    expect(check([first, second], ['b']).warnings).toEqual([expect.stringContaining('rule a/r0 (allow) is asked before it')]);
    expect(check([first, second], ['a', 'b']).warnings).toEqual([]);
    const neighbour: PolicyRule = { name: 'neighbour', match: { tool: ['tool_599_7'] }, effect: 'allow' };
    expect(check([first, policy([neighbour], [], 'b')], ['a', 'b']).warnings).toEqual([expect.stringContaining('rule a/r599')]);
  });

  test('is not told of when another policy is applied, when it stands first, or when it decides some of its calls', () => {
    expect(check([policy([denyAll], [], 'a'), policy([refunds], [], 'b')], ['a']).warnings).toEqual([]);
    expect(check([policy([refunds], [], 'a'), policy([denyAll], [], 'b')], ['a', 'b']).warnings).toEqual([]);
    expect(check([policy([{ ...denyAll, match: { server: ['files'], tool: ['*'] } }, refunds])]).warnings).toEqual([]);
  });
});
