// Text that was written so that a filter does not read it and a model does: base64, hex, percent, entities, escapes, letters spread out, rot13. Decoded
// once, bounded; what does not decode to readable text is left alone.
import { DISGUISED_WORDS } from './lexicon-world.ts';
import { rot13, wordsOfLetters } from './word-table.ts';

export interface Decoded {
  kind: 'base64' | 'hex' | 'percent' | 'entity' | 'escape' | 'spread' | 'turned';
  start: number;
  end: number;
  text: string;
}

/** Runs of one text that are decoded, and their length, characters. */
export const MAX_DECODED_RUNS = 16;
export const MAX_RUN_CHARS = 8192;

const BASE64 = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
const HEX = /(?:\b|\\x|0x)[0-9a-fA-F]{2}(?:[0-9a-fA-F]{2})*(?:(?:[ :,]|\\x| 0x|, 0x)(?:[0-9a-fA-F]{2})+){3,}|\b[0-9a-fA-F]{24,}\b/g;
const PERCENT = /[\w.,;:!?'()<>/-]*%[0-9a-fA-F]{2}[^\s"]*/g;
const ENTITY = /(?:&#x?[0-9a-fA-F]{1,6};\s?){4}(?:&#?\w{1,8};|[^<]){0,8192}/g;
/** Letters one by one, the same mark between any two of them; two marks part words. */
const SPREAD = /(?<![A-Za-z0-9])[A-Za-z](?:([ .·_|*-])\1{0,3}[A-Za-z0-9,;:!?()[\]/]){15,}/g;
const backwards = (text: string): string => [...text].reverse().join('');
const STRONG = DISGUISED_WORDS.split(' ');
/** The lines in which a strong word stands backwards, or turned by thirteen letters. */
const TURNED = new RegExp(`\\b(?:${STRONG.map(rot13).join('|')})\\b`, 'gi');
const REVERSED = new RegExp(`\\b(?:${STRONG.map(backwards).join('|')})\\b`, 'gi');
const ESCAPE = /(?:\\u\{?[0-9a-fA-F]{2,6}\}?\s?){4,}/g;

export function decodeRuns(text: string): Decoded[] {
  const found: Decoded[] = [];
  const take = (kind: Decoded['kind'], pattern: RegExp, decode: (run: string) => string | undefined): void => {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match && found.length < MAX_DECODED_RUNS; match = pattern.exec(text)) {
      const run = match[0].slice(0, MAX_RUN_CHARS);
      const decoded = decode(run);
      if (decoded !== undefined && isReadable(decoded))
        found.push({ kind, start: match.index, end: match.index + match[0].length, text: decoded });
    }
  };
  take('base64', BASE64, (run) => (/[a-z]/.test(run) && /[A-Z0-9]/.test(run) ? Buffer.from(run, 'base64').toString('utf8') : undefined));
  take('hex', HEX, (run) => {
    const digits = run.replace(/0x|\\x|[^0-9a-fA-F]/g, '');
    return /^[0-9]+$/.test(digits) ? undefined : Buffer.from(digits, 'hex').toString('utf8');
  });
  if (text.includes('%'))
    take('percent', PERCENT, (run) =>
      /%(?:[01]|[89a-f])/i.test(run) || !/%[2-7]/.test(run) || /:\/\//.test(run) ? undefined : unpercent(run),
    );
  if (text.includes('&#'))
    take('entity', ENTITY, (run) =>
      run.replace(/&#(x?)([0-9a-fA-F]{1,6});/g, (_whole, hex: string, digits: string) => character(Number.parseInt(digits, hex ? 16 : 10))),
    );
  if (text.includes('\\u'))
    take('escape', ESCAPE, (run) =>
      run.replace(/\\u\{?([0-9a-fA-F]{2,6})\}?/g, (_whole, digits: string) => character(Number.parseInt(digits, 16))),
    );
  take('spread', SPREAD, gathered);
  for (const [pattern, turn] of [
    [TURNED, rot13],
    [REVERSED, backwards],
  ] as const) {
    const line = found.length < MAX_DECODED_RUNS ? lineWith(text, pattern) : undefined;
    if (line !== undefined) found.push({ kind: 'turned', ...line, text: turn(text.slice(line.start, line.end)) });
  }
  return found;
}

/** The first line with one of the words, at most `MAX_RUN_CHARS` of it. */
function lineWith(text: string, pattern: RegExp): { start: number; end: number } | undefined {
  pattern.lastIndex = 0;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const start = Math.max(text.lastIndexOf('\n', match.index) + 1, match.index - MAX_RUN_CHARS / 2);
  const next = text.indexOf('\n', match.index);
  return { start, end: Math.min(next < 0 ? text.length : next, match.index + MAX_RUN_CHARS / 2) };
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

function unpercent(run: string): string {
  return run.replace(/%([2-7][0-9a-fA-F])/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function character(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
}

/** Words of letters with spaces between them; binary and identifiers are not. */
function isReadable(text: string): boolean {
  if (text.length < 8 || text.includes('\ufffd')) return false;
  let letters = 0;
  let spaces = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 9) return false;
    if ((unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || unit > 0xbf) letters++;
    else if (unit === 32) spaces++;
  }
  return spaces > 0 && letters / text.length > 0.6;
}
