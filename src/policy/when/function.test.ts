// Values in conditions: when two are equal, what is calculated, what is read as a number, and what each costs.
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../lib/json.ts';
import type { DecideInput } from '../decide-input.ts';
import { budgetSpent, chargeText, compilePattern, MAX_PATTERN_CHARS, MAX_STEPS, openBudget, TURN_STEPS } from './budget.ts';
import { ConditionFailed, compileCondition, MAX_INPUT_DEPTH, MAX_SHOWN_PATHS } from './condition.ts';
import { valuesOf } from './scope.ts';

const NOW = Date.UTC(2026, 0, 5, 9, 30);
const holds = (source: string, args: JsonObject = {}, more: Record<string, Json> = {}): boolean | string => {
  try {
    return compileCondition(source).holds((variable) => (variable === 'args' ? args : variable === 'now' ? NOW : more[variable]));
  } catch (error) {
    if (error instanceof ConditionFailed) return error.message;
    throw error;
  }
};
const all = (sources: readonly string[], args: JsonObject = {}) => sources.map((source) => [source, holds(source, args)]);
const each = (sources: readonly string[], value: boolean) => sources.map((source) => [source, value]);

describe('equality', () => {
  const args: JsonObject = { s: 'abc', l: [1, 2], m: { a: 1, b: [2] }, n: null, t: true, e: [], o: {} };
  const TRUE = [
    ...['args.s == "abc"', 'args.s != "abd"', 'args.s != "abcd"', '"" == ""'],
    ...[
      'args.l == [1, 2]',
      'args.l != [1, 3]',
      'args.l != [2, 1]',
      'args.l != [1]',
      '[1] != args.l',
      'args.e == []',
      '[[1], [2]] == [[1], [2]]',
    ],
    ...[
      'args.m == {"a": 1, "b": [2]}',
      'args.m == {"b": [2], "a": 1}',
      'args.m != {"a": 1}',
      'args.m != {"a": 1, "c": [2]}',
      'args.o == {}',
    ],
    ...['args.m != {"a": 1, "b": [3]}', 'args.n == null', 'args.t == true', 'args.t != false', 'args.n != args.t'],
    ...['args.s != args.l', 'args.l != args.m', 'args.m != args.l', 'args.n != args.m', 'args.e != args.o', 'dyn(1) != dyn("1")'],
    ...['"abc" in [1, "abc"]', '!("abd" in ["abc"])', '2 in args.l', '!(3 in args.l)', '"a" in args.m', '!("c" in args.m)'],
    ...['timestamp("2026-01-05T09:30:00Z") == now', 'timestamp("2026-01-05T09:30:01Z") != now', 'duration("60s") == duration("1m")'],
    ...['duration("1.5s") != duration("1s")', 'dyn(timestamp("1970-01-01T00:00:05Z")) != dyn(duration("5s"))', 'dyn(now) != dyn(null)'],
  ];

  test('is of values, whatever their form, and never between kinds', () => {
    expect(all(TRUE, args)).toEqual(each(TRUE, true));
    const opposites = TRUE.filter((one) => /^[^!]* == [^!]*$/.test(one)).map((one) => one.replace(' == ', ' != '));
    expect(all(opposites, args)).toEqual(each(opposites, false));
  });
});

