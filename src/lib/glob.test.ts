// Globs against a plain recursive definition, and linear time on what makes backtracking matchers explode.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from './glob.ts';

function plainly(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const [first, rest] = [pattern.charAt(0), pattern.slice(1)];
  if (first === '*') return plainly(rest, name) || (name !== '' && plainly(pattern, name.slice(1)));
  return name !== '' && (first === '?' || first === name.charAt(0)) && plainly(rest, name.slice(1));
}

describe('globs', () => {
  it('match as the plain definition says', () => {
    const short = (letters: string[]) => fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(short(['a', 'b', '*', '?']), short(['a', 'b', '*', '.']), (pattern, name) => {
        expect(compileGlob(pattern).test(name)).toBe(plainly(pattern, name));
      }),
      { numRuns: 2000 },
    );
  });

  it('take everything but * and ? literally', () => {
    expect(compileGlob('a.c').test('abc')).toBe(false);
    expect(compileGlob('[a]').test('a')).toBe(false);
    expect(compileGlob('A').test('a')).toBe(false);
    expect(compileGlob('read_*').literal).toBe(false);
    expect(compileGlob('read_file').literal).toBe(true);
  });

  it('need no exponential time', () => {
    expect(compileGlob(`${'*a'.repeat(100)}b`).test('a'.repeat(10_000))).toBe(false);
  });
});
