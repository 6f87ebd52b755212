// The texts an argument may stand for: itself, and what its encoded stretches decode to, some levels deep; each also backwards and turned by
// thirteen letters. Bounded and linear: every decoding is shorter than what it was made from, and there is a limit to all of them together.
import { gunzipSync, inflateSync } from 'node:zlib';

export interface Variant {
  text: string;
  /** It is the text as it stands. */
  isPlain: boolean;
}

/** Levels of encoding that are taken off. */
export const MAX_LEVELS = 3;
/** Characters of all decodings of one text, as a multiple of its length. */
const MAX_GROWTH = 6;
const FREE_CHARS = 65_536;
/** Output of one packed stretch, bytes. */
const MAX_UNPACKED_BYTES = 262_144;
/** Encoded stretches of one text that are decoded. */
const MAX_STRETCHES = 256;
const MIN_CHARS = 6;

export function variantsOf(text: string): Variant[] {
  const found: Variant[] = [{ text, isPlain: true }];
  const known = new Set([text]);
  let room = text.length * MAX_GROWTH + FREE_CHARS;
  let level = [text];
  for (let depth = 0; depth < MAX_LEVELS && level.length > 0; depth++) {
    const next: string[] = [];
    for (const one of level)
      for (const decoded of decodings(one, depth === 0)) {
        if (decoded.length < MIN_CHARS || known.has(decoded) || room < decoded.length) continue;
        room -= decoded.length;
        known.add(decoded);
        next.push(decoded);
        found.push({ text: decoded, isPlain: false });
      }
    level = next;
  }
  return found;
}

function* decodings(text: string, isFirst: boolean): Generator<string> {
  if (text.includes('%')) yield text.replace(/(?:%[0-9a-f]{2})+/gi, fromUrl);
  if (text.includes('\\')) yield text.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([nrtbf"\\/]))/gi, fromEscape);
  if (text.includes('&')) yield text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, fromEntity);
  yield* stretches(text);
  // Written backwards after it was encoded.
  if (isFirst && /[A-Za-z0-9+/_-]{16}/.test(text)) yield* stretches([...text].reverse().join(''));
}

function* stretches(text: string): Generator<string> {
  const joined = /[A-Za-z0-9+/]{16}\r?\n[A-Za-z0-9+/]{4}/.test(text)
    ? text.replace(/([A-Za-z0-9+/=])\r?\n(?=[A-Za-z0-9+/=])/g, '$1')
    : text;
  let left = MAX_STRETCHES;
  for (const [run] of joined.matchAll(/[A-Za-z0-9+/_-]{8,}/g)) {
    if (left-- <= 0) return;
    yield* base64(run);
  }
  for (const [run] of joined.matchAll(/(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[\s:,;-]?){6,}/g)) {
    if (left-- <= 0) return;
    const digits = run.replace(/\\x|0x|[^0-9a-fA-F]/g, '');
    for (const from of [0, 1]) yield* readable(Buffer.from(digits.slice(from), 'hex'));
  }
  for (const [run] of joined.matchAll(/(?:[A-Z2-7]{16,}|[a-z2-7]{16,})/g)) {
    if (left-- <= 0) return;
    for (let from = 0; from < 8; from++) yield* readable(fromBase32(run, from));
  }
  for (const [run] of joined.matchAll(/(?:\d{2,3}[\s,;]{1,2}){5,}\d{2,3}/g)) {
    if (left-- <= 0) return;
    yield* readable(Buffer.from((run.match(/\d+/g) ?? []).map(Number).filter((code) => code < 256)));
  }
}

/** Where a stretch was cut into pieces, it may start anywhere in a group of four. */
function* base64(run: string): Generator<string> {
  if (/^[a-z]+$|^[A-Z]+$|^\d+$/.test(run) && run.length < 24) return;
  for (let from = 0; from < 4; from++) {
    const bytes = Buffer.from(run.slice(from), 'base64');
    if (from === 0) yield* unpacked(bytes);
    yield* readable(bytes);
  }
}

function* unpacked(bytes: Buffer): Generator<string> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip && bytes[0] !== 0x78) return;
  try {
    const open = isGzip ? gunzipSync : inflateSync;
    yield* readable(open(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }));
  } catch {
    // Not packed after all, or too much of it.
  }
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

function fromEscape(_all: string, four: string | undefined, two: string | undefined, one: string | undefined): string {
  const code = four ?? two;
  return code === undefined ? (ESCAPES[(one ?? '').toLowerCase()] ?? ' ') : String.fromCharCode(Number.parseInt(code, 16));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function fromEntity(_all: string, decimal: string | undefined, hex: string | undefined, name: string | undefined): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? ' ';
  const code = decimal === undefined ? Number.parseInt(hex ?? '20', 16) : Number(decimal);
  return code > 0x10ffff ? ' ' : String.fromCodePoint(code);
}
