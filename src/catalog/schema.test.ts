// Hostile schemas and hostile values: none of them hangs, throws, fetches or slips through. The keywords themselves: schema-cases.test.ts.
// biome-ignore-all lint/suspicious/noThenProperty: a keyword of JSON Schema is called so.
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../lib/json.ts';
import { compileSchema, type Schema } from './schema.ts';
import {
  MAX_EVALUATION_DEPTH,
  MAX_ISSUES,
  MAX_PATH_CHARS,
  MAX_PATTERN_CHARS,
  MAX_PATTERN_INSTRUCTIONS,
  MAX_PATTERNS,
  MAX_SCHEMA_CHARS,
  MAX_SCHEMA_DEPTH,
  MAX_SCHEMA_NODES,
} from './schema-limits.ts';

const unusable = (schema: unknown): string => {
  const compiled: Schema = compileSchema(schema);
  if (compiled.unusable === undefined) throw new Error('is usable');
  return compiled.unusable;
};

const validate = (schema: Json, value: unknown) => {
  const compiled = compileSchema(schema);
  if (compiled.unusable !== undefined) throw new Error(compiled.unusable);
  return compiled.validate(value);
};

describe('a schema that is unusable', () => {
  test.each([
    [null, 'must be an object'],
    [1, 'must be an object'],
    ['{}', 'must be an object'],
    [[], 'must be an object'],
    [undefined, 'must be an object'],
    [{ $ref: '#' }, 'itself without end'],
    [{ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }, 'itself without end'],
    [{ allOf: [{ anyOf: [{ not: { $ref: '#' } }] }] }, 'itself without end'],
    [{ if: { $ref: '#' }, then: {} }, 'itself without end'],
    [{ dependentSchemas: { a: { $ref: '#' } } }, 'itself without end'],
    [{ properties: { a: { oneOf: [{ $ref: '#/properties/a' }, {}] } } }, 'itself without end'],
    [{ $ref: 'https://example.com/schema.json' }, 'nothing is fetched'],
    [{ $ref: 'http://169.254.169.254/latest/meta-data' }, 'nothing is fetched'],
    [{ $ref: 'file:///etc/passwd' }, 'nothing is fetched'],
    [{ $ref: 'other.json#/x' }, 'nothing is fetched'],
    [{ properties: { a: { $ref: 'https://json-schema.org/draft/2020-12/schema' } } }, 'nothing is fetched'],
    [{ $ref: '#/$defs/none' }, 'leads to nothing'],
    [{ $ref: '#/__proto__' }, 'leads to nothing'],
    [{ $ref: '#/constructor' }, 'leads to nothing'],
    [{ $ref: '#none' }, 'anchor'],
    [{ $ref: '#/%zz' }, 'no JSON pointer'],
    [{ $ref: 'http://[' }, 'no URI reference'],
    [{ $ref: 5 }, 'must be a string'],
    [{ $ref: '#/title', title: 'text' }, 'must be an object'],
    [{ $id: 'http://[' }, 'no URI reference'],
    [{ $defs: { a: { $anchor: 'x' }, b: { $anchor: 'x' } } }, 'two places'],
    [{ $dynamicRef: '#x' }, 'not supported'],
    [{ $recursiveRef: '#' }, 'not supported'],
    [{ type: 'any' }, 'no JSON type'],
    [{ type: ['string', 5] }, 'array of strings'],
    [{ type: null }, 'must be an array'],
    [{ enum: 'a' }, 'must be an array'],
    [{ minimum: '1' }, 'must be a number'],
    [{ multipleOf: 0 }, 'greater than 0'],
    [{ minLength: -1 }, 'whole number'],
    [{ maxItems: 1.5 }, 'whole number'],
    [{ uniqueItems: 'yes' }, 'true or false'],
    [{ required: true }, 'must be an array'],
    [{ required: [1] }, 'array of strings'],
    [{ properties: [] }, 'must be an object'],
    [{ properties: { a: 'string' } }, '"properties"'],
    [{ properties: { a: null } }, '"properties"'],
    [{ items: 'x' }, '"items"'],
    [{ prefixItems: {} }, 'must be an array'],
    [{ prefixItems: [{}], items: [{}] }, '"items"'],
    [{ allOf: [] }, 'must not be empty'],
    [{ anyOf: {} }, 'must be an array'],
    [{ oneOf: [1] }, '"oneOf"'],
    [{ not: [] }, '"not"'],
    [{ dependentRequired: { a: 'b' } }, 'must be an array'],
    [{ dependencies: { a: 1 } }, '"dependencies"'],
    [{ contains: 1 }, '"contains"'],
    [{ contains: {}, minContains: 'x' }, 'whole number'],
    [{ pattern: '(' }, 'not supported'],
    [{ pattern: '(?=a)a' }, 'look-around'],
    [{ pattern: '(a)\\1' }, 'back-references'],
    [{ pattern: 1 }, 'must be a string'],
    [{ patternProperties: { '[': {} } }, 'not supported'],
    [{ pattern: '((a{1,1000}){1,1000}){1,1000}' }, 'not supported'],
  ] as [unknown, string][])('%j', (schema, why) => {
    expect(unusable(schema)).toContain(why);
  });

  test('nested 3,000 or 100,000 levels deep', () => {
    for (const levels of [3_000, 100_000]) {
      let schema: JsonObject = {};
      for (let i = 0; i < levels; i++) schema = { not: schema };
      expect(unusable(schema)).toContain('nested deeper');
    }
  });

  test('just within and just beyond the limits', () => {
    const nested = (levels: number) => {
      let schema: JsonObject = {};
      for (let i = 1; i < levels; i++) schema = { not: schema };
      return schema;
    };
    expect(compileSchema(nested(MAX_SCHEMA_DEPTH)).unusable).toBeUndefined();
    expect(unusable(nested(MAX_SCHEMA_DEPTH + 1))).toContain('nested deeper');
    const described = (chars: number) => ({ description: 'x'.repeat(chars - 'description'.length) });
    expect(compileSchema(described(MAX_SCHEMA_CHARS)).unusable).toBeUndefined();
    expect(unusable(described(MAX_SCHEMA_CHARS + 1))).toContain('characters');
    const listed = (count: number) => ({ enum: Array.from({ length: count }, (_, i) => i) });
    expect(compileSchema(listed(MAX_SCHEMA_NODES - 2)).unusable).toBeUndefined();
    expect(unusable(listed(MAX_SCHEMA_NODES - 1))).toContain('values');
    const long = (chars: number) => ({ pattern: 'a'.repeat(chars) });
    expect(compileSchema(long(MAX_PATTERN_CHARS)).unusable).toBeUndefined();
    expect(unusable(long(MAX_PATTERN_CHARS + 1))).toContain('pattern');
    const many = (count: number) => ({ patternProperties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`^p${i}$`, {}])) });
    expect(compileSchema(many(MAX_PATTERNS)).unusable).toBeUndefined();
    expect(unusable(many(MAX_PATTERNS + 1))).toContain('patterns');
    const heavy = (count: number) => ({
      patternProperties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`^(?:[a-z]{1,200}|${i}){1,4}$`, {}])),
    });
    expect(compileSchema(heavy(10)).unusable).toBeUndefined();
    expect(unusable(heavy(MAX_PATTERNS))).toContain(`${MAX_PATTERN_INSTRUCTIONS} instructions`);
  });

  test('of 10 MB', () => {
    expect(
      unusable({
        properties: Object.fromEntries(
          Array.from({ length: 200_000 }, (_, i) => [`property-number-${i}-with-a-long-name`, { type: 'string' }]),
        ),
      }),
    ).toMatch(/values|characters/);
    expect(unusable({ enum: Array.from({ length: 300_000 }, (_, i) => `a value that is thirty-odd bytes ${i}`) })).toMatch(
      /values|characters/,
    );
  });
});

