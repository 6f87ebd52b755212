// Text that was written so that a filter does not read it and a model does: base64, base32, hex, bits, percent,
// entities, escapes, letters spread out, words broken by hyphens, rot13. Decoded
// once; what does not decode to readable text is left alone. Bounded by the length of the text alone: however many harmless runs there are, the one behind
// them is read, too.
import { surveyRuns } from './encoded-survey.ts';
import { DISGUISED_WORDS } from './lexicon-world.ts';
import { rot13, wordsOfLetters } from './word-table.ts';

export interface Decoded {
  kind: 'base64' | 'base32' | 'hex' | 'bits' | 'broken' | 'percent' | 'entity' | 'escape' | 'spread' | 'turned';
  start: number;
  end: number;
  text: string;
}

/** Length of what is decoded at once, characters: a long run is decoded piece by piece. */
const MAX_RUN_CHARS = 8192;
/** Pieces overlap, so that no sentence is parted. As many bytes, whatever is written in two, three, four or eight signs. */
const STEP_CHARS = 7680;

const MIN_BASE32 = 24;
/** Hexadecimal digits in one run, or in pairs with marks between them; tried where `surveyRuns` saw some. */
const HEX_RUN = /\b[0-9a-fA-F]{24,}\b/y;
const HEX_PAIRS = /(?:\b|\\x|0x)[0-9a-fA-F]{2}(?:[0-9a-fA-F]{2})*(?:(?:[ :,]|\\x| 0x|, 0x)(?:[0-9a-fA-F]{2})+){3,}/y;
const ENTITY = /(?:&#x?[0-9a-fA-F]{1,6};\s?){4}(?:&#?\w{1,8};|[^<]){0,8192}/g;
/** Letters one by one, the same mark between any two of them; two marks part words. */
const SPREAD = /(?<![A-Za-z0-9])[A-Za-z](?:([ .·_|*-])\1{0,3}[A-Za-z0-9,;:!?()[\]/]){15,}/y;
/** The same a letter a line, a cell, or with a comma and a space: any space or mark between two of them, a longer one between words. */
const PARTED = /(?<![A-Za-z0-9])[A-Za-z](?:[\s,;/|·•]{1,6}[A-Za-z0-9.:!?()@~_/-](?![A-Za-z0-9])){15,}/y;
const backwards = (text: string): string => [...text].reverse().join('');
const STRONG = DISGUISED_WORDS.split(' ');
/** The lines in which a strong word stands turned by thirteen letters, or backwards. */
const TURNED = new RegExp(`\\b(?:${STRONG.map(rot13).join('|')})\\b`, 'gi');
const REVERSED = new RegExp(`\\b(?:${STRONG.map(backwards).join('|')})\\b`, 'gi');
const ESCAPE = /(?:\\u\{?[0-9a-fA-F]{2,6}\}?\s?){4,}/g;

/** Bytes in ones and noughts. */
const BITS = /\b[01]{8}(?:[ ,]?[01]{8}){7,}\b/y;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** "Ig-nore prev-ious": two words in a row, or with one between, that are broken where no word is. */
const BROKEN_HINT = /\b[A-Za-z]{1,6}-[a-z]{1,6} (?:[a-z]{1,8} )?[a-z]{1,6}-[a-z]{1,6}\b/iy;
const BROKEN = /\b[A-Za-z]{1,6}(?:-[a-z]{1,6}){1,3} (?:[A-Za-z,-]{1,16} ){0,24}[A-Za-z]{1,6}(?:-[a-z]{1,6}){1,3}\b/g;

type Decode = (run: string) => string | undefined;

/** `mayBeTurned`: the newest reading of the text saw a word that stands turned or backwards (`sawTurned`). */
export function decodeRuns(text: string, mayBeTurned: boolean): Decoded[] {
  const found: Decoded[] = [];
  const keep = (kind: Decoded['kind'], start: number, end: number, decode: Decode): void => {
    for (let from = start; ; from += STEP_CHARS) {
      const to = Math.min(end, from + MAX_RUN_CHARS);
      const decoded = decode(text.slice(from, to));
      if (decoded !== undefined && isReadable(decoded)) found.push({ kind, start: from, end: to, text: decoded });
      if (to >= end) return;
    }
  };
  const { base64, hex, pairs, spread } = surveyRuns(text);
  for (let at = 0; at < base64.length; at += 2) keep('base64', base64[at] as number, base64[at + 1] as number, fromBase64);
  const keepAt = (kind: Decoded['kind'], places: readonly number[], pattern: RegExp, decode: Decode): void => {
    let done = 0;
    for (const place of places) {
      pattern.lastIndex = place;
      if (place < done || !pattern.test(text)) continue;
      done = pattern.lastIndex;
      keep(kind, place, done, decode);
    }
  };
  for (let at = 0; at < base64.length; at += 2) keep('base32', base64[at] as number, base64[at + 1] as number, fromBase32);
  keepAt('hex', hex, HEX_RUN, fromHex);
  keepAt('bits', pairs, BITS, fromBits);
  keepAt('hex', pairs, HEX_PAIRS, fromHex);
  if (text.includes('%')) eachPercentRun(text, (start, end) => keep('percent', start, end, fromPercent));
  const keepAll = (kind: Decoded['kind'], pattern: RegExp, decode: Decode): void => {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) keep(kind, match.index, match.index + match[0].length, decode);
  };
  if (mayBeBroken(text)) keepAll('broken', BROKEN, joined);
  if (text.includes('&#')) keepAll('entity', ENTITY, fromEntities);
  if (text.includes('\\u')) keepAll('escape', ESCAPE, fromEscapes);
  keepAt('spread', spread, SPREAD, gathered);
  keepAt('spread', spread, PARTED, gatheredLines);
  if (!mayBeTurned) return found;
  for (const [pattern, turn] of [
    [TURNED, rot13],
    [REVERSED, backwards],
  ] as const)
    for (const line of linesWith(text, pattern)) found.push({ kind: 'turned', ...line, text: turn(text.slice(line.start, line.end)) });
  return found;
}

