// Conditions: what they say about numbers, absent members, odd names and places; what they may cost; what is refused before they run.
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../lib/json.ts';
import { charge, MAX_PATTERN_CHARS, MAX_STEPS, openBudget } from './budget.ts';
import { checkWhen } from './check.ts';
import { ConditionFailed, compileCondition, MAX_INPUT_VALUES } from './condition.ts';
import { domainOf, domainWithin, MAX_PLACE_CHARS, pathWithin } from './place.ts';
import { scopeOf } from './scope.ts';
import { MAX_DEPTH, MAX_LOOPS, MAX_NODES, parseWhen, WhenProblem } from './syntax.ts';

const NOW = Date.UTC(2026, 0, 5, 9, 30);
const holds = (source: string, args: JsonObject = {}, more: Record<string, Json> = {}): boolean | string => {
  try {
    return compileCondition(source).holds((variable) => (variable === 'args' ? args : variable === 'now' ? NOW : more[variable]));
  } catch (error) {
    if (error instanceof ConditionFailed) return error.message;
    throw error;
  }
};
const problems = (source: string, schema?: Json): string[] =>
  checkWhen(parseWhen(source).root, scopeOf(schema)).problems.map(({ message, offset }) => `${offset} ${message}`);
const warnings = (source: string, schema?: Json): string[] =>
  checkWhen(parseWhen(source).root, scopeOf(schema)).warnings.map(({ message, offset }) => `${offset} ${message}`);
const refused = (source: string): string => {
  try {
    parseWhen(source);
    return 'accepted';
  } catch (error) {
    return error instanceof WhenProblem ? `${error.offset} ${error.message}` : String(error);
  }
};

describe('numbers', () => {
  const amount = (text: string): JsonObject => JSON.parse(`{"amount":${text}}`) as JsonObject;

  test.each([
    ['500', true],
    ['500.0', true],
    ['5e2', true],
    ['499.99', true],
    ['-1e400', true],
    ['-0', true],
    ['500.01', false],
    ['501', false],
    ['1e400', false],
    ['9007199254740993', false],
    ['123456789012345678901234567890', false],
  ])('args.amount <= 500 for %s: %s', (text, expected) => {
    expect(holds('args.amount <= 500', amount(text))).toBe(expected);
    expect(holds('args.amount <= 500.0', amount(text))).toBe(expected);
    expect(holds('500 >= args.amount', amount(text))).toBe(expected);
    expect(holds('!(args.amount > 500)', amount(text))).toBe(expected);
  });

  test('ints and doubles are equal by value, and calculate with each other', () => {
    expect(holds('args.n == 2', { n: 2 })).toBe(true);
    expect(holds('args.n in [1, 2, 3]', { n: 2 })).toBe(true);
    expect(holds('args.n in [1.0, 2.0]', { n: 2 })).toBe(true);
    expect(holds('args.n + 1 == 3', { n: 2 })).toBe(true);
    expect(holds('args.n * 2 - 1 == 3 && 10 / args.n == 5', { n: 2 })).toBe(true);
    expect(holds('1 + args.n == 3.5', { n: 2.5 })).toBe(true);
    expect(holds('size(args.l) == 2', { l: [1, 2] })).toBe(true);
  });

  test('what is not exact is equal to nothing and different from nothing', () => {
    for (const text of ['9007199254740993', '1e400', '-1e400', '12345678901234567890'])
      for (const source of [
        'args.amount == 1',
        'args.amount != 1',
        'args.amount in [1]',
        '[args.amount] == [1]',
        '{"a": args.amount} == {"a": 1}',
      ])
        expect(holds(source, amount(text)), `${source} for ${text}`).toBe('a number is too large to be compared exactly');
    expect(holds('args.amount == 9007199254740991', amount('9007199254740991'))).toBe(true);
  });

  test('text is no number, unless it is read as one', () => {
    expect(holds('args.n <= 500', { n: '1' })).toContain('no matching overload');
    expect(holds('args.n == 1', { n: '1' })).toBe(false);
    expect(holds('double(args.n) <= 500', { n: '1e2' })).toBe(true);
    expect(holds('int(args.n) <= 500', { n: '-12' })).toBe(true);
    for (const odd of ['', ' 1', '0x10', '1_000', 'NaN', 'Infinity', '1e9999', '١'])
      for (const read of ['int', 'double']) expect(holds(`${read}(args.n) <= 500`, { n: odd }), odd).toContain('not a decimal number');
  });
});

