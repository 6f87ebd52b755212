// What a run of base64, base64url, base32 or hex says when it is text, also packed (gzip, zlib) or in UTF-16. Pure; most runs end after a few bytes.
import { constants, gunzipSync, inflateSync } from 'node:zlib';

export type Encoding = 'base64' | 'base32' | 'hex';

/** How much may still be unpacked of one document, bytes, over all runs and what is inside of them: little text can unpack to very much. */
export interface Room {
  left: number;
  /** Of one run, bytes; MAX_UNPACKED_BYTES unless given. */
  most?: number;
  /** Something was left unread because there was not room enough: whoever asked must not take the text for a harmless one. */
  isShort?: boolean;
}

/** Undefined when it is no text. */
export function decodeRun(given: string, room: Room): { text: string; layer: Encoding } | undefined {
  const run = given.includes('\n') ? given.replace(/\s/g, '') : given;
  if (run.length % 2 === 0 && isHexRun(run)) {
    const text = readable(Buffer.from(run, 'hex'));
    return text === undefined ? undefined : { text, layer: 'hex' };
  }
  if (beginsReadable(run)) {
    // Nine bytes tell nearly always.
    if (readable(Buffer.from(run.slice(0, 12), 'base64'), true) === undefined) return undefined;
    const text = readable(Buffer.from(run, 'base64'));
    if (text !== undefined) return { text, layer: 'base64' };
  } else {
    const text = unpacked(run, room);
    if (text !== undefined) return { text, layer: 'base64' };
  }
  if (!BASE32.test(run)) return undefined;
  const text = readable(base32Bytes(run));
  return text === undefined ? undefined : { text, layer: 'base32' };
}

/** False for most words: they can be none of it. */
export function mayDecode(text: string, start: number): boolean {
  return beginsReadable(text, start) || isHexCode(text, start) || isBase32Code(text, start);
}

function isHexCode(text: string, start: number): boolean {
  return HEX_HEAD.test(text.slice(start, start + 4));
}

function isBase32Code(text: string, start: number): boolean {
  return BASE32_HEAD.test(text.slice(start, start + 4));
}

const HEX_HEAD = /^[0-9A-Fa-f]{4}/;
const BASE32_HEAD = /^[A-Z2-7]{4}/;

/** The text of bytes; undefined when they are no text. `cutOff`: the last character may be cut in two. */
export function readable(bytes: Buffer, cutOff = false): string | undefined {
  for (let index = 0; index < Math.min(bytes.length, 64); index++) {
    const byte = bytes[index] as number;
    if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return undefined;
    if (byte === 0x7f) return undefined;
  }
  const decoded = cutOff ? bytes.toString('utf8').replace(/\ufffd$/, '') : bytes.toString('utf8');
  const text = decoded.includes('\ufffd') ? oneByteText(bytes) : decoded;
  if (text === undefined) return undefined;
  // That random bytes are UTF-8 without a control character is chance enough; JSON and mark-up are full of signs.
  const plain = text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S}\s]/gu, '').length;
  return plain >= text.length * 0.85 ? text : undefined;
}

/** In an encoding of one byte a character, most of which are plain letters: half of the bytes of anything else are not. */
function oneByteText(bytes: Buffer): string | undefined {
  let wide = 0;
  for (const byte of bytes) {
    if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return undefined;
    if (byte > 0x7f) wide++;
  }
  return wide * 5 <= bytes.length ? bytes.toString('latin1') : undefined;
}

/** Unpacked, a run is at most this long, bytes. */
export const MAX_UNPACKED_BYTES = 65_536;

/** UTF-16 as shells take it, gzip and zlib; what was cut off is read as far as it goes. */
function unpacked(run: string, room: Room): string | undefined {
  if (/^.[AQgw]B.AG|^.[AQgw][A-D].A[A-H]/.test(run)) return wide(Buffer.from(run, 'base64'));
  const unpack = isPacked(run) ? (run.startsWith('H4sI') ? gunzipSync : inflateSync) : undefined;
  if (unpack === undefined) return undefined;
  if (room.left < 1) {
    room.isShort = true;
    return undefined;
  }
  try {
    const maxOutputLength = Math.min(room.most ?? MAX_UNPACKED_BYTES, room.left);
    const bytes = unpack(Buffer.from(run, 'base64'), { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
    room.left -= bytes.length;
    return readable(bytes);
  } catch (error) {
    // INVARIANT: what holds more than there is room for is told of (test/scenario/dlp-packed.test.ts); the rest only looked packed.
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') room.isShort = true;
    return undefined;
  }
}

/** Does a run begin as what gzip or zlib made? */
export function isPacked(run: string): boolean {
  return run.startsWith('H4sI') || /^eJ[wxyz0-9]/.test(run);
}

function wide(bytes: Buffer): string | undefined {
  for (let at = 1; at < Math.min(bytes.length, 32); at += 2) if (bytes[at] !== 0) return undefined;
  return readable(Buffer.from(bytes.toString('utf16le'), 'utf8'));
}

const BASE32 = /^[A-Z2-7]{14,}={0,6}$/;
const BASE32_SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32Bytes(run: string): Buffer {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const sign of run) {
    if (sign === '=') break;
    held = ((held << 5) | BASE32_SIGNS.indexOf(sign)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

function isHexRun(run: string): boolean {
  for (let at = 0; at < run.length; at++) {
    const code = run.charCodeAt(at);
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66))) return false;
  }
  return true;
}

/** The first six bytes are characters of a text. Most runs end here, without a buffer. */
function beginsReadable(run: string, from = 0): boolean {
  /** Bytes of a character that are still to come. */
  let open = 0;
  for (let at = 0; at + 4 <= 8; at += 4) {
    const bits =
      (sextet(run.charCodeAt(from + at)) << 18) |
      (sextet(run.charCodeAt(from + at + 1)) << 12) |
      (sextet(run.charCodeAt(from + at + 2)) << 6) |
      sextet(run.charCodeAt(from + at + 3));
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
