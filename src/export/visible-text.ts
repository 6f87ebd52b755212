// Texts from outside for formats that know no control characters: each becomes `%` and its number, so that it can neither end a line, move a
// cursor nor turn the reading direction. Exact: `fromVisibleText` gives back what was put in. What holds none of this stays as it is.
import { sha256Hex } from '../lib/digest.ts';

/** C0, C1, line and paragraph separators, and what formats without being seen (direction marks, zero width, byte order mark, tags). */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]|%(?=25|[0189][0-9A-F]|7F|AD|u[0-9A-F]{4}|U[0-9A-F]{6})/gu;
const WRITTEN = /%(?:(25|[0189][0-9A-F]|7F|AD)|u([0-9A-F]{4})|U([0-9A-F]{6}))/g;

export function visibleText(text: string): string {
  return text.replace(UNSEEN, (char) => {
    const code = char.codePointAt(0) ?? 0;
    const digits = code.toString(16).toUpperCase();
    if (code <= 0xff) return `%${digits.padStart(2, '0')}`;
    return code <= 0xffff ? `%u${digits.padStart(4, '0')}` : `%U${digits.padStart(6, '0')}`;
  });
}

export function fromVisibleText(visible: string): string {
  return visible.replace(WRITTEN, (_, short?: string, unit?: string, point?: string) =>
    String.fromCodePoint(Number.parseInt(short ?? unit ?? point ?? '0', 16)),
  );
}

/** The same, cut so that `write(visible)` takes at most `maxBytes` of UTF-8; what was cut is told apart by the hash at its end. */
export function boundedText(text: string, maxBytes: number, write: (visible: string) => string): string {
  const whole = write(visibleText(text));
  if (Buffer.byteLength(whole) <= maxBytes) return whole;
  const tail = `…sha256:${sha256Hex(text)}`;
  let units = Math.min(text.length, maxBytes);
  for (;;) {
    const cut = write(visibleText(text.slice(0, units).toWellFormed() + tail));
    if (Buffer.byteLength(cut) <= maxBytes || units === 0) return cut;
    units = Math.floor(units * 0.8);
  }
}