describe('calculation', () => {
  test('is by value, of ints and doubles alike', () => {
    const args = { n: 7, h: 0.5 };
    const sources = ['args.n + 1 == 8', 'args.n - 1 == 6', '1 - args.n == -6', 'args.n * 2 == 14', '2 * args.n == 14', 'args.n / 2 == 3.5'];
    const more = ['14 / args.n == 2', '1 + args.n == 8', 'args.n + args.h == 7.5', '7 / 2 == 3', '-args.n == -7', '5 % 3 == 2'];
    expect(all([...sources, ...more], args)).toEqual(each([...sources, ...more], true));
  });

  test('of text and lists joins them', () => {
    const sources = ['"a" + "b" == "ab"', '[1] + [2, 3] == [1, 2, 3]', '([] + args.l).size() == 2', 'args.l + [3] == [1, 2, 3]'];
    expect(all(sources, { l: [1, 2] })).toEqual(each(sources, true));
  });

  test.each([
    ['int', '12', '12'],
    ['int', '+12', '12'],
    ['int', '-12', '-12'],
    ['int', '9223372036854775807', '9223372036854775807'],
    ['double', '12', '12'],
    ['double', '+1.25', '1.25'],
    ['double', '-1.25e2', '-125'],
    ['double', '1e12', '1000000000000.0'],
    ['double', '5E-1', '0.5'],
  ])('%s(%j) is %s', (read, text, value) => {
    expect(holds(`${read}(args.t) == ${value}`, { t: text })).toBe(true);
  });

  test.each([
    ['int', '1.5'],
    ['int', '1e2'],
    ['int', '1+2'],
    ['int', '12345678901234567890'],
    ['double', '1.'],
    ['double', '.5'],
    ['double', '1.x'],
    ['double', '1e'],
    ['double', '1e1234'],
    ['double', '1'.repeat(41)],
    ['double', `1.${'1'.repeat(41)}`],
  ])('%s(%j) is not guessed', (read, text) => {
    expect(holds(`${read}(args.t) == 1`, { t: text })).toBe('the text is not a decimal number');
  });

  test('of characters counts them, and changes letters of the alphabet alone', () => {
    const sources = ['size(args.s) == 3', 'args.s.size() == 3', 'args.s.lowerAscii() == "é😀b"', '"" .size() == 0'];
    expect(all(sources, { s: 'é😀B' })).toEqual(each(sources, true));
    const tests = [
      'args.s.contains("b")',
      'args.s.startsWith("a")',
      'args.s.endsWith("c")',
      '!args.s.contains("x")',
      '!args.s.startsWith("b")',
      '!args.s.endsWith("b")',
    ];
    expect(all(tests, { s: 'abc' })).toEqual(each(tests, true));
    expect(
      all(["args.s.matches('^a.c$')", "!args.s.matches('^b')", "args.s.matches('b')"], { s: 'abc' }).map(([, value]) => value),
    ).toEqual([true, true, true]);
  });
});

describe('what fails', () => {
  test.each([
    ['args.l[5] == 1', 'an index is out of bounds'],
    ['1 / 0 == 1', 'int divide by zero'],
    ['9223372036854775807 + 1 == 0', 'int overflow'],
    ['args.gone == 1', '"gone" is absent'],
    ['args["gone"] == 1', '"gone" is absent'],
    ['args[args.key] == 1', 'a member is absent'],
    ['nowhere.x == 1', 'it asks for something that is not known of this call'],
    ['dyn(args.l)', 'the condition came out neither true nor false'],
  ])('%s: %s', (source, message) => {
    expect(String(holds(source, { l: [1], key: 'secret' }))).toContain(message);
  });

  test('with a text that is not ours says no more than that', () => {
    expect(holds('{args.t: 1, args.u: 2} == {}', { t: 'hunter2', u: 'hunter2' })).toBe('it could not be evaluated');
  });

  test('for depth says so, one level within is fine', () => {
    const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(holds('size(args.l) == 1', { l: nested(MAX_INPUT_DEPTH - 1) })).toBe(true);
    expect(holds('size(args.l) == 1', { l: nested(MAX_INPUT_DEPTH) })).toBe(`a condition looks at ${MAX_INPUT_DEPTH} levels at most`);
    const objects = (levels: number): Json => (levels === 0 ? 1 : { o: objects(levels - 1) });
    expect(holds('size(args.l) == 1', { l: objects(MAX_INPUT_DEPTH) })).toContain('levels at most');
  });
});

