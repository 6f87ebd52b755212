// Policies to start from: from definitions and from traffic. What is written can be read, and says what it should.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import type { StoredObject } from '../../object/kinds.ts';
import { parseObjects } from '../../object/parse.ts';
import { inputOf } from '../case.ts';
import { compilePolicies } from '../compile.ts';
import { compileCondition } from '../when/condition.ts';
import { Learned, MAX_LEARNED_PLACES } from './learned.ts';
import type { ReplayedEntry } from './simulate.ts';
import { MAX_STARTER_TOOLS, ruleName, type StarterTool, starterText } from './starter.ts';

function read(text: string): StoredObject<'policy'> {
  const { objects, errors } = parseObjects(text, 'starter.yaml');
  expect(errors, text).toEqual([]);
  return objects[0]?.object as StoredObject<'policy'>;
}

describe('from definitions', () => {
  const tool = (name: string, intent: StarterTool['intent'], more: Partial<StarterTool> = {}): StarterTool => ({
    ...{ server: 'shop', tool: name, intent, category: undefined, description: undefined },
    ...more,
  });

  test('what reads is allowed, what writes is held, what destroys or sends out is denied, in the order of harm', () => {
    const text = starterText([tool('r', 'read'), tool('w', 'write'), tool('d', 'destructive'), tool('e', 'exfiltrative')], undefined);
    const { metadata, spec } = read(text);
    expect(metadata.name).toBe('starter');
    expect(spec.tier ?? 'default').toBe('default');
    expect(spec.rules.map(({ name, match, effect }) => [name, match.server, match.tool, effect])).toEqual([
      ['destructive-shop', ['shop'], ['d'], 'deny'],
      ['exfiltrative-shop', ['shop'], ['e'], 'deny'],
      ['write-shop', ['shop'], ['w'], 'hold'],
      ['read-shop', ['shop'], ['r'], 'allow'],
    ]);
    expect(text).toContain('    # What reads: allowed.\n    - name: read-shop\n');
  });

  test('servers and tools stand in order, and what a description says stands beside them on one line', () => {
    const text = starterText(
      [
        tool('b', 'read', { description: 'line one\nline two: # { ] \u0007', category: 'docs' }),
        tool('a', 'read', { description: 'x'.repeat(200) }),
        tool('c', 'read', { server: 'bank' }),
        tool('d', 'read', { category: 'money' }),
      ],
      undefined,
    );
    expect(read(text).spec.rules.map(({ match }) => [match.server, match.tool])).toEqual([
      [['bank'], ['c']],
      [['shop'], ['a', 'b', 'd']],
    ]);
    expect(text).toContain('          - "b" # docs; line one line two: # { ]\n');
    expect(text).toContain(`          - "a" # ${'x'.repeat(90)}\n`);
    expect(text).toContain('          - "c"\n');
    expect(text).toContain('          - "d" # money\n');
  });

  test('for one agent it is a policy of that agent', () => {
    const { metadata, spec } = read(starterText([tool('r', 'read')], 'bot'));
    expect([metadata.name, spec.tier, spec.agent]).toEqual(['starter-bot', 'agent', 'bot']);
    expect(read(starterText([], 'b'.repeat(80).slice(0, 63))).metadata.name).toHaveLength(63);
  });

  test('with nothing registered it allows nothing', () => {
    const text = starterText([], undefined);
    expect(read(text).spec.rules).toEqual([]);
    expect(text).toContain('rules: [] # No tool is registered');
  });

  test('names of odd signs are matched by what is written, and rules are named by what is left of them', () => {
    const odd = tool('a*b "c"', 'read', { server: 'x*' });
    const set = compilePolicies([read(starterText([odd], undefined))], 1);
    expect(set.decide(inputOf({ agent: 'x', server: 'x*', tool: 'a*b "c"' })).effect).toBe('allow');
    expect(set.decide(inputOf({ agent: 'x', server: 'x*', tool: 'a---b "c"' })).effect).toBe('deny');
    expect([ruleName('--Ab c..D--'), ruleName('***'), ruleName(`${'a'.repeat(59)}-b`), ruleName(`${'a'.repeat(70)}`)]).toEqual([
      ...['ab-c-d', 'rule', 'a'.repeat(59), 'a'.repeat(60)],
    ]);
  });

  test('so many tools are named, and how many are left out', () => {
    const many = Array.from({ length: MAX_STARTER_TOOLS + 2 }, (_, i) => tool(`t${i}`, 'read'));
    expect(starterText(many, undefined)).toContain('    # 2 more tools are left out: they are denied.\n');
    expect(starterText(many.slice(2), undefined)).not.toContain('left out');
  });
});