describe('absent members', () => {
  test('are an error, unless they are asked for first', () => {
    expect(holds('args.x == 1')).toBe('"x" is absent');
    expect(holds('args.x.y == 1', { x: {} })).toBe('"y" is absent');
    expect(holds('has(args.x) && args.x == 1')).toBe(false);
    expect(holds('!has(args.x) || args.x == 1')).toBe(true);
    expect(holds('"x" in args && args.x == 1')).toBe(false);
    expect(holds('has(args.x) ? args.x == 1 : true')).toBe(true);
    expect(holds('args.x == null', { x: null })).toBe(true);
    // Null is how many models say that they leave a member out.
    expect(holds('has(args.x)', { x: null })).toBe(false);
  });

  test('an error is lost only where the answer does not depend on it, as CEL says', () => {
    expect(holds('args.x == 1 || true')).toBe(true);
    expect(holds('false && args.x == 1')).toBe(false);
    expect(holds('args.x == 1 || false')).toBe('"x" is absent');
    expect(holds('!(args.x == 1 && true)')).toBe('"x" is absent');
  });

  test('a variable that is not known of this call is an error', () => {
    expect(holds('facts.agent.calls > 1')).toBe('it asks for something that is not known of this call');
    expect(holds('facts.agent.calls > 1', {}, { facts: { agent: { calls: 2 } } })).toBe(true);
  });

  test('no message repeats a value', () => {
    const secret = 'hunter2 hunter2';
    for (const source of [
      'args[args.s] == 1',
      'int(args.s) == 1',
      'timestamp(args.s) < now',
      'domain_of(args.s) == ""',
      'path_within(args.s + "/..", "/")',
      'duration(args.s) < duration("1s")',
    ])
      expect(String(holds(source, { s: secret })), source).not.toContain('hunter2');
  });
});

describe('names', () => {
  test('that objects have by themselves are members only when they are sent', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'size', 'get']) {
      expect(holds(`has(args.${name})`), name).toBe(false);
      expect(holds(`"${name}" in args`), name).toBe(false);
      const sent = JSON.parse(`{"${name}": {"admin": true}}`) as JsonObject;
      expect(holds(`args.${name}.admin == true`, sent), name).toBe(true);
      expect(holds('has(args.admin)', sent), name).toBe(false);
      expect(holds('args.o.a == 1', { o: JSON.parse(`{"${name}": 1, "a": 1}`) as JsonObject }), name).toBe(true);
    }
  });

  test('nothing else is in reach', () => {
    for (const name of ['process', 'globalThis', 'require', 'constructor', '__proto__', 'toString'])
      expect(problems(`${name} == 1`)[0], name).toContain(`there is no "${name}"`);
  });
});

describe('the budget', () => {
  const numbers = (count: number): Json[] => Array.from({ length: count }, (_, i) => i);

  test('ends what goes on for too long, whatever stands around it', () => {
    const args = { l: numbers(5_000) };
    expect(holds('args.l.exists(x, x == -1)', args)).toContain(`more than ${MAX_STEPS} steps`);
    expect(holds('args.l.exists(x, x == -1) || true', args)).toContain('steps');
    expect(holds('args.l.all(x, args.l.all(y, x == y || x != y))', { l: numbers(300) })).toContain('steps');
    expect(holds('args.l.exists(x, x == 4)', args)).toBe(true);
    expect(holds('args.l.all(x, x >= 0)', { l: numbers(1_000) })).toBe(true);
  });

  test('charges for text, equality and lists that are made', () => {
    expect(holds('args.l.all(x, args.t.contains("b") == false)', { l: numbers(500), t: 'a'.repeat(10_000) })).toContain('steps');
    expect(holds('args.l.map(x, x).size() == 2000', { l: numbers(2_000) })).toContain('steps');
    expect(holds('args.l.filter(x, x > 100).size() == 199', { l: numbers(300) })).toBe(true);
    expect(holds('args.l == args.m', { l: numbers(20_000 / 2 - 10), m: numbers(20_000 / 2 - 10) })).toBe(true);
  });

  test('a pattern is linear in the text', () => {
    // Tried one way after the other, this would not end before the stars do.
    expect(holds("args.t.matches('(a+)+$')", { t: `${'a'.repeat(20_000)}b` })).toBe(false);
    expect(holds("args.t.matches('(a|b|c)*d')", { t: 'abc'.repeat(200_000) })).toContain('steps');
  });

  test('the last step is within, the next is not', () => {
    openBudget(3);
    charge(3);
    expect(() => charge(1)).toThrow('steps');
  });

  test('a condition sees so many values and no more', () => {
    expect(holds('size(args.l) >= 0', { l: numbers(MAX_INPUT_VALUES - 1) })).toBe(true);
    expect(holds('size(args.l) >= 0', { l: numbers(MAX_INPUT_VALUES) })).toContain(String(MAX_INPUT_VALUES));
    expect(holds('args.n == 1', { n: 1, l: numbers(100_000) })).toBe(true);
  });
});

