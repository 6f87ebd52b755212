// The comparisons a condition is made of: how each is written, its opposite, and values under which it holds and does not.
import { describe, expect, test } from 'vitest';
import type { Json } from '../../lib/json.ts';
import { parseWhen } from '../when/syntax.ts';
import { atomsOf, MAX_ATOMS, pairsOf } from './atom.ts';

const found = (source: string) => atomsOf(parseWhen(source).root);
const one = (source: string) => {
  const [first, ...more] = found(source);
  if (!first || more.length > 0) throw new Error(`${source} has ${more.length + (first ? 1 : 0)} comparisons`);
  return first.atom;
};

describe('a comparison', () => {
  test.each([
    ['args.n < 5', 'args.n < 5', 'args.n >= 5', [4], [5, 6]],
    ['args.n <= 5', 'args.n <= 5', 'args.n > 5', [5, 4], [6]],
    ['args.n > 5', 'args.n > 5', 'args.n <= 5', [6], [5, 4]],
    ['args.n >= 5', 'args.n >= 5', 'args.n < 5', [5, 6], [4]],
    ['5 < args.n', 'args.n > 5', 'args.n <= 5', [6], [5, 4]],
    ['5 <= args.n', 'args.n >= 5', 'args.n < 5', [5, 6], [4]],
    ['5 > args.n', 'args.n < 5', 'args.n >= 5', [4], [5, 6]],
    ['5 >= args.n', 'args.n <= 5', 'args.n > 5', [5, 4], [6]],
    ['5 == args.n', 'args.n == 5', 'args.n != 5', [5], [4, 6]],
    ['5 != args.n', 'args.n != 5', 'args.n == 5', [4, 6], [5]],
    ['args.a.b == -3', 'args.a.b == -3', 'args.a.b != -3', [-3], [-4, -2]],
    ['args.s == "a"', 'args.s == "a"', 'args.s != "a"', ['a'], ['ax', '']],
    ['args.s < "m"', 'args.s < "m"', 'args.s >= "m"', [''], ['m', 'mx']],
    ['args.b == true', 'args.b == true', 'args.b != true', [true], [false]],
    ['args.x == null', 'args.x == null', 'args.x != null', [null], ['x']],
    ['args.x < null', 'args.x < null', 'args.x >= null', [], [null, 'x']],
    ['size(args.l) == 2', 'size(args.l) == 2', 'size(args.l) != 2', ['xx', ['x', 'x']], ['x', ['x'], 'xxx', ['x', 'x', 'x']]],
    ['args.l.size() >= 1', 'args.l.size() >= 1', 'args.l.size() < 1', ['x', ['x'], 'xx', ['x', 'x']], ['', []]],
    ['size(args.l) < 0', 'size(args.l) < 0', 'size(args.l) >= 0', [], ['', [], 'x', ['x']]],
    ['domain_of(args.to) == "x.y"', 'domain_of(args.to) == "x.y"', 'domain_of(args.to) != "x.y"', ['someone@x.y'], ['someone@x.yx']],
    ['args.s.lowerAscii() == "a"', 'args.s.lowerAscii() == "a"', 'args.s.lowerAscii() != "a"', ['a'], ['ax', '']],
    ['dyn(args.x) == 1', 'dyn(args.x) == 1', 'dyn(args.x) != 1', [1], [0, 2]],
    ['args.s in ["a", 1]', 'args.s in ["a", 1]', 'args.s not in ["a", 1]', ['a', 1], ['other']],
    [
      'domain_of(args.to) in ["x.y"]',
      'domain_of(args.to) in ["x.y"]',
      'domain_of(args.to) not in ["x.y"]',
      ['someone@x.y'],
      ['someone@other'],
    ],
    ['args.s.startsWith("/e")', 'args.s.startsWith("/e")', '!args.s.startsWith("/e")', ['/e', '/ex'], ['']],
    ['args.s.endsWith("a")', 'args.s.endsWith("a")', '!args.s.endsWith("a")', ['a', 'xa'], ['/elsewhere', '']],
    ['args.s.contains("a")', 'args.s.contains("a")', '!args.s.contains("a")', ['a'], ['/elsewhere', '']],
    ['path_within(args.p, "/d")', 'path_within(args.p, "/d")', '!path_within(args.p, "/d")', ['/d/file', '/d'], ['/elsewhere', '']],
    ['path_within(args.p, "/d/")', 'path_within(args.p, "/d/")', '!path_within(args.p, "/d/")', ['/d/file', '/d/'], ['/elsewhere', '']],
    ['has(args.x)', 'args.x is given', 'args.x is not given', ['x', 1, true], [null]],
    ['args.ok', 'args.ok', '!args.ok', [true], [false]],
  ] as [string, string, string, Json[], Json[]][])('%s', (source, text, opposite, holdsFor, failsFor) => {
    expect(one(source)).toMatchObject({ text, opposite, holdsFor, failsFor });
    const { holds } = one(source);
    if (!source.includes('has(')) for (const value of holdsFor) expect([value, holds(value)]).toEqual([value, true]);
    for (const value of failsFor) if (value !== null) expect([value, holds(value)]).toEqual([value, false]);
  });

  test.each([
    ['args.n < 5', ['x', undefined, { a: 1 }, [1], null], [false, undefined, undefined, undefined, false]],
    ['size(args.l) == 2', [{ a: 1, b: 2 }, '😀😀', [1], 5, undefined, null], [true, true, false, undefined, undefined, undefined]],
    ['domain_of(args.to) == "x.y"', ['a@X.Y', 'x.y', 5, 'a@b@x.y'], [true, undefined, undefined, true]],
    ['args.s.lowerAscii() == "a"', ['A', 5], [true, undefined]],
    ['args.s in ["a"]', ['a', 'b', [1], undefined], [true, false, undefined, undefined]],
    ['args.s.contains("a")', ['bab', 'b', 5], [true, false, undefined]],
    ['path_within(args.p, "/d")', ['/d', '/d/x', '/dx', 5], [true, true, false, undefined]],
    ['path_within(args.p, "/d/")', ['/d/x', '/dx'], [true, false]],
    ['has(args.x)', [0, '', null, undefined], [true, true, false, false]],
    ['args.ok', [true, false, 'x', undefined], [true, false, undefined, undefined]],
  ] as [string, (Json | undefined)[], (boolean | undefined)[]][])(
    '%s is told for any value, or that it cannot be',
    (source, values, told) => {
      expect(values.map(one(source).holds)).toEqual(told);
    },
  );

  test('of what is too long to be made has no value under which it holds', () => {
    expect(one('size(args.l) == 1000').holdsFor).toHaveLength(2);
    expect(one('size(args.l) == 1002').holdsFor).toEqual([]);
    expect(one('size(args.l) == "x"').holdsFor).toEqual([]);
    expect(one('domain_of(args.to) == 5').holdsFor).toEqual([]);
  });
});

