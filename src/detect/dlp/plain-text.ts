// Undoes what hides a value from a reader of plain text: zero-width characters, look-alike and full-width forms, URL and HTML encoding,
// unicode escapes, "name at host dot tld". Keeps the place of every character. Never decodes what has no such mark: most text passes untouched.
import { type Mapped, MappedBuilder } from './mapped-text.ts';

/** One character class each of what is worth a closer look. One cheap pass decides that a text has nothing of the kind. */
const MARKS =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: a joiner is looked for by itself
  /[\u00a0\u00ad\u034f\u061c\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\u115f\u1160\u17b4\u17b5\u180e\u2000-\u200f\u2010-\u2015\u2024\u2028-\u202f\u205f-\u2064\u206a-\u206f\u2070-\u209c\u2100-\u214f\u2212\u2460-\u24ff\u3000\u3164\ufe00-\ufe0f\ufe50-\ufe6b\ufeff\uff01-\uffee\ud835\ud83c\udb40]|[\u0370-\u058f][A-Za-z0-9_]|[A-Za-z0-9_][\u0370-\u058f]|%[0-9A-Fa-f]{2}|%u[0-9A-Fa-f]{4}|&#?\w{2,8};|&#x?[0-9A-Fa-f]{2,6}&|\\u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,6}\}|\\x[0-9A-Fa-f]{2}|(?:\\[01][0-7]{2}){4}|=[0-9A-F]{2}(?:[^0-9A-F]|$)|["'] {0,2}[+.&] {0,2}["']/;

/** Nested encodings that are undone: URL in URL, HTML in URL. */
const MAX_ROUNDS = 3;

/** Where a mark may begin: signs with what must stand behind them, blocks in which there are some, a Greek or Cyrillic letter next to a Latin one. */
const MAY_MARK =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: every unit is looked for by itself
  /%(?=u|[\dA-Fa-f]{2})|=(?=[\dA-F][\dA-Fa-f])|&(?=[#\w])|\\(?=[ux01])|["'](?= {0,2}[+.&])|[\u0080-\u00ad\u034f-\u036f\u0590-\u303f\u3164\ud800-\uffff]|[\u0370-\u058f](?:(?=\w)|(?<=\w[\u0370-\u058f]))/g;

/** False for most texts: nothing in it is encoded or disguised. */
export function isMarked(text: string): boolean {
  return firstMark(text, 0) >= 0;
}

/** The first place at which something may be encoded or disguised; -1: none. Nothing before `from` is looked at. */
export function firstMark(text: string, from: number): number {
  MAY_MARK.lastIndex = from;
  while (MAY_MARK.test(text)) {
    const at = MAY_MARK.lastIndex - 1;
    MARKS_HERE.lastIndex = Math.max(0, at - 1);
    if (MARKS_HERE.test(text)) return at;
    MARKS_HERE.lastIndex = at;
    if (MARKS_HERE.test(text)) return at;
  }
  return -1;
}

const MARKS_HERE = new RegExp(MARKS.source, 'y');

/** `from`: before it nothing is marked. */
export function toPlainText(map: Mapped, from = 0): Mapped {
  let plain = map;
  for (let round = 0; round < MAX_ROUNDS && firstMark(plain.text, round === 0 ? from : 0) >= 0; round++) {
    const next = decodeOnce(plain);
    if (next === undefined) break;
    plain = next.plain;
    if (!next.again) break;
  }
  return plain;
}

const TOKEN =
  /(?:%[0-9A-Fa-f]{2})+|%u[0-9A-Fa-f]{4}|&#(?:\d{1,7}|x[0-9A-Fa-f]{1,6})(?:;|(?=&))|&[A-Za-z]{2,8};|\\u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,6}\}|\\x[0-9A-Fa-f]{2}|(?:\\[01][0-7]{2}){4,2000}|(?:=[0-9A-F]{2})+(?![0-9A-F])|\u202e[^\u202c\u202e\n]{1,400}\u202c?|=\r?\n(?=\S)|" {0,2}[+.&] {0,2}"|' {0,2}[+.&] {0,2}'|[\ud835\ud83c\udb40][\udc00-\udfff]|[\u0080-\uffff]/g;

/** `again`: what came out may be encoded in turn. A hyphen for a dash is no part of anything. */
function decodeOnce(map: Mapped): { plain: Mapped; again: boolean } | undefined {
  const { text } = map;
  const quoted = isQuotedPrintable(text);
  const out = new MappedBuilder();
  let done = 0;
  let changed = false;
  let again = false;
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    const found = token[0];
    const decoded = decodeToken(found, text, token.index, quoted);
    if (decoded === undefined || decoded === found) continue;
    out.addSlice(map, done, token.index);
    if (decoded.length > 0) out.addDecoded(decoded, map, token.index, token.index + found.length);
    done = token.index + found.length;
    changed = true;
    again ||= decoded !== '-';
  }
  if (!changed) return undefined;
  out.addSlice(map, done, text.length);
  return { plain: out.build(), again };
}

function decodeToken(token: string, text: string, at: number, quoted: boolean): string | undefined {
  const first = token.charCodeAt(0);
  if (first === 0x25) return token[1] === 'u' ? fromCode(Number.parseInt(token.slice(2), 16)) : decodeBytes(token.split('%').slice(1));
  if (first === 0x26) return decodeEntity(token);
  if (first === 0x5c) return decodeEscape(token);
  // What is written from right to left reads the other way round.
  if (first === 0x202e && token.length > 1) return backwards(token.replace(/[\u202c\u202e]/g, ''));
  // "AKIA" + "…": one literal.
  if (first === 0x22 || first === 0x27) return '';
  // "?sig=40…" is a query, not an encoded "@".
  if (first === 0x3d && token.length >= MIN_QUOTED_SERIES) return decodeQuoted(token);
  if (first === 0x3d) return quoted && !/[?&][\w.-]{1,40}$/.test(text.slice(Math.max(0, at - 42), at)) ? decodeQuoted(token) : undefined;
  return foldCharacter(token, text, at);
}

/** So many signs in a row, one encoded by one, are no text by accident: four of them. */
const MIN_QUOTED_SERIES = 12;

/** `\u0041`, `\u{41}`, `\x41`, and a series of `\101`. */
function decodeEscape(token: string): string | undefined {
  if (token[1] === 'u' || token[1] === 'x') return fromCode(Number.parseInt(token.slice(token[2] === '{' ? 3 : 2), 16));
  const codes = token.split('\\').slice(1);
  const text = codes.map((code) => String.fromCharCode(Number.parseInt(code, 8))).join('');
  return hasControls(text) ? undefined : text;
}

function backwards(text: string): string {
  return [...text].reverse().join('');
}

function decodeQuoted(token: string): string | undefined {
  return token.includes('\n') ? '' : decodeBytes(token.split('=').slice(1));
}

/** Quoted-printable is claimed by its header or shown by soft line breaks; `a=3D` alone is just an assignment. */
function isQuotedPrintable(text: string): boolean {
  return /quoted-printable|=3D|=40|=\r?\n/i.test(text) && /=[0-9A-F]{2}/.test(text);
}

function decodeBytes(pairs: readonly string[]): string | undefined {
  const decoded = Buffer.from(pairs.join(''), 'hex').toString('utf8');
  return decoded.includes('\ufffd') || hasControls(decoded) ? undefined : decoded;
}

function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return true;
  }
  return false;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  commat: '@',
  period: '.',
  colon: ':',
  sol: '/',
  equals: '=',
  num: '#',
  lowbar: '_',
  hyphen: '-',
  dash: '-',
  ndash: '-',
  mdash: '-',
  shy: '',
  zwj: '',
  zwnj: '',
  plus: '+',
  lpar: '(',
  rpar: ')',
  comma: ',',
  excl: '!',
  dollar: '$',
  percnt: '%',
  ast: '*',
  semi: ';',
  quest: '?',
  Tab: '\t',
  NewLine: '\n',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  ecirc: 'ê',
  agrave: 'à',
  aacute: 'á',
  acirc: 'â',
  atilde: 'ã',
  aring: 'å',
  ccedil: 'ç',
  iacute: 'í',
  ntilde: 'ñ',
  oacute: 'ó',
  ocirc: 'ô',
  otilde: 'õ',
  oslash: 'ø',
  uacute: 'ú',
  aelig: 'æ',
};