describe('what is refused before it runs', () => {
  test('syntax, with its place', () => {
    expect(refused('args.x ==')).toMatch(/^7 this is no CEL expression/);
    expect(refused('a b')).toMatch(/^2 /);
    expect(refused('google.protobuf.Timestamp{seconds: 1} == 1')).toContain('messages are not supported');
    expect(refused("args.b == b'x'")).toContain('only text, numbers');
    expect(refused('args.n == 1u')).toContain('only text, numbers');
    expect(refused(`${'['.repeat(MAX_DEPTH + 1)}${']'.repeat(MAX_DEPTH + 1)} == []`)).toContain('nested deeper');
    const loops = (count: number): string => (count === 0 ? 'true' : `args.l.all(x${count}, ${loops(count - 1)})`);
    expect(refused(loops(MAX_LOOPS))).toBe('accepted');
    expect(refused(loops(MAX_LOOPS + 1))).toContain('macros stand at most');
    expect(refused(`${Array.from({ length: MAX_DEPTH + 2 }, () => '1').join('+')} == 1`)).toContain('nested deeper');
    expect(refused(Array.from({ length: MAX_NODES / 4 }, (_, i) => `args.a${i}==1`).join('||'))).toContain('too long');
  });

  const schema = {
    type: 'object',
    properties: {
      amount: { type: 'number' },
      note: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
      who: { $ref: '#/$defs/who' },
      color: { enum: ['red', 'blue'] },
      mixed: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    },
    required: ['amount', 'who'],
    additionalProperties: false,
    $defs: { who: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] } },
  };

  test('types, by the schema of the tool', () => {
    expect(problems('args.amount <= 500 && args.who.id == 7 && args.color == "red" && args.mixed == 1', schema)).toEqual([]);
    expect(problems('args.note > 5', schema)).toEqual([
      '10 ">" does not go with text and a number: args.note is text; write double(args.note) to read it as a number',
    ]);
    expect(problems('args.amont <= 500', schema)[0]).toContain('there is no "amont" here. Did you mean "amount"?');
    expect(problems('args.amount', schema)).toEqual(['4 a condition is true or false; this is a number']);
    expect(problems('args.tags.exists(t, t > 3)', schema)[0]).toContain('does not go with text and a number');
    expect(problems('args.color == 5', schema)[0]).toContain('"==" does not go with text and a number');
    expect(problems('args.amount.x == 1', schema)[0]).toContain('only objects have members');
    expect(problems('arg.amount == 1', schema)[0]).toContain('there is no "arg". Did you mean "args"?');
    expect(problems('args.note.startWith("x")', schema)[0]).toContain('there is no function "startWith". Did you mean "startsWith"?');
    expect(problems('size(args.note, 1) == 2', schema)[0]).toContain('size() does not take');
    expect(problems('args.note.matches(args.note)', schema)[0]).toContain('written out');
    expect(problems("args.note.matches('(?=a)')", schema)[0]).toContain('no pattern');
    expect(problems(`args.note.matches('${'a'.repeat(MAX_PATTERN_CHARS + 1)}')`, schema)[0]).toContain(`at most ${MAX_PATTERN_CHARS}`);
    expect(problems('args.amount && true', schema)[0]).toContain('connects what is true or false');
    expect(problems('args.amount.exists(x, true)', schema)[0]).toContain('it needs a list');
    expect(problems('args.tags.exists(args, true)', schema)[0]).toContain('something else already');
    expect(problems('args.tags["x"] == "y"', schema)[0]).toContain('asked by number');
    expect(problems('args.amount ? true : false', schema)[0]).toContain('before "?"');
    expect(problems('{1: 2} == {}', schema)[0]).toContain('keys of a map are text');
    expect(problems('principal.agnt == "x"', schema)[0]).toContain('Did you mean "agent"');
    expect(problems('now > timestamp("2026-01-01T00:00:00Z") && now.getHours("Europe/Berlin") < 18', schema)).toEqual([]);
    expect(problems('has(args.nothing) && args.nothing == 1', schema)).toEqual([]);
    expect(problems('args["nothing"] == 1', schema)[0]).toContain('there is no "nothing"');
  });

  test('what may be absent and is not asked for is a warning', () => {
    expect(warnings('args.note == "x"', schema)[0]).toContain('args.note may be absent');
    for (const fine of [
      'has(args.note) && args.note == "x"',
      '!has(args.note) || args.note == "x"',
      'has(args.note) ? args.note == "x" : false',
      '"note" in args && args.note == "x"',
      'args.amount > 1',
      '!(!has(args.note)) && args.note == "x"',
    ])
      expect(warnings(fine, schema), fine).toEqual([]);
    expect(warnings('has(args.note) || args.note == "x"', schema)).toHaveLength(1);
    expect(warnings('principal.user == "ann"')[0]).toContain('principal.user may be absent');
  });
});

