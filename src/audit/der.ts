// DER (X.690 §10), as little of it as RFC 3161 needs: reading nested values, and writing the few that a query has.
// Never throws on what it reads: what is malformed has no parts, so whatever is looked for in it is not there.

export interface Der {
  tag: number;
  body: Uint8Array;
  /** Tag, length and body. */
  whole: Uint8Array;
}

/** What stands for a value that is not there. */
export const NONE: Der = { tag: -1, body: new Uint8Array(), whole: new Uint8Array() };

export const tag = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  oid: 0x06,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  context3: 0xa3,
};

/** The values that stand one after another; none when the bytes are not exactly that. Definite lengths only. */
export function readAll(bytes: Uint8Array): Der[] {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const size = bytes[at + 1];
    if (size === undefined || (first & 0x1f) === 0x1f) return [];
    let [start, length] = [at + 2, size];
    if (size >= 0x80) {
      const count = size & 0x7f;
      if (count === 0 || count > 4) return [];
      length = bytes.subarray(start, start + count).reduce((sum, byte) => sum * 256 + byte, 0);
      start += count;
    }
    if (start + length > bytes.length) return [];
    found.push({ tag: first, body: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) });
    at = start + length;
  }
  return found;
}

/** The part number `index` of a value of parts. */
export function part(value: Der, index: number): Der {
  return readAll(value.body)[index] ?? NONE;
}

/** Body as hexadecimal digits: the form in which object identifiers are compared. */
export function hexOf({ body }: Der): string {
  return Buffer.from(body).toString('hex');
}

export function write(tagByte: number, ...bodies: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(bodies);
  const length =
    body.length < 0x80 ? [body.length] : body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tagByte, ...length]), body]);
}

/** A positive integer of these bytes, most significant first. */
export function writeInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const short = bytes.subarray(start);
  return write(tag.integer, (short[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), short);
}

/** The body of an object identifier in dotted decimals; undefined when it is none. */
export function oidBytes(dotted: string): Buffer | undefined {
  if (!/^[0-2](?:\.(?:0|[1-9]\d{0,8})){1,30}$/.test(dotted)) return undefined;
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  if (first < 2 && second > 39) return undefined;
  return Buffer.from([first * 40 + second, ...rest].flatMap(base128));
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
  return digits;
}
