// Places of decoded text in the raw text.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { flatten } from './flatten.ts';
import { rawEnd, rawStart } from './mapped-text.ts';

it('every range maps into the raw text, and a wider one to one at least as wide', () => {
  const text = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a%40b.c &#64; \\u0040', '{"a":"x\\ny\\u00e9","b":["\\"q\\"",{"c":"p%20q"}]}', 'ｆｕｌｌ４\u200b5\u00ad6'),
  );
  fc.assert(
    fc.property(text, fc.nat(), fc.nat(), (raw, one, other) => {
      const { plain } = flatten(raw);
      const length = plain.text.length;
      if (length === 0) return;
      const start = Math.min(one % length, other % length);
      const end = Math.max(one % length, other % length) + 1;
      expect(rawStart(plain, start)).toBeGreaterThanOrEqual(0);
      expect(rawEnd(plain, end)).toBeLessThanOrEqual(raw.length);
      expect(rawEnd(plain, end)).toBeGreaterThanOrEqual(rawStart(plain, start));
      expect(rawStart(plain, 0)).toBeLessThanOrEqual(rawStart(plain, start));
      expect(rawEnd(plain, length)).toBeGreaterThanOrEqual(rawEnd(plain, end));
    }),
    { numRuns: 500 },
  );
});

it('what stands in JSON, in JSON in JSON, and behind an encoding is placed where it is written', () => {
  for (const [raw, value, written] of [
    ['{"a":{"b":"ann"}}', 'ann', 'ann'],
    [JSON.stringify({ a: JSON.stringify({ b: 'x "ann" y' }) }), 'ann', 'ann'],
    ['to ann%40b', 'ann@b', 'ann%40b'],
    ['{"a":"tab\\tann\\u0065"}', 'anne', 'ann\\u0065'],
    ['a\u200bn\u200bn', 'ann', 'a\u200bn\u200bn'],
  ] as const) {
    const { plain } = flatten(raw);
    const at = plain.text.indexOf(value);
    expect(raw.slice(rawStart(plain, at), rawEnd(plain, at + value.length))).toBe(written);
  }
});