describe('places', () => {
  test.each([
    ['/data/a', '/data', true],
    ['/data', '/data', true],
    ['/data/', '/data', true],
    ['/data//a/./b', '/data/', true],
    ['/database/a', '/data', false],
    ['/Data/a', '/data', false],
    ['data/a', '/data', false],
    ['/', '/data', false],
    ['\\\\host\\share\\x', '//host/share', true],
    ['C:\\data\\x', 'C:/data', true],
    ['c:/data/x', 'C:/data', true],
    ['notes/a', 'notes', true],
    ['/anything', '/', true],
  ])('is %j within %j: %j', (path, folder, expected) => {
    expect(pathWithin(path, folder)).toBe(expected);
  });

  test.each([
    '/data/../etc',
    '/data/..',
    '..',
    '/data/.. /x',
    '/data/.../x',
    '/data/%2e%2e/x',
    '/data%2fx',
    '/data/a\u0000b',
    '/data/a\nb',
    'file:///data/x',
    'C:data',
    '~/data',
    '~root/x',
    '/data\\..\\x',
    '/data/. /x',
    `/${'a'.repeat(MAX_PLACE_CHARS)}`,
  ])('what %j means is not guessed', (path) => {
    expect(() => pathWithin(path, '/data')).toThrow();
  });

  test.each([
    ['ann@example.com', 'example.com'],
    ['Ann Lee <ann@Example.COM>', 'example.com'],
    ['https://api.example.com:8443/x?y#z', 'api.example.com'],
    ['http://EXAMPLE.com.', 'example.com'],
    [' ann@example.com ', 'example.com'],
  ])('the domain of %j is %j', (address, domain) => {
    expect(domainOf(address)).toBe(domain);
  });

  test.each([
    '',
    'ann',
    '@example.com',
    'ann@',
    'a@b@c.com',
    'ann@x.com, bob@y.com',
    'ann@x.com;bob@y.com',
    'ann@exa mple.com',
    'https://good.com@evil.com/',
    'https://good.com\\@evil.com',
    'ann@ехаmple.com',
    'https://[::1]/',
    '"a@b.com" <c@d.com>',
    'x'.repeat(MAX_PLACE_CHARS + 1),
    'https:///x',
    'ann@example.com\u0000.evil.com',
  ])('%j has no one domain', (address) => {
    expect(() => domainOf(address)).toThrow();
  });

  test('a domain is within another one by its labels', () => {
    expect(domainWithin('a.example.com', 'example.com')).toBe(true);
    expect(domainWithin('Example.com', '.example.com')).toBe(true);
    expect(domainWithin('badexample.com', 'example.com')).toBe(false);
    expect(() => domainWithin('', 'example.com')).toThrow();
  });

  test('are functions of conditions, and their errors deny', () => {
    expect(holds("path_within(args.path, '/data')", { path: '/data/x' })).toBe(true);
    expect(holds("!path_within(args.path, '/data')", { path: '/data/../x' })).toBe('the path holds ".."');
    expect(holds("domain_of(args.to) in ['example.com']", { to: 'a@example.com' })).toBe(true);
    expect(holds("args.to.all(t, domain_within(domain_of(t), 'example.com'))", { to: ['a@x.example.com', 'b@evil.com'] })).toBe(false);
  });
});

test('time, principal, findings and labels', () => {
  expect(holds("now.getHours('Europe/Berlin') == 10 && now.getDayOfWeek() == 1")).toBe(true);
  expect(holds("now - timestamp('2026-01-05T09:00:00Z') == duration('30m')")).toBe(true);
  expect(
    holds(
      "principal.labels.tier == 'gold' && 'support' in principal.teams",
      {},
      { principal: { labels: { tier: 'gold' }, teams: ['support'] } },
    ),
  ).toBe(true);
  expect(holds("findings.exists(f, f.type.startsWith('pii.') && f.count > 2)", {}, { findings: [{ type: 'pii.email', count: 3 }] })).toBe(
    true,
  );
  expect(holds("'private' in flow", {}, { flow: ['private'] })).toBe(true);
  expect(holds('args.s.lowerAscii() == "abcÄ" && size(args.s) == 4', { s: 'ABCÄ' })).toBe(true);
});
