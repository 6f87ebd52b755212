// Definitions and their pins: what is kept, what is left out, what counts as changed.
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { JsonObject } from '../lib/json.ts';
import {
  Catalog,
  MAX_DEFINITION_CHARS,
  MAX_DEFINITION_DEPTH,
  MAX_DEFINITIONS,
  MAX_SHELF_CHARS,
  MAX_WARNINGS,
  PINNED_AT_ONCE_CHARS,
  pin,
  pinAhead,
} from './catalog.ts';
import { publicName } from './names.ts';

const tool = (name: string, more: JsonObject = {}): JsonObject => ({ name, inputSchema: { type: 'object' }, ...more });

describe('a long list', () => {
  test('is pinned a few at a time, with the same pins, and costs nothing when it is put on the shelf', async () => {
    const long = Array.from({ length: 2_000 }, (_, n) => tool(`t${n}`, { description: 'd'.repeat(1_000) }));
    const before = new Catalog().put('acme', 'fs', 'tool', structuredClone(long));
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns++;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    await pinAhead(long);
    over = true;
    expect(turns).toBeGreaterThanOrEqual(Math.floor((2_000 * 1_000) / PINNED_AT_ONCE_CHARS));
    const catalog = new Catalog();
    expect(catalog.put('acme', 'fs', 'tool', long)).toEqual(before);
    expect(catalog.find('acme', 'fs', 'tool', 't7')?.hash).toBe(sha256Hex(canonicalJson(long[7] as JsonObject)));
  });

  test('is not pinned further than a shelf holds, and definitions that cannot be pinned are left out as ever', async () => {
    const deep = tool('deep', { a: JSON.parse('['.repeat(MAX_DEFINITION_DEPTH) + ']'.repeat(MAX_DEFINITION_DEPTH)) });
    const list = [deep, tool('a')];
    await pinAhead(list);
    expect(new Catalog().put('acme', 'fs', 'tool', list)).toMatchObject({ added: ['a'], warnings: [expect.stringContaining('nested')] });
  });
});

