// Public names: their form, that they can be told apart whatever servers call their tools, and the way back.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PUBLIC_NAME_CHARS, NameTable, publicName, publicPrefix, splitPublicName } from './names.ts';

const FORM = /^[A-Za-z0-9_-]{1,64}$/;
const serverArb = fc.oneof(
  fc.stringMatching(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/),
  fc.constantFrom('fs', 'a', 'a__b', 'a_b', 'a.b', 'a-b', 'a-0123456789', 'x'.repeat(63), `${'x'.repeat(62)}y`),
);
const nameArb = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(
    'read_file',
    '_x',
    '__x',
    'b__c',
    'c',
    '',
    'x_0123456789ab',
    'tool.with.dots',
    'tool/with',
    'é',
    'x'.repeat(64),
    'x'.repeat(65),
    `${'x'.repeat(100)}y`,
  ),
);

describe('a public name', () => {
  test('keeps plain names as they are', () => {
    expect(publicName('fs', 'read_file')).toBe('fs__read_file');
    expect(publicName('my-server_2', 'Get-Thing__x')).toBe('my-server_2__Get-Thing__x');
    expect(publicPrefix('fs')).toBe('fs__');
  });

  test('has the form that clients and models take, starts with the prefix, and is stable', () => {
    fc.assert(
      fc.property(serverArb, nameArb, (server, name) => {
        const text = publicName(server, name);
        expect(text).toMatch(FORM);
        expect(text.startsWith(publicPrefix(server))).toBe(true);
        expect(splitPublicName(text)?.serverPart).toBe(publicPrefix(server).slice(0, -2));
        expect(publicName(server, name)).toBe(text);
      }),
    );
    expect(publicName('fs', 'read file')).toBe(publicName('fs', 'read file'));
    expect(publicName('fs', 'read file')).toMatch(/^fs__read_file_[0-9a-f]{12}$/);
    expect(publicName('fs', 'x'.repeat(60))).toBe(`fs__${'x'.repeat(60)}`);
    expect(publicName('fs', 'x'.repeat(61))).toHaveLength(MAX_PUBLIC_NAME_CHARS);
  });

  test('differs for different capabilities', () => {
    fc.assert(
      fc.property(serverArb, nameArb, serverArb, nameArb, (s1, n1, s2, n2) => {
        fc.pre(s1 !== s2 || n1 !== n2);
        expect(publicName(s1, n1)).not.toBe(publicName(s2, n2));
      }),
      { numRuns: 3_000 },
    );
    const hard = [
      ['a', 'b__c'],
      ['a__b', 'c'],
      ['a', '_b'],
      ['a_', 'b'],
      ['a.b', 'x'],
      ['a_b', 'x'],
      ['a-b', 'x'],
      ['fs', 'x y'],
      ['fs', 'x_y'],
      ['fs', 'x.y'],
    ] as const;
    expect(new Set(hard.map(([server, name]) => publicName(server, name))).size).toBe(hard.length);
  });

  test('of a changed name cannot be taken by a plain one', () => {
    const changed = publicName('fs', 'read file');
    const plain = changed.slice('fs__'.length);
    expect(publicName('fs', plain)).not.toBe(changed);
    const part = publicPrefix('a.b').slice(0, -2);
    expect(publicPrefix(part)).not.toBe(publicPrefix('a.b'));
  });

  test('no prefix of a server is the start of a name of another', () => {
    fc.assert(
      fc.property(serverArb, serverArb, nameArb, (one, other, name) => {
        fc.pre(one !== other);
        expect(publicName(one, name).startsWith(publicPrefix(other))).toBe(false);
      }),
    );
  });
});

describe('a name table', () => {
  test('leads back to exactly what was added', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(serverArb, nameArb), { maxLength: 20 }), (pairs) => {
        const table = new NameTable();
        for (const [server, name] of pairs) {
          const text = table.add(server, name);
          expect(text === undefined ? undefined : table.find(text)).toEqual(text === undefined ? undefined : { server, name });
        }
      }),
    );
    expect(new NameTable().find('__proto__')).toBeUndefined();
  });

  test('is bounded, and adding twice is adding once', () => {
    const table = new NameTable(2);
    expect([table.add('a', 'x'), table.add('a', 'x'), table.add('a', 'y'), table.add('a', 'z')]).toEqual([
      'a__x',
      'a__x',
      'a__y',
      undefined,
    ]);
    expect(table.size).toBe(2);
  });
});

test('what has no public form is not split', () => {
  for (const text of ['', 'x', '__x', 'a_b']) expect(splitPublicName(text)).toBeUndefined();
  expect(splitPublicName('a__b__c')).toEqual({ serverPart: 'a', namePart: 'b__c' });
});
