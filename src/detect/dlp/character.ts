// Texts looked at character by character where a regular expression would do the same and cost more: short values, and very many of them.
// Never keeps a text.

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** All that `\s` stands for. */
export const BLANKS =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

export function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || (code >= 0x1680 && BLANKS.includes(String.fromCharCode(code)));
}

/** Its digits, without what stands between them. */
export function digitsOf(text: string): string {
  let digits = '';
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && isDigit(text.charCodeAt(at))) continue;
    if (at > from) digits += text.slice(from, at);
    from = at + 1;
  }
  return digits;
}

/** Its parts between blanks and commas; an empty one before the first gap and behind the last, where the text begins or ends with one. */
export function partsOf(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let isGap = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const wasGap = isGap;
    isGap = code === 0x2c || isBlank(code);
    if (isGap && !wasGap) parts.push(text.slice(from, at));
    else if (!isGap && wasGap) from = at;
  }
  parts.push(isGap ? '' : text.slice(from));
  return parts;
}

const NO_LETTER = 1;
const LETTER = 2;
/** Told when first asked for. */
const kinds = new Uint8Array(0x10000);

/** A letter of any script, in one code unit. */
function isLetter(code: number): boolean {
  if (kinds[code] === 0) kinds[code] = /\p{L}/u.test(String.fromCharCode(code)) ? LETTER : NO_LETTER;
  return kinds[code] === LETTER;
}

const LABEL_WORDS = /\p{L}[\p{L}.'’-]*/gu;

/** Its words, which begin with a letter; full stops, apostrophes and hyphens go on in one. */
export function labelWordsOf(text: string): string[] {
  const words: string[] = [];
  let from = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Letters of two code units.
    if (code >= 0xd800 && code <= 0xdfff) return text.match(LABEL_WORDS) ?? [];
    if (isLetter(code)) from = from < 0 ? at : from;
    else if (from >= 0 && code !== 0x2e && code !== 0x27 && code !== 0x2019 && code !== 0x2d) {
      words.push(text.slice(from, at));
      from = -1;
    }
  }
  if (from >= 0) words.push(text.slice(from));
  return words;
}
