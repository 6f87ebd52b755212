// What a text says does not depend on the texts read before it: the engine alone gives an escaped key the name of another.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

describe('a text says the same whatever was read before it', () => {
  it('reads an escaped key by its own name', () => {
    JSON.parse('{"within":1,"$wher\\\\":1}');
    expect(parseJson('{"within":1,"$wher\\u0065":"sleep(1)"}')).toEqual({ within: 1, $where: 'sleep(1)' });
    expect(parseJson('[ {"a" : "x\\"y", "quer\\u0079" : [{"b\\"":1}]} ]')).toEqual([{ a: 'x"y', query: [{ 'b"': 1 }] }]);
  });

  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('keeps the last of two equal keys, and a key of the prototype as a member', () => {
    expect(parseJson('{"\\u0061":1,"a":2}')).toEqual({ a: 2 });
    expect(Object.keys(parseJson('{"__prot\\u006f__":{"x":1}}') as object)).toEqual(['__proto__']);
  });

  it('refuses escaped keys nested too deep to be read exactly', () => {
    expect(() => parseJson(`${'['.repeat(600)}{"\\u0061":1}${']'.repeat(600)}`)).toThrow(SyntaxError);
    expect(() => parseJson('{"a":')).toThrow(SyntaxError);
  });
});
