// Edits on text equal edits on values, and touch no other byte.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../lib/json.ts';
import { readValue } from './json-text.ts';
import { edit, editValue, memberRanges, oneLine, payload, removeMember, setIn, setMember } from './raw-json.ts';

const key = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('a', 'b', '_meta', '__proto__', 'constructor', '"', '\\', 'é', '1'));
const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom('{"a":1}', '}', ',"', '\\"', ':'));
const { object } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
}));

/** The same object as text with random white space and randomly escaped keys. */
function looselyWritten(value: Json | undefined, pick: () => number): string {
  const space = () => ['', '', ' ', '\n', '\t ', '\r\n'][pick() % 6] ?? '';
  if (Array.isArray(value)) return `[${space()}${value.map((item) => `${space()}${looselyWritten(item, pick)}${space()}`).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const escapedKey = (name: string) =>
    pick() % 3 === 0 && name !== ''
      ? `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${JSON.stringify(name.slice(1)).slice(1)}`
      : JSON.stringify(name);
  const members = Object.entries(value).map(
    ([name, member]) => `${space()}${escapedKey(name)}${space()}:${space()}${looselyWritten(member, pick)}${space()}`,
  );
  return `{${space()}${members.join(',')}}`;
}

const loose = fc.tuple(object, fc.array(fc.nat(1000), { minLength: 1, maxLength: 50 })).map(([value, picks]) => {
  let at = 0;
  const text = ` ${looselyWritten(value, () => picks[at++ % picks.length] ?? 0)}\n`;
  return { value: readValue(text) as JsonObject, text };
});

describe('text edits', () => {
  it('setMember equals the edit on the value (property)', () => {
    fc.assert(
      fc.property(loose, key, leaf, (from, name, value) => {
        const text = setMember(from.text, name, JSON.stringify(value));
        expect(readValue(text)).toEqual(editValue(from.value, [name], value));
        expect(Object.keys(readValue(text) as object)).toEqual(Object.keys(editValue(from.value, [name], value)));
      }),
    );
  });

  it('removeMember equals the edit on the value (property)', () => {
    fc.assert(
      fc.property(loose, key, (from, name) => {
        expect(readValue(removeMember(from.text, name))).toEqual(editValue(from.value, [name], undefined));
        for (const held of Object.keys(from.value))
          expect(readValue(removeMember(from.text, held))).toEqual(editValue(from.value, [held], undefined));
      }),
    );
  });

  it('setIn equals the edit on the value at any path (property)', () => {
    fc.assert(
      fc.property(loose, fc.array(key, { minLength: 1, maxLength: 4 }), fc.option(leaf, { nil: undefined }), (from, path, value) => {
        const text = setIn(from.text, path, value === undefined ? undefined : JSON.stringify(value));
        expect(readValue(text)).toEqual(editValue(from.value, path, value));
        const edited = edit(from, path, value);
        expect(readValue(edited.text)).toEqual(edited.value);
      }),
    );
  });

  it('leaves every other byte as it was (property)', () => {
    fc.assert(
      fc.property(loose, leaf, (from, value) => {
        for (const [name, range] of memberRanges(from.text)) {
          const written = JSON.stringify(value);
          expect(setMember(from.text, name, written)).toBe(from.text.slice(0, range.start) + written + from.text.slice(range.end));
        }
        const before = [...memberRanges(from.text)].map(([name, { start, end }]) => [name, from.text.slice(start, end)]);
        const added = setMember(from.text, 'not there before', '1');
        expect([...memberRanges(added)].map(([name, { start, end }]) => [name, added.slice(start, end)])).toEqual([
          ...before,
          ['not there before', '1'],
        ]);
        expect(removeMember(added, 'not there before').replace(/\s/g, '')).toBe(from.text.replace(/\s/g, ''));
      }),
    );
  });

  it('never mutates the payload it edits', () => {
    const from = payload({ a: { b: 1 } });
    edit(from, ['a', 'b'], 2);
    edit(from, ['a'], undefined);
    expect(from).toEqual({ value: { a: { b: 1 } }, text: '{"a":{"b":1}}' });
  });

  it('writes into empty and odd objects', () => {
    expect(setMember('{ }', 'a', '1')).toBe('{"a":1 }');
    expect(setMember('{"\\u0061" : 1}', 'a', '2')).toBe('{"\\u0061" : 2}');
    expect(removeMember('{ "a":1 , "b":2 }', 'a')).toBe('{ "b":2 }');
    expect(removeMember('{ "a":1 , "b":2 }', 'b')).toBe('{ "a":1 }');
    expect(removeMember('{"a":1}', 'a')).toBe('{}');
    expect(setIn('{"a":5}', ['a', 'b', 'c'], 'true')).toBe('{"a":{"b":{"c":true}}}');
    expect(setIn('{"a":5}', ['a', 'b'], undefined)).toBe('{"a":5}');
  });

  it('keeps __proto__ an ordinary member', () => {
    const edited = edit(payload({}), ['__proto__', 'polluted'], true);
    expect(edited.text).toBe('{"__proto__":{"polluted":true}}');
    expect(Object.keys(edited.value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('folds line breaks without changing the value', () => {
    expect(oneLine('{"a":\r\n"x\\n",\n"b":1}')).toBe('{"a": "x\\n", "b":1}');
    expect(oneLine('{"a":1}')).toBe('{"a":1}');
  });
});