describe('a complete list', () => {
  test('replaces what was known and says what changed', () => {
    const catalog = new Catalog();
    expect(catalog.put('acme', 'fs', 'tool', [tool('a'), tool('b')], 5)).toEqual({
      added: ['a', 'b'],
      changed: [],
      removed: [],
      warnings: [],
    });
    expect(catalog.put('acme', 'fs', 'tool', [tool('b', { description: 'new' }), tool('c')], 6)).toEqual({
      added: ['c'],
      changed: ['b'],
      removed: ['a'],
      warnings: [],
    });
    expect(catalog.put('acme', 'fs', 'tool', [tool('b', { description: 'new' }), tool('c')], 7)).toEqual({
      added: [],
      changed: [],
      removed: [],
      warnings: [],
    });
    expect(catalog.names('acme', 'fs', 'tool')).toEqual(['b', 'c']);
    expect(catalog.find('acme', 'fs', 'tool', 'a')).toBeUndefined();
    expect(catalog.readMs('acme', 'fs', 'tool')).toBe(7);
  });

  test('pins with the SHA-256 of the canonical form, whatever the order of members', () => {
    const catalog = new Catalog();
    const value = tool('a', { 'x-unknown': { z: 1, a: [1.0, 'é'] } });
    catalog.put('acme', 'fs', 'tool', [value]);
    const found = catalog.find('acme', 'fs', 'tool', 'a');
    expect(found?.hash).toBe(sha256Hex(canonicalJson(value)));
    expect(found?.value).toBe(value);
    const turned = Object.fromEntries(Object.entries(value).reverse());
    expect(pin(turned)).toMatchObject({ definition: { hash: found?.hash } });
    expect(pin({ ...value, title: 'x' })).not.toMatchObject({ definition: { hash: found?.hash } });
  });

  test('keeps organizations, servers and kinds apart', () => {
    const catalog = new Catalog();
    catalog.put('acme', 'fs', 'tool', [tool('a')], 1);
    for (const [org, server, kind] of [
      ['acme', 'db', 'tool'],
      ['other', 'fs', 'tool'],
      ['acme', 'fs', 'prompt'],
      ['acme\nfs', 'x', 'tool'],
    ] as const) {
      expect(catalog.find(org, server, kind, 'a')).toBeUndefined();
      expect(catalog.readMs(org, server, kind)).toBeUndefined();
      expect(catalog.names(org, server, kind)).toEqual([]);
    }
    catalog.forget('acme', 'fs');
    expect(catalog.find('acme', 'fs', 'tool', 'a')).toBeUndefined();
  });

  test('leaves out, with a warning, what has no name, comes twice or has no canonical form', () => {
    let deep: JsonObject = {};
    for (let i = 0; i < 100_000; i++) deep = { deep };
    const catalog = new Catalog();
    const { warnings } = catalog.put('acme', 'fs', 'tool', [
      { title: 'nameless' },
      tool(''),
      { name: 5 },
      null as unknown as JsonObject,
      tool('lone', { description: '\ud800' }),
      tool('deep', { deep }),
      tool('a'),
      tool('a', { description: 'evil twin' }),
      tool('__proto__'),
    ]);
    expect(warnings).toHaveLength(7);
    expect(catalog.names('acme', 'fs', 'tool')).toEqual(['a', '__proto__']);
    expect(catalog.find('acme', 'fs', 'tool', 'a')?.value.description).toBeUndefined();
    expect(catalog.find('acme', 'fs', 'tool', '__proto__')?.value.name).toBe('__proto__');
    expect(catalog.find('acme', 'fs', 'tool', 'constructor')).toBeUndefined();
  });

  test('is bounded in number, depth and warnings', () => {
    const catalog = new Catalog();
    const many = Array.from({ length: MAX_DEFINITIONS + 50 }, (_, i) => tool(`t${i}`));
    expect(catalog.put('acme', 'fs', 'tool', many).warnings).toHaveLength(MAX_WARNINGS);
    expect(catalog.names('acme', 'fs', 'tool')).toHaveLength(MAX_DEFINITIONS);
    expect(catalog.merge('acme', 'fs', 'tool', [tool('one-more'), tool('t0', { description: 'changed' })])).toMatchObject({
      added: [],
      changed: ['t0'],
      warnings: [expect.stringContaining('one-more')],
    });
    const nested = (levels: number): JsonObject => {
      let value: JsonObject = {};
      for (let i = 1; i < levels; i++) value = { v: value };
      return value;
    };
    expect(typeof pin(nested(MAX_DEFINITION_DEPTH))).toBe('object');
    expect(typeof pin(nested(MAX_DEFINITION_DEPTH + 1))).toBe('string');
  });
});

test('the definitions of a server are bounded in size together, also when pages replace them', () => {
  const catalog = new Catalog();
  const large = (name: string) => tool(name, { description: 'x'.repeat(MAX_DEFINITION_CHARS - 1_000) });
  const count = Math.floor(MAX_SHELF_CHARS / (MAX_DEFINITION_CHARS - 900));
  const { warnings, added } = catalog.put(
    'acme',
    'fs',
    'tool',
    Array.from({ length: count + 3 }, (_, i) => large(`t${i}`)),
  );
  expect([added.length, warnings.length]).toEqual([count, 3]);
  for (let i = 0; i < 5; i++) expect(catalog.merge('acme', 'fs', 'tool', [large('t0')]).warnings).toEqual([]);
  expect(catalog.merge('acme', 'fs', 'tool', [large('new')]).warnings).toHaveLength(1);
  expect(pin({ name: 'x'.repeat(MAX_DEFINITION_CHARS) })).toContain('longer');
});

