// Header values, Mcp-Name and the x-mcp-header rules.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import {
  checkParamHeaders,
  decodeHeaderValue,
  encodeHeaderValue,
  MAX_SCHEMA_DEPTH,
  nameHeader,
  paramHeaderSpec,
  paramHeaders,
  trimOws,
} from './headers.ts';

const annotated = (name: unknown, type: unknown = 'string'): JsonObject => ({ type, 'x-mcp-header': name }) as JsonObject;
const schema = (properties: JsonObject): JsonObject => ({ type: 'object', properties });

describe('header values', () => {
  it('decode gives back what encode took, and encoded values are header-safe (property)', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'binary' }),
          fc.constantFrom('', ' a', 'a\t', '=?base64?x?=', '=?base64?', 'é', 'a\r\nX: y'),
        ),
        (value) => {
          const encoded = encodeHeaderValue(value);
          expect(encoded).toMatch(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/);
          if (value.isWellFormed()) expect(decodeHeaderValue(` \t${encoded} `)).toBe(value);
        },
      ),
    );
  });

  it.each(['=?base64?SGVsbG8?=', '=?base64?SGVs!!!bG8=?=', '=?base64?SGVsbG9=?=', '=?base64?/w==?=', '=?base64?SGVs bG8=?='])(
    'refuses %s',
    (header) => {
      expect(decodeHeaderValue(header)).toBeUndefined();
    },
  );

  it('takes half a sentinel literally and decodes a whole one', () => {
    expect(decodeHeaderValue('=?base64?SGVsbG8=')).toBe('=?base64?SGVsbG8=');
    expect(decodeHeaderValue('SGVsbG8=')).toBe('SGVsbG8=');
    expect(decodeHeaderValue('=?base64?=')).toBe('=?base64?=');
    expect(decodeHeaderValue('=?base64?SGVsbG8=?=')).toBe('Hello');
    expect(trimOws('\t a b \t')).toBe('a b');
  });

  it('mirrors the name of tools and prompts, the uri of reads, the id of tasks', () => {
    expect(nameHeader('tools/call', { name: 'a' })).toBe('a');
    expect(nameHeader('resources/read', { uri: 'x://é' })).toBe('=?base64?eDovL8Op?=');
    expect(nameHeader('tasks/cancel', { taskId: 't' })).toBe('t');
    expect(nameHeader('tools/list', { name: 'a' })).toBeUndefined();
    expect(nameHeader('tools/call', {})).toBeUndefined();
  });
});

describe('x-mcp-header', () => {
  it('collects declarations at any depth of plain properties', () => {
    expect(
      paramHeaderSpec(schema({ a: annotated('A'), o: schema({ n: annotated('Deep-N', 'integer') }), 'x-mcp-header': { type: 'string' } })),
    ).toEqual({
      ok: [
        { path: ['a'], name: 'A', type: 'string' },
        { path: ['o', 'n'], name: 'Deep-N', type: 'integer' },
      ],
    });
    expect(paramHeaderSpec(undefined)).toEqual({ ok: [] });
  });

  it.each([
    ['an empty name', schema({ a: annotated('') })],
    ['a name with a space', schema({ a: annotated('My Region') })],
    ['a name with a colon', schema({ a: annotated('a:b') })],
    ['a name with a line break', schema({ a: annotated('a\r\nb') })],
    ['a name outside ASCII', schema({ a: annotated('Région') })],
    ['a name that is no string', schema({ a: annotated(5) })],
    ['type number', schema({ a: annotated('A', 'number') })],
    ['type object', schema({ a: annotated('A', 'object') })],
    ['a list of types', schema({ a: annotated('A', ['string', 'null']) })],
    ['the same name twice, whatever the case', schema({ a: annotated('MyField'), b: annotated('myfield') })],
    ['a declaration at the root', { ...annotated('A'), properties: {} }],
    ['a declaration under items', schema({ a: { type: 'array', items: annotated('A') } })],
    ['a declaration under anyOf', schema({ a: { anyOf: [annotated('A')] } })],
    ['a declaration under $defs', { $defs: { d: schema({ a: annotated('A') }) } }],
    ['a declaration under additionalProperties', { additionalProperties: annotated('A') }],
  ])('refuses %s', (_what, inputSchema) => {
    expect(paramHeaderSpec(inputSchema as JsonObject)).toEqual({ invalid: expect.any(String) });
  });

  it('ignores the word in data positions and bounds the depth', () => {
    expect(paramHeaderSpec(schema({ a: { type: 'object', default: annotated('A'), examples: [annotated('B')] } }))).toEqual({ ok: [] });
    const nested = (levels: number): JsonObject => (levels === 0 ? {} : schema({ a: nested(levels - 1) }));
    expect(paramHeaderSpec(nested(MAX_SCHEMA_DEPTH))).toEqual({ ok: [] });
    expect(paramHeaderSpec(nested(MAX_SCHEMA_DEPTH + 1))).toHaveProperty('invalid');
  });

  const spec = paramHeaderSpec(schema({ s: annotated('S'), n: annotated('N', 'integer'), b: annotated('B', 'boolean') })).ok ?? [];

  it('writes headers for present primitives only', () => {
    expect(paramHeaders(spec, { s: 'é', n: 42, b: false })).toEqual({
      'Mcp-Param-S': '=?base64?w6k=?=',
      'Mcp-Param-N': '42',
      'Mcp-Param-B': 'false',
    });
    expect(paramHeaders(spec, { s: null, n: 2 ** 60, b: {} })).toEqual({});
    expect(paramHeaders(spec, undefined)).toEqual({});
  });

  it('checks them: presence, equality, numbers as numbers, sentinel, surrounding white space', () => {
    const check = (args: JsonObject, headers: Record<string, string>) => checkParamHeaders(spec, args, headers);
    expect(check({ s: 'Hello' }, { 'mcp-param-s': ' =?base64?SGVsbG8=?=\t' })).toBeUndefined();
    expect(check({ s: 'Hello' }, { 'mcp-param-s': '=?base64?SGVsbG8?=' })).toMatch(/base64/);
    expect(check({ s: 'Hello' }, {})).toMatch(/missing/);
    expect(check({ s: 'Hello' }, { 'mcp-param-s': 'hello' })).toMatch(/differ/);
    expect(check({ n: 42 }, { 'mcp-param-n': '42.0' })).toBeUndefined();
    expect(check({ n: 42 }, { 'mcp-param-n': '0x2a' })).toMatch(/differ/);
    expect(check({ s: null }, {})).toBeUndefined();
  });

  it('agrees with itself over any arguments (property)', () => {
    fc.assert(
      fc.property(fc.record({ s: fc.string(), n: fc.integer(), b: fc.boolean() }, { requiredKeys: [] }), (args) => {
        const headers = Object.fromEntries(Object.entries(paramHeaders(spec, args)).map(([name, value]) => [name.toLowerCase(), value]));
        expect(checkParamHeaders(spec, args, headers)).toBeUndefined();
      }),
    );
  });
});
