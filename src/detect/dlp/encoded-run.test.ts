// What stands between encoded runs is looked at, whatever the others are.
import { deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Room } from './decode-run.ts';
import { encodedRuns } from './encoded-run.ts';
import { EVERYTHING, scanText } from './scan.ts';

const typesOf = (text: string): string[] => scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type }) => type);
const hidden = Buffer.from('mail ann.lee@acme.co please').toString('base64');
const spelled = [...'AKIAQ4XZ7LMN2PRS8TUV'].join(' ');

test('a word that begins as one spelled out hides nothing that comes before the next one', () => {
  expect(typesOf(hidden)).toEqual(['EMAIL']);
  expect(typesOf(`${hidden} and ${spelled}`)).toEqual(['EMAIL', 'API_KEY']);
  expect(typesOf(`a_b_c_d_efghijk ${hidden} and ${spelled}`)).toEqual(['EMAIL', 'API_KEY']);
});

test.each(['_', '-', '/'])('a word with %s between its characters is what it spells', (sign) => {
  expect(typesOf(`it is ${[...'AKIAQ4XZ7LMN2PRS8TUV'].join(sign)}, keep it`)).toEqual(['API_KEY']);
  expect(typesOf(`it is ${[...'AKIAQ4XZ7LMN2PRS8TUV'].join(sign)}`)).toEqual(['API_KEY']);
});

test('what is packed is looked into, up to so much of a document, packed in packed as well', () => {
  const packed = (text: string): string => gzipSync(text).toString('base64');
  expect(typesOf(`${packed('mail ann.lee@acme.co please')} and ${deflateSync('call +1 415 555 0100').toString('base64')}`)).toEqual([
    'EMAIL',
    'PHONE',
  ]);
  const said = 'password=x '.repeat(5_900);
  const large = packed(said);
  const room = { left: 150_000 };
  const runs = [...encodedRuns(`${large} `.repeat(40), room)];
  expect(runs.map(({ text }) => text.length)).toEqual([64_900, 64_900]);
  expect(room.left).toBe(150_000 - 2 * 64_900);
  // Half a kilobyte that would be read as many megabytes.
  const inside = `${large} `.repeat(230);
  const nested = packed(inside);
  const leftOf = (text: string): Room => {
    const left: Room = { left: 150_000 };
    scanText(text, { wanted: EVERYTHING, patterns: [] }, left);
    return left;
  };
  // What is packed in packed has the same room: there is enough for one large one, however many there are.
  for (const text of [nested, `${nested} `.repeat(20)])
    expect(leftOf(text)).toEqual({ left: 150_000 - inside.length - said.length, isShort: true });
});
