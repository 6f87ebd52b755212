// What a data: URI says (RFC 2397): text that is written out in an address, as a picture in SVG is. Nothing is ever fetched.
import { beginsAsMedia, isTextType, readBytes, type TextEncoding } from './text-bytes.ts';

export interface DataText {
  text: string;
  /** What stands before the data. */
  head: string;
  /** How its base64 is written as a text; absent where the data is a text as it stands, with percent signs. */
  encoding?: TextEncoding;
}

/** Undefined when it is no data: URI, or none that can be read: then it is a text like any other. */
export function dataOf(uri: string): DataText | 'picture' | undefined {
  const [head, type] = DATA_URI.exec(uri) ?? [];
  if (head === undefined || type === undefined) return undefined;
  const data = uri.slice(head.length);
  if (PLAIN_TYPE.test(type)) {
    if (!isBase64(data)) return undefined;
    const read = readBytes(data, isTextType(type));
    if (data.length > MAX_NO_PICTURE || (read !== undefined && read.encoding !== 'latin1'))
      return read === undefined ? 'picture' : { ...read, head };
    return beginsAsMedia(data) ? 'picture' : undefined;
  }
  if (!WRITTEN_TYPE.test(type)) return undefined;
  try {
    return { text: decodeURIComponent(data), head };
  } catch {
    return undefined;
  }
}

/** Hardly a picture is as short as this, and many a secret is, base64 characters. */
export const MAX_NO_PICTURE = 64;

/** In one line, or in lines as programs break it: words that stand one below the other are none. Linear. */
export function isBase64(text: string): boolean {
  let end = text.length;
  while (end > 0 && BLANKS.includes(text[end - 1] as string)) end--;
  const written = text.slice(0, end);
  const width = written.search(LINE_END);
  if (width < 0) return LINE.test(written);
  if (width < MIN_WIDTH || width % 4 !== 0) return false;
  const lines = written.split(LINE_BREAK);
  const last = lines.pop() as string;
  return last.length <= width && LINE.test(last) && lines.every((line) => line.length === width && FULL_LINE.test(line));
}

const DATA_URI = /^\s*data:([^,]{0,256}),/i;
/** The part before the data says nothing but what it is: a number in it is something else. Two digits are those of `base64`. */
const PLAIN_TYPE = /^(?!(?:\D*\d){7})[a-z]{1,16}\/[a-z0-9.+-]{1,32}(?:;charset=[a-zA-Z0-9-]{1,16})?;base64$/;
const WRITTEN_TYPE = /^(?!(?:[^\d;]*\d){5})(?:[a-z]{1,16}\/[a-z0-9.+-]{1,32})?(?:;(?:charset=)?(?:utf-?8|UTF-?8|us-ascii|iso-8859-1))?$/;
const BLANKS = ' \t\r\n';
const LINE_END = /[\r\n]/;
const LINE_BREAK = /\r?\n/;
const LINE = /^[A-Za-z0-9+/]*={0,2}$/;
const FULL_LINE = /^[A-Za-z0-9+/]*$/;
/** Of a line of base64, characters. Programs break it at 64 or 76. */
const MIN_WIDTH = 60;
