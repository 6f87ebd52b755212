// What a condition is told before it runs, by the schema of its tool: types that do not go together, and members that may be absent.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { checkWhen } from './check.ts';
import { scopeOf } from './scope.ts';
import { parseWhen } from './syntax.ts';

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    amount: { type: 'number' },
    note: { type: 'string' },
    color: { enum: ['red', 'blue'] },
    tags: { type: 'array', items: { type: 'string' } },
    who: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'], additionalProperties: false },
    mixed: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    texts: { type: 'object', additionalProperties: { type: 'string' } },
    some: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    free: { type: 'object' },
  },
  required: ['amount', 'tags', 'who', 'mixed', 'texts', 'some', 'free'],
  additionalProperties: false,
};

const check = (source: string) => checkWhen(parseWhen(source).root, scopeOf(SCHEMA));
const problems = (source: string): string[] => check(source).problems.map(({ message, offset }) => `${offset} ${message}`);
/** Paths that are warned about, with their places. */
const open = (source: string): string[] => check(source).warnings.map(({ message, offset }) => `${offset} ${message.split(' ')[0]}`);
const fine = (...sources: string[]): void => {
  for (const source of sources) expect(problems(source), source).toEqual([]);
};

describe('a type that does not go', () => {
  test.each([
    ['["a", "b"][0] > 1', '13 ">" does not go with text and a number'],
    ['[1, 2][0] > "a"', '9 ">" does not go with a number and text'],
    ['{"a": 1}["a"] > "x"', '13 ">" does not go with a number and text'],
    ['args.tags.map(t, t)[0] > 1', '22 ">" does not go with text and a number'],
    ['args.tags.filter(t, true)[0] > 1', '28 ">" does not go with text and a number'],
    ['args.tags.exists(t, true) > 1', '25 ">" does not go with true or false and a number'],
    ['args.tags.all(t, t == "a") > 1', '26 ">" does not go with true or false and a number'],
    ['args.who.exists(k, k > 1)', '20 ">" does not go with text and a number: k is text; write double(k) to read it as a number'],
    ['(args.amount > 1 ? "a" : "b") > 1', '29 ">" does not go with text and a number'],
    ['args["amount"] > "x"', '14 ">" does not go with a number and text'],
    ['args.amount + 1 > "x"', '15 ">" does not go with a number and text'],
    ['1 + 1 > "x"', '5 ">" does not go with a number and text'],
    ['(args.tags + ["a"])[0] > 1', '22 ">" does not go with text and a number'],
    ['([] + args.tags)[0] > 1', '19 ">" does not go with text and a number'],
    [
      'args.texts.z > 1',
      '13 ">" does not go with text and a number: args.texts.z is text; write double(args.texts.z) to read it as a number',
    ],
    ['args.amount > "500"', '12 ">" does not go with a number and text: args.amount is a number; write 500 without quotes'],
    [
      'args.amount % 2 == 0',
      '12 "%" takes whole numbers alone, and args.amount may have a fraction, whatever the schema says of it; write int(args.amount) % 2',
    ],
    [
      'args.amount % 2.5 == 0',
      '12 "%" takes whole numbers alone, and args.amount and 2.5 may have a fraction, whatever the schema says of them; write int(args.amount) % int(2.5)',
    ],
    [
      'args.tags.contains("a")',
      '9 contains() does not take a list and text: args.tags is a list; whether an item is in a list is asked so: "x" in args.tags',
    ],
    ['now > args.color', '3 ">" does not go with a time and text: now is a time and args.color is text; write timestamp(args.color)'],
    ['args.amount > null', '12 ">" does not go with a number and null: args.amount is a number'],
    [
      'args.amount == "x"',
      '12 "==" does not go with a number and text: args.amount is a number; write string(args.amount) to make it text',
    ],
    ['args.tags == "x"', '10 "==" does not go with a list and text: args.tags is a list'],
    ['now == 5', '3 "==" does not go with a time and a number: now is a time'],
    ['now - now == 5', '9 "==" does not go with a duration and a number'],
    ['"a" in 5', '3 "in" does not go with text and a number'],
    ['-args.tags == 1', '0 "-" does not go with a list: args.tags is a list'],
    ['args.amount.startsWith("x")', '11 startsWith() does not take a number and text: args.amount is a number'],
    ['startsWith("a", "x")', '0 startsWith() does not take text and text'],
    ['size() == 1', '0 size() does not take nothing'],
    ['args.tags["x"] == "x"', '10 a list is asked by number'],
    ['args.amount[0] == "x"', '11 […] is asked of a number; it needs a list or an object'],
    ['args.tags[0][0] == 1', '12 […] is asked of text; it needs a list or an object'],
    ['args.who.id.x == 1', '11 "x" is asked of a number; only objects have members'],
    ['has(args.amount.x)', '0 "x" is asked of a number; only objects have members'],
    ['args.amount.exists(k, true)', '11 this goes through the items of a number; it needs a list or an object'],
    ['args.color.exists(k, true)', '10 this goes through the items of text; it needs a list or an object'],
    ['args.amount || true', '4 "||" connects what is true or false'],
    ['true && args.amount', '12 "&&" connects what is true or false'],
    ['args.amount ? true : false', '4 what stands before "?" is true or false'],
    ['{1: 2} == {}', '1 the keys of a map are text'],
    ['args.color.matches(args.color)', '23 the pattern of matches() is written out, in quotes'],
    ['[args.nope] == []', '5 there is no "nope" here. Did you mean "note"?'],
    ['capability.knd == "x"', '10 there is no "knd" here. Did you mean "kind"?'],
    ['args["nothing"] == 1', '4 there is no "nothing" here.'],
    ['foo(1) == 1', '0 there is no function "foo".'],
    ['toString() == 1', '0 there is no function "toString". Did you mean "string"?'],
    ['args.amount', '4 a condition is true or false; this is a number'],
    ['args.tags', '4 a condition is true or false; this is a list'],
    ['args.who', '4 a condition is true or false; this is an object'],
    ['now', '0 a condition is true or false; this is a time'],
    ['now - now', '3 a condition is true or false; this is a duration'],
    ['null', '0 a condition is true or false; this is null'],
  ])('%s', (source, problem) => {
    expect(problems(source)).toEqual([problem]);
  });

  test('is told with its pattern, where a pattern is none and goes with nothing', () => {
    expect(problems('args.color.matches(5)')).toEqual([
      '19 the pattern of matches() is written out, in quotes',
      '10 matches() does not take text and a number: args.color is text',
    ]);
    expect(problems('args.color.matches()')).toEqual([
      '10 the pattern of matches() is written out, in quotes',
      '10 matches() does not take text: args.color is text',
    ]);
  });

  test('is told so many times at most, and so is what may be absent', () => {
    const many = (one: (i: number) => string): string => Array.from({ length: 21 }, (_, i) => one(i)).join(' || ');
    expect(problems(many((i) => `nope${i} == 1`))).toHaveLength(20);
    expect(open(many(() => 'args.note == "x"'))).toHaveLength(20);
  });
});

