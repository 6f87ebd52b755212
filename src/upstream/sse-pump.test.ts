// The pump between a response and a slow listener: order, one event at a time, what waits is handed out before the end is reported.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SsePump, type SsePumpOptions } from './sse-pump.ts';

interface Bench {
  pump: SsePump;
  seen: string[];
  ends: unknown[];
  moves: string[];
  /** Lets the listener finish with its event. */
  release(): Promise<void>;
}

function bench(more: Partial<SsePumpOptions> = {}): Bench {
  const seen: string[] = [];
  const ends: unknown[] = [];
  const moves: string[] = [];
  let gate = Promise.withResolvers<void>();
  const pump = new SsePump({
    maxEventBytes: 100,
    onEvent: ({ data }) => {
      seen.push(data);
      gate = Promise.withResolvers<void>();
      return gate.promise;
    },
    pause: () => moves.push('pause'),
    resume: () => moves.push('resume'),
    done: (failure) => ends.push(failure),
    ...more,
  });
  const release = async () => {
    gate.resolve();
    await turn();
  };
  return { pump, seen, ends, moves, release };
}

describe('event pump', () => {
  it('hands out one event at a time and resumes when nothing waits', async () => {
    const { pump, seen, moves, release } = bench();
    pump.push(Buffer.from('data: 1\n\ndata: 2\n\nda'));
    pump.push(Buffer.from('ta: 3\n\n'));
    expect(seen).toEqual(['1']);
    await release();
    expect(seen).toEqual(['1', '2']);
    await release();
    expect(moves).not.toContain('resume');
    await release();
    expect(seen).toEqual(['1', '2', '3']);
    expect(moves.at(-1)).toBe('resume');
    expect(pump.waiting).toBe(false);
  });

  it.each([[undefined], [new Error('reset')]])('reports the end (%s) once, after what waited', async (failure) => {
    const { pump, seen, ends, release } = bench();
    pump.push(Buffer.from('data: 1\n\n'));
    pump.push(Buffer.from('data: 2\n\n'));
    pump.end(failure);
    expect(ends).toEqual([]);
    await release();
    await release();
    await release();
    expect(seen).toEqual(['1', '2']);
    expect(ends).toEqual([failure]);
  });

  it('says nothing after it was stopped', async () => {
    const { pump, seen, ends, moves, release } = bench();
    pump.push(Buffer.from('data: 1\n\ndata: 2\n\n'));
    pump.stop();
    await release();
    pump.push(Buffer.from('data: 3\n\n'));
    expect(seen).toEqual(['1']);
    expect(ends).toEqual([]);
    expect(moves).toEqual(['pause']);
  });

  it('ends with what the listener throws or rejects with, and with an event that is too large', async () => {
    const reasons: unknown[] = [];
    const done = (failure: unknown) => reasons.push(failure);
    const thrown = new Error('thrown');
    const throwing = bench({
      done,
      onEvent: () => {
        throw thrown;
      },
    });
    throwing.pump.push(Buffer.from('data: 1\n\n'));
    const rejected = new Error('rejected');
    bench({ done, onEvent: () => Promise.reject(rejected) }).pump.push(Buffer.from('data: 1\n\n'));
    bench({ done }).pump.push(Buffer.from(`data: ${'x'.repeat(200)}`));
    await turn();
    expect(reasons).toEqual([thrown, 'too_large', rejected]);
  });
});
