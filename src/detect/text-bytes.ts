// What bytes say that travel as base64: a text in UTF-8, in UTF-16 as some systems export tables, or in an encoding of one byte a character.
// Nothing, where they are a picture or an archive. However long a text is: whether it is too long is for whoever looks at it.
import { isUtf8 } from 'node:buffer';

export type TextEncoding = 'utf8' | 'utf16le' | 'latin1';

/** What pictures and archives are told by, base64 characters. */
const HEAD_CHARS = 64;

/** `isText`: whoever sent it says that it is one, so it is read whatever it holds. */
export function readBytes(base64: string, isText = false): { text: string; encoding: TextEncoding } | undefined {
  const head = headOf(base64);
  const isMedia = !isText && isKnown(head);
  if (isMedia && controlsIn(head) > 0) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const isWide = head[0] === 0xff && head[1] === 0xfe;
  if (isWide && (!isText || bytes.length % 2 === 0)) return wideText(bytes, isText);
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  if (!isText && !isReadable(bytes, encoding, isMedia)) return undefined;
  return { text: bytes.toString(encoding), encoding };
}

/** Does it begin as a picture, sound, video, font, archive or document does? */
export function beginsAsMedia(base64: string): boolean {
  return isKnown(headOf(base64));
}

/** A media type whose bytes are a text. */
export function isTextType(type: string): boolean {
  return TEXT_TYPE.test(type);
}

const TEXT_TYPE = /^\s*(?:text\/|[a-z]{1,16}\/(?:[a-z0-9.-]{1,64}\+)?(?:json|xml|yaml|javascript)(?![a-z0-9.+-]))/i;

function headOf(base64: string): Buffer {
  return Buffer.from(base64.slice(0, HEAD_CHARS), 'base64');
}

function wideText(bytes: Buffer, isText: boolean): { text: string; encoding: TextEncoding } | undefined {
  if (bytes.length % 2 === 1) return undefined;
  // Anything is UTF-16: what is a text has none of the characters that write nothing.
  const text = bytes.toString('utf16le');
  return !isText && CONTROL.test(text) ? undefined : { text, encoding: 'utf16le' };
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
