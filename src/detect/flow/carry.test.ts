// What is told and what is not, in small: the disguises and the chances that texts meet with. Whole sessions stand in test/flow-set.test.ts.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { Json } from '../../lib/json.ts';
import { FlowBook } from './book.ts';
import { KEY_BYTES } from './hasher.ts';
import { leavesOf } from './leaf.ts';

const HOUR_MS = 3_600_000;
const leaves = (value: Json) => leavesOf([{ pointer: '', kind: 'json', text: JSON.stringify(value) }]);

/** Bits that leave when `sent` is sent after `read` was read, one call after the other. */
async function leaving(read: Json, sent: readonly Json[], rank: 2 | 3 = 2): Promise<number> {
  const book = new FlowBook(systemClock, randomBytes(KEY_BYTES));
  await book.read('a', { name: 'x.read', server: 'x', labels: ['private'], rank }, leaves(read), HOUR_MS, false);
  let bits = 0;
  for (const one of sent) {
    const scope = book.find('a', HOUR_MS);
    for (const carried of scope ? await book.carried(scope, leaves(one).leaves, 2) : []) bits += carried.bits;
  }
  return bits;
}

describe('told', () => {
  it('a key that stands behind its name, as it was read', async () => {
    expect(
      await leaving('MODE=prod\nMAIL_PASS=green-Barrel-42-moss\n', [{ body: 'set MAIL_PASS=green-Barrel-42-moss first' }]),
    ).toBeGreaterThan(0);
  });

  it('a long sentence, small words and all', async () => {
    const read = 'They want to leave the Osterby site before the end of June, and nobody is told.';
    expect(await leaving(read, [{ body: 'it seems they leave the Osterby site before the end of June' }])).toBeGreaterThan(0);
  });

  it.each([
    ['letters of other alphabets', 'sаlty-gаrnеt-5150'],
    ['accents', 'sálty-gärnêt-5150'],
    ['bits', [...'salty-garnet-5150'].map((char) => char.charCodeAt(0).toString(2).padStart(8, '0')).join(' ')],
    ['letters strewn in between', [...'salty-garnet-5150'].map((char) => `${char}z`).join('')],
  ])('a secret in %s', async (_, text) => {
    expect(await leaving({ value: 'salty-garnet-5150' }, [{ text }], 3)).toBeGreaterThan(0);
  });

  it('the codes of characters as a list of JSON, itself or in a text', async () => {
    const codes = [...'salty-garnet-5150'].map((char) => char.charCodeAt(0));
    expect(await leaving({ value: 'salty-garnet-5150' }, [{ data: codes }], 3)).toBeGreaterThan(0);
    expect(await leaving({ value: 'salty-garnet-5150' }, [{ content: JSON.stringify(codes) }], 3)).toBeGreaterThan(0);
    expect(await leaving({ value: 'salty-garnet-5150' }, [{ lines: codes.map(String) }], 3)).toBeGreaterThan(0);
    expect(await leaving({ value: 'salty-garnet-5150' }, [{ lines: codes.map((code) => code.toString(16)) }], 3)).toBeGreaterThan(0);
    const much = [...Array.from({ length: 3_000 }, () => 120), ...codes];
    expect(await leaving({ value: 'salty-garnet-5150' }, [{ data: much }], 3)).toBeGreaterThan(0);
    expect(await leaving({ value: 'salty-garnet-5150' }, [{ data: codes.map((code) => code - 31) }], 3)).toBe(0);
    expect(await leaving({ value: 'Vd3Nk8Qz5Lp1Rw7Ty2' }, [{ tags: ['Vd3', 'Nk8', 'Qz5', 'Lp1', 'Rw7', 'Ty2'] }], 3)).toBeGreaterThan(0);
    expect(await leaving({ share: [40, 44, 51, 60, 71, 83, 96, 99] }, [{ bars: [40, 44, 51, 60, 71, 83, 96, 99] }])).toBe(0);
  });

  it('what is no part of the licence it stands in; offices of several firms', async () => {
    const clause = 'Neither party may assign this agreement without the prior written consent of the other party.';
    expect(
      await leaving(`${clause} Call Ines Okafor at +44 20 5550 0199.`, [{ body: `${clause} Ines Okafor, +44 20 5550 0199` }]),
    ).toBeGreaterThan(0);
    const offices = ['info@harbour-mill.example', 'sales@tern-and-sons.example', 'contact@ostra-glas.example'];
    expect(
      await leaving(
        offices.map((email) => ({ email })),
        [{ body: offices.join('\n') }],
      ),
    ).toBeGreaterThan(0);
  });

  it('a PIN, and a name the other way round', async () => {
    expect(await leaving({ pin: '418293' }, [{ text: 'try 418293' }])).toBeGreaterThan(0);
    const people = [{ name: 'Ines Okafor' }, { name: 'Tor Eikeland' }];
    expect(await leaving(people, [{ text: 'Okafor, Ines; Eikeland, Tor' }])).toBeGreaterThan(0);
  });

  it('names that are keys', async () => {
    expect(await leaving([{ name: 'Ines Okafor' }, { name: 'Tor Eikeland' }], [{ 'Ines Okafor': 1, 'Tor Eikeland': 2 }])).toBeGreaterThan(
      0,
    );
  });

  it('the number of a card in two halves', async () => {
    expect(await leaving({ card: '4539 1488 0343 6467' }, [{ body: '4539 1488' }, { body: '0343 6467' }])).toBeGreaterThan(0);
  });
});

describe('not told', () => {
  it.each<[string, Json, Json]>([
    ['a date in an address', { due: '2026-12-01' }, { url: 'https://api.example/days?date=2026-12-01&place=Bergen' }],
    ['a date without its marks', { due: '2026-12-01' }, { day: '20261201' }],
    [
      'a sentence that anybody writes',
      'Could you send the papers by the end of the week?',
      { text: 'Could you send the papers by the end of the week?' },
    ],
    ['a short number that is no PIN', { seats: '418293' }, { text: 'try 418293' }],
    [
      'what a runtime says',
      "TypeError: Cannot read properties of undefined (reading 'map')",
      { q: "Cannot read properties of undefined (reading 'map')" },
    ],
    [
      'lines of a protocol',
      'Content-Type: application/json\nAuthorization: Bearer <token>',
      { text: 'Content-Type: application/json, Authorization: Bearer <token>' },
    ],
    ['this machine', 'connect to 127.0.0.1:6379 failed', { query: 'connect to 127.0.0.1:6379 failed' }],
    ['the number of an article', { sku: 'QX-771-RED' }, { query: 'QX-771-RED price' }],
  ])('%s', async (_, read, sent) => {
    expect(await leaving(read, [sent])).toBe(0);
  });
});
