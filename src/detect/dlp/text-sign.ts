// What a text has at all: how many digits, and whether certain marks stand in it (text-survey.ts looks). Most detectors ask for something that most
// texts have not. Says no only where there is none; says nothing of places.

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
  /** Kana, ideographs of the basic block, Hangul. */
  eastern: 512,
} as const;

export interface TextSigns {
  /** Bits of SIGN. */
  readonly bits: number;
  /** ASCII digits in all. */
  readonly digits: number;
}