describe('what a condition reads', () => {
  const uses = (source: string): [string[], readonly string[]] => {
    const { uses: variables, paths } = compileCondition(source);
    return [[...variables].sort(), paths];
  };

  test.each([
    ['args.a == 1 && principal.user == "x"', ['args', 'principal'], ['args.a', 'principal.user']],
    ['has(args.a.b)', ['args'], ['args.a.b']],
    ['args["a"] == 1', ['args'], []],
    ['args.l[0].x == 1', ['args'], ['args.l']],
    ['args.l.exists(x, x.y == args.z)', ['args'], ['args.l', 'args.z']],
    ['args.l.map(x, x.y)[0] == flow[0]', ['args', 'flow'], ['args.l']],
    ['{"k": args.v}["k"] == [args.w][0]', ['args'], ['args.v', 'args.w']],
    ['"x" in args', ['args'], []],
    ['args.s.contains(principal.agent)', ['args', 'principal'], ['args.s', 'principal.agent']],
    ['1 == 1', [], []],
  ] as [string, string[], string[]][])('%s', (source, variables, paths) => {
    expect(uses(source)).toEqual([variables, paths]);
  });

  test('so many paths are shown', () => {
    const many = Array.from({ length: MAX_SHOWN_PATHS + 3 }, (_, i) => `args.a${i} == 1`).join(' || ');
    expect(compileCondition(many).paths).toHaveLength(MAX_SHOWN_PATHS);
  });

  test('is all of a variable where it is read whole, and members where they are', () => {
    expect(holds('args == {"a": 1}', { a: 1 })).toBe(true);
    expect(holds('args.a == 1 && args == {"a": 1, "b": 2}', { a: 1, b: 2 })).toBe(true);
    expect(holds('size(args) == 2 && args.a == 1', { a: 1, b: 2 })).toBe(true);
    expect(holds('flow.exists(f, f == "web") && flow == ["web"]', {}, { flow: ['web'] })).toBe(true);
    expect(holds('args.a == null', { a: null })).toBe(true);
    expect(holds('args.l.map(x, x.y)[0] == 5 && args.l.exists(args2, args2.y == 5)', { l: [{ y: 5 }] })).toBe(true);
  });
});

