// The interpreter against an independent one on generated schemas and values: both say the same about what fits.
// biome-ignore-all lint/suspicious/noThenProperty: a keyword of JSON Schema is called so.
import { Validator } from '@cfworker/json-schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../lib/json.ts';
import { compileSchema } from './schema.ts';

const keys = ['a', 'b', 'c', 'x-1'];
const scalarArb: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(null, true, false, 0, 1, 2, -1, 1.5, '', 'a', 'ab', 'abc', '😀');

const { value: valueArb } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalarArb,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<JsonObject>,
  ),
}));

const RUNS = 1_000;
const small = fc.integer({ min: 0, max: 3 });

const { schema: schemaArb } = fc.letrec<{ schema: Json; list: Json[]; map: JsonObject }>((tie) => ({
  list: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
  map: fc.dictionary(fc.constantFrom(...keys), tie('schema'), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<JsonObject>,
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json[]>(
      true,
      {},
      { type: 'string' },
      { type: 'integer' },
      { type: ['object', 'array'] },
      { $ref: '#/$defs/one' },
      { $ref: '#/$defs/two' },
    ),
    fc
      .record(
        {
          type: fc.constantFrom<Json[]>(
            'string',
            'number',
            'integer',
            'object',
            'array',
            'boolean',
            'null',
            ['string', 'object'],
            ['array', 'null'],
          ),
          enum: fc.array(valueArb, { minLength: 1, maxLength: 3 }),
          const: valueArb,
          minimum: small,
          exclusiveMaximum: small,
          multipleOf: fc.constantFrom(1, 2, 0.5),
          minLength: small,
          maxLength: small,
          pattern: fc.constantFrom('^a', 'b$', '^[a-z]*$'),
          minItems: small,
          maxItems: small,
          uniqueItems: fc.boolean(),
          prefixItems: tie('list'),
          items: tie('schema'),
          contains: tie('schema'),
          required: fc.uniqueArray(fc.constantFrom(...keys), { maxLength: 2 }),
          minProperties: small,
          maxProperties: small,
          properties: tie('map'),
          patternProperties: fc.record({ '^x-': tie('schema') }),
          additionalProperties: tie('schema'),
          propertyNames: fc.constantFrom<Json[]>({ maxLength: 1 }, { pattern: '^[a-c]' }, true),
          dependentRequired: fc.constantFrom<Json[]>({ a: ['b'] }, { b: ['c', 'a'] }),
          dependentSchemas: tie('map'),
          allOf: tie('list'),
          anyOf: tie('list'),
          oneOf: tie('list'),
          not: tie('schema'),
          if: tie('schema'),
          then: tie('schema'),
          else: tie('schema'),
          unevaluatedProperties: tie('schema'),
          unevaluatedItems: fc.boolean(),
          minContains: small,
        },
        { requiredKeys: [] },
      )
      // Few keywords at a time, or nothing ever fits.
      .chain((all) => fc.subarray(Object.entries(all), { maxLength: 6 }))
      .map((entries) => Object.fromEntries(entries) as JsonObject),
  ),
}));

test('says what an independent interpreter says', () => {
  let fitting = 0;
  let runs = 0;
  fc.assert(
    fc.property(schemaArb, schemaArb, schemaArb, fc.array(valueArb, { minLength: 1, maxLength: 6 }), (main, one, two, values) => {
      const schema: JsonObject = { $defs: { one, two }, allOf: [main] };
      const compiled = compileSchema(schema);
      // References that go in circles; the other one does not survive them.
      if (compiled.unusable !== undefined) {
        expect(compiled.unusable).toBe('it refers to itself without end');
        return;
      }
      const other = new Validator(schema, '2020-12');
      for (const value of values) {
        const fits = compiled.validate(value).length === 0;
        runs++;
        if (fits) fitting++;
        expect({ value, fits }).toEqual({ value, fits: other.validate(value).valid });
      }
    }),
    { numRuns: RUNS },
  );
  // The comparison means something only when both answers occur.
  expect(fitting / runs).toBeGreaterThan(0.1);
  expect(fitting / runs).toBeLessThan(0.9);
}, 180_000);
