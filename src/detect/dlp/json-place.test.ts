// Places in the text of a JSON value, against those that a walk over the value itself gives.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../lib/turn.ts';
import { meet, placesIn, withoutIndexes } from './json-place.ts';

const places = (text: string, ...offsets: number[]): string[] => atOnce(placesIn(text, offsets));

describe('the place of a character', () => {
  it('is the pointer of the value it stands in; of a key, that of its object', () => {
    const text = '{"a":[{"b~/c":"x"},12],"d":{"0":true,"e":"}{,[\\":"},"f":null}';
    const at = (part: string): number => text.indexOf(part);
    expect(places(text, at('b~'), at('"x"') + 1, at('12'), at('true'), at('}{,'), at('null'))).toEqual([
      '/a/*',
      '/a/*/b~0~1c',
      '/a/*',
      '/d/*',
      '/d/e',
      '/f',
    ]);
  });

  it('is that of every string of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.boolean(), (value, indented) => {
        const wanted: [string, string][] = [];
        let count = 0;
        const marked = walk(value, '', (pointer) => {
          const name = `§${String(count++).padStart(6, '0')}§`;
          wanted.push([name, pointer]);
          return name;
        });
        const text = JSON.stringify(marked, null, indented ? 2 : undefined);
        expect(places(text, ...wanted.map(([name]) => text.indexOf(name)))).toEqual(wanted.map(([, pointer]) => withoutIndexes(pointer)));
      }),
    );
  });

  it('of what is no JSON is something', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(places(text, 0, text.length + 5)).toHaveLength(2);
      }),
    );
  });
});

it('places meet where one is the other or above it', () => {
  expect([meet('', '/a'), meet('/a', '/a'), meet('/a/*', '/a'), meet('/a', '/ab'), meet('/a/b', '/a/c')]).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

/** With every string that is a value replaced; keys are made plain. */
function walk(value: unknown, pointer: string, name: (pointer: string) => string): unknown {
  if (typeof value === 'string') return name(pointer);
  if (Array.isArray(value)) return value.map((one, index) => walk(one, `${pointer}/${index}`, name));
  if (typeof value !== 'object' || value === null) return value;
  // Keys that look like an index come first in an object, whatever their place.
  return Object.fromEntries(Object.values(value).map((one, index) => [`k"~${index}`, walk(one, `${pointer}/k"~0${index}`, name)]));
}
