// Does a text hold a canary value, in whatever encoding or pieces? The values are compared by their letters and digits, never told. Long texts are
// looked at piece by piece, and the work may be interrupted between two of them.
import { flatText } from './flat.ts';
import type { Canary } from './model.ts';
import { type Gauge, newGauge, packedRuns, variantsOf } from './variant.ts';

/** Letters and digits a canary has at least; shorter ones stand in other texts by chance. */
export const MIN_CANARY_CHARS = 10;

/** One piece of a text, UTF-16 code units, and how much of the one before is looked at again: an encoded canary may lie across the cut. */
const PIECE_CHARS = 32_768;
const AGAIN_CHARS = 4_096;

/** `gauge`: told of what could not be looked into. */
export type CanaryTest = (texts: readonly string[], gauge?: Gauge) => Generator<void, string | undefined, void>;

/** Returns the name of the first canary found. */
export function canaryTest(canaries: readonly Canary[]): CanaryTest | undefined {
  const wanted = canaries.flatMap(({ name, value }) => {
    const flat = flatText(value);
    return flat.length < MIN_CANARY_CHARS ? [] : [flat, turned(flat), [...flat].reverse().join('')].map((text) => ({ name, text }));
  });
  if (wanted.length === 0) return undefined;
  return function* look(texts, gauge = newGauge()) {
    for (const text of texts)
      for (const piece of piecesOf(text)) {
        for (const variant of variantsOf(piece, gauge)) {
          const flat = flatText(variant.text);
          const found = wanted.find((one) => flat.includes(one.text));
          if (found) return found.name;
        }
        yield;
      }
    return undefined;
  };
}

function* piecesOf(text: string): Generator<string> {
  for (let from = 0; from === 0 || from + AGAIN_CHARS < text.length; from += PIECE_CHARS)
    yield text.slice(from, from + PIECE_CHARS + AGAIN_CHARS);
  // A piece of what is packed says nothing.
  if (text.length > PIECE_CHARS + AGAIN_CHARS) yield* packedRuns(text);
}

function turned(flat: string): string {
  return flat.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97));
}