describe('what is not known before the call', () => {
  test('goes with everything', () => {
    fine(
      'int(args.amount) % 2 == 0',
      'args.mixed',
      'args.mixed && args.mixed',
      'args.mixed ? true : false',
      'args.mixed + 1 > "x"',
      'args.mixed.exists(k, k > 1)',
    );
    fine('{args.mixed: 1} == {}', 'args.tags[args.mixed] == "x"', 'args[args.mixed] > 1', 'args.mixed == 5', '5 == args.mixed');
    fine('args.mixed.a.b[0] == 1', 'size(args.mixed) == 1', 'args.free.x.y > 1', 'args.some.z > 1');
  });

  test('is what lists and choices of several types hold', () => {
    fine('["a", 1][0] > 1', '{"a": 1, "b": "x"}["a"] > "x"', '(args.amount > 1 ? "a" : 1) > 1');
  });

  test('is not what null may be compared with, for that is how it is asked for', () => {
    fine('args.amount == null', 'null == args.amount', 'args.tags != null');
  });

  test('leaves alone what goes together', () => {
    fine('size(args.tags) == 1 && args.tags.size() == 1', '1 == 1.0', 'args.tags.exists_one(t, t == "a")', 'args.who.all(k, k == "id")');
    fine('args.tags[args.amount] == "x"', 'args.tags.exists(amount, amount == "a")', 'has(args.who.nope)', 'args["tags"][0] == "a"');
  });
});

describe('a member that may be absent', () => {
  test.each([
    ['args.note == "x" && args.note == "y"', ['4 args.note', '24 args.note']],
    ['{args.color: 1} == {}', ['5 args.color']],
    ['args.texts.z == "x"', ['10 args.texts.z']],
    ['args.some.z == "x"', ['9 args.some.z']],
    ['args.free.z == "x"', []],
    ['{"a": {"b": 1}}.a.b == 1', ['15 a', '17 b']],
    ['has(args.note) ? args.note == "x" : args.note == "y"', ['40 args.note']],
    ['!has(args.note) ? true : args.note == "y"', []],
    ['"note" in args && args.note == "x"', []],
    ['"note" in args || args.note == "x"', ['22 args.note']],
    ['!("note" in args) || args.note == "x"', []],
    ['!("note" in args) && args.note == "x"', ['25 args.note']],
    ['"note" == args.mixed && args.note == "x"', ['28 args.note']],
    ['"note" in args.tags && args.note == "x"', ['27 args.note']],
    ['"note" in ["note"] && args.note == "x"', ['26 args.note']],
    ['args.mixed in args && args.note == "x"', ['26 args.note']],
    ['(has(args.note) && args.amount > 1) && args.note == "x"', []],
    ['(has(args.note) || args.amount > 1) && args.note == "x"', ['43 args.note']],
    ['!(!has(args.note) || args.amount > 1) && args.note == "x"', []],
    ['!(!has(args.note) && args.amount > 1) && args.note == "x"', ['45 args.note']],
    ['(!has(args.note) || args.amount > 5) || args.note == "x"', []],
    ['(!has(args.note) && args.amount > 5) || args.note == "x"', ['44 args.note']],
    ['has(args.note) && args.color == "red"', ['22 args.color']],
    ['args.note.size() == 1 && has(args.note)', ['4 args.note']],
  ])('%s', (source, warned) => {
    expect(open(source)).toEqual(warned);
  });
});

