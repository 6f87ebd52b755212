// The buffer behind resumable streams: bounds, order, and no stream ever sees another's events.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventBuffer, EventPool } from './event-buffer.ts';

function bufferOf(maxEvents: number, maxBytes: number, poolBytes = 1_000_000): { buffer: EventBuffer; pool: EventPool } {
  const pool = new EventPool(poolBytes);
  return { buffer: new EventBuffer({ maxEvents, maxBytes }, pool), pool };
}

describe('EventBuffer', () => {
  it('holds exactly maxEvents and forgets the oldest first', () => {
    const { buffer } = bufferOf(3, 1_000);
    for (let seq = 1; seq <= 4; seq++) buffer.keep('a', seq, 'x');
    expect(buffer.after('a', 0).map((event) => event.seq)).toEqual([2, 3, 4]);
  });

  it('takes an event of exactly maxBytes and refuses one character more', () => {
    const { buffer } = bufferOf(10, 20);
    expect(buffer.keep('a', 1, 'x'.repeat(10))).toBe(true);
    expect(buffer.keep('a', 2, 'x'.repeat(11))).toBe(false);
    expect(buffer.after('a', 0).map((event) => event.seq)).toEqual([1]);
  });

  it('keeps to what all sessions may hold together, and gives it back', () => {
    const pool = new EventPool(30);
    const first = new EventBuffer({ maxEvents: 10, maxBytes: 100 }, pool);
    const second = new EventBuffer({ maxEvents: 10, maxBytes: 100 }, pool);
    expect(first.keep('a', 1, 'x'.repeat(10))).toBe(true);
    expect(second.keep('b', 1, 'x'.repeat(10))).toBe(false);
    first.clear();
    expect(second.keep('b', 1, 'x'.repeat(10))).toBe(true);
    second.forget('b');
    expect(pool.bytes).toBe(0);
  });

  it('never exceeds its bounds, replays in order, and keeps streams apart', () => {
    const step = fc.record({ stream: fc.constantFrom('a', 'b', 'c'), size: fc.nat(30), forget: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { buffer, pool } = bufferOf(7, 90, 80);
        let seq = 0;
        for (const { stream, size, forget } of steps) {
          if (forget && size % 7 === 0) buffer.forget(stream);
          else buffer.keep(stream, ++seq, stream.repeat(size));
          expect(buffer.size).toBeLessThanOrEqual(7);
          expect(buffer.bytes).toBeLessThanOrEqual(80);
          expect(pool.bytes).toBe(buffer.bytes);
        }
        for (const stream of ['a', 'b', 'c']) {
          const events = buffer.after(stream, 0);
          expect(events.every((event) => event.stream === stream && [...event.text].every((char) => char === stream))).toBe(true);
          expect(events.map((event) => event.seq)).toEqual(events.map((event) => event.seq).sort((x, y) => x - y));
        }
      }),
    );
  });
});