describe('a page', () => {
  test('adds and replaces, and does not count as a reading', () => {
    const catalog = new Catalog();
    catalog.merge('acme', 'fs', 'resource', [{ uri: 'file:///a' }]);
    expect(catalog.merge('acme', 'fs', 'resource', [{ uri: 'file:///b' }, { uri: 'file:///a', name: 'x' }])).toEqual({
      added: ['file:///b'],
      changed: ['file:///a'],
      removed: [],
      warnings: [],
    });
    expect(catalog.names('acme', 'fs', 'resource')).toEqual(['file:///a', 'file:///b']);
    expect(catalog.readMs('acme', 'fs', 'resource')).toBeUndefined();
    catalog.put('acme', 'fs', 'resource', [{ uri: 'file:///c' }], 9);
    catalog.merge('acme', 'fs', 'resource', [{ uri: 'file:///d' }]);
    expect(catalog.readMs('acme', 'fs', 'resource')).toBe(9);
    expect(catalog.list('acme', 'fs', 'resource').map(({ value }) => value.uri)).toEqual(['file:///c', 'file:///d']);
  });
});

test('a change announced by the server makes the list count as not read, and nothing else', () => {
  const catalog = new Catalog();
  for (const kind of ['tool', 'prompt'] as const) catalog.put('acme', 'fs', kind, [{ name: 'a' }], 1);
  catalog.put('acme', 'fs', 'resource', [{ uri: 'a' }], 1);
  catalog.put('acme', 'fs', 'template', [{ uriTemplate: 'a{b}' }], 1);
  catalog.invalidate('acme', 'fs', 'resources');
  catalog.invalidate('acme', 'nowhere', 'tools');
  expect((['tool', 'prompt', 'resource', 'template'] as const).map((kind) => catalog.readMs('acme', 'fs', kind))).toEqual([
    1,
    1,
    undefined,
    undefined,
  ]);
  expect(catalog.find('acme', 'fs', 'resource', 'a')).toBeDefined();
});

test('public names lead back to upstream names, plain and changed, also after the list changed', () => {
  const catalog = new Catalog();
  catalog.put('acme', 'fs', 'tool', [tool('read_file'), tool('read file'), tool('x_0123456789ab')]);
  for (const name of ['read_file', 'read file', 'x_0123456789ab'])
    expect(catalog.upstreamName('acme', 'fs', 'tool', publicName('fs', name))).toBe(name);
  for (const text of ['fs__nope', 'fs__read file', 'fs__x_0123456789ab', 'fs__', '', 'db__read_file', publicName('fs', 'write file')]) {
    expect(catalog.upstreamName('acme', 'fs', 'tool', text)).toBeUndefined();
  }
  expect(catalog.upstreamName('acme', 'db', 'tool', 'db__read_file')).toBeUndefined();
  catalog.merge('acme', 'fs', 'tool', [tool('write file')]);
  expect(catalog.upstreamName('acme', 'fs', 'tool', publicName('fs', 'write file'))).toBe('write file');
  catalog.put('acme', 'fs', 'tool', [tool('read_file')]);
  expect(catalog.upstreamName('acme', 'fs', 'tool', publicName('fs', 'read file'))).toBeUndefined();
});

describe('the schema of a tool', () => {
  test('is compiled once per definition', () => {
    const catalog = new Catalog();
    catalog.put('acme', 'fs', 'tool', [tool('a')]);
    catalog.put('acme', 'copy', 'tool', [tool('a')]);
    const one = catalog.find('acme', 'fs', 'tool', 'a');
    const other = catalog.find('acme', 'copy', 'tool', 'a');
    if (!one || !other) throw new Error('missing');
    expect(catalog.schemaOf(one)).toBe(catalog.schemaOf(other));
    const schema = catalog.schemaOf(one);
    expect(schema.unusable === undefined && schema.validate([])).toEqual([{ path: '', message: 'must be object, is array' }]);
  });

  test.each([
    [{ name: 'a' }],
    [{ name: 'a', inputSchema: true }],
    [{ name: 'a', inputSchema: null }],
    [{ name: 'a', inputSchema: 'x' }],
    [{ name: 'a', inputSchema: { $ref: '#' } }],
  ] as [JsonObject][])('is unusable, never skipped: %j', (value) => {
    const pinned = pin(value);
    if (typeof pinned === 'string') throw new Error(pinned);
    expect(new Catalog().schemaOf(pinned.definition).unusable).toBeTruthy();
  });
});