describe('a schema', () => {
  const typed = (schema: JsonObject, source: string): string[] =>
    checkWhen(parseWhen(source).root, scopeOf({ type: 'object', properties: { x: schema }, required: ['x'], $defs: DEFS })).problems.map(
      ({ message }) => message,
    );
  const DEFS: JsonObject = { text: { type: 'string' }, 'a/b~c': { type: 'number' }, again: { $ref: '#/$defs/again' } };
  const name = (schema: JsonObject): string =>
    typed(schema, 'args.x')[0]?.replace('a condition is true or false; this is ', '') ?? 'true or false';

  test.each([
    [{ type: 'string' }, 'text'],
    [{ type: 'number' }, 'a number'],
    [{ type: 'integer' }, 'a number'],
    [{ type: 'null' }, 'null'],
    [{ type: 'array' }, 'a list'],
    [{ type: 'object' }, 'an object'],
    [{ properties: {} }, 'an object'],
    [{ enum: ['a', 'b'] }, 'text'],
    [{ enum: [1, 2] }, 'a number'],
    [{ enum: [null] }, 'null'],
    [{ const: 'a' }, 'text'],
    [{ const: 5 }, 'a number'],
    [{ const: null }, 'null'],
    [{ $ref: '#/$defs/text' }, 'text'],
    [{ $ref: '#/$defs/a~1b~0c' }, 'a number'],
  ] as [JsonObject, string][])('%j is %s', (schema, expected) => {
    expect(name(schema)).toBe(expected);
  });

  test.each([
    { type: 'boolean' },
    { enum: [true, false] },
    { const: true },
    { enum: ['a', 1] },
    { enum: ['a', null] },
    { enum: [] },
    { enum: [[1]] },
    { const: { a: 1 } },
    {},
    { type: ['string', 'null'] },
    { type: 'string', anyOf: [{}] },
    { type: 'string', oneOf: [{}] },
    { type: 'string', allOf: [{}] },
    { type: 'string', if: {} },
    { type: 'string', not: {} },
    { type: 'string', $dynamicRef: '#x' },
    { $ref: '#/$defs/none' },
    { $ref: '#/$defs/text/none' },
    { $ref: '#/$defs/constructor' },
    { $ref: '#/$defs/again' },
    { $ref: 'https://elsewhere.test/schema' },
    { $ref: '/$defs/text' },
  ] as JsonObject[])('%j may be true or false: it is left to the call', (schema) => {
    expect(typed(schema, 'args.x')).toEqual([]);
  });

  test('says of what its lists and objects are, where it does', () => {
    expect(typed({ type: 'array', items: { type: 'string' } }, 'args.x[0] > 1')).toHaveLength(1);
    expect(typed({ type: 'array', items: { type: 'string' }, prefixItems: [{}] }, 'args.x[0] > 1')).toEqual([]);
    expect(typed({ type: 'array' }, 'args.x[0] > 1')).toEqual([]);
    const closed = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
    expect(typed(closed, 'args.x.b > 1')).toEqual([expect.stringContaining('there is no "b" here')]);
    expect(typed({ ...closed, patternProperties: { '^b': {} } }, 'args.x.b > 1')).toEqual([]);
    expect(typed({ ...closed, additionalProperties: true }, 'args.x.b > 1')).toEqual([]);
    expect(typed({ ...closed, additionalProperties: { type: 'string' } }, 'args.x.b > 1')).toHaveLength(1);
    const evaluated = { ...closed, additionalProperties: { type: 'string' }, unevaluatedProperties: false };
    expect(typed(evaluated, 'args.x.b > 1')).toEqual([]);
    expect(typed({ type: 'object', properties: { a: { type: 'string' } }, required: 'a' }, 'args.x.a > 1')).toHaveLength(1);
  });

  test('is followed so deep and no deeper', () => {
    const nested = (levels: number): JsonObject => (levels === 0 ? { type: 'string' } : { type: 'array', items: nested(levels - 1) });
    const asked = (levels: number): string => `args.x${'[0]'.repeat(levels)} > 1`;
    expect(typed(nested(15), asked(15))).toHaveLength(1);
    expect(typed(nested(16), asked(16))).toEqual([]);
  });

  test('that is none says nothing', () => {
    for (const odd of [undefined, null, true, 'x', [1]])
      expect(checkWhen(parseWhen('args.x.y == 1').root, scopeOf(odd)).problems).toEqual([]);
  });
});
