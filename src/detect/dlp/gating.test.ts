// Detectors are left out where a text has not what all of their finds have. Nothing is lost by it, however the text is written.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TEMPLATES } from '../../../test/support/dlp-layout.ts';
import { makeItems } from '../../../test/support/dlp-variation.ts';
import { detect } from './detect.ts';
import { flatten } from './flatten.ts';
import { EVERYTHING } from './scan.ts';

const RUNS = 1_500;
const SCAN = { wanted: EVERYTHING, patterns: [] };
/** As of a text that has all there is. */
const ALL = { bits: 0xffff, digits: Number.POSITIVE_INFINITY };
const TEXTS = makeItems(TEMPLATES, 'gating', 2).map(({ text }) => text);

const moved = (from: RegExp, by: number) => (text: string) =>
  text.replace(from, (sign) => String.fromCodePoint((sign.codePointAt(0) as number) + by));
const WAYS: readonly ((text: string) => string)[] = [
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => text.normalize('NFKD'),
  moved(/[!-~]/g, 0xfee0),
  moved(/\d/g, 0x660 - 0x30),
  moved(/\d/g, 0x966 - 0x30),
  moved(/\d/g, 0x1d7ce - 0x30),
  (text) => text.replace(/[A-Z]/g, ''),
  (text) => text.replace(/[-,\n]/g, ' '),
  (text) => text.replace(/[-,\n]/g, '/'),
  (text) => text.replace(/[:=]/g, ' '),
  (text) => text.replace(/-/g, '–'),
  (text) => text.replace(/@/g, ' at ').replace(/\./g, ' dot '),
  (text) => text.replace(/[[({<>})\]]/g, ''),
  (text) => text.replace(/ /g, '\n'),
  (text) => text.replace(/ /g, '\u00a0'),
  (text) => [...text].join('\u200b'),
  (text) => text.replace(/\d/g, (digit, at: number) => (at % 2 === 0 ? digit : '')),
  (text) => text.replace(/[@:=,-]/g, (sign) => `&#${sign.charCodeAt(0)};`),
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(text).toString('hex'),
  (text) => JSON.stringify({ note: text }),
];

it('finds the same with every detector as with those that are asked', () => {
  const piece = fc.tuple(fc.constantFrom(...TEXTS), fc.nat(200), fc.integer({ min: 10, max: 400 }));
  fc.assert(
    fc.property(piece, fc.array(fc.constantFrom(...WAYS), { maxLength: 3 }), ([text, from, length], ways) => {
      const given = ways.reduce((all, way) => way(all), text.slice(from % text.length).slice(0, length));
      const view = flatten(given);
      expect(detect(view, SCAN)).toEqual(detect({ ...view, signs: ALL }, SCAN));
    }),
    { numRuns: RUNS },
  );
});