describe('from traffic', () => {
  type Call = NonNullable<ReplayedEntry['call']>;
  function call(args: JsonObject | undefined, more: Partial<Call['recorded']> = {}): Call {
    const recorded = {
      ...{ principal: { agent: 'bot' }, server: 'shop', capability: { kind: 'tool', name: 'pay' }, effect: 'allow', method: 'tools/call' },
      ...{ intent: { intent: 'write', category: undefined } },
      ...more,
    };
    return { recorded, request: { input: { args } }, isWhole: true } as unknown as Call;
  }
  const learn = (...calls: Call[]): { learned: Learned; text: string; rules: StoredObject<'policy'>['spec']['rules'] } => {
    const learned = new Learned();
    for (const one of calls) learned.add(one);
    const text = learned.text('last week');
    return { learned, text, rules: read(text).spec.rules };
  };
  const whenOf = (...all: (JsonObject | undefined)[]): string | undefined => learn(...all.map((args) => call(args))).rules[0]?.when;

  test('each agent and tool that was let through has a rule, the most used first', () => {
    const { text, rules, learned } = learn(
      call(undefined, { capability: { kind: 'tool', name: 'read' }, intent: undefined }),
      call({}),
      call({}, { intent: { intent: 'read', category: undefined } }),
      call({}, { principal: { agent: 'other' } as never, server: 'bank' }),
    );
    expect(rules.map(({ name, match, effect }) => [name, match, effect])).toEqual([
      ['bot-shop-pay', { agent: ['bot'], server: ['shop'], tool: ['pay'] }, 'allow'],
      ['bot-shop-read', { agent: ['bot'], server: ['shop'], tool: ['read'] }, 'allow'],
      ['other-bank-pay', { agent: ['other'], server: ['bank'], tool: ['pay'] }, 'allow'],
    ]);
    expect(text).toContain('# Proposed from 4 calls on tools that were let through since last week.');
    expect(text).toContain('    # 2 calls of intent read, write\n');
    expect(text).toContain('    # 1 call\n');
    expect([learned.calls, learned.tools]).toEqual([4, 3]);
  });

  test('nothing is learned of what was denied or held, of other requests, and of names that led nowhere', () => {
    const { learned, rules } = learn(
      call({}, { effect: 'deny' }),
      call({}, { effect: 'hold' }),
      call({}, { method: 'tasks/get' }),
      call({}, { server: undefined }),
      call({}, { capability: undefined }),
      call({}, { capability: { kind: 'prompt', name: 'x' } }),
    );
    expect([learned.calls, learned.tools, rules]).toEqual([0, 0, []]);
  });

  test.each([
    [[{ n: 5 }, { n: -2.5 }, { n: 7 }], 'args.n >= -2.5e+0 && args.n <= 7'],
    [[{ n: 1e20 }], 'args.n >= 1.0e+20 && args.n <= 1.0e+20'],
    [[{ n: 5 }, {}], '(!has(args.n) || (args.n >= 5 && args.n <= 5))'],
    [[{ n: 5 }, undefined], 'args.n >= 5 && args.n <= 5'],
    [[{ n: 5 }, { n: 'x' }], undefined],
    [[{ n: 5 }, { n: '/a/b' }], undefined],
    [[{ n: true }], undefined],
    [[{ 'odd name': 5 }], undefined],
    [[{ p: '/data/a/x' }, { p: '/data/b' }], 'path_within(args.p, "/data")'],
    [[{ p: '/data/a/x' }, { p: '/data/a/y' }], 'path_within(args.p, "/data/a")'],
    [[{ p: '/data/a/x' }, {}], '(!has(args.p) || path_within(args.p, "/data/a"))'],
    [[{ p: '/data/x' }, { p: '/etc/x' }], undefined],
    [[{ p: '/x' }], undefined],
    [[{ p: 'data/x' }], undefined],
    [[{ p: '/data//x' }], undefined],
    [[{ in: 1 }], 'args["in"] >= 1 && args["in"] <= 1'],
    [[{ true: 1 }, {}], '(!("true" in args) || (args["true"] >= 1 && args["true"] <= 1))'],
    [[{ null: '/a/b' }, {}], '(!("null" in args) || path_within(args["null"], "/a"))'],
    [[{ n: 1, p: '/d/x' }], 'args.n >= 1 && args.n <= 1 && path_within(args.p, "/d")'],
  ] as [(JsonObject | undefined)[], string | undefined][])('of arguments %j it keeps to: %s', (all, when) => {
    expect(whenOf(...all)).toBe(when);
  });

  test('what it proposes lets through what was seen, and not what lies outside', () => {
    const seen: JsonObject[] = [{ n: 5, p: '/data/x' }, { n: 9 }];
    const set = compilePolicies([read(learn(...seen.map((args) => call(args))).text)], 1);
    const effect = (args: JsonObject) => set.decide(inputOf({ agent: 'bot', server: 'shop', tool: 'pay', args } as never)).effect;
    expect(seen.map(effect)).toEqual(['allow', 'allow']);
    expect([{ n: 4 }, { n: 10 }, {}, { n: 5, p: '/etc/x' }].map(effect)).toEqual(Array(4).fill('deny'));
  });

  test('whatever names and values an agent sends, what is proposed can be applied', () => {
    const words = ['in', 'as', 'true', 'false', 'null', 'if', 'for', 'namespace', '__proto__', 'has', 'size', 'all', 'constructor'];
    for (const word of words) {
      const { rules } = learn(call(JSON.parse(`{"${word}":1}`) as JsonObject), call({}));
      expect(() => compileCondition(rules[0]?.when ?? ''), word).not.toThrow();
    }
    const far = (i: number) => [`p${i}`, `/${'x'.repeat(1_000)}/y`] as const;
    const { text, rules } = learn(call(Object.fromEntries([1, 2, 3, 4].map(far))), call({ n: 1 }, { server: 'other' }));
    expect(rules.map(({ name }) => name)).toEqual(['bot-other-pay']);
    expect(learn(call(Object.fromEntries([1, 2, 3, 4, 5].map(far)))).rules).toEqual([]);
    expect(text).toContain('# Left out, and so denied: 1 calls of "bot" on "pay"');
  });

  test('rules have different names, and so many arguments are looked at', () => {
    const names = ['a b', 'a-b', 'a.b'].map((name) => call({}, { capability: { kind: 'tool', name } }));
    expect(learn(...names).rules.map(({ name }) => name)).toEqual(['bot-shop-a-b', 'bot-shop-a-b-2', 'bot-shop-a-b-3']);
    const many = Object.fromEntries(Array.from({ length: MAX_LEARNED_PLACES + 1 }, (_, i) => [`a${i}`, i]));
    expect(learn(call(many)).text.match(/numbers from/g)).toHaveLength(MAX_LEARNED_PLACES);
    expect(learn(call({ n: 5 }), call({ n: 7 })).text).toContain('      # n: 2 numbers from 5 to 7\n');
    expect(learn(call({ p: '/a/b' })).text).toContain('      # p: 1 paths below /a\n');
  });
});
