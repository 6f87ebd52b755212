// Which bytes are a text, and that they are the same bytes again.
import { describe, expect, it } from 'vitest';
import { bytesOf, readBytes } from './text-bytes.ts';

const LINE = 'Zoë Ångström;4111 1111 1111 1111\r\n';
const again = (base64: string) => {
  const read = readBytes(base64);
  return read && bytesOf(read.text, read.encoding).toString('base64');
};

describe('a text', () => {
  it.each([
    ['in UTF-8', Buffer.from(LINE)],
    ['in UTF-8, with a sign that stands for a wrong one', Buffer.from(`${LINE}\ufffd`)],
    ['in Latin 1', Buffer.from(LINE, 'latin1')],
    ['in UTF-16, as tables are exported', Buffer.from(`\ufeff${LINE}`, 'utf16le')],
    ['in UTF-16 without a mark', Buffer.from(LINE, 'utf16le')],
    ['in UTF-16, the other way round', Buffer.from(`\ufeff${LINE}`, 'utf16le').swap16()],
    ['in UTF-16, the other way round, without a mark', Buffer.from(LINE, 'utf16le').swap16()],
    ['in UTF-16 of another alphabet', Buffer.from(`Карта Анны: ${LINE.slice(13)}`, 'utf16le')],
    ['in UTF-16 of another alphabet, the other way round', Buffer.from(`كلمة السر: ${LINE.slice(13)}`, 'utf16le').swap16()],
    ['that is long', Buffer.from(LINE.repeat(200_000))],
  ])('%s is read, and written as it was', (_what, bytes) => {
    const base64 = bytes.toString('base64');
    expect(readBytes(base64)?.text).toContain('4111 1111 1111 1111');
    expect(again(base64)).toBe(base64);
  });
});

describe('no text', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  it.each([
    ['a picture', png],
    [
      'a document that begins like a text',
      Buffer.concat([Buffer.from('%PDF-1.4\n%\xe2\xe3\n'.repeat(9), 'latin1'), png, Buffer.from([0xff])]),
    ],
    ['sound', Buffer.from(Int16Array.from({ length: 2_000 }, (_, n) => Math.round(300 * Math.sin(n / 9))).buffer)],
    ['small numbers', Buffer.from(Uint16Array.from({ length: 2_000 }, (_, n) => (n * 37) % 251).buffer)],
    ['nothing at all', Buffer.alloc(64)],
    ['half a character of UTF-16', Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x42])],
    ['what only begins like UTF-16', Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x02, 0x00, 0x10, 0x00])],
  ])('%s', (_what, bytes) => {
    expect(readBytes(bytes.toString('base64'))).toBeUndefined();
  });
});

it('what only looks like UTF-16 hides nothing that reads as it stands, where it is said to be a text', () => {
  const words = Buffer.from('words and words '.repeat(50), 'utf16le');
  for (const wide of [words, Buffer.from(words).swap16()]) {
    const mixed = Buffer.concat([wide, Buffer.from('4111 1111 1111 1111 ')]);
    expect(readBytes(mixed.toString('base64'), true)?.text).toContain('4111 1111 1111 1111');
  }
});
