// What a data: URI says (RFC 2397): text that is written out in an address, as a picture in SVG is. Nothing is ever fetched.
import { readBytes, type TextEncoding } from './text-bytes.ts';

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
    const read = readBytes(data);
    return read === undefined ? 'picture' : { ...read, head };
  }
  if (!WRITTEN_TYPE.test(type)) return undefined;
  try {
    return { text: decodeURIComponent(data), head };
  } catch {
    return undefined;
  }
}

export function isBase64(text: string): boolean {
  return BASE64.test(text);
}

const DATA_URI = /^\s*data:([^,]{0,256}),/i;
/** The part before the data says nothing but what it is. */
const PLAIN_TYPE = /^[a-z]{1,16}\/[a-z0-9.+-]{1,32}(?:;charset=[a-zA-Z0-9-]{1,16})?;base64$/;
const WRITTEN_TYPE = /^(?:[a-z]{1,16}\/[a-z0-9.+-]{1,32})?(?:;(?:charset=)?(?:utf-?8|UTF-?8|us-ascii|iso-8859-1))?$/;
const BASE64 = /^[A-Za-z0-9+/\r\n]*={0,2}\s*$/;
