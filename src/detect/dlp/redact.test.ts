// What is masked already is not found again; what only looks like that is.
import { describe, expect, it } from 'vitest';
import { dlpObject } from '../../../test/support/dlp-object.ts';
import { atOnce } from '../../lib/turn.ts';
import { compileDlp } from './model.ts';
import { redactJsonInSteps, redactText, ruleOn } from './redact.ts';
import { scanText } from './scan.ts';

const plan = compileDlp([dlpObject('d', { rules: [{ name: 'all', types: ['*'], action: 'mask' }] })])?.planFor({
  server: 's',
  tool: 't',
  agent: 'a',
  direction: 'arguments',
});
if (!plan) throw new Error('no plan');
const redacted = (text: string) =>
  redactText(text, ruleOn(scanText(text, plan), text, plan), { mac: () => 'a'.repeat(64), token: () => undefined });

const KEY = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const PEM = `-----BEGIN PRIVATE KEY-----\n[redacted:pii.email]\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n'.repeat(4)}-----END PRIVATE KEY-----`;

describe('a value in what looks like a mask', () => {
  it.each([
    ['4111 1111 1111 1111', '[redacted:note:4111-1111-1111-1111]'],
    ['4111', '[redacted:financial.card:4111111111111111]'],
    ['alice.miller', '[redacted:pii.email:alice.miller@corp.com]'],
    ['123-45', '[redacted:pii.person:123-45-6789]'],
    [KEY, `[redacted:secret.api-key:${KEY}]`],
    [KEY, `[redacted:custom.${KEY}]`],
    ['AKIAIOSFODNN7QRSTUVW', '[redacted:pii.email:AKIAIOSFODNN7QRSTUVW.com]'],
    [KEY, `dlp_key_${'A'.repeat(60)}-${KEY}`],
    ['MIIEvQ', PEM],
    ['Tr0ub4dor-9x', 'postgres://admin:Tr0ub4dor-9x@[redacted:pii.email]/crm'],
  ])('%s is masked in %s', (value, text) => {
    expect(redacted(text)).not.toContain(value);
  });
});

describe('a mask or a token', () => {
  it.each([
    '[redacted:pii.email]',
    'password: [redacted:secret.password]',
    'api_key=[redacted:secret.api-key:9f2c4b1a9f2c4b1a]',
    'mail [redacted:pii.email:corp.com], card [redacted:financial.card:...1111]',
    'name: [redacted:pii.person:A.L.]',
    'custom [redacted:custom.employee-id] stays',
    `email: dlp_email_${'aB3-x_9Z'.repeat(10)}`,
    `email: dlp_email_${'aB3-x_9Z'.repeat(10)}@redacted.invalid`,
  ])('%s stays as it is', (text) => {
    expect(redacted(text)).toBe(text);
  });
});

it.each([
  '{"\\u0034111-1111-1111-1111":{"a":1},"4111 1111 1111 1111":2}',
  JSON.stringify({ '４１１１１１１１１１１１１１１１': [true], 'ann.lee%40corp.example.org': 'x' }),
])('a disguised key is masked like another one, and JSON stays JSON: %s', (text) => {
  const plain = { mac: () => '', token: () => undefined };
  const masked = atOnce(redactJsonInSteps(text, ruleOn(scanText(text, plan), text, plan), plain));
  expect(Object.keys(JSON.parse(masked) as object)).toEqual([
    expect.stringMatching(/^\[redacted:financial\.card\]#1$/),
    expect.stringMatching(/^\[redacted:(?:financial\.card|pii\.email)\]#2$/),
  ]);
});

it('a find over several strings goes out of each of them, and the names between them stay', () => {
  const text = '{"a":"call 415-","b":"555-","c":"0100 now"}';
  const match = { type: 'PHONE' as const, start: text.indexOf('415'), end: text.indexOf(' now'), confidence: 1, rule: 'phone' };
  const masked = atOnce(redactJsonInSteps(text, [{ match, action: 'mask', rule: 'all' }], { mac: () => '', token: () => undefined }));
  expect(JSON.parse(masked)).toEqual({ a: 'call [redacted:pii.phone]', b: '[redacted:pii.phone]', c: '[redacted:pii.phone] now' });
});

describe('what stands between the lines of a private key in several strings', () => {
  const [BEGIN, END] = ['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----'];
  const LINE = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj';
  const MASK = '[redacted:secret.private-key]';
  const maskedValue = (value: unknown): unknown => {
    const text = JSON.stringify(value);
    return JSON.parse(atOnce(redactJsonInSteps(text, ruleOn(scanText(text, plan), text, plan), { mac: () => '', token: () => undefined })));
  };

  it.each([
    ['a number', [BEGIN, LINE, { card: 4111111111111111, ok: true }, END], [MASK, MASK, { card: MASK, ok: true }, MASK]],
    ['a text', { a: BEGIN, b: LINE, mail: 'ann@acme.co', 'line-2': END }, { a: MASK, b: MASK, mail: MASK, 'line-2': MASK }],
    ['a name', [BEGIN, LINE, { 'ann@acme.co': true }, END], [MASK, MASK, { [`${MASK}#1`]: true }, MASK]],
    ['a name of digits', [BEGIN, LINE, { '4111111111111111': true }, END], [MASK, MASK, { [`${MASK}#1`]: true }, MASK]],
  ])('goes out with it: %s', (_what, value, expected) => {
    expect(maskedValue(value)).toEqual(expected);
  });
});
