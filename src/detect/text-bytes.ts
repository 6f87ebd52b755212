// What bytes say that travel as base64: a text in UTF-8, in UTF-16 as some systems export tables, or in an encoding of one byte a character.
// Nothing, where they are a picture or an archive. However long a text is: whether it is too long is for whoever looks at it.
import { isUtf8 } from 'node:buffer';

export type TextEncoding = 'utf8' | 'utf16le' | 'utf16be' | 'latin1';

/** What pictures and archives are told by, base64 characters. */
const HEAD_CHARS = 64;

/** `isText`: whoever sent it says that it is one, so it is read whatever it holds. */
export function readBytes(base64: string, isText = false): { text: string; encoding: TextEncoding } | undefined {
  const head = headOf(base64);
  const isMedia = !isText && isKnown(head);
  if (isMedia && controlsIn(head) > 0) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const marked = head[0] === 0xff && head[1] === 0xfe ? 'utf16le' : head[0] === 0xfe && head[1] === 0xff ? 'utf16be' : undefined;
  if (marked !== undefined && (!isText || bytes.length % 2 === 0)) return wideText(bytes, marked, isText);
  const unmarked = wideOrder(bytes);
  const wide = unmarked && wideText(bytes, unmarked, isText);
  if (wide) return wide;
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  if (!isText && !isReadable(bytes, encoding, isMedia)) return undefined;
  return { text: bytes.toString(encoding), encoding };
}

/** Does it begin as a picture, sound, video, font, archive or document does? */
export function beginsAsMedia(base64: string): boolean {
  return isKnown(headOf(base64));
}

/** The bytes of a text that was read in this encoding. */
export function bytesOf(text: string, encoding: TextEncoding): Buffer {
  return encoding === 'utf16be' ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, encoding);
}

/** A media type whose bytes are a text. */
export function isTextType(type: string): boolean {
  return TEXT_TYPE.test(type);
}

const TEXT_TYPE = /^\s*(?:text\/|[a-z]{1,16}\/(?:[a-z0-9.-]{1,64}\+)?(?:json|xml|yaml|javascript)(?![a-z0-9.+-]))/i;

function headOf(base64: string): Buffer {
  return Buffer.from(base64.slice(0, HEAD_CHARS), 'base64');
}

function wideText(bytes: Buffer, encoding: 'utf16le' | 'utf16be', isText: boolean): { text: string; encoding: TextEncoding } | undefined {
  if (bytes.length % 2 === 1) return undefined;
  // Anything is UTF-16: what is a text has none of the characters that write nothing.
  const text = (encoding === 'utf16be' ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
  return !isText && CONTROL.test(text) ? undefined : { text, encoding };
}

/** Units that are looked at to tell the order of bytes of a text without a mark. */
const SAMPLE_UNITS = 512;
const MIN_UNITS = 4;
/** Share of units that are letters of one alphabet, or signs that all have. */
const MIN_SHARE = 0.9;
/** Blocks of letters that begin above the controls would be read as signs of ASCII. */
const MAX_BLOCK = 0x1f;

/** UTF-16 without a mark: one of the two bytes of each character is zero, or that of the alphabet. Not where a stretch of it reads as it stands. */
function wideOrder(bytes: Buffer): 'utf16le' | 'utf16be' | undefined {
  if (bytes.length % 2 === 1 || bytes.length < 2 * MIN_UNITS || !bytes.includes(0)) return undefined;
  const order = isBlockAt(bytes, 1) ? 'utf16le' : isBlockAt(bytes, 0) ? 'utf16be' : undefined;
  return order !== undefined && !PLAIN_STRETCH.test(bytes.toString('latin1')) ? order : undefined;
}

const PLAIN_STRETCH = /[\x20-\x7e]{6}/;

function isBlockAt(bytes: Buffer, offset: 0 | 1): boolean {
  const units = Math.min(SAMPLE_UNITS, bytes.length >> 1);
  const counts = new Uint16Array(256);
  for (let unit = 0; unit < units; unit++) {
    const high = bytes[2 * unit + offset] as number;
    counts[high] = (counts[high] as number) + 1;
  }
  let block = 0;
  for (let high = 1; high <= MAX_BLOCK; high++) block = Math.max(block, counts[high] as number);
  const zeros = counts[0] as number;
  return zeros > 0 && zeros + block >= MIN_SHARE * units;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001f]/;

/** Some signs that write nothing do not make bytes of a text: a terminal's colours, a zero at an end. */
function isReadable(bytes: Uint8Array, encoding: TextEncoding, isMedia: boolean): boolean {
  const controls = controlsIn(bytes);
  if (controls === 0) return true;
  if (isMedia) return false;
  if (encoding === 'utf8') return controls * 8 <= bytes.length;
  return plainIn(bytes) * 10 >= bytes.length * 7;
}

function controlsIn(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) count++;
  return count;
}

function plainIn(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09) count++;
  return count;
}

function isKnown(head: Buffer): boolean {
  return KNOWN.test(head.toString('latin1'));
}

// biome-ignore format: one kind a line
const KNOWN = new RegExp(`^(?:${[
  // Pictures
  '\\x89PNG', '\\xff\\xd8\\xff', 'GIF8[79]a', 'II\\*\\0', 'MM\\0\\*', '\\0\\0[\\x01\\x02]\\0', 'BM.{4}\\0\\0\\0\\0', '8BPS', 'icns', '\\xff\\x0a', '\\0\\0\\0\\x0cJXL ',
  // Sound and video
  'RIFF', 'ID3', 'OggS', 'fLaC', 'MThd', 'FORM', '\\xff[\\xf1-\\xf3\\xf9-\\xfb]', '.{4}ftyp', '\\x1aE\\xdf\\xa3', 'FLV\\x01', '\\0\\0\\x01[\\xb3\\xba]',
  // Fonts
  'wOF[F2]', 'OTTO', 'ttcf', 'true\\0', '\\0\\x01\\0\\0',
  // Archives and documents
  'PK[\\x03\\x05\\x07]', '\\x1f\\x8b', 'BZh', '7z\\xbc\\xaf', '\\xfd7zXZ', '\\x28\\xb5\\x2f\\xfd', 'Rar!', '%PDF-', '\\xd0\\xcf\\x11\\xe0',
].join('|')})`, 's');
