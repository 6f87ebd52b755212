// Tokens: sealed, owned, mortal; and what is told apart by its check digits.
import { expect, it } from 'vitest';
import { ManualClock } from '../../lib/clock.ts';
import { aba, luhn, mod11and10, mod97, verhoeff } from './check-digit.ts';
import { compileCustomPattern, MAX_PATTERN_CHARS, MAX_PATTERN_MATCHES } from './customer-pattern.ts';
import type { Match } from './finding-kind.ts';
import { schemeAlone } from './national-id.ts';
import { TokenBook, tokensIn } from './token.ts';

const seal = {
  seal: (text: string) => Buffer.from(`sealed:${text}`).toString('base64url'),
  open: (sealed: string) => {
    const text = Buffer.from(sealed, 'base64url').toString();
    return text.startsWith('sealed:') ? text.slice(7) : undefined;
  },
  mac: (text: string) => text,
};
const terms = { owner: 'a', ttlSeconds: 60, validFrom: undefined };

it('a token keeps while half of its life is left, and opens for its owner until it expires or is purged', () => {
  const clock = new ManualClock();
  const book = new TokenBook(clock);
  const token = book.issue('o', 'EMAIL', 'ann.lee.the.second@northwind-traders.com', terms, seal);
  const [one] = tokensIn(`x ${token} y`);
  expect(one).toMatchObject({ start: 2, type: 'email' });
  const open = (with_ = terms): unknown => book.open('email', one?.sealed ?? '', with_, seal);
  expect(open()).toMatchObject({ value: 'ann.lee.the.second@northwind-traders.com' });
  expect(open({ ...terms, owner: 'b' })).toBe('unknown');
  clock.advance(29_000);
  expect(book.issue('o', 'EMAIL', 'ann.lee.the.second@northwind-traders.com', terms, seal)).toBe(token);
  clock.advance(2_000);
  expect(book.issue('o', 'EMAIL', 'ann.lee.the.second@northwind-traders.com', terms, seal)).not.toBe(token);
  expect(open({ ...terms, validFrom: new Date(clock.nowMs()).toISOString() as never })).toBe('unknown');
  clock.advance(30_000);
  expect(open()).toBe('unknown');
  expect(book.open('email', 'AAAA', terms, seal)).toBe('unknown');
});

it('check digits', () => {
  expect([luhn('4539148803436467'), luhn('4539148803436468')]).toEqual([true, false]);
  expect([aba('021000021'), aba('021000022')]).toEqual([true, false]);
  expect(mod97('370400440532013000DE89'.replace('DE', 'DE'))).toBe(1);
  expect([verhoeff('234123412346'), verhoeff('234123412347')]).toEqual([true, false]);
  expect([mod11and10('86095742719'), mod11and10('86095742718')]).toEqual([true, false]);
  expect(schemeAlone('111.444.777-35')?.name).toBe('br-cpf');
  expect(schemeAlone('111.444.777-36')).toBeUndefined();
  expect(schemeAlone('12345678Z')?.name).toBe('es-dni');
});

it('own patterns are RE2, bounded, and cannot run away', () => {
  const find = (source: string, text: string): Match[] => {
    const made = compileCustomPattern('p', source);
    if ('problem' in made) throw new Error(made.problem);
    const out: Match[] = [];
    made.pattern.find(text, out);
    return out;
  };
  expect(find('EMP-\\d{6}', 'EMP-123456 EMP-1')).toMatchObject([{ start: 0, end: 10, rule: 'p', type: 'CUSTOM' }]);
  expect(find('(?i)(foo|bar)+x', 'FooBarx')).toMatchObject([{ start: 0, end: 7 }]);
  expect(find('(a+)+$', `${'a'.repeat(5_000)}!`)).toEqual([]);
  expect(find('a', 'a'.repeat(MAX_PATTERN_MATCHES + 5))).toHaveLength(MAX_PATTERN_MATCHES);
  expect(compileCustomPattern('p', '(?<=a)b')).toHaveProperty('problem');
  expect(compileCustomPattern('p', 'a*')).toHaveProperty('problem');
  expect(compileCustomPattern('p', 'a'.repeat(MAX_PATTERN_CHARS))).toHaveProperty('pattern');
  expect(compileCustomPattern('p', 'a'.repeat(MAX_PATTERN_CHARS + 1))).toHaveProperty('problem');
});
