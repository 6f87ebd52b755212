// RFC 8785 against an independent implementation, and what it cannot represent.
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonicalJson', () => {
  it('agrees with an independent implementation', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(JSON.stringify(value).isWellFormed());
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 500 },
    );
  });

  it('orders keys by UTF-16 code unit and writes numbers as ECMAScript does', () => {
    expect(canonicalJson({ '\u{1f600}': 1, '\ufb33': 2, a: -0, b: 1e21, c: 1.0 })).toBe('{"a":0,"b":1e+21,"c":1,"\u{1f600}":1,"\ufb33":2}');
  });

  it('leaves out what is undefined', () => {
    expect(canonicalJson({ a: undefined, b: [undefined, 1] })).toBe('{"b":[null,1]}');
  });

  it('throws on what has no canonical form', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { '\udc00': 1 }, 1n]) expect(() => canonicalJson(value)).toThrow();
  });
});
