// Runs of base64, base64url, base32 or hex that decode to text, values spelled character by character, and credentials turned round or rotated:
// what they hide is scanned like any text, and a find covers the whole run. A run that says nothing costs a few characters.
import { decodeRun, type Encoding, isPacked, mayDecode, type Room } from './decode-run.ts';
import { maySecret, startsSecret } from './secret.ts';
import { isSpacedWord, maySpell, sectionAround, spacedRuns, spacedWordEnd } from './spaced-run.ts';

export interface EncodedRun {
  start: number;
  end: number;
  text: string;
  layer: Encoding | 'spaced' | 'reversed' | 'rotated';
}

/** Shorter runs hide nothing that we look for. */
const MIN_RUN = 12;
/** By UTF-16 code unit. */
const RUN_CODES = new Uint8Array(0x10000);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-') RUN_CODES[char.charCodeAt(0)] = 1;

/** Lines that are read as one run, characters; those behind are the next one. */
const MAX_WRAPPED_CHARS = 65_536;
/** Signs that fill up a run. */
const MAX_PADDING = 8;
/** Runs that say something, of one text: more than the time for one lets be read. */
const MAX_RUNS = 20_000;
const MIN_TURNED = 20;
const MAX_TURNED = 260;

/** Nobody reads what lies between: twelve characters on, a sign that ends a run is looked for, backwards. */
export function* encodedRuns(text: string, room: Room): Generator<EncodedRun> {
  const lines: Lines = { apartUntil: 0, room };
  let spelledTo = 0;
  let count = 0;
  for (let at = 0; at + MIN_RUN <= text.length && count < MAX_RUNS; ) {
    let probe = at + MIN_RUN - 1;
    while (probe >= at && RUN_CODES[text.charCodeAt(probe)] === 1) probe--;
    if (probe >= at) {
      if (probe >= spelledTo && maySpell(text, probe)) {
        const section = sectionAround(text, probe, spelledTo);
        spelledTo = section.end;
        for (const one of placed(text, section.start, section.end)) {
          count++;
          yield one;
        }
      }
      at = probe + 1;
      continue;
    }
    let stop = at + MIN_RUN;
    while (stop < text.length && RUN_CODES[text.charCodeAt(stop)] === 1) stop++;
    const found = runAt(text, at, stop, lines);
    at = stop;
    if (found === undefined) continue;
    count++;
    yield found;
    at = Math.max(at, found.end);
  }
  if (count >= MAX_RUNS) room.isShort = true;
}

function placed(text: string, from: number, to: number): EncodedRun[] {
  return spacedRuns(text.slice(from, to)).map((run) => ({ start: from + run.start, end: from + run.end, text: run.text, layer: 'spaced' }));
}

/** Lines up to here have been tried as one run in vain: each is looked at by itself. */
interface Lines {
  apartUntil: number;
  room: Room;
}

/** What the run [start, stop) says, with the padding and the lines that belong to it. */
function runAt(text: string, first: number, stop: number, lines: Lines): EncodedRun | undefined {
  // 0x736b…
  const start = text.charCodeAt(first) === 0x30 && text.charCodeAt(first + 1) === 0x78 ? first + 2 : first;
  if (isSpacedWord(text, start)) return placed(text, start, spacedWordEnd(text, start))[0];
  if (stop - start < MIN_TURNED && !mayDecode(text, start)) return undefined;
  let end = stop;
  while (text.charCodeAt(end) === 0x3d && end - stop < MAX_PADDING) end++;
  const given = text.slice(start, end);
  const decoded = decodeRun(given, lines.room);
  if (decoded !== undefined || given.startsWith('H4sI')) {
    const whole = start < lines.apartUntil ? given : withWrappedLines(text, start, given);
    // The lines behind these are no beginning, and say nothing by themselves.
    if (whole.length >= MAX_WRAPPED_CHARS && isPacked(given)) lines.room.isShort = true;
    const more = whole === given ? undefined : decodeRun(whole, lines.room);
    if (more !== undefined) return { start, end: start + whole.length, ...more };
    if (whole !== given) lines.apartUntil = start + whole.length;
    return decoded === undefined ? undefined : { start, end, ...decoded };
  }
  if (given.length < MIN_TURNED || given.length > MAX_TURNED) return undefined;
  const ends = given.length;
  if (maySecret(given.charCodeAt(ends - 1), given.charCodeAt(ends - 2)) && startsSecret(reversed(given.slice(-16))))
    return { start, end, text: reversed(given), layer: 'reversed' };
  if (!maySecret(turned(given.charCodeAt(0)), turned(given.charCodeAt(1)))) return undefined;
  return startsSecret(rotated(given.slice(0, 16))) ? { start, end, text: rotated(given), layer: 'rotated' } : undefined;
}

function reversed(text: string): string {
  let out = '';
  for (let at = text.length - 1; at >= 0; at--) out += text[at];
  return out;
}

function rotated(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; at++) out += String.fromCharCode(turned(text.charCodeAt(at)));
  return out;
}

/** A letter thirteen places on. */
function turned(code: number): number {
  const base = code >= 0x61 && code <= 0x7a ? 0x61 : code >= 0x41 && code <= 0x5a ? 0x41 : 0;
  return base === 0 ? code : base + ((code - base + 13) % 26);
}

const LINE = /\r?\n([A-Za-z0-9+/]{1,120}={0,2})(?=[ \t]*(?:\r?\n|$|"))/y;
const MIN_LINE = 12;
const MAX_LINE = 120;

/** Base64 in lines of mail: the lines that follow a full one belong to it. */
function withWrappedLines(text: string, start: number, first: string): string {
  const next = text.charCodeAt(start + first.length);
  if ((next !== 0x0a && next !== 0x0d) || first.length < MIN_LINE || first.length > MAX_LINE) return first;
  let end = start + first.length;
  while (end - start < MAX_WRAPPED_CHARS) {
    LINE.lastIndex = end;
    const line = LINE.exec(text);
    if (line === null || (line[1] as string).length > first.length) break;
    end += line[0].length;
    if ((line[1] as string).length < first.length) break;
  }
  return text.slice(start, end);
}
