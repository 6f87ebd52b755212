// Bodies are read as they say, whatever was read before them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BODY_DEPTH, parseStrictly } from './strict-json.ts';

/** Makes this engine take `"nam\\u0065"` behind a "name" for a key that ends in a backslash. */
const POISON = '{"name":"x","nam\\\\":1}';

describe('a body', () => {
  it('is read as what it says when the engine reads it as something else', () => {
    JSON.parse(POISON);
    const text = '{"name":"a","nam\\u0065s":"b"}';
    const escaped = '{"name":"a","nam\\u0065":"b"}';
    for (let round = 0; round < 3; round++) {
      expect(parseStrictly(text)).toEqual({ value: { name: 'a', names: 'b' } });
      expect(parseStrictly(escaped)).toEqual({ problem: expect.stringContaining('repeats a key') });
    }
  });

  it.each(['{"a":1,"a":2}', '{"a":{"b":1,"\\u0062":2}}', '[{"a":1,"a":1}]', '{"__proto__":1,"__proto__":2}'])(
    'repeats no key: %s',
    (text) => {
      expect(parseStrictly(text)).toEqual({ problem: expect.stringContaining('repeats a key') });
    },
  );

  it('keeps a key called __proto__ a key', () => {
    const read = parseStrictly('{"__proto__":{"role":"admin"}}');
    expect(Object.keys('value' in read ? (read.value as object) : {})).toEqual(['__proto__']);
    expect('value' in read && (read.value as { role?: string }).role).toBeUndefined();
  });

  it.each(['', '{', '{"a":1,}', 'undefined', '{"a":1}x', "{'a':1}"])('that is no JSON is refused: %s', (text) => {
    expect(parseStrictly(text)).toEqual({ problem: 'The body is not JSON.' });
  });

  it(`may be nested ${MAX_BODY_DEPTH} levels deep and no deeper`, () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(parseStrictly(nested(MAX_BODY_DEPTH))).toHaveProperty('value');
    expect(parseStrictly(nested(MAX_BODY_DEPTH + 1))).toEqual({ problem: expect.stringContaining('nested deeper') });
    expect(parseStrictly(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toHaveProperty('problem');
  });

  it('is otherwise what the engine makes of it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(parseStrictly(text)).toEqual({ value: JSON.parse(text) });
      }),
    );
  });
});
