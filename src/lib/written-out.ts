// Text from outside where a person reads it: characters that are not seen, end a line or turn the direction are written as what they are.

/** Control and format characters, line and paragraph separators, private use, halves of pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/** Each as `\u{202e}`, but those of `keep`. */
export function writtenOut(text: string, keep = ''): string {
  return text.replace(UNSEEN, (char) => (keep.includes(char) ? char : `\\u{${char.codePointAt(0)?.toString(16)}}`));
}