describe('what is known to a condition', () => {
  const CALL: DecideInput = {
    principal: {
      ...{ org: 'o', agent: 'bot', agentClass: 'coder', environment: 'prod', teams: ['t1', 't2'], roles: ['r1'], labels: { tier: 'gold' } },
      ...{ user: 'ann', token: 'tok' },
    },
    kind: 'call',
    method: 'tools/call',
    server: 'shop',
    capability: { kind: 'tool', name: 'pay' },
    definition: { title: 'Pay', description: 'pays', annotations: { readOnlyHint: true }, _meta: { a: 1 }, inputSchema: {} },
    findings: [{ type: 'pii.email' }, { type: 'x', where: 'question', count: 3, confidence: 0.5 }],
    flow: ['web'],
    facts: { agent: { calls: 2 } },
    nowMs: NOW,
  };
  const asked = (variable: string, input: Partial<DecideInput> = {}) => valuesOf({ ...CALL, ...input }, () => ['tagged'])(variable);

  test('is who asks, for what, where, and what was found', () => {
    expect(asked('principal')).toEqual({
      ...{ agent: 'bot', class: 'coder', environment: 'prod', user: 'ann', token: 'tok', teams: ['t1', 't2'], roles: ['r1'] },
      labels: { tier: 'gold' },
    });
    expect(asked('tool')).toEqual({ name: 'pay', title: 'Pay', description: 'pays', annotations: { readOnlyHint: true }, meta: { a: 1 } });
    expect(asked('capability')).toEqual({ kind: 'tool', name: 'pay' });
    expect(asked('server')).toEqual({ name: 'shop', tags: ['tagged'] });
    expect(asked('server', { tags: ['own'] })).toEqual({ name: 'shop', tags: ['own'] });
    expect(asked('findings')).toEqual([
      { type: 'pii.email', where: 'arguments', count: 1, confidence: 1 },
      { type: 'x', where: 'question', count: 3, confidence: 0.5 },
    ]);
    expect([asked('args'), asked('flow'), asked('facts'), asked('now')]).toEqual([{}, ['web'], { agent: { calls: 2 } }, NOW]);
  });

  test('holds no member of what is not known, and nothing by names that objects have', () => {
    const bare = { ...CALL.principal, agentClass: undefined, environment: undefined, user: undefined, token: undefined };
    expect(asked('principal', { principal: bare })).toEqual({ agent: 'bot', teams: ['t1', 't2'], roles: ['r1'], labels: { tier: 'gold' } });
    expect(asked('tool', { definition: undefined })).toEqual({ name: 'pay', annotations: {}, meta: {} });
    expect(asked('tool', { definition: Object.create({ title: 'inherited' }) as JsonObject })).toEqual({
      name: 'pay',
      annotations: {},
      meta: {},
    });
    expect(asked('tool', { capability: { kind: 'prompt', name: 'pay' } })).toBeUndefined();
    for (const input of [
      { capability: undefined },
      { server: undefined },
      { findings: undefined },
      { flow: undefined },
    ] as Partial<DecideInput>[]) {
      const [name] = Object.keys(input) as ['capability'];
      expect(asked(name, input)).toBeUndefined();
    }
    expect(asked('tool', { capability: undefined })).toBeUndefined();
    expect([asked('constructor'), asked('toString'), asked('nothing')]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the budget', () => {
  test('counts text by sixteen characters, and stays spent until it is opened again', () => {
    openBudget(3);
    chargeText(15);
    chargeText(16);
    expect(budgetSpent()).toBe(false);
    expect(() => chargeText(0)).toThrow(`more than ${MAX_STEPS} steps`);
    expect(budgetSpent()).toBe(true);
    openBudget(1);
    expect(budgetSpent()).toBe(false);
  });

  test('a turn of a loop costs its steps, and ends what would be true all the same', () => {
    const l = (turns: number): JsonObject => ({ l: Array.from({ length: turns }, () => 1) });
    expect(holds('args.l.all(x, true)', l(MAX_STEPS / TURN_STEPS))).toBe(true);
    expect(holds('args.l.all(x, true)', l(MAX_STEPS / TURN_STEPS + 1))).toContain('steps');
    expect(holds('true || args.l.all(x, true)', l(MAX_STEPS / TURN_STEPS + 1))).not.toBe(false);
  });

  test.each([
    ['args.t.contains("x")', 'contains'],
    ['args.t + args.t == "x"', 'joining'],
    ['size(args.t) == 1', 'size()'],
    ['args.t.size() == 1', '.size()'],
    ['args.t.lowerAscii() == "x"', 'lowerAscii'],
    ['path_within(args.t, "/")', 'path_within'],
    ['domain_of(args.t) == "x"', 'domain_of'],
    ['args.t == args.u', 'equality of text of one length'],
  ])('%s charges for the text it reads (%s)', (source) => {
    const t = 'x'.repeat(16 * MAX_STEPS);
    expect(holds(source, { t, u: `${t.slice(1)}y` })).toContain('steps');
  });

  test('a pattern is of so many characters and so much work, and charges more the larger it is', () => {
    const pattern = (source: string) => () => compilePattern(source);
    expect(pattern('a'.repeat(MAX_PATTERN_CHARS))).not.toThrow();
    expect(pattern('a'.repeat(MAX_PATTERN_CHARS + 1))).toThrow(`a pattern has at most ${MAX_PATTERN_CHARS} characters`);
    expect(pattern('(?:abcde){500}')).toThrow('the pattern is too large: repeat less');
    const charged = (source: string, text: string): number => {
      const test = compilePattern(source);
      for (let steps = 1; ; steps *= 2) {
        openBudget(steps);
        try {
          test(text);
          return steps;
        } catch {
          // More is needed.
        }
      }
    };
    expect(charged('b', 'a'.repeat(1_000))).toBe(256);
    expect(charged('b{100}', 'a'.repeat(1_000))).toBeGreaterThan(1_000);
    expect(charged('b', '')).toBe(1);
  });
});

describe('calculating', () => {
  const amounts = (text: string): JsonObject => JSON.parse(text) as JsonObject;
  const INEXACT = 'a number is too large to be calculated with exactly';

  test.each([
    // Infinite minus infinite is no number, which is above no bound: a rule that denies large sums would let it through.
    ['args.a - args.b > 1000', '{"a":1e400,"b":1e400}'],
    ['!(args.a - args.b > 1000)', '{"a":1e400,"b":1e400}'],
    ['args.a * args.b > 1', '{"a":0,"b":1e400}'],
    ['args.a / args.b > 1', '{"a":1e400,"b":1e400}'],
    ['args.a + args.b < 10', '{"a":-1e400,"b":1}'],
    // One apart as they are sent, the same as doubles.
    ['args.a - args.b <= 0', '{"a":9007199254740993,"b":9007199254740992}'],
    ['args.a + 1 > 0', '{"a":9007199254740993}'],
    ['1 - args.a < 0', '{"a":9007199254740993}'],
    ['args.a + args.b > 0', '{"a":9007199254740991,"b":9007199254740991}'],
    ['args.a * args.b > 0', '{"a":1e200,"b":1e200}'],
    ['args.a * 9007199254740993 > 0', '{"a":1}'],
    ['int(args.a) == 9007199254740992', '{"a":9007199254740993}'],
    ['int(args.a) <= 500', '{"a":-1e400}'],
    ['string(args.a) == "9007199254740992"', '{"a":9007199254740993}'],
  ])('%s with %s has no answer', (source, args) => {
    expect(holds(source, amounts(args))).toBe(INEXACT);
  });

  test.each(['args.a / args.b > 100', '!(args.a / args.b > 100)', 'args.a / args.b <= 10', 'args.a / 0 > 1', '1 / args.b > 1'])(
    '%s by zero has none',
    (source) => {
      expect(holds(source, { a: -1, b: 0 })).toBe('a number is divided by zero');
      expect(holds(source, { a: 0, b: -0 })).toBe('a number is divided by zero');
    },
  );

  test('up to the last exact number it has one', () => {
    expect(holds('args.a + args.b == 9007199254740991', { a: 9007199254740990, b: 1 })).toBe(true);
    expect(holds('-args.a - 1 < args.b', { a: 9007199254740990, b: 0 })).toBe(true);
    expect(holds('args.a / args.b == 2.5 && int(args.a) == 5 && string(args.a) == "5"', { a: 5, b: 2 })).toBe(true);
    expect(holds('int(args.a) == -1 && string(args.a) == "-1.9"', { a: -1.9 })).toBe(true);
    // What is only compared is right for every number.
    expect(holds('args.a > 1000 && -args.a < 1000', amounts('{"a":1e400}'))).toBe(true);
  });
});

describe('large texts', () => {
  const args = { l: Array.from({ length: 4_900 }, () => 1), s: 'a'.repeat(100_000), t: 'a'.repeat(100_000) };

  test.each([
    'args.l.all(x, args.s <= args.t)',
    'args.l.all(x, args.s >= args.t)',
    'args.l.exists(x, args.s < args.t)',
    'args.l.exists(x, args.s > args.t)',
    'args.l.exists(x, domain_within(args.s, "a.b"))',
    'args.l.exists(x, domain_within("a.b", args.s))',
    'args.l.exists(x, path_within("/a", args.s))',
  ])('%s ends when its steps are used up', (source) => {
    expect(holds(source, args)).toContain('steps');
  });
});

describe('has', () => {
  test('is about objects: what is none is an error, for members are found in it by servers that are not strict', () => {
    const bound = '!has(args.pay.sum) || args.pay.sum <= 5';
    expect([{ sum: 5 }, { sum: 6 }, {}, { sum: null }, null].map((pay) => holds(bound, { pay }))).toEqual([true, false, true, true, true]);
    const error = 'this is no object that has members';
    for (const pay of [[{ sum: 6 }], '{"sum":6}', 6, true, [], '']) expect(holds(bound, { pay }), JSON.stringify(pay)).toBe(error);
    expect(holds('has(args.pay.sum.of)', { pay: { sum: ['of'] } })).toBe(error);
    expect(holds('args.all.all(one, !has(one.sum) || one.sum <= 5)', { all: [[{ sum: 6 }]] })).toBe(error);
    expect(holds('args.all.all(one, !has(one.sum) || one.sum <= 5)', { all: [{ sum: 5 }, {}] })).toBe(true);
  });

  test('says what is absent on the way there', () => {
    expect(holds('has(args.pay.sum)', {})).toBe('"pay" is absent');
    expect(holds('has(args.pay) && has(args.pay.sum)', {})).toBe(false);
    expect(holds('has(args.pay)', { pay: [] })).toBe(true);
    // A request that has no arguments at all.
    expect(compileCondition('has(args.pay)').holds(() => undefined)).toBe(false);
  });
});
