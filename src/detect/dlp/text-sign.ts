// What a text has at all: how many digits, and whether certain marks stand in it. One pass; most detectors ask for something that most texts have not.
// Says no only where there is none; says nothing of places.

export const SIGN = {
  at: 1,
  colon: 2,
  equals: 4,
  dash: 8,
  /** A comma, a line end or a dash: what parts a house number from a post code. */
  part: 16,
  /** What a spelled-out "at" stands in. */
  bracket: 32,
  capital: 64,
  /** Anything beyond ASCII. */
  wide: 128,
} as const;

export interface TextSigns {
  /** Bits of SIGN. */
  readonly bits: number;
  /** ASCII digits in all. */
  readonly digits: number;
}

const DIGIT = 256;
const BITS = new Uint16Array(128);
for (let code = 0x30; code <= 0x39; code++) BITS[code] = DIGIT;
for (let code = 0x41; code <= 0x5a; code++) BITS[code] = SIGN.capital;
for (const [signs, bit] of [
  ['@', SIGN.at],
  [':', SIGN.colon],
  ['=', SIGN.equals],
  ['-', SIGN.dash | SIGN.part],
  [',\n', SIGN.part],
  ['[({<', SIGN.bracket],
] as const)
  for (const sign of signs) BITS[sign.charCodeAt(0)] = bit;

export function signsOf(text: string): TextSigns {
  let bits = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) {
      bits |= SIGN.wide;
      continue;
    }
    const own = BITS[code] as number;
    if (own === DIGIT) digits++;
    else bits |= own;
  }
  return { bits, digits };
}
