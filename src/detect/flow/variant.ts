// The texts an argument may stand for: itself, and what its encoded stretches decode to, some levels deep; each also backwards and turned by
// thirteen letters. Bounded and linear: every decoding is shorter than what it was made from, and there is a limit to all of them together.
// INVARIANT: what is left out because of a limit is told of (test/scenario/flow-packed.test.ts): whoever compares must not take it for nothing.
import { constants, gunzipSync, inflateSync } from 'node:zlib';

/** Of all texts of one message. */
export interface Gauge {
  /** Something could not be looked into. */
  isShort: boolean;
  /** Bytes of what is packed that may still come out of it. */
  room: number;
}

export function newGauge(): Gauge {
  return { isShort: false, room: MAX_MESSAGE_BYTES };
}

export interface Variant {
  text: string;
  /** It is the text as it stands. */
  isPlain: boolean;
  /** In an encoding that nothing but hiding asks for. */
  isHidden: boolean;
}

/** Levels of encoding that are taken off. */
export const MAX_LEVELS = 3;
/** Characters of all decodings of one text, as a multiple of its length: of what is encoded, and of what is merely escaped, which is as long as before. */
const MAX_GROWTH = 6;
const MAX_ESCAPED_GROWTH = 16;
const FREE_CHARS = 65_536;
/** Output of all packed stretches of one text, bytes. */
export const MAX_UNPACKED_BYTES = 131_072;
/** The same of all texts of one message: many small ones may not cost what one large one may not. */
export const MAX_MESSAGE_BYTES = 1_048_576;
/** Encoded stretches of one text that are decoded: more than there are in a text that is looked at in one piece. */
const MAX_STRETCHES = 8_192;
const MIN_CHARS = 6;
const JOINED_CHARS = 8_192;

/** What is packed in a text that is looked at piece by piece, each in one piece: gzip and zlib (RFC 1950) of any level and window, in base64 or hex. */
export function packedRuns(text: string): string[] {
  return text.match(PACKED) ?? [];
}

const PACKED = packedPattern();

function packedPattern(): RegExp {
  const base64 = ['H4sI'];
  const hex = ['1f[\\s:,;-]?8b'];
  for (let method = 0x08; method < 0x80; method += 0x10)
    for (let flags = 0; flags < 0x100; flags++) {
      if (!isZlibHead(method, flags)) continue;
      for (const next of [0, 0x40, 0x80, 0xc0])
        base64.push(Buffer.from([method, flags, next]).toString('base64').slice(0, 3).replace('+', '[+-]'));
      hex.push(`${hexOf(method)}[\\s:,;-]?${hexOf(flags)}`);
    }
  return new RegExp(
    `(?<![A-Za-z0-9+/_-])(?:${base64.join('|')})[A-Za-z0-9+/_\\r\\n-]{64,}={0,2}|(?<![A-Za-z0-9])(?:${hex.join('|')})(?:[\\s:,;-]?[0-9a-fA-F]{2}){64,}`,
    'g',
  );
}

