// What bytes say that travel as base64: a text in UTF-8, in UTF-16 as some systems export tables, or in an encoding of one byte a character.
// Nothing, where they are a picture or an archive. However long a text is: whether it is too long is for whoever looks at it.
import { isUtf8 } from 'node:buffer';

export type TextEncoding = 'utf8' | 'utf16le' | 'latin1';

/** What most pictures and archives are told by, base64 characters. */
const HEAD_CHARS = 64;

export function readBytes(base64: string): { text: string; encoding: TextEncoding } | undefined {
  const head = Buffer.from(base64.slice(0, HEAD_CHARS), 'base64');
  const isWide = head[0] === 0xff && head[1] === 0xfe;
  if (!isWide && hasControls(head)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const encoding = isWide ? 'utf16le' : isUtf8(bytes) ? 'utf8' : 'latin1';
  if (encoding === 'utf16le' && bytes.length % 2 === 1) return undefined;
  // Anything is UTF-16, and a character for each byte: what is a text has none that write nothing.
  if (encoding === 'latin1' && hasControls(bytes)) return undefined;
  const text = bytes.toString(encoding);
  return encoding === 'utf16le' && CONTROL.test(text) ? undefined : { text, encoding };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001f]/;

function hasControls(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
}
