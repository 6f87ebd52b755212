// Where and how a value is encoded does not matter: late in a long run, behind many others, in an encoding of one byte a character.
import { expect, it } from 'vitest';
import { EVERYTHING, scanText } from './scan.ts';

const CARD = 'card 4111 1111 1111 1111 of ann.lee@corp.example.org';
const HARMLESS = 'the museum is open. ';
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
const layersIn = (text: string) => scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type, layer }) => `${type} ${layer}`);

it.each([
  ['late in a long run', base64(HARMLESS.repeat(4_000) + CARD)],
  ['behind many others', `${Array.from({ length: 600 }, (_, day) => base64(`${HARMLESS}${day}`)).join(' ')} ${base64(CARD)}`],
  ['beside a letter of Latin 1', base64(`paid at the caf\u00e9: ${CARD}`)],
])('a value %s is found', (_where, text) => {
  expect(layersIn(text)).toEqual(['CREDIT_CARD base64']);
});

it('random bytes say nothing', () => {
  const bytes = (seed: number) =>
    Buffer.from(Array.from({ length: 90 }, (_, index) => (seed * 7919 + index * index * 31 + index * 7) % 251));
  expect(layersIn(Array.from({ length: 200 }, (_, seed) => bytes(seed).toString('base64')).join(' '))).toEqual([]);
});