describe('a schema that is strange but usable', () => {
  test('refers to itself below: values as deep as they are', () => {
    const tree: JsonObject = { type: 'object', properties: { next: { $ref: '#' } }, additionalProperties: false };
    let value: JsonObject = {};
    for (let i = 0; i < 100; i++) value = { next: value };
    expect(validate(tree, value)).toEqual([]);
    for (let i = 0; i < 10_000; i++) value = { next: value };
    expect(validate(tree, value)).toEqual([{ path: '', message: `is nested deeper than ${MAX_EVALUATION_DEPTH / 2} levels` }]);
  });

  test('a chain of 20,000 references is followed without recursion at compile time and refused at use', () => {
    const $defs: JsonObject = {};
    for (let i = 0; i < 20_000; i++) $defs[`d${i}`] = i === 19_999 ? {} : { $ref: `#/$defs/d${i + 1}` };
    const issues = validate({ $defs, $ref: '#/$defs/d0' }, 1);
    expect(issues).toEqual([{ path: '', message: expect.stringContaining('more work') }]);
  });

  test('doubles its work at every level: refused at the budget, not run', () => {
    const $defs: JsonObject = { d0: { type: 'string' } };
    for (let i = 1; i < 60; i++) $defs[`d${i}`] = { anyOf: [{ allOf: [{ $ref: `#/$defs/d${i - 1}` }] }, { $ref: `#/$defs/d${i - 1}` }] };
    expect(validate({ $defs, $ref: '#/$defs/d59' }, 1)).toEqual([{ path: '', message: expect.stringContaining('more work') }]);
    expect(validate({ $defs, $ref: '#/$defs/d59' }, 'fits at once')).toEqual([]);
  });

  test('compares large values with many others: refused at the budget', () => {
    const big = Array.from({ length: 20_000 }, (_, i) => ({ i }));
    const schema = { anyOf: Array.from({ length: 5_000 }, (_, i) => ({ const: { i } })) };
    expect(validate(schema, big)).not.toEqual([]);
    const deepUnique = { uniqueItems: true, items: { uniqueItems: true, items: { uniqueItems: true } } };
    expect(validate(deepUnique, [[big, [1]], [big]])).toEqual([]);
  });

  test('an evil pattern is linear', () => {
    for (const pattern of ['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', '(.*)*x', '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+$']) {
      expect(validate({ pattern }, `${'a'.repeat(50_000)}!`)).toEqual([{ path: '', message: expect.stringContaining('pattern') }]);
    }
  });

  test('elements that must differ count for what comparing them costs', () => {
    const unique: JsonObject = { type: 'array', uniqueItems: true };
    const texts = (count: number): string[] => Array.from({ length: count }, (_, at) => `s${at}`);
    const refused = [{ path: '', message: expect.stringContaining('more work') }];
    expect(validate(unique, texts(20_000))).toEqual([]);
    expect(validate(unique, texts(150_000))).toEqual(refused);
    expect(validate(unique, [texts(1_000_000)])).toEqual(refused);
    // Two equal ones near the start are found long before.
    expect(validate(unique, ['s7', ...texts(100_000)])).toEqual([{ path: '', message: 'must not have equal elements' }]);
  });

  test('a heavy pattern on a large value is refused at the budget', () => {
    const issues = validate(
      { items: { pattern: '^(?:a?){500}a{500}$' } },
      Array.from({ length: 2_000 }, () => 'a'.repeat(1_000)),
    );
    expect(issues.length).toBeGreaterThan(0);
  });

  test('a huge enum is a look-up', () => {
    const values = Array.from({ length: 40_000 }, (_, i) => `v${i}`);
    expect(validate({ enum: values }, 'v39999')).toEqual([]);
    const [issue] = validate({ enum: values }, 'nope');
    expect(issue?.message.length).toBeLessThan(200);
  });

  test('a large but honest value passes', () => {
    const schema = {
      type: 'array',
      items: { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string', maxLength: 50 } }, required: ['id'] },
    };
    expect(
      validate(
        schema,
        Array.from({ length: 20_000 }, (_, id) => ({ id, name: `n${id}` })),
      ),
    ).toEqual([]);
  });

  test('members called like parts of Object are members', () => {
    const schema = JSON.parse(
      '{"properties":{"__proto__":{"type":"object","properties":{"polluted":{"const":1}},"required":["polluted"]}},"additionalProperties":false}',
    );
    expect(validate(schema, JSON.parse('{"__proto__":{"polluted":1}}'))).toEqual([]);
    expect(validate(schema, JSON.parse('{"__proto__":{}}'))).toEqual([{ path: '/__proto__', message: 'must have the member "polluted"' }]);
    expect(validate(schema, { hasOwnProperty: 1 })).toHaveLength(1);
    expect(({} as JsonObject).polluted).toBeUndefined();
    expect(validate(JSON.parse('{"required":["__proto__"]}'), {})).toHaveLength(1);
  });

  test('a schema that is changed later changes nothing', () => {
    const required = ['a'];
    const compiled = compileSchema({ enum: ['x'], required });
    required.length = 0;
    expect(compiled.unusable === undefined && compiled.validate('x')).toEqual([]);
  });
});

describe('issues', () => {
  test('point at the place and say what is expected', () => {
    const schema = {
      type: 'object',
      properties: {
        path: { type: 'string' },
        list: { type: 'array', items: { type: 'integer', minimum: 0 } },
        'a/b~c': { enum: ['x', 'y'] },
      },
      required: ['path'],
      additionalProperties: false,
    };
    expect(validate(schema, { list: [1, -1, 'x'], 'a/b~c': 'z', extra: 1 })).toEqual([
      { path: '/list/1', message: 'must be at least 0' },
      { path: '/list/2', message: 'must be integer, is string' },
      { path: '/a~1b~0c', message: 'must be one of "x", "y"' },
      { path: '/extra', message: 'is not a member that is allowed here' },
      { path: '', message: 'must have the member "path"' },
    ]);
  });

  test('are bounded, and so is the work after the bound', () => {
    expect(
      validate(
        { items: { type: 'string' } },
        Array.from({ length: 5_000 }, () => 1),
      ),
    ).toHaveLength(MAX_ISSUES);
    expect(validate({ required: Array.from({ length: 100 }, (_, i) => `r${i}`) }, {})).toHaveLength(MAX_ISSUES);
  });

  test('have short paths however long the names in the value are', () => {
    const [issue] = validate({ additionalProperties: false }, { ['k'.repeat(1_000_000)]: 1 });
    expect(issue?.path).toHaveLength(MAX_PATH_CHARS + 1);
  });

  test('of failed alternatives do not leak out', () => {
    expect(validate({ anyOf: [{ type: 'string' }, { type: 'object', required: ['a'] }] }, 1)).toEqual([
      { path: '', message: 'fits none of the 2 alternatives' },
    ]);
  });

  test('validations do not disturb each other', () => {
    const compiled = compileSchema({ properties: { a: { type: 'string' } }, unevaluatedProperties: false });
    if (compiled.unusable !== undefined) throw new Error(compiled.unusable);
    expect(compiled.validate({ a: 1, b: 2 })).toHaveLength(2);
    expect(compiled.validate({ a: 'x' })).toEqual([]);
    expect(compiled.validate({ b: 'x' })).toEqual([{ path: '/b', message: 'is not a member that is allowed here' }]);
  });

  test('values that are no JSON do not fit or are treated as null, and nothing throws', () => {
    for (const value of [undefined, () => 1, Symbol('x'), 1n]) expect(validate({ type: 'object' }, value)).toHaveLength(1);
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('trap');
        },
      },
    );
    expect(validate({ properties: {} }, trap)).toHaveLength(1);
  });
});
