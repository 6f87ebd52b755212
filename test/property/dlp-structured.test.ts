// Structured content as a property: whatever an output schema asks of texts and numbers, what is left after redaction is taken by the validator that
// official clients use, holds none of the values, and is redacted to itself; or it is withheld.
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Catalog, pin } from '../../src/catalog/catalog.ts';
import { compileDlp, type DlpPlan } from '../../src/detect/dlp/model.ts';
import { type Replacer, ruleOn } from '../../src/detect/dlp/redact.ts';
import { scanText } from '../../src/detect/dlp/scan.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { atOnce } from '../../src/lib/turn.ts';
import type { Flight } from '../../src/pipeline/flight.ts';
import { partsOf, toolAnswer } from '../../src/pipeline/message-part.ts';
import { redactStructured } from '../../src/pipeline/redact-structured.ts';
import { dlpObject } from '../support/dlp-object.ts';

const RUNS = 300;
const catalog = new Catalog();

/** What a value may have to be, each true of the value. */
const FIELDS: Readonly<Record<string, { value: string | number; asked: readonly JsonObject[] }>> = {
  email: {
    value: 'ines.okafor@northwind-traders.com',
    asked: [
      { format: 'email' },
      { minLength: 30 },
      { maxLength: 40 },
      { pattern: '@' },
      { enum: ['ines.okafor@northwind-traders.com'] },
      { pattern: '^[a-z.]+@northwind-traders\\.com$' },
    ],
  },
  phone: { value: '+14155550142', asked: [{ pattern: '^\\+[1-9][0-9]{6,14}$' }, { maxLength: 15 }] },
  date_of_birth: { value: '1984-03-12', asked: [{ format: 'date' }, { minLength: 10, maxLength: 10 }] },
  connection: { value: 'postgres://admin:Tr0ub4dor-9x@db.internal:5432/crm', asked: [{ format: 'uri' }, { pattern: '^[a-z]+://' }] },
  card_number: {
    value: 4556737586899855,
    asked: [{ minimum: 1 }, { type: 'integer' }, { maximum: 9007199254740991 }, { const: 4556737586899855 }],
  },
  note: { value: 'of Mrs Ines Okafor', asked: [{ minLength: 3 }, { maxLength: 18 }] },
};
const VALUES = ['ines.okafor', '4155550142', '1984-03-12', 'Tr0ub4dor', '4556737586899855'];

const field = fc
  .constantFrom(...Object.keys(FIELDS))
  .chain((name) => fc.record({ name: fc.constant(name), asked: fc.subarray([...(FIELDS[name]?.asked ?? [])]) }));
const shape = fc.record({
  fields: fc.uniqueArray(field, { selector: ({ name }) => name, minLength: 1, maxLength: 6 }),
  asRows: fc.boolean(),
  isStrict: fc.boolean(),
  action: fc.constantFrom('mask', 'partial', 'hash', 'tokenize'),
});

function plan(action: string): DlpPlan {
  const made = compileDlp([dlpObject('d', { rules: [{ name: 'all', types: ['*'], action }] })])?.planFor({
    server: 's',
    tool: 't',
    agent: 'a',
    direction: 'result',
  });
  if (!made) throw new Error('no plan');
  return made;
}

const replacer: Replacer = {
  mac: (text) => String(text.length).padStart(64, 'a'),
  token: ({ type }) => `dlp_${type.toLowerCase().replace(/[^a-z]/g, '')}_${'Ab3_'.repeat(20)}`,
};

function redacted(schema: JsonObject, content: Json, action: string): Json | undefined {
  const pinned = pin({ name: 'get', inputSchema: { type: 'object' }, outputSchema: schema });
  if (typeof pinned === 'string') throw new Error(pinned);
  const message: JsonObject = { content: [], structuredContent: content };
  const [part] = partsOf(message, toolAnswer).filter(({ pointer }) => pointer === '/structuredContent');
  if (!part) return content;
  const rules = plan(action);
  const ruled = ruleOn(scanText(part.text, rules), part.text, rules);
  if (ruled.length === 0) return content;
  const flight = { call: { target: { definition: pinned.definition } }, ports: { catalog } } as unknown as Flight;
  return atOnce(redactStructured(flight, message, part, ruled, replacer))?.structuredContent;
}

it('what is left fits the schema for official clients, tells no value, and is redacted to itself; or it is withheld', () => {
  let passed = 0;
  fc.assert(
    fc.property(shape, ({ fields, asRows, isStrict, action }) => {
      const properties = Object.fromEntries(
        fields.map(({ name, asked }) => [
          name,
          Object.assign({ type: typeof FIELDS[name]?.value === 'number' ? 'number' : 'string' }, ...asked),
        ]),
      ) as JsonObject;
      const record: JsonObject = Object.fromEntries(fields.map(({ name }) => [name, FIELDS[name]?.value ?? '']));
      const object = { type: 'object', properties, required: Object.keys(properties), additionalProperties: !isStrict };
      const schema: JsonObject = asRows ? { type: 'object', properties: { rows: { type: 'array', items: object, minItems: 1 } } } : object;
      const content = asRows ? { rows: [record, { ...record }, { ...record }] } : record;
      const validate = new AjvJsonSchemaValidator().getValidator(schema as Parameters<AjvJsonSchemaValidator['getValidator']>[0]);
      expect(validate(content).valid).toBe(true);
      const left = redacted(schema, content, action);
      if (left === undefined) return;
      passed++;
      const verdict = validate(left);
      expect(verdict.valid, `${verdict.errorMessage ?? ''} ${JSON.stringify(left)}`).toBe(true);
      for (const value of VALUES) expect(JSON.stringify(left)).not.toContain(value);
      expect(redacted(schema, left, action)).toEqual(left);
    }),
    { numRuns: RUNS },
  );
  expect(passed).toBeGreaterThan(RUNS / 4);
});
