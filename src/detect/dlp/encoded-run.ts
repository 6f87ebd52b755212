// Runs of base64, base64url, base32 or hex that decode to text, values spelled character by character, and credentials turned round or rotated:
// what they hide is scanned like any text, and a find covers the whole run. A run that says nothing costs a few characters.
import { decodeRun, type Encoding } from './decode-run.ts';
import { startsSecret } from './secret.ts';
import { isSpacedWord, MAX_SHORT_CHARS, MIN_SHORT_WORDS, spacedRuns } from './spaced-run.ts';

export interface EncodedRun {
  start: number;
  end: number;
  text: string;
  layer: Encoding | 'spaced' | 'reversed' | 'rotated';
}

/** Shorter runs hide nothing that we look for. */
const MIN_RUN = 12;
const RUN_CODES = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-') RUN_CODES[char.charCodeAt(0)] = 1;

/** Longer runs are files, not values; they are looked at up to here, characters. */
const MAX_RUN_CHARS = 65_536;
/** Runs that say something, of one text. */
const MAX_RUNS = 500;
const MIN_TURNED = 20;
const MAX_TURNED = 260;
/** Between short words that spell something, at most. */
const MAX_GAP_CHARS = 3;

export function* encodedRuns(text: string): Generator<EncodedRun> {
  let count = 0;
  let short = 0;
  let shortFrom = 0;
  let shortTo = 0;
  const lines: Lines = { apartUntil: 0 };
  for (let at = 0; at <= text.length && count < MAX_RUNS; at++) {
    const start = at;
    while (RUN_CODES[text.charCodeAt(at)] === 1) at++;
    const length = at - start;
    if (length === 0 && at < text.length) continue;
    if (length > 0 && length <= MAX_SHORT_CHARS && (short === 0 || start - shortTo <= MAX_GAP_CHARS)) {
      if (short++ === 0) shortFrom = start;
      shortTo = at;
      if (at < text.length) continue;
    }
    if (short >= MIN_SHORT_WORDS)
      for (const one of placed(text, shortFrom, Math.min(text.length, shortTo + MAX_GAP_CHARS))) {
        count++;
        yield one;
      }
    short = length > 0 && length <= MAX_SHORT_CHARS ? 1 : 0;
    shortFrom = start;
    shortTo = at;
    if (length < MIN_RUN) continue;
    const found = runAt(text, start, at, lines);
    if (found === undefined) continue;
    count++;
    yield found;
    at = Math.max(at, found.end);
  }
}

function* placed(text: string, from: number, to: number): Generator<EncodedRun> {
  for (const { start, end, text: spelled } of spacedRuns(text.slice(from, to)))
    yield { start: from + start, end: from + end, text: spelled, layer: 'spaced' };
}

/** Lines up to here have been tried as one run in vain: each is looked at by itself. */
interface Lines {
  apartUntil: number;
}

/** What the run [start, stop) says, with the padding and the lines that belong to it. */
function runAt(text: string, start: number, stop: number, lines: Lines): EncodedRun | undefined {
  if (isSpacedWord(text, start)) return placed(text, start, Math.min(text.length, start + MAX_RUN_CHARS)).next().value ?? undefined;
  let end = stop;
  while (text.charCodeAt(end) === 0x3d && end - start < MAX_RUN_CHARS) end++;
  const first = text.slice(start, end);
  const decoded = decodeRun(first.length > MAX_RUN_CHARS ? first.slice(0, MAX_RUN_CHARS) : first);
  if (decoded !== undefined || first.startsWith('H4sI')) {
    const whole = start < lines.apartUntil ? first : withWrappedLines(text, start, first);
    const more = whole === first ? undefined : decodeRun(whole);
    if (more !== undefined) return { start, end: start + whole.length, ...more };
    if (whole !== first) lines.apartUntil = start + whole.length;
    return decoded === undefined ? undefined : { start, end, ...decoded };
  }
  if (first.length < MIN_TURNED || first.length > MAX_TURNED) return undefined;
  if (startsSecret(reversed(first.slice(-16)))) return { start, end, text: reversed(first), layer: 'reversed' };
  return startsSecret(rotated(first.slice(0, 16))) ? { start, end, text: rotated(first), layer: 'rotated' } : undefined;
}

function reversed(text: string): string {
  let out = '';
  for (let at = text.length - 1; at >= 0; at--) out += text[at];
  return out;
}

/** Letters thirteen places on. */
function rotated(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const base = code >= 0x61 && code <= 0x7a ? 0x61 : code >= 0x41 && code <= 0x5a ? 0x41 : 0;
    out += base === 0 ? text[at] : String.fromCharCode(base + ((code - base + 13) % 26));
  }
  return out;
}

const LINE = /\r?\n([A-Za-z0-9+/]{1,120}={0,2})(?=[ \t]*(?:\r?\n|$|"))/y;
const MIN_LINE = 12;
const MAX_LINE = 120;

/** Base64 in lines of mail: the lines that follow a full one belong to it. */
function withWrappedLines(text: string, start: number, first: string): string {
  const next = text.charCodeAt(start + first.length);
  if ((next !== 0x0a && next !== 0x0d) || first.length < MIN_LINE || first.length > MAX_LINE) return first;
  let end = start + first.length;
  while (end - start < MAX_RUN_CHARS) {
    LINE.lastIndex = end;
    const line = LINE.exec(text);
    if (line === null || (line[1] as string).length > first.length) break;
    end += line[0].length;
    if ((line[1] as string).length < first.length) break;
  }
  return text.slice(start, end);
}