describe('a condition', () => {
  const list = (source: string) => found(source).map(({ atom, joined }) => `${joined ? '' : '~'}${atom.text}`);

  test.each([
    ['args.a > 1 && args.b > 2 && args.c', ['args.a > 1', 'args.b > 2', 'args.c']],
    ['args.a > 1 || args.b > 2', ['~args.a > 1', '~args.b > 2']],
    ['args.a > 1 && (args.b > 2 || args.c)', ['args.a > 1', '~args.b > 2', '~args.c']],
    ['!(args.a > 1) && args.b', ['~args.a > 1', 'args.b']],
    ['args.a > 1 ? args.b : args.c', ['~args.a > 1', '~args.b', '~args.c']],
    ['[args.a > 1] == [true]', ['~args.a > 1']],
    ['args.l.exists(x, args.a > 1)', ['~args.l', '~args.a > 1']],
    ['args.s in args.l', ['~args.s', '~args.l']],
    ['args.s in ["a", args.x]', ['~args.s', '~args.x']],
    ['args.s in []', ['~args.s']],
    ['args.s.contains(args.t)', ['~args.s', '~args.t']],
    ['path_within(args.p, args.q)', ['~args.p', '~args.q']],
    ['path_within("x", "/d")', []],
    ['args.n + 1 > 3', ['~args.n']],
    ['1 == 1', []],
    ['args["n"] > 1', []],
    ['int(args.x) == 1', ['~args.x']],
  ])('%s: those that must hold, and (~) the others', (source, expected) => {
    expect(list(source)).toEqual(expected);
  });

  test('is looked at for so many comparisons and no more', () => {
    const many = (count: number): string => Array.from({ length: count }, (_, i) => `args.a${i}`).join(' || ');
    expect(found(many(MAX_ATOMS + 5))).toHaveLength(MAX_ATOMS);
  });

  test('may compare paths with each other', () => {
    const pairs = (source: string) => pairsOf(parseWhen(source).root);
    expect(pairs('args.a == args.b')).toEqual([['args.a', 'args.b']]);
    expect(pairs('args.a == args.b && (args.c == principal.user || args.d == 1)')).toEqual([
      ['args.a', 'args.b'],
      ['args.c', 'principal.user'],
    ]);
    expect(pairs('args.a != args.b')).toEqual([]);
    expect(pairs('args.a')).toEqual([]);
  });
});
