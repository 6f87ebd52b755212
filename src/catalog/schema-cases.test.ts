// Every keyword against values that fit and values that do not. Each row: schema, values that fit, values that do not.
// biome-ignore-all lint/suspicious/noThenProperty: a keyword of JSON Schema is called so.
import { describe, expect, test } from 'vitest';
import type { Json } from '../lib/json.ts';
import { compileSchema } from './schema.ts';

type Row = [schema: Json, fit: Json[], doNot: Json[]];

const GROUPS: Record<string, Row[]> = {
  'schemas that are booleans or empty': [
    [true, [null, 1, {}, []], []],
    [false, [], [null, 1, {}, []]],
    [{}, [null, 'x', { a: [] }], []],
    [
      { title: 't', description: 'd', default: 3, examples: [1], $comment: 'c', deprecated: true, readOnly: true, 'x-own': { a: 1 } },
      [null, 1],
      [],
    ],
  ],
  type: [
    [{ type: 'string' }, ['', 'x'], [1, null, [], {}, true]],
    [{ type: 'number' }, [1, 1.5, -0, 1e300], ['1', null, true]],
    [{ type: 'integer' }, [1, 1.0, -3, 1e20], [1.5, '1', null]],
    [{ type: 'boolean' }, [true, false], [0, 'true', null]],
    [{ type: 'null' }, [null], [0, '', false, {}]],
    [{ type: 'array' }, [[], [1]], [{}, 'x', null]],
    [{ type: 'object' }, [{}, { a: 1 }], [[], null, 'x']],
    [{ type: ['string', 'null'] }, ['x', null], [1, {}]],
    [{ type: ['integer', 'boolean', 'array'] }, [1, true, []], [1.5, null, {}]],
    [{ type: 'string', nullable: true }, ['x'], [null]],
  ],
  'enum and const': [
    [{ enum: ['a', 1, null, true] }, ['a', 1, null, true], ['b', '1', 0, false, {}]],
    [{ enum: [{ a: 1, b: [2] }, [1, 2]] }, [{ b: [2], a: 1 }, [1, 2]], [{ a: 1 }, [2, 1], 'x']],
    [{ enum: [] }, [], [1, null]],
    [{ enum: [0] }, [0, -0, 0.0], [false, null, '0']],
    [{ const: 'x' }, ['x'], ['y', null]],
    [{ const: null }, [null], [0, {}]],
    [{ const: { a: [1, { b: 2 }] } }, [{ a: [1, { b: 2 }] }], [{ a: [1, { b: 3 }] }, { a: [1] }, null]],
    [{ const: [] }, [[]], [[null], {}]],
    [{ const: 1.0 }, [1], [true, '1']],
    [{ const: JSON.parse('{"__proto__":1}') }, [JSON.parse('{"__proto__":1}')], [{}, { a: 1 }]],
  ],
  numbers: [
    [{ minimum: 2 }, [2, 3, 'x', null], [1, 1.999]],
    [{ maximum: 2 }, [2, -5, []], [2.001, 3]],
    [{ exclusiveMinimum: 2 }, [2.1, '1'], [2, 1]],
    [{ exclusiveMaximum: 2 }, [1.9], [2, 3]],
    [{ minimum: 2, exclusiveMinimum: true }, [3], [2]],
    [{ maximum: 2, exclusiveMaximum: true }, [1], [2]],
    [{ maximum: 2, exclusiveMaximum: false }, [2], [3]],
    [{ multipleOf: 3 }, [0, 3, -9, 'x'], [1, 4]],
    [{ multipleOf: 0.01 }, [19.99, 0.07, 1], [0.005, 0.0151]],
    [{ multipleOf: 0.5 }, [1e308, 1.5], [0.3]],
    [{ multipleOf: 1e-8 }, [0.00000003], [0.000000031]],
    [{ type: 'integer', minimum: 0, maximum: 65_535 }, [0, 65_535], [-1, 65_536, 1.5]],
  ],
  strings: [
    [{ minLength: 2 }, ['ab', 'abc', 5], ['', 'a', '😀']],
    [{ maxLength: 2 }, ['', 'ab', '😀😀', 55_555], ['abc', '😀😀😀']],
    [{ minLength: 1, maxLength: 1 }, ['😀', 'é'], ['', 'ab']],
    [{ minLength: 0 }, [''], []],
    [{ pattern: '^a+$' }, ['a', 'aaa', 1, null], ['', 'b', 'ab']],
    [{ pattern: 'b' }, ['abc'], ['ac']],
    [{ pattern: '^\\d{4}-\\d{2}$' }, ['2026-11'], ['26-11', '2026-11x']],
    [{ pattern: '^[\\w.-]+@[\\w-]+\\.[a-z]{2,}$' }, ['a.b@c-d.org'], ['a@b', '@c.org']],
    [{ pattern: '\\u0041' }, ['A'], ['B']],
    [{ pattern: '^\\p{L}+$' }, ['héé'], ['h1']],
    [{ pattern: '^\\S+\\/\\S+$' }, ['a/b'], ['a b']],
    [{ pattern: '^(?:[^\\/]+|\\*)$' }, ['x', '*'], ['a/b']],
    [{ pattern: '' }, ['', 'x'], []],
    [{ format: 'email', type: 'string' }, ['not an address'], [1]],
    [{ format: 'made-up' }, ['x', 1], []],
    [{ contentEncoding: 'base64', contentMediaType: 'application/json' }, ['!!'], []],
  ],
  arrays: [
    [{ minItems: 1 }, [[1], 'x'], [[]]],
    [{ maxItems: 1 }, [[], [1]], [[1, 2]]],
    [
      { uniqueItems: true },
      [[], [1, '1', null, false], [{ a: 1 }, { a: 2 }]],
      [
        [1, 1],
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        [[], []],
      ],
    ],
    [
      { uniqueItems: true },
      [
        [1, true],
        [0, false],
      ],
      [[1, 1.0]],
    ],
    [{ uniqueItems: false }, [[1, 1]], []],
    [{ items: { type: 'string' } }, [[], ['a', 'b'], {}], [['a', 1], [null]]],
    [{ items: false }, [[]], [[1]]],
    [{ items: true }, [[1, 2]], []],
    [{ prefixItems: [{ type: 'string' }, { type: 'number' }] }, [[], ['a'], ['a', 1], ['a', 1, null]], [[1], ['a', 'b']]],
    [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }, [['a', 1, 2], ['a']], [['a', 'b'], [1]]],
    [{ prefixItems: [{}], items: false }, [[1], []], [[1, 2]]],
    [{ items: [{ type: 'string' }, { type: 'number' }] }, [['a', 1, null], ['a']], [[1], ['a', 'b']]],
    [{ items: [{ type: 'string' }], additionalItems: { type: 'number' } }, [['a', 1], ['a']], [['a', 'b']]],
    [{ items: [{}], additionalItems: false }, [[1]], [[1, 2]]],
    [{ additionalItems: false }, [[1, 2]], []],
    [{ items: { type: 'string' }, additionalItems: false }, [['a', 'b']], [[1]]],
    [{ contains: { const: 1 } }, [[0, 1], [1], 'x'], [[], [0, 2]]],
    [
      { contains: { const: 1 }, minContains: 2 },
      [
        [1, 1],
        [1, 0, 1],
      ],
      [[1], []],
    ],
    [{ contains: { const: 1 }, maxContains: 1 }, [[1], [1, 2]], [[1, 1], []]],
    [{ contains: { const: 1 }, minContains: 0 }, [[], [2]], []],
    [{ minContains: 3, maxContains: 1 }, [[], [1]], []],
    [{ items: { items: { type: 'integer' } } }, [[[1], [2, 3]]], [[[1], ['x']]]],
  ],
  objects: [
    [{ required: ['a', 'b'] }, [{ a: 1, b: null }, [], 'x'], [{}, { a: 1 }]],
    [{ required: [] }, [{}], []],
    [
      { required: ['__proto__', 'constructor', 'toString'] },
      [JSON.parse('{"__proto__":1,"constructor":2,"toString":3}')],
      [{}, { constructor: 2 }],
    ],
    [{ minProperties: 1 }, [{ a: 1 }, []], [{}]],
    [{ maxProperties: 1 }, [{}, { a: 1 }], [{ a: 1, b: 2 }]],
    [{ properties: { a: { type: 'string' } } }, [{}, { a: 'x' }, { b: 1 }, 'x', []], [{ a: 1 }]],
    [{ properties: { a: false } }, [{}, { b: 1 }], [{ a: 1 }]],
    [
      JSON.parse('{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"number"}}}'),
      [JSON.parse('{"__proto__":"x"}'), { constructor: 1 }, {}],
      [JSON.parse('{"__proto__":1}'), { constructor: 'x' }],
    ],
    [{ additionalProperties: false }, [{}, []], [{ a: 1 }]],
    [{ additionalProperties: false, properties: { a: {} } }, [{ a: 1 }, {}], [{ b: 1 }, JSON.parse('{"__proto__":1}')]],
    [{ additionalProperties: { type: 'number' } }, [{ a: 1, b: 2 }], [{ a: 1, b: 'x' }]],
    [{ properties: { a: { type: 'string' } }, additionalProperties: { type: 'number' } }, [{ a: 'x', b: 1 }], [{ a: 1 }, { b: 'x' }]],
    [{ patternProperties: { '^x-': { type: 'string' } } }, [{ 'x-a': 'y', b: 1 }], [{ 'x-a': 1 }]],
    [{ patternProperties: { '^x-': {} }, additionalProperties: false }, [{ 'x-a': 1 }], [{ a: 1 }]],
    [
      { properties: { 'x-n': { type: 'number' } }, patternProperties: { '^x-': { minimum: 5 } } },
      [{ 'x-n': 5 }, { 'x-m': 'any' }],
      [{ 'x-n': 4 }, { 'x-n': 'a' }],
    ],
    [{ propertyNames: { pattern: '^[a-z]+$' } }, [{ abc: 1 }, {}, 5], [{ A: 1 }, { abc: 1, '': 2 }]],
    [{ propertyNames: { maxLength: 2 } }, [{ ab: 1 }], [{ abc: 1 }]],
    [{ propertyNames: false }, [{}], [{ a: 1 }]],
    [{ dependentRequired: { a: ['b'] } }, [{}, { b: 1 }, { a: 1, b: 1 }], [{ a: 1 }]],
    [{ dependentRequired: { toString: ['b'] } }, [{}, []], [{ toString: 1 }]],
    [
      { dependentSchemas: { a: { required: ['b'], properties: { b: { type: 'number' } } } } },
      [{}, { b: 'x' }, { a: 1, b: 2 }],
      [{ a: 1 }, { a: 1, b: 'x' }],
    ],
    [{ dependencies: { a: ['b', 'c'] } }, [{}, { a: 1, b: 1, c: 1 }], [{ a: 1, b: 1 }]],
    [{ dependencies: { a: { minProperties: 2 } } }, [{}, { a: 1, b: 1 }], [{ a: 1 }]],
    [
      { properties: { '': { type: 'number' }, 'a/b': { type: 'number' }, 'm~n': { type: 'number' } } },
      [{ '': 1, 'a/b': 1, 'm~n': 1 }],
      [{ '': 'x' }, { 'a/b': 'x' }, { 'm~n': 'x' }],
    ],
    [
      {
        type: 'object',
        properties: { path: { type: 'string' }, head: { type: 'integer' } },
        required: ['path'],
        additionalProperties: false,
      },
      [{ path: '/a' }, { path: '/a', head: 3 }],
      [{}, { path: 1 }, { path: '/a', tail: 1 }],
    ],
  ],
  alternatives: [
    [{ allOf: [{ minimum: 1 }, { maximum: 3 }] }, [1, 2, 3, 'x'], [0, 4]],
    [{ allOf: [true, {}] }, [1], []],
    [{ allOf: [true, false] }, [], [1]],
    [{ anyOf: [{ type: 'string' }, { minimum: 5 }] }, ['x', 5, null], [4]],
    [{ anyOf: [{ type: 'string' }] }, ['x'], [1]],
    [{ anyOf: [false, false] }, [], [1, null]],
    [{ oneOf: [{ type: 'integer' }, { minimum: 2 }] }, [1, 2.5, 'x'], [3, 1.5]],
    [{ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, [{ a: 1 }, { b: 1 }], [{}, { a: 1, b: 1 }]],
    [{ oneOf: [{ const: 1 }] }, [1], [2]],
    [{ not: { type: 'string' } }, [1, null], ['x']],
    [{ not: {} }, [], [1, null]],
    [{ not: false }, [1], []],
    [{ not: { not: { type: 'number' } } }, [1], ['x']],
    [{ if: { type: 'number' }, then: { minimum: 5 }, else: { type: 'string' } }, [5, 'x'], [4, null]],
    [{ if: { required: ['kind'] }, then: { properties: { kind: { const: 'a' } } } }, [{}, { kind: 'a' }, 3], [{ kind: 'b' }]],
    [{ if: false, then: false, else: { const: 1 } }, [1], [2]],
    [{ if: true, else: false }, [1], []],
    [{ if: { const: 1 } }, [1, 2], []],
    [{ then: false, else: false }, [1], []],
    [{ anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'string' }] }, ['x', ['x'], []], [[1], 1]],
  ],
  references: [
    [{ $defs: { n: { type: 'number' } }, $ref: '#/$defs/n' }, [1], ['x']],
    [{ definitions: { n: { type: 'number' } }, properties: { a: { $ref: '#/definitions/n' } } }, [{ a: 1 }, {}], [{ a: 'x' }]],
    [{ $defs: { n: { type: 'number' } }, $ref: '#/$defs/n', minimum: 5 }, [5], [4, 'x']],
    [
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        definitions: { n: { type: 'number' } },
        properties: { a: { $ref: '#/definitions/n', minimum: 5 } },
      },
      [{ a: 4 }],
      [{ a: 'x' }],
    ],
    [
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $defs: { n: { type: 'number' } },
        properties: { a: { $ref: '#/$defs/n', minimum: 5 } },
      },
      [{ a: 5 }],
      [{ a: 4 }],
    ],
    [
      { properties: { child: { $ref: '#' }, n: { type: 'number' } }, additionalProperties: false },
      [{}, { child: { child: { n: 1 } } }],
      [{ child: { child: { n: 'x' } } }, { child: { other: 1 } }],
    ],
    [{ $defs: { a: { $anchor: 'here', type: 'string' } }, $ref: '#here' }, ['x'], [1]],
    [{ $defs: { a: { $id: '#old', type: 'string' } }, $ref: '#old' }, ['x'], [1]],
    [{ $defs: { a: { $dynamicAnchor: 'dyn', type: 'string' } }, $ref: '#dyn' }, ['x'], [1]],
    [
      { $id: 'https://example.com/root.json', $defs: { a: { $id: 'item.json', type: 'string' } }, items: { $ref: 'item.json' } },
      [['x'], []],
      [[1]],
    ],
    [
      { $id: 'https://example.com/root.json', $ref: 'https://example.com/root.json#/$defs/a', $defs: { a: { type: 'string' } } },
      ['x'],
      [1],
    ],
    [{ $id: 'urn:example:root', $defs: { a: { type: 'string' } }, $ref: '#/$defs/a' }, ['x'], [1]],
    [
      {
        $defs: {
          x: { $id: 'https://other.example/x', $defs: { y: { type: 'number' } }, properties: { v: { $ref: '#/$defs/y' } } },
          y: { type: 'string' },
        },
        $ref: '#/$defs/x',
      },
      [{ v: 1 }],
      [{ v: 'x' }],
    ],
    [
      {
        $defs: { 'a/b': { type: 'string' }, 'm~n': { type: 'number' }, 'p q': { type: 'null' } },
        properties: { a: { $ref: '#/$defs/a~1b' }, m: { $ref: '#/$defs/m~0n' }, p: { $ref: '#/$defs/p%20q' } },
      },
      [{ a: 'x', m: 1, p: null }],
      [{ a: 1 }, { m: 'x' }, { p: 1 }],
    ],
    [{ items: [{ type: 'string' }, { $ref: '#/items/0' }] }, [['a', 'b']], [['a', 1]]],
    [{ 'x-shared': { n: { type: 'number' } }, $ref: '#/x-shared/n' }, [1], ['x']],
    [
      {
        $defs: {
          tree: {
            type: 'object',
            properties: { value: { type: 'number' }, children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
            required: ['value'],
          },
        },
        $ref: '#/$defs/tree',
      },
      [{ value: 1, children: [{ value: 2, children: [] }] }],
      [{ value: 1, children: [{ children: [] }] }],
    ],
    [{ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/c' }, c: { const: 1 } } }, [1], [2]],
    [{ enum: [{ $ref: 'https://not.a/reference' }] }, [{ $ref: 'https://not.a/reference' }], [1]],
    [{ properties: { $ref: { type: 'string' } } }, [{ $ref: 'x' }], [{ $ref: 1 }]],
  ],
  unevaluated: [
    [{ properties: { a: {} }, unevaluatedProperties: false }, [{ a: 1 }, {}, 'x'], [{ b: 1 }]],
    [{ allOf: [{ properties: { a: {} } }, { properties: { b: {} } }], unevaluatedProperties: false }, [{ a: 1, b: 2 }], [{ c: 1 }]],
    [{ $ref: '#/$defs/x', $defs: { x: { properties: { a: {} } } }, unevaluatedProperties: false }, [{ a: 1 }], [{ b: 1 }]],
    [
      {
        anyOf: [
          { properties: { a: { const: 1 } }, required: ['a'] },
          { properties: { b: {} }, required: ['b'] },
        ],
        unevaluatedProperties: false,
      },
      [{ a: 1 }, { b: 1 }, { a: 1, b: 1 }],
      [
        { a: 2, b: 1 },
        { a: 1, c: 1 },
      ],
    ],
    [
      { if: { required: ['a'], properties: { a: {} } }, then: { properties: { b: {} } }, unevaluatedProperties: false },
      [{ a: 1, b: 1 }, {}],
      [{ b: 1 }],
    ],
    [{ if: { required: ['a'], properties: { a: {} } }, unevaluatedProperties: false }, [{ a: 1 }], [{ b: 1 }]],
    [{ unevaluatedProperties: { type: 'number' } }, [{ a: 1 }], [{ a: 'x' }]],
    [{ properties: { a: {} }, allOf: [{ unevaluatedProperties: false }] }, [{}], [{ a: 1 }]],
    [{ additionalProperties: true, unevaluatedProperties: false }, [{ a: 1 }], []],
    [{ patternProperties: { '^x': {} }, unevaluatedProperties: false }, [{ x1: 1 }], [{ y: 1 }]],
    [
      { dependentSchemas: { a: { properties: { b: {} } } }, properties: { a: {} }, unevaluatedProperties: false },
      [{ a: 1, b: 1 }, { a: 1 }],
      [{ b: 1 }],
    ],
    [{ not: { properties: { a: { const: 1 } }, required: ['a'] }, unevaluatedProperties: false }, [{}], [{ a: 2 }, { a: 1 }]],
    [{ properties: { in: { properties: { a: {} }, unevaluatedProperties: false } } }, [{ in: { a: 1 }, out: 1 }], [{ in: { b: 1 } }]],
    [{ prefixItems: [{}], unevaluatedItems: false }, [[1], []], [[1, 2]]],
    [{ items: {}, unevaluatedItems: false }, [[1, 2]], []],
    [{ allOf: [{ prefixItems: [{}, {}] }], prefixItems: [{}], unevaluatedItems: false }, [[1, 2]], [[1, 2, 3]]],
    [{ contains: { const: 1 }, unevaluatedItems: false }, [[1], [1, 1]], [[1, 2]]],
    [{ prefixItems: [{}], unevaluatedItems: { type: 'string' } }, [[1, 'a']], [[1, 2]]],
    [{ oneOf: [{ prefixItems: [{ const: 1 }] }, { prefixItems: [{ const: 2 }, {}] }], unevaluatedItems: false }, [[1], [2, 5]], [[1, 5]]],
  ],
};

let examined = 0;
for (const [group, rows] of Object.entries(GROUPS)) {
  describe(group, () => {
    for (const [schema, fit, doNot] of rows) {
      examined++;
      test(JSON.stringify(schema).slice(0, 140), () => {
        const compiled = compileSchema(schema);
        if (compiled.unusable !== undefined) throw new Error(compiled.unusable);
        for (const value of fit) expect([value, compiled.validate(value)]).toEqual([value, []]);
        for (const value of doNot) expect([value, compiled.validate(value).length > 0]).toEqual([value, true]);
      });
    }
  });
}

test('at least 150 rows were examined', () => expect(examined).toBeGreaterThanOrEqual(150));
