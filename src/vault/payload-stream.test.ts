// A stretch of key stream is never used twice, and every payload opens by itself, in any order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_STREAM_BYTES, PAYLOAD_OVERHEAD_BYTES, PayloadStream } from './payload-stream.ts';

const key = new Uint8Array(32).fill(7);
const stretch = (sealed: Uint8Array): { nonce: string; from: number; to: number } => {
  const bytes = Buffer.from(sealed);
  const from = bytes.readUIntBE(17, 6);
  return { nonce: bytes.subarray(5, 17).toString('hex'), from, to: from + bytes.length - PAYLOAD_OVERHEAD_BYTES };
};

describe('a payload stream', () => {
  it('opens every payload by itself, in any order, also in another process', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { minLength: 1, maxLength: 30 }), (payloads) => {
        const stream = new PayloadStream('00112233', key, 'org');
        const sealed = payloads.map((payload) => stream.seal(payload));
        const other = new PayloadStream('00112233', key, 'org');
        for (const [at, bytes] of [...sealed.entries()].reverse()) expect(other.open(bytes)).toEqual(Buffer.from(payloads[at] ?? []));
      }),
    );
  });

  it('opens payloads of all lengths, small ones among large ones', () => {
    const lengths = [
      0, 1, 15, 16, 17, 4095, 4096, 4097, 300, 16_384, 16_383, 5, 40_000, 300, 100_000, 0, 7, 12_289, 4_000, 4_000, 4_000, 4_000, 1,
    ];
    const stream = new PayloadStream('00112233', key, 'org');
    const payloads = lengths.map((length, n) => Buffer.alloc(length, n + 1));
    const sealed = payloads.map((payload) => stream.seal(payload));
    const other = new PayloadStream('00112233', key, 'org');
    for (const [at, bytes] of sealed.entries()) expect(other.open(bytes)?.equals(payloads[at] as Buffer), `${at}`).toBe(true);
    expect(payloads.every((payload, n) => payload.every((byte) => byte === n + 1))).toBe(true);
  });

  it('opens what was sealed in steps, whatever was sealed between them, and uses no stretch twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9_000 }), fc.integer({ min: 1, max: 2_000 }), (plain, step) => {
        const stream = new PayloadStream('00112233', key, 'org');
        const between: Buffer[] = [];
        const work = stream.sealInSteps(plain, step);
        let done = work.next();
        for (; !done.done; done = work.next()) between.push(stream.seal(Buffer.alloc(4_100, between.length)));
        const other = new PayloadStream('00112233', key, 'org');
        expect(other.open(done.value)).toEqual(Buffer.from(plain));
        for (const [n, sealed] of between.entries()) expect(other.open(sealed)?.every((byte) => byte === n % 256)).toBe(true);
        expect(between.every((sealed) => stretch(sealed).nonce !== stretch(done.value as Uint8Array).nonce)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('never uses a stretch of key stream twice', () => {
    const streams = [new PayloadStream('00112233', key, 'org'), new PayloadStream('00112233', key, 'org')];
    const used = streams.flatMap((stream) => Array.from({ length: 500 }, (_, n) => stretch(stream.seal(new Uint8Array(n % 37)))));
    used.sort((a, b) => (a.nonce === b.nonce ? a.from - b.from || a.to - b.to : a.nonce < b.nonce ? -1 : 1));
    used.forEach((now, at) => {
      const before = used[at - 1];
      if (before?.nonce === now.nonce) expect(now.from).toBeGreaterThanOrEqual(before.to);
    });
  });

  it('takes a new nonce before the stream is too long', () => {
    const stream = new PayloadStream('00112233', key, 'org');
    const big = new Uint8Array(MAX_STREAM_BYTES / 4);
    const nonces = Array.from({ length: 5 }, () => stretch(stream.seal(big)).nonce);
    expect(new Set(nonces).size).toBe(2);
    expect(nonces[3]).toBe(nonces[0]);
  }, 600_000);

  it('does not open what belongs to another key or is too short', () => {
    const sealed = new PayloadStream('00112233', key, 'org').seal(Buffer.from('secret'));
    expect(new PayloadStream('00112244', key, 'org').open(sealed)).toBeUndefined();
    expect(new PayloadStream('00112233', key, 'other').open(sealed)).not.toEqual(Buffer.from('secret'));
    expect(new PayloadStream('00112233', key, 'org').open(sealed.subarray(0, 10))).toBeUndefined();
    expect(sealed.includes('secret')).toBe(false);
  });
});
