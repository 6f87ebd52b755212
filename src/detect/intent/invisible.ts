// Characters that are not seen but change how a text is read. Texts that hold them are judged without them, and never as understood whole.
// Says nothing about what they are for.

/** NUL, soft hyphen, zero-width and bidirectional marks, byte order mark. */
const INVISIBLE = /[\u{00ad}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{2064}\u{feff}]/gu;
const PLAIN = /^[\x20-\x7e\s]*$/;

export function withoutInvisible(text: string): { text: string; hidden: boolean } {
  if (PLAIN.test(text)) return { text, hidden: false };
  const seen = text.replaceAll('\0', '').replace(INVISIBLE, '');
  return { text: seen, hidden: seen.length !== text.length };
}