function decodeEntity(token: string): string | undefined {
  if (token[1] !== '#') return ENTITIES[token.slice(1, -1)];
  return fromCode(token[2] === 'x' ? Number.parseInt(token.slice(3), 16) : Number.parseInt(token.slice(2), 10));
}

function fromCode(code: number): string | undefined {
  return code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : undefined;
}

const INVISIBLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: a joiner is looked for by itself
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u206a-\u206f\u20e3\u3164\ufe00-\ufe0f\ufeff\uffa0]|\udb40/;
const DASH = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/;
const SPACE = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/;

/** Cyrillic and Greek letters that are drawn like Latin ones, upper case and lower case. */
const LOOKALIKE: ReadonlyMap<string, string> = new Map(
  [
    ...'АA ВB СC ЕE НH ІI ЈJ КK МM ОO РP ЅS ТT ХX УY аa сc еe һh іi јj ԛq оo рp ѕs хx уy ԝw ԁd ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX οo νv αa ρp'.split(
      ' ',
    ),
  ].map((pair) => [pair.slice(0, 1), pair.slice(1)]),
);

function foldCharacter(token: string, text: string, at: number): string | undefined {
  if (INVISIBLE.test(token)) return '';
  if (DASH.test(token)) return '-';
  if (SPACE.test(token)) return ' ';
  if (token === '\u2024' || token === '\uff61') return '.';
  const twin = LOOKALIKE.get(token);
  // A whole word in Cyrillic or Greek is a word; one such letter among Latin ones or digits is a disguise.
  if (twin !== undefined) return isAscii(text, at - 1) || isAscii(text, at + 1) ? twin : undefined;
  const code = token.charCodeAt(0);
  const digit = digitOf(code);
  if (digit !== undefined) return digit;
  if (code < 0x2000 || (code >= 0x3040 && code < 0xd800) || (code >= 0xff66 && code <= 0xffdc)) return undefined;
  const folded = token.normalize('NFKC');
  return folded === token ? undefined : folded;
}

/** Arabic, Persian, Devanagari, Bengali and Thai digits. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50];

function digitOf(code: number): string | undefined {
  const zero = ZEROS.find((first) => code >= first && code < first + 10);
  return zero === undefined ? undefined : String(code - zero);
}

function isAscii(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;
}
