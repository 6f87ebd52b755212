// A number that is masked becomes a string where JSON has it, however the JSON is packed and whatever its strings hold; nothing else around it changes.
// Finds are made up here: it does not matter how they are found.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../lib/turn.ts';
import { redactJsonInSteps, redactText } from './redact.ts';

const CARD = 4_111_111_111_111_111;
const DIGITS = String(CARD);
const MASK = '[redacted:financial.card]';

function masked(text: string, asText: boolean, finds: readonly string[] = [DIGITS]): string {
  const ruled = finds
    .flatMap((find) => placesOf(text, find))
    .map((place) => ({
      match: { type: 'CREDIT_CARD' as const, ...place, confidence: 1, rule: 'card' },
      action: 'mask' as const,
      rule: 'all',
    }))
    .sort((one, other) => one.match.start - other.match.start);
  const replacer = { mac: () => '', token: () => undefined };
  return asText ? redactText(text, ruled, replacer) : atOnce(redactJsonInSteps(text, ruled, replacer));
}

function placesOf(text: string, find: string): { start: number; end: number }[] {
  const places = [];
  for (let start = text.indexOf(find); start >= 0; start = text.indexOf(find, start + 1)) places.push({ start, end: start + find.length });
  return places;
}

/** What begins and ends texts in ways that look like JSON. */
const sign = fc.constantFrom('"', '\\', ':', ',', '[', ']', '{', '}', "'", '\n', '\t', ' ', 'n', '1');
const text = fc.array(sign, { maxLength: 5 }).map((signs) => signs.join(''));
const number = fc.constantFrom(CARD, -CARD, CARD + 0.5, 7, -0.25);

function document(string: fc.Arbitrary<string>): fc.Arbitrary<object> {
  const leaf = fc.oneof(number, string, fc.constant(null));
  const member = fc.dictionary(text, leaf, { maxKeys: 3, noNullPrototype: true });
  const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), member, fc.array(fc.oneof(member, fc.array(leaf)), { maxLength: 2 }));
  return fc.oneof(fc.dictionary(text, value, { maxKeys: 3, noNullPrototype: true }), fc.array(value));
}

function packed(made: unknown, depth: number, indent: number | string | undefined): string {
  let json = JSON.stringify(made, null, indent);
  for (let level = 0; level < depth; level++) json = JSON.stringify(level === 1 ? json : [json], null, indent);
  return json;
}

function unpacked(json: string, depth: number): unknown {
  let read: unknown = JSON.parse(json);
  for (let level = depth - 1; level >= 0; level--) read = JSON.parse(level === 1 ? (read as string) : (read as [string])[0]);
  return read;
}

/** Of members the values alone: some versions of the engine read a key of a backslash and one of a quote as the same. */
function valuesOf(value: unknown): unknown {
  if (typeof value === 'number') return String(value).includes(DIGITS) ? MASK : value;
  return typeof value === 'object' && value !== null ? Object.values(value).map(valuesOf) : value;
}

const RUNS = 1_000;
const packing = fc.tuple(fc.nat(3), fc.constantFrom(undefined, 2, '\t'));

