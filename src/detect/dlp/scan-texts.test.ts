// Values that are parted over the texts of one message, and texts that merely stand beside each other.
import { describe, expect, it } from 'vitest';
import { compilePatterns } from './model.ts';
import { EVERYTHING } from './scan.ts';
import { scanTexts } from './scan-texts.ts';
import { findOverSeams } from './seam.ts';

const KEY = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const BODY = Array.from({ length: 8 }, (_, line) => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8${line}cK`);
const PEM = ['-----BEGIN PRIVATE KEY-----', ...BODY, '-----END PRIVATE KEY-----'];

function found(texts: readonly string[], patterns: { name: string; pattern: string }[] = []): string[] {
  const scan = { wanted: EVERYTHING, patterns: compilePatterns({ patterns, dictionaries: [] }) };
  const chain = texts.map((_, index) => index);
  return scanTexts(texts, scan, chain).flatMap((matches, index) =>
    matches.map(({ type, start, end }) => `${index} ${type} ${(texts[index] as string).slice(start, end)}`),
  );
}

describe('a value parted over texts is every piece of it', () => {
  it.each<[string, string[], string[]]>([
    ['a card', ['Paid with 4111 1111', '1111 1111 in May.'], ['0 CREDIT_CARD 4111 1111', '1 CREDIT_CARD 1111 1111']],
    ['a card, its space kept', ['Paid with 4111 1111 ', ' 1111 1111 in May.'], ['0 CREDIT_CARD 4111 1111', '1 CREDIT_CARD 1111 1111']],
    ['a card in the middle of a group', ['Card: 4111 11', '11 1111 1111.'], ['0 CREDIT_CARD 4111 11', '1 CREDIT_CARD 11 1111 1111']],
    ['a card with a hyphen at the seam', ['Card 4111-1111-', '1111-1111'], ['0 CREDIT_CARD 4111-1111-', '1 CREDIT_CARD 1111-1111']],
    [
      'a card in four',
      ['5500', '0000', '0000', '0004'],
      ['0 CREDIT_CARD 5500', '1 CREDIT_CARD 0000', '2 CREDIT_CARD 0000', '3 CREDIT_CARD 0004'],
    ],
    ['a card digit by digit', [...'4111111111111111'], [...'4111111111111111'].map((digit, index) => `${index} CREDIT_CARD ${digit}`)],
    ['behind an empty text', ['The card is 4111 1111', ' \n', '1111 1111'], ['0 CREDIT_CARD 4111 1111', '2 CREDIT_CARD 1111 1111']],
    ['a number of social security', ['SSN 536-22', '-8745 is his'], ['0 US_SSN 536-22', '1 US_SSN -8745']],
    ['an IBAN', ['To DE89 3704 0044', '0532 0130 00, please'], ['0 IBAN DE89 3704 0044', '1 IBAN 0532 0130 00']],
    ['an IBAN behind its letters', ['To GB29 NWBK', '6016 1331 9268 19.'], ['0 IBAN GB29 NWBK', '1 IBAN 6016 1331 9268 19']],
    ['a key', [`use ${KEY.slice(0, 15)}`, `${KEY.slice(15)} for it`], [`0 API_KEY ${KEY.slice(0, 15)}`, `1 API_KEY ${KEY.slice(15)}`]],
    ['a key within its prefix', ['use gh', `${KEY.slice(2)} for it`], ['0 API_KEY gh', `1 API_KEY ${KEY.slice(2)}`]],
    [
      'a key in three',
      [KEY.slice(0, 10), KEY.slice(10, 25), KEY.slice(25)],
      [0, 1, 2].map((at) => `${at} API_KEY ${KEY.slice([0, 10, 25][at], [10, 25, 40][at])}`),
    ],
    [
      'an address',
      ['Write to harriet.ashdown@north', 'wind-traders.com today'],
      ['0 EMAIL harriet.ashdown@north', '1 EMAIL wind-traders.com'],
    ],
    [
      'a connection',
      ['postgres://app:hunter2Zebra', 'Quartz9@db.internal:5432/main'],
      ['0 DB_CONNECTION postgres://app:hunter2Zebra', '1 DB_CONNECTION Quartz9@db.internal:5432/main'],
    ],
    [
      'a connection before its password',
      ['use postgres://app', ':hunter2Zebra9@db.internal/x'],
      ['0 DB_CONNECTION postgres://app', '1 DB_CONNECTION :hunter2Zebra9@db.internal/x'],
    ],
    [
      'a connection behind its colon',
      ['use postgres://app:', 'hunter2Zebra9@db.internal/x'],
      ['0 DB_CONNECTION postgres://app:', '1 DB_CONNECTION hunter2Zebra9@db.internal/x'],
    ],
    [
      'a secret that its key names',
      ['SESSION_SECRET=CPkItLvvK1', 'Q2NMaIVXA1bc2k7mKm\nA=1'],
      ['0 API_KEY CPkItLvvK1', '1 API_KEY Q2NMaIVXA1bc2k7mKm'],
    ],
    [
      'a secret that one text holds the better part of',
      ['SESSION_SECRET=46fd35e50628833f2a3ae3e667c0dd90fd', '1d8c38\nA=1'],
      ['0 API_KEY 46fd35e50628833f2a3ae3e667c0dd90fd', '1 API_KEY 1d8c38'],
    ],
    ['a password behind its label', ['The password:', 'Zebra!Quartz91'], ['1 PASSWORD Zebra!Quartz91']],
  ])('%s', (_what, texts, expected) => {
    expect(found(texts)).toEqual(expected);
  });

  it('a private key, wherever it is cut', () => {
    const whole = PEM.join('\n');
    for (const at of [7, 10, 40, 200, whole.length - 30]) {
      const texts = [`Here: ${whole.slice(0, at)}`, `${whole.slice(at)} and more`];
      expect(found(texts), `at ${at}`).toEqual([`0 PRIVATE_KEY ${whole.slice(0, at)}`, `1 PRIVATE_KEY ${whole.slice(at)}`]);
    }
    expect(found(PEM).map((one) => one.slice(0, 13))).toEqual(PEM.map((_, index) => `${index} PRIVATE_KEY`.slice(0, 13)));
  });

  it('two private keys, the first of which ends where the second begins', () => {
    const whole = PEM.join('\n');
    const texts = [whole.slice(0, 200), `${whole.slice(200)}\n${whole.slice(0, 300)}`, whole.slice(300)];
    const left = found(texts).map((one) => one.slice(14));
    expect(left.join('').replaceAll('\n', '')).toBe((whole + whole).replaceAll('\n', ''));
  });

  it('a pattern of the customer', () => {
    expect(found(['Case NW-48', '213-X is open'], [{ name: 'case', pattern: 'NW-\\d{5}-[A-Z]' }])).toEqual([
      '0 CUSTOM NW-48',
      '1 CUSTOM 213-X',
    ]);
  });
});

describe('what a pattern of the customer found whole', () => {
  it.each<[string, string, string[], string[]]>([
    ['ends where a word ends', 'EMP-\\d{4,}(?:-\\w+)?', ['He is EMP-1234', '-remote was a good year'], ['0 CUSTOM EMP-1234']],
    ['begins where a word begins', '(?:\\w+-)?EMP-\\d{4}', ['Paid by no-', 'EMP-1234 today'], ['1 CUSTOM EMP-1234']],
    ['may go on with a word', 'EMP-\\d{4,}', ['He is EMP-1234', '5678 to us'], ['0 CUSTOM EMP-1234', '1 CUSTOM 5678']],
  ])('%s', (_what, pattern, texts, expected) => {
    expect(found(texts, [{ name: 'staff', pattern }])).toEqual(expected);
  });
});

describe('texts that only stand beside each other say nothing together', () => {
  it.each<[string, string[]]>([
    ['words', ['ann', 'lee', 'at', 'home', 'Lisbon', 'PT50', 'rev3']],
    ['sentences', ['There are 12 of them.', '4 are gone.']],
    ['numbers of a table', ['4512', '1208', '3391', '7740', '2210']],
    ['times', ['2026-11-02 10:15:00', '2026-11-03 10:15:00', '2026-11-04 10:15:00']],
    ['pages', ['https://example.org/orders/10442', 'https://example.org/orders/10443']],
    ['versions', ['Built 1.22.3', 'Node v24.1.0']],
    ['parts of a long number', ['Batch 4111 1111', '1111 1112 units']],
    ['digests', [`sha256 ${'0f3a9c'.repeat(10)}`, `${'9b2e'.repeat(16)} sha256`]],
  ])('%s', (_what, texts) => {
    expect(found(texts)).toEqual([]);
  });

  it('an address ends with its text', () => {
    expect(found(['Write to harriet.ashdown@northwind-traders.com', 'Bob knows.'])).toEqual([
      '0 EMAIL harriet.ashdown@northwind-traders.com',
    ]);
  });

  it('addresses stay apart', () => {
    const texts = ['Mail', 'ann@corp.example.org', 'bob@corp.example.org', 'Bob'];
    expect(found(texts)).toEqual(['1 EMAIL ann@corp.example.org', '2 EMAIL bob@corp.example.org']);
  });

  it('a key ends with its text', () => {
    expect(found([`use ${KEY}`, 'Then go on.'])).toEqual([`0 API_KEY ${KEY}`]);
  });
});

it.each(['4', '4111 1', 'a@', 'password:', 'ghp_a1B2c3', 'DE89', `${'1 '.repeat(250)}1`, 'A1b2'.repeat(2_000)])(
  'whatever the texts are, what is joined is no more than twice as long: %s',
  (text) => {
    const texts = Array.from({ length: 400 }, () => text);
    let joined = 0;
    findOverSeams(texts, (one) => {
      joined += one.length;
      return [];
    });
    // And a space for each seam.
    expect(joined).toBeLessThanOrEqual(2 * texts.join(' ').length);
    expect(joined).toBeGreaterThan(0);
  },
);