/** Asked at each hyphen, from the start of its word on. */
function mayBeBroken(text: string): boolean {
  for (let hyphen = text.indexOf('-'); hyphen >= 0; hyphen = text.indexOf('-', hyphen + 1)) {
    if (!isPlainLetter(text.charCodeAt(hyphen + 1))) continue;
    let start = hyphen;
    while (start > 0 && hyphen - start < MAX_BROKEN_LETTERS && isPlainLetter(text.charCodeAt(start - 1))) start--;
    if (start === hyphen) continue;
    BROKEN_HINT.lastIndex = start;
    if (BROKEN_HINT.test(text)) return true;
  }
  return false;
}

/** Before a hyphen that breaks a word. */
const MAX_BROKEN_LETTERS = 6;

function isPlainLetter(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90);
}

/** The lines with one of the words, at most half of `MAX_RUN_CHARS` on each side of it. Neighbours are one. */
function linesWith(text: string, pattern: RegExp): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const last = lines.at(-1);
    const from = Math.max(last?.end ?? 0, match.index - MAX_RUN_CHARS / 2);
    const start = from + text.slice(from, match.index).lastIndexOf('\n') + 1;
    const to = Math.min(text.length, match.index + MAX_RUN_CHARS / 2);
    const next = text.slice(match.index, to).indexOf('\n');
    const end = next < 0 ? to : match.index + next;
    if (last !== undefined && start <= last.end + 1 && end - last.start <= MAX_RUN_CHARS) last.end = end;
    else lines.push({ start, end });
    pattern.lastIndex = end;
  }
  return lines;
}

/** What a run of signs with `%41` in it holds: from the sign before it that belongs to a word to the next space or quote. */
function eachPercentRun(text: string, take: (start: number, end: number) => void): void {
  for (let at = text.indexOf('%'), done = 0; at >= 0; at = text.indexOf('%', Math.max(at + 1, done))) {
    if (!isHexDigit(text.charCodeAt(at + 1)) || !isHexDigit(text.charCodeAt(at + 2))) continue;
    let start = at;
    while (start > done && PERCENT_BEFORE.includes(text.charAt(start - 1))) start--;
    done = at + 3;
    while (done < text.length && !endsPercentRun(text.charCodeAt(done))) done++;
    take(start, done);
  }
}

