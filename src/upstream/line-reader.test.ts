// Properties of cutting lines and gathering bytes: the same result however the bytes arrive, and exact limits.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteCollector } from './byte-collector.ts';
import { LineReader, type LineReaderOptions } from './line-reader.ts';

function read(bytes: Buffer, cuts: number[], options: LineReaderOptions): { lines: string[]; overflowed: boolean } {
  const reader = new LineReader(options);
  const lines: string[] = [];
  const stops = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const stop of [...stops, bytes.length]) {
    reader.feed(bytes.subarray(from, stop));
    from = stop;
    for (let line = reader.next(); line !== undefined; line = reader.next()) lines.push(line);
  }
  return { lines, overflowed: reader.overflowed };
}

const pieces = fc.array(fc.constantFrom('\n', '\r', '\r\n', 'a', 'ü', '😀', '\u2028', ' '), { maxLength: 60 });
const cuts = fc.array(fc.nat(300), { maxLength: 30 });

describe('line reader', () => {
  it('cuts as a plain split does, however the bytes arrive', () => {
    fc.assert(
      fc.property(pieces, cuts, (parts, at) => {
        const text = parts.join('');
        const bytes = Buffer.from(text);
        const byLf = text.split('\n').slice(0, -1);
        expect(read(bytes, at, { maxLineBytes: 1000, crEndsLine: false }).lines).toEqual(byLf.map((line) => line.replace(/\r$/, '')));
        const byAny = text.split(/\r\n|\r|\n/).slice(0, -1);
        expect(read(bytes, at, { maxLineBytes: 1000, crEndsLine: true }).lines).toEqual(byAny);
      }),
      { numRuns: 500 },
    );
  });

  it('takes a line of exactly the limit and overflows one byte above, cut or whole, finished or not', () => {
    const options = { maxLineBytes: 4, crEndsLine: false };
    for (const at of [[], [2], [1, 2, 3, 4]]) {
      expect(read(Buffer.from('abcd\nx\n'), at, options)).toEqual({ lines: ['abcd', 'x'], overflowed: false });
      expect(read(Buffer.from('a\nabcde\nx\n'), at, options)).toEqual({ lines: ['a'], overflowed: true });
      expect(read(Buffer.from('abcde'), at, options)).toEqual({ lines: [], overflowed: true });
    }
  });
});

/** Any bytes, and parts of characters of several bytes, a mark of byte order among them. */
const PIECE = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.constantFrom(0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0x80, 0xe2, 0x82, 0xac, 0xc3, 0xa9, 0x61), { maxLength: 12 })
    .map((bytes) => Uint8Array.from(bytes)),
);

describe('byte collector', () => {
  it('gives back what was put in, whatever the pieces, and is empty afterwards', () => {
    fc.assert(
      fc.property(
        fc.array(PIECE, { maxLength: 60 }),
        fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
        (chunks, stepBytes) => {
          const collector = new ByteCollector(stepBytes);
          for (let round = 0; round < 2; round++) {
            for (const chunk of chunks) collector.append(Buffer.from(chunk));
            const whole = Buffer.concat(chunks);
            expect(collector.length).toBe(whole.length);
            expect(collector.takeText()).toBe(whole.toString());
            expect(collector.length).toBe(0);
          }
        },
      ),
    );
  });
});
