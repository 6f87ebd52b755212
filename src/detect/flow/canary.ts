// Does a text hold a canary value, in whatever encoding or pieces? The values are compared by their letters and digits, never told.
import { flatText } from './flat.ts';
import type { Canary } from './model.ts';
import { variantsOf } from './variant.ts';

/** Letters and digits a canary has at least; shorter ones stand in other texts by chance. */
export const MIN_CANARY_CHARS = 10;

export type CanaryTest = (texts: readonly string[]) => string | undefined;

/** Name of the first canary found. */
export function canaryTest(canaries: readonly Canary[]): CanaryTest | undefined {
  const wanted = canaries.flatMap(({ name, value }) => {
    const flat = flatText(value);
    return flat.length < MIN_CANARY_CHARS ? [] : [flat, turned(flat), [...flat].reverse().join('')].map((text) => ({ name, text }));
  });
  if (wanted.length === 0) return undefined;
  return (texts) => {
    for (const text of texts)
      for (const variant of variantsOf(text)) {
        const flat = flatText(variant.text);
        const found = wanted.find((one) => flat.includes(one.text));
        if (found) return found.name;
      }
    return undefined;
  };
}

function turned(flat: string): string {
  return flat.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97));
}
