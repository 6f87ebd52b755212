// Runs of base64, base64url or hex that decode to text: what they hide is scanned like any text, and a find covers the whole run.
import { startsSecret } from './secret.ts';

export interface EncodedRun {
  start: number;
  end: number;
  text: string;
  layer: 'base64' | 'hex' | 'reversed';
}

/** Shorter runs hide nothing that we look for. */
const MIN_RUN = 16;
const RUN_CODES = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-') RUN_CODES[char.charCodeAt(0)] = 1;

function isRunCode(code: number): boolean {
  return RUN_CODES[code] === 1;
}

/** Longer runs are files, not values; they are looked at up to here, characters. */
const MAX_RUN_CHARS = 65_536;
const MAX_RUNS = 500;
const MIN_REVERSED = 24;
const MAX_REVERSED = 260;

export function* encodedRuns(text: string): Generator<EncodedRun> {
  let count = 0;
  for (let at = 0; at < text.length && count < MAX_RUNS; at++) {
    const start = at;
    while (isRunCode(text.charCodeAt(at))) at++;
    if (at - start < MIN_RUN) continue;
    while (text.charCodeAt(at) === 0x3d && at - start < MAX_RUN_CHARS) at++;
    const run = withWrappedLines(text, start, text.slice(start, at));
    at = start + run.length;
    count++;
    const body = run.length > MAX_RUN_CHARS ? run.slice(0, MAX_RUN_CHARS) : run;
    const decoded = decodeRun(body);
    const place = { start, end: start + run.length };
    if (decoded !== undefined) yield { ...place, ...decoded };
    else if (run.length >= MIN_REVERSED && run.length <= MAX_REVERSED && startsSecret(reversed(run.slice(-16))))
      yield { ...place, text: reversed(run), layer: 'reversed' };
  }
}

function reversed(text: string): string {
  let out = '';
  for (let at = text.length - 1; at >= 0; at--) out += text[at];
  return out;
}

const LINE = /\r?\n([A-Za-z0-9+/]{1,80}={0,2})(?=\r?\n|$|["\s])/y;

/** Base64 in lines of mail: the lines that follow a full one belong to it. */
function withWrappedLines(text: string, start: number, first: string): string {
  if (first.length < 40 || first.length > 80) return first;
  let end = start + first.length;
  while (end - start < MAX_RUN_CHARS) {
    LINE.lastIndex = end;
    const next = LINE.exec(text);
    if (next === null || (next[1] as string).length > first.length) break;
    end += next[0].length;
    if ((next[1] as string).length < first.length) break;
  }
  return text.slice(start, end);
}

function decodeRun(given: string): { text: string; layer: 'base64' | 'hex' } | undefined {
  const run = given.includes('\n') ? given.replace(/\s/g, '') : given;
  if (run.length % 2 === 0 && isHexRun(run)) {
    const text = readable(Buffer.from(run, 'hex'));
    return text === undefined ? undefined : { text, layer: 'hex' };
  }
  if (!beginsReadable(run)) return undefined;
  // Nine bytes tell nearly always.
  if (readable(Buffer.from(run.slice(0, 12), 'base64'), true) === undefined) return undefined;
  const text = readable(Buffer.from(run, 'base64'));
  return text === undefined ? undefined : { text, layer: 'base64' };
}

function isHexRun(run: string): boolean {
  for (let at = 0; at < run.length; at++) {
    const code = run.charCodeAt(at);
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66))) return false;
  }
  return true;
}

/** The first six bytes are characters of a text. Most runs end here, without a buffer. */
function beginsReadable(run: string): boolean {
  /** Bytes of a character that are still to come. */
  let open = 0;
  for (let at = 0; at + 4 <= 8; at += 4) {
    const bits =
      (sextet(run.charCodeAt(at)) << 18) |
      (sextet(run.charCodeAt(at + 1)) << 12) |
      (sextet(run.charCodeAt(at + 2)) << 6) |
      sextet(run.charCodeAt(at + 3));
    for (let shift = 16; shift >= 0; shift -= 8) {
      const byte = (bits >> shift) & 0xff;
      if ((byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) || byte === 0x7f) return false;
      // What is no UTF-8 is no text, however it goes on.
      if ((byte & 0xc0) === 0x80 ? open === 0 : open > 0) return false;
      open = (byte & 0xc0) === 0x80 ? open - 1 : charBytes(byte) - 1;
      if (open < 0) return false;
    }
  }
  return true;
}

/** How many bytes the character has that begins with this one; 0: none begins so. */
function charBytes(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

function sextet(code: number): number {
  if (code >= 0x61) return code - 71;
  if (code === 0x5f || code === 0x2f) return 63;
  if (code >= 0x41) return code - 65;
  if (code >= 0x30) return code + 4;
  return 62;
}

function readable(bytes: Buffer, cutOff = false): string | undefined {
  for (let index = 0; index < Math.min(bytes.length, 64); index++) {
    const byte = bytes[index] as number;
    if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return undefined;
    if (byte === 0x7f) return undefined;
  }
  // The last character may be cut in two.
  const text = cutOff ? bytes.toString('utf8').replace(/\ufffd$/, '') : bytes.toString('utf8');
  if (text.includes('\ufffd')) return undefined;
  // That random bytes are UTF-8 without a control character is chance enough; JSON and mark-up are full of signs.
  const plain = text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S}\s]/gu, '').length;
  return plain >= text.length * 0.85 ? text : undefined;
}
