// Messages taken apart: what counts as a record, as a reference, as an address.
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/json.ts';
import { bareAddress, isAddress, isDate, isRecipientKey, isReference, leavesOf, MAX_LEAVES } from './leaf.ts';

const json = (value: Json) => leavesOf([{ pointer: '/arguments', kind: 'json', text: JSON.stringify(value) }]);
const text = (value: string) => leavesOf([{ pointer: '/content/0/text', kind: 'text', text: value }]);

describe('leaves', () => {
  it('name key and place; JSON inside of a string is JSON', () => {
    const { leaves } = json({ a: { 'b/c': 'x', n: 4.5 }, inner: JSON.stringify({ mail: 'ann@acme.co' }), flag: true, none: null });
    expect(leaves.map(({ text: said, key, pointer }) => [said, key, pointer])).toEqual([
      ['x', 'b/c', '/arguments/a/b~1c'],
      ['4.5', 'n', '/arguments/a/n'],
      ['ann@acme.co', 'mail', '/arguments/inner/mail'],
    ]);
  });

  it('of the rows of a list belong to records of their own, inside of the one around', () => {
    const { leaves, parents } = json({ rows: [{ name: 'Ann' }, { name: 'Ben' }], total: 2 });
    const [ann, ben, total] = leaves.map(({ record }) => record) as [number, number, number];
    expect(new Set([ann, ben, total]).size).toBe(3);
    expect([parents[ann], parents[ben]]).toEqual([total, total]);
  });

  it('of a text that names several people are one record a line; of one that names one, one', () => {
    const two = text(`${'x'.repeat(120)}\nAnn ann@acme.co\nBen ben@acme.co`);
    expect(new Set(two.leaves.map(({ record }) => record)).size).toBe(3);
    const one = text(`${'x'.repeat(120)}\nAnn ann@acme.co\nline`);
    expect(new Set(one.leaves.map(({ record }) => record)).size).toBe(1);
  });

  it('are bounded', () => {
    const { leaves } = json(Array.from({ length: 120_000 }, () => 1));
    expect(leaves.length).toBe(120_000);
    expect(text('a b '.repeat(2_048 * (MAX_LEAVES / 1_000))).leaves.length).toBeLessThanOrEqual(MAX_LEAVES);
  });
});

it.each([
  ['id', '4711', true],
  ['customer_id', '4711', true],
  ['createdAt', '2026-01-01', true],
  ['passport_id', 'X4711', false],
  ['accessTokenId', 'X4711', false],
  ['name', 'Ann', false],
  ['id', 'ann@acme.co', false],
])('%s: %s is a reference: %s', (key, said, expected) => {
  expect(isReference({ text: said, key, pointer: '', record: 0, isProse: false })).toBe(expected);
});

it('recipients and addresses', () => {
  expect(['to', 'bcc', 'recipient_email', 'attendees'].every(isRecipientKey)).toBe(true);
  expect(['body', 'token', undefined].some(isRecipientKey)).toBe(false);
  expect(['ann@acme.co', 'Ann <ann@acme.co>', '+1 415 555 0142'].every(isAddress)).toBe(true);
  expect(['write to ann@acme.co', 'hello'].some(isAddress)).toBe(false);
  expect(bareAddress('Ann <ann@acme.co>')).toBe('ann@acme.co');
});

it.each<[string | undefined, string, boolean]>([
  ['due', '2026-12-01', true],
  [undefined, ' 1.12.2026 ', true],
  ['at', '2026-12-01T10:00:00.000Z', true],
  ['birth_date', '1987-04-19', false],
  ['note', '2026-12-01 at the pier', false],
  ['phone', '20261201', false],
])('%s: %j is a date and nothing else: %s', (key, said, expected) => {
  expect(isDate({ key, text: said, pointer: '', record: 0, isProse: false })).toBe(expected);
});