const PERCENT_BEFORE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,;:!?'()<>/-";

function endsPercentRun(unit: number): boolean {
  return unit <= 32 || unit === 34 || unit === 0xa0 || unit === 0x2028 || unit === 0x3000;
}

function isHexDigit(unit: number): boolean {
  return (unit >= 48 && unit <= 57) || (unit >= 97 && unit <= 102) || (unit >= 65 && unit <= 70);
}

function fromBase64(run: string): string | undefined {
  return /[a-z]/.test(run) && /[A-Z0-9]/.test(run) ? Buffer.from(run, 'base64').toString('utf8') : undefined;
}

function fromBase32(run: string): string | undefined {
  const digits = run.replace(/=+$/, '');
  if (digits.length < MIN_BASE32 || !/^[A-Z2-7]+$/.test(digits) || !/[2-7]/.test(digits)) return undefined;
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const digit of digits) {
    held = ((held << 5) | BASE32.indexOf(digit)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return Buffer.from(bytes).toString('utf8');
}

function fromBits(run: string): string {
  return Buffer.from((run.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))).toString('utf8');
}

function fromHex(run: string): string | undefined {
  const digits = run.replace(/0x|\\x|[^0-9a-fA-F]/g, '');
  return /^[0-9]+$/.test(digits) ? undefined : Buffer.from(digits, 'hex').toString('utf8');
}

function fromPercent(run: string): string | undefined {
  if (/%(?:[01]|[89a-f])/i.test(run) || !/%[2-7]/.test(run) || /:\/\//.test(run)) return undefined;
  return run.replace(/%([2-7][0-9a-fA-F])/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function fromEntities(run: string): string {
  return run.replace(/&#(x?)([0-9a-fA-F]{1,6});/g, (_whole, hex: string, digits: string) =>
    character(Number.parseInt(digits, hex ? 16 : 10)),
  );
}

function fromEscapes(run: string): string {
  return run.replace(/\\u\{?([0-9a-fA-F]{2,6})\}?/g, (_whole, digits: string) => character(Number.parseInt(digits, 16)));
}

function joined(run: string): string {
  return run.replace(/(?<=[A-Za-z])-(?=[a-z])/g, '');
}

/** Words again: at doubled marks where there are some, else by the words we know. */
function gathered(run: string): string {
  const mark = run.charAt(1);
  const isParted = run.includes(mark + mark);
  if (!isParted) return wordsOfLetters(run.replaceAll(mark, ''));
  return run
    .split(mark + mark)
    .map((word) => word.replaceAll(mark, ''))
    .join(' ');
}

/** Words again: the longer gaps part them, else the words we know. */
function gatheredLines(run: string): string | undefined {
  const gaps = run.match(/[\s,;|·•]+/g) ?? [];
  // What SPREAD reads, too.
  if (!gaps.some((gap) => gap !== ' ' && gap !== '|' && gap !== '·')) return undefined;
  const least = gaps.reduce((length, gap) => Math.min(length, gap.length), MAX_PARTING);
  const words = run.split(new RegExp(`[\\s,;|·•]{${least + 1},}`)).map((word) => word.replace(/[\s,;|·•]+/g, ''));
  return words.length > 2 ? words.join(' ') : wordsOfLetters(words.join(''));
}

const MAX_PARTING = 6;

function character(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
}

/** Words of letters with spaces between them; binary and identifiers are not. */
/** Signs that no text has: some of them, or one in so many. */
const MAX_ODD = 2;
const ODD_SHARE = 50;

function isReadable(text: string): boolean {
  if (text.length < 8) return false;
  let letters = 0;
  let spaces = 0;
  let odd = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 9 || unit === 0xfffd) {
      // One of them does not make a text unreadable to a model.
      if (++odd > MAX_ODD && odd * ODD_SHARE > index) return false;
    } else if ((unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || unit > 0xbf) letters++;
    else if (unit === 32) spaces++;
  }
  return spaces > 0 && letters / text.length > 0.45 && (letters + spaces) / text.length > 0.65;
}
