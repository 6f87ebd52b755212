// Which bytes are a text, and that they are the same bytes again.
import { describe, expect, it } from 'vitest';
import { readBytes } from './text-bytes.ts';

const LINE = 'Zoë Ångström;4111 1111 1111 1111\r\n';
const again = (base64: string) => {
  const read = readBytes(base64);
  return read && Buffer.from(read.text, read.encoding).toString('base64');
};

describe('a text', () => {
  it.each([
    ['in UTF-8', Buffer.from(LINE)],
    ['in UTF-8, with a sign that stands for a wrong one', Buffer.from(`${LINE}\ufffd`)],
    ['in Latin 1', Buffer.from(LINE, 'latin1')],
    ['in UTF-16, as tables are exported', Buffer.from(`\ufeff${LINE}`, 'utf16le')],
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
    ['half a character of UTF-16', Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x42])],
    ['what only begins like UTF-16', Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x02, 0x00, 0x10, 0x00])],
  ])('%s', (_what, bytes) => {
    expect(readBytes(bytes.toString('base64'))).toBeUndefined();
  });
});