function hexOf(byte: number): string {
  return byte
    .toString(16)
    .padStart(2, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** Without a dictionary of its own, which nobody here has. */
function isZlibHead(method: number, flags: number): boolean {
  return (method & 0x0f) === 8 && method < 0x80 && ((method << 8) | flags) % 31 === 0 && (flags & 0x20) === 0;
}

export function variantsOf(text: string, gauge = newGauge()): Variant[] {
  const found: Variant[] = [{ text, isPlain: true, isHidden: false }];
  const known = new Set([text]);
  const runs = new Set<string>();
  const packing: Packing = { room: Math.min(MAX_UNPACKED_BYTES, gauge.room), gauge };
  // What was packed has a room of its own.
  const rooms: Record<Decoded['how'], number> = {
    escaped: text.length * MAX_ESCAPED_GROWTH + FREE_CHARS,
    encoded: text.length * MAX_GROWTH + FREE_CHARS,
    packed: Number.POSITIVE_INFINITY,
  };
  let level: readonly Variant[] = found;
  for (let depth = 0; depth < MAX_LEVELS && level.length > 0; depth++) {
    const next: Variant[] = [];
    for (const one of level)
      for (const decoded of decodings(one, runs, packing)) {
        if (decoded.text.length < MIN_CHARS || known.has(decoded.text)) continue;
        if (rooms[decoded.how] < decoded.text.length) {
          gauge.isShort = true;
          continue;
        }
        rooms[decoded.how] -= decoded.text.length;
        known.add(decoded.text);
        next.push(decoded);
      }
    level = next;
    found.push(...next);
  }
  return found;
}

interface Decoded extends Variant {
  how: 'escaped' | 'encoded' | 'packed';
}

interface Packing {
  /** Bytes left. */
  room: number;
  gauge: Gauge;
}

function* decodings({ text, isPlain, isHidden }: Variant, runs: Set<string>, packing: Packing): Generator<Decoded> {
  const before = packing.room;
  const escaped = (decoded: string): Decoded => ({ text: decoded, isPlain: false, isHidden, how: 'escaped' });
  const hidden = (decoded: string): Decoded => ({
    text: decoded,
    isPlain: false,
    isHidden: true,
    how: packing.room < before ? 'packed' : 'encoded',
  });
  if (text.includes('%')) yield escaped(text.replace(/(?:%[0-9a-f]{2})+/gi, fromUrl));
  if (text.includes('\\'))
    yield escaped(text.replace(/\\(?:u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|x([0-9a-f]{2})|([nrtbf"\\/])|([01][0-7]{2}))/gi, fromEscape));
  // Quoted-printable.
  if (text.includes('=')) yield escaped(text.replace(/=\r?\n/g, '').replace(/(?:=[0-9A-F]{2})+/g, fromQuoted));
  if (text.includes('&')) yield escaped(text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, fromEntity));
  for (const decoded of joined(stretches(text, runs, packing))) yield hidden(decoded);
  if (isPlain && text.length >= 20) for (const decoded of joined(strewn(text))) yield hidden(decoded);
  // Written backwards after it was encoded.
  if (isPlain && /[A-Za-z0-9+/_-]{16}/.test(text))
    for (const decoded of joined(stretches([...text].reverse().join(''), runs, packing))) yield hidden(decoded);
}

/** Letters with others strewn in between: every second one of a long piece. */
function* strewn(text: string): Generator<string> {
  for (const [run] of text.matchAll(/[^\s&?/="'<>]{20,2000}/g))
    for (const from of [0, 1]) {
      let kept = '';
      for (let at = from; at < run.length; at += 2) kept += run[at];
      yield kept;
    }
}

/** Small decodings are one text: looking at each alone costs more than all of them. */
function* joined(pieces: Iterable<string>): Generator<string> {
  let all = '';
  for (const piece of pieces) {
    all += `${piece}\n`;
    if (all.length < JOINED_CHARS) continue;
    yield all;
    all = '';
  }
  if (all !== '') yield all;
}

function* stretches(text: string, runs: Set<string>, packing: Packing): Generator<string> {
  const isNew = (run: string): boolean => {
    const before = runs.size;
    return runs.add(run).size > before;
  };
  const unwrapped = /[A-Za-z0-9+/]{16}\r?\n[A-Za-z0-9+/]{4}/.test(text)
    ? text.replace(/([A-Za-z0-9+/=])\r?\n(?=[A-Za-z0-9+/=])/g, '$1')
    : text;
  let left = MAX_STRETCHES;
  for (const [run] of unwrapped.matchAll(/[A-Za-z0-9+/_-]{8,}/g)) {
    if (isWord(run) || !isNew(run)) continue;
    if (left-- <= 0) return tooMany(packing);
    yield* base64(run, packing);
  }
  for (const [run] of unwrapped.matchAll(/(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[\s:,;-]?){6,}/g)) {
    if (left-- <= 0) return tooMany(packing);
    if (!isNew(`#${run}`)) continue;
    const digits = run.replace(/\\x|0x|[^0-9a-fA-F]/g, '');
    yield* unpacked(Buffer.from(digits, 'hex'), packing);
    for (const from of [0, 1]) yield* readable(Buffer.from(digits.slice(from), 'hex'));
  }
  for (const [run] of unwrapped.matchAll(/(?:[A-Z2-7]{16,}|[a-z2-7]{16,})/g)) {
    if (left-- <= 0) return tooMany(packing);
    for (let from = 0; from < 8; from++) yield* readable(fromBase32(run, from));
  }
  for (const [run] of unwrapped.matchAll(/(?:[01]{8}[\s,;_-]?){6,}/g)) {
    if (left-- <= 0) return tooMany(packing);
    yield* readable(Buffer.from((run.match(/[01]{8}/g) ?? []).map((bits) => Number.parseInt(bits, 2))));
  }
  for (const [run] of unwrapped.matchAll(/(?:\d{2,3}[\s,;]{1,2}){5,}\d{2,3}/g)) {
    if (left-- <= 0) return tooMany(packing);
    yield* readable(Buffer.from((run.match(/\d+/g) ?? []).map(Number).filter((code) => code < 256)));
  }
}

/** Where a stretch was cut into pieces, it may start anywhere in a group of four. */
function* base64(run: string, packing: Packing): Generator<string> {
  for (let from = 0; from < 4; from++) {
    const bytes = Buffer.from(run.slice(from), 'base64');
    if (from === 0) yield* unpacked(bytes, packing);
    let read = 0;
    for (const text of readable(bytes)) {
      read += text.length;
      yield text;
    }
    // All of it: it starts here.
    if (read * 10 >= bytes.length * 9) return;
  }
}

function isWord(run: string): boolean {
  return run.length < 24 && /^[A-Za-z]?[a-z]+$|^[A-Z]+$|^\d+$|^[a-z]+(?:[-_/][a-z]+)+$/.test(run);
}

function tooMany({ gauge }: Packing): void {
  gauge.isShort = true;
}

function* unpacked(bytes: Buffer, packing: Packing): Generator<string> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isZlib = bytes.length > 2 && isZlibHead(bytes[0] as number, bytes[1] as number);
  if (!isGzip && !isZlib) return;
  let plain: Buffer;
  try {
    const open = isGzip ? gunzipSync : inflateSync;
    // What was cut off is read as far as it goes.
    plain = open(bytes, { maxOutputLength: packing.room + 1, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    // Too much of it; the rest is not packed after all.
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') packing.gauge.isShort = true;
    return;
  }
  packing.room = Math.max(0, packing.room - plain.length);
  packing.gauge.room = Math.max(0, packing.gauge.room - plain.length);
  yield* readable(plain);
}

/** The stretches of bytes that can be read. */
function* readable(bytes: Buffer): Generator<string> {
  for (const [run] of bytes.toString('latin1').matchAll(/[\t\n\r\x20-\x7e\x80-\xf4]{6,}/g)) {
    const text = Buffer.from(run, 'latin1').toString('utf8');
    if (!text.includes('\ufffd')) yield text;
    else for (const [plain] of run.matchAll(/[\t\n\r\x20-\x7e]{6,}/g)) yield plain;
  }
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function fromBase32(run: string, from: number): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const char of run.slice(from).toUpperCase()) {
    value = ((value << 5) | BASE32.indexOf(char)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

function fromUrl(run: string): string {
  return Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ', '"': '"', '\\': '\\', '/': '/' };

function fromQuoted(run: string): string {
  return Buffer.from(run.replaceAll('=', ''), 'hex').toString('utf8');
}

function fromEscape(_all: string, four?: string, some?: string, two?: string, one?: string, octal?: string): string {
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
  const code = four ?? some ?? two;
  if (some !== undefined) return fromEntity('', undefined, some, undefined);
  return code === undefined ? (ESCAPES[(one ?? '').toLowerCase()] ?? ' ') : String.fromCharCode(Number.parseInt(code, 16));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function fromEntity(_all: string, decimal: string | undefined, hex: string | undefined, name: string | undefined): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? ' ';
  const code = decimal === undefined ? Number.parseInt(hex ?? '20', 16) : Number(decimal);
  return code > 0x10ffff ? ' ' : String.fromCodePoint(code);
}
