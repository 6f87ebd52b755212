// The event stream decoder against the rules of WHATWG HTML, cut at every place, at its limits, and for linear time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SseEvent } from './channel.ts';
import { MAX_RETRY_MS, SseParser } from './sse-parser.ts';

function parse(bytes: Buffer, cuts: number[] = [], maxEventBytes?: number): { events: SseEvent[]; overflowed: boolean } {
  const parser = new SseParser(maxEventBytes);
  const events: SseEvent[] = [];
  const stops = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const stop of [...stops, bytes.length]) {
    parser.feed(bytes.subarray(from, stop));
    from = stop;
    for (let event = parser.next(); event; event = parser.next()) events.push(event);
  }
  return { events, overflowed: parser.overflowed };
}

const plain = (data: string, more: Partial<SseEvent> = {}): SseEvent => ({
  event: 'message',
  data,
  id: undefined,
  retryMs: undefined,
  ...more,
});
const eventsOf = (text: string): SseEvent[] => parse(Buffer.from(text)).events;

describe('event stream', () => {
  it('reads fields, comments, multi-line data, and all three line ends', () => {
    expect(eventsOf(':hi\nevent: x\nid: 7\nretry: 50\ndata: a\ndata:b\ndata\n\n')).toEqual([
      plain('a\nb\n', { event: 'x', id: '7', retryMs: 50 }),
    ]);
    expect(eventsOf('data: a\r\n\r\ndata: b\r\rdata: c\n\n')).toEqual([plain('a'), plain('b'), plain('c')]);
    expect(eventsOf('data:  two spaces\n\n')).toEqual([plain(' two spaces')]);
    expect(eventsOf('unknown: x\ndata: a:b\n\n')).toEqual([plain('a:b')]);
  });

  it('strips one byte order mark at the start only', () => {
    expect(eventsOf('\ufeffdata: a\n\n\ufeffdata: b\n\n')).toEqual([plain('a')]);
  });

  it('ignores an id with NUL and a retry that is no number, and caps a huge retry', () => {
    expect(eventsOf('id: a\0b\nretry: 1s\ndata: x\n\n')).toEqual([plain('x')]);
    expect(eventsOf('retry: 99999999999999999999\ndata: x\n\n')).toEqual([plain('x', { retryMs: MAX_RETRY_MS })]);
  });

  it('hands out the priming event and drops blocks that say nothing and the unfinished last event', () => {
    expect(eventsOf('id: 1\ndata:\n\n')).toEqual([plain('', { id: '1' })]);
    expect(eventsOf('id: 1\n\n')).toEqual([plain('', { id: '1' })]);
    expect(eventsOf('event: ping\n\n\n\n')).toEqual([]);
    expect(eventsOf('data: x\n')).toEqual([]);
  });

  it('does not remember id or event name for the next event', () => {
    expect(eventsOf('event: x\nid: 1\ndata: a\n\ndata: b\n\n')[1]).toEqual(plain('b'));
  });

  it('gives the same events however the bytes are cut', () => {
    const piece = fc.constantFrom(
      'data: ',
      'data',
      'id: ',
      'event: ',
      'retry: 1',
      ':',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      'ü',
      '€',
      '😀',
      'a',
      ' ',
      '\0',
      '\ufeff',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(400), { maxLength: 20 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        expect(parse(bytes, cuts)).toEqual(parse(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('carries any text back out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(400)), (text, cuts) => {
        const lines = text.split(/\r\n|\r|\n/);
        const wire = `${lines.map((line) => `data: ${line}`).join('\n')}\n\n`;
        expect(parse(Buffer.from(wire), cuts).events).toEqual([plain(lines.join('\n'))]);
      }),
    );
  });

  it('takes an event of exactly the limit and overflows one byte above, also when it is spread over lines or empty lines', () => {
    const fits = `data: ${'x'.repeat(994)}\n\n`;
    expect(parse(Buffer.from(fits), [], 1000)).toMatchObject({ events: [{ data: 'x'.repeat(994) }], overflowed: false });
    expect(parse(Buffer.from(`data: ${'x'.repeat(995)}\n\n`), [], 1000)).toEqual({ events: [], overflowed: true });
    expect(parse(Buffer.from(`data: ${'x'.repeat(100)}\n`.repeat(20)), [], 1000).overflowed).toBe(true);
    expect(parse(Buffer.from('data\n'.repeat(100)), [], 1000).overflowed).toBe(true);
    expect(parse(Buffer.from('x'.repeat(1001)), [500], 1000).overflowed).toBe(true);
  });

  it('does not count comments and finished events together', () => {
    const quiet = Buffer.from(':ping\n'.repeat(1000));
    expect(parse(Buffer.concat([quiet, Buffer.from('data: a\n\n'.repeat(1000))]), [], 1000)).toMatchObject({
      overflowed: false,
      events: { length: 1000 },
    });
  });

  it('stays linear when a large event arrives byte by byte or a stream has only CR line ends', () => {
    // Quadratic work would take minutes here; the test runner's own limit is the judge.
    const parser = new SseParser();
    const byte = Buffer.from('x');
    parser.feed(Buffer.from('data:'));
    expect(parser.next()).toBeUndefined();
    for (let i = 0; i < 2_000_000; i++) {
      parser.feed(byte);
      parser.next();
    }
    parser.feed(Buffer.from('\n\n'));
    expect(parser.next()?.data.length).toBe(2_000_000);
    expect(parse(Buffer.from('data: x\r\r'.repeat(200_000))).events.length).toBe(200_000);
  });
});