describe.each([
  ['of a text', true],
  ['of a value', false],
])('JSON %s', (_name, asText) => {
  it('has a mask in quotes where the number was, and nothing else changed', () => {
    fc.assert(
      fc.property(document(text), packing, (made, [depth, indent]) => {
        const read = unpacked(masked(packed(made, depth, indent), asText), depth);
        expect(valuesOf(read)).toEqual(valuesOf(made));
      }),
      { numRuns: RUNS },
    );
  });

  it('stays JSON, and lets out no digits, where strings hold what was found, too', () => {
    const holding = fc.tuple(text, fc.constantFrom('', DIGITS), text).map((parts) => parts.join(''));
    fc.assert(
      fc.property(document(holding), packing, (made, [depth, indent]) => {
        const once = masked(packed(made, depth, indent), asText);
        expect(once).not.toContain(DIGITS);
        unpacked(once, depth);
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    ['behind a string that ends with a backslash', ['C:\\', CARD], ['C:\\', MASK]],
    ['behind a list or an object that ends with a string', [['a', 'x'], CARD, { a: 'x' }, CARD], [['a', 'x'], MASK, { a: 'x' }, MASK]],
    ['far from every quote', { ids: [...Array(20_000).keys(), CARD, 5] }, { ids: [...Array(20_000).keys(), MASK, 5] }],
    ['in a string that begins like the end of one', { row: `,${DIGITS},x`, a: `: ${DIGITS}, b` }, { row: `,${MASK},x`, a: `: ${MASK}, b` }],
  ])('%s', (_where, made, expected) => {
    for (const depth of [0, 1, 2]) expect(unpacked(masked(packed(made, depth, undefined), asText), depth)).toEqual(expected);
  });
});

describe('what is no JSON', () => {
  it.each([
    ['a row of numbers that goes on', `[${DIGITS}-2024-01-01, "x"]`, `[${MASK}-2024-01-01, "x"]`],
    ['a row with texts', `"Doe, Ann",${DIGITS},x`, `"Doe, Ann","${MASK}",x`],
    ['a literal with a list', `insert into t values ('[${DIGITS},5]')`, `insert into t values ('["${MASK}",5]')`],
    ['a literal of Python', `{'card': ${DIGITS}, 'x': None}`, `{'card': '${MASK}', 'x': None}`],
    ['one quote too many, then JSON', `a 5" pipe: {"card":${DIGITS},"b":1}`, `a 5" pipe: {"card":"${MASK}","b":1}`],
    ['lines of JSON', `{"a":"x"}\n[${DIGITS},5]`, `{"a":"x"}\n["${MASK}",5]`],
  ])('%s keeps all but the value', (_what, given, expected) => {
    expect(masked(given, true)).toBe(expected);
  });
});

describe('a find in several numbers', () => {
  it.each([
    ['{"a":[415,555,-100.5],"b":1}', '415,555,-100', { a: Array(3).fill(MASK), b: 1 }],
    ['{"a":"call 415-","b":5550100,"c":1}', '415-","b":555', { a: `call ${MASK}`, b: MASK, c: 1 }],
    ['{"a":1.4155550100,"c":1}', '4155550100', { a: MASK, c: 1 }],
    ['{"[4155550100]":1,"[4155550100,5]":2}', '4155550100', { [`["${MASK}#1"]`]: 1, [`["${MASK}#2",5]`]: 2 }],
  ])('goes out of all of %s', (given, find, expected) => {
    expect(JSON.parse(masked(given, false, [find]))).toEqual(expected);
  });
});

it('a token turns back into all of the number it stands for', () => {
  const kept = new Map<string, string>();
  const token = (_match: unknown, value: string): string => {
    kept.set(`t${kept.size}`, value);
    return `t${kept.size - 1}`;
  };
  const given = `{"a":-${DIGITS}.50,"b":[${DIGITS}],"t":"[-${DIGITS}e2]"}`;
  const ruled = placesOf(given, DIGITS).map((place) => ({
    ...{ match: { type: 'CREDIT_CARD' as const, ...place, confidence: 1, rule: 'card' }, action: 'tokenize' as const, rule: 'all' },
  }));
  const replacer = { mac: () => '', token };
  for (const made of [redactText(given, ruled, replacer), atOnce(redactJsonInSteps(given, ruled, replacer))]) {
    const back = made.replace(/t\d/g, (name) => kept.get(name) ?? name);
    expect(JSON.parse(back)).toEqual({ a: `-${DIGITS}.50`, b: [DIGITS], t: `["-${DIGITS}e2"]` });
  }
});

// These took half an hour and more when each find was read to the end of what it stands in.
it.each([
  ['numbers with signs', '+14155550100'],
  ['addresses', 'ann@acme.co '],
])('a megabyte of %s ends', (_what, find) => {
  const given = find.repeat(1_000_000 / find.length);
  expect(masked(given, true, [find.trim()])).not.toContain(find);
  expect(JSON.parse(masked(JSON.stringify({ given }), false, [find.trim()]))).toEqual({ given: given.replaceAll(find.trim(), MASK) });
});
