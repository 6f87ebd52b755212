// Looking for keys and links in one pass finds what the pattern finds, whatever the text.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eachToken, TOKEN_PATTERN } from './token-run.ts';

function tokensOf(text: string): { token: string; index: number }[] {
  const found: { token: string; index: number }[] = [];
  eachToken(text, (token, index, isLink) => {
    expect(isLink).toBe(/^https?:\/\//.test(token));
    found.push({ token, index });
  });
  return found;
}

it('finds what the pattern finds', () => {
  const piece = fc.constantFrom(
    'http',
    'https',
    '://',
    ':',
    '//',
    'x',
    'abcdefghij',
    '0123456789',
    ' ',
    '"',
    '=',
    '(',
    ')',
    '\u00a0',
    '\u2028',
    'é',
    '{',
    ',',
  );
  const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 12 })), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (given) => {
      const wanted = [...given.matchAll(TOKEN_PATTERN)].map(({ 0: token, index }) => ({ token, index }));
      expect(tokensOf(given)).toEqual(wanted);
    }),
    { numRuns: 2_000 },
  );
});

it('cuts long ones where the pattern cuts them', () => {
  for (const text of ['x'.repeat(1_030), `https://a/${'y'.repeat(2_100)} z`, `${'x'.repeat(515)}http://b/c`]) {
    const wanted = [...text.matchAll(TOKEN_PATTERN)].map(({ 0: token, index }) => ({ token, index }));
    expect(tokensOf(text)).toEqual(wanted);
  }
});
