// A cutoff does what an AbortController does: both are put through the same steps.
import { describe, expect, it } from 'vitest';
import { Cutoff, nativeSignal } from './cutoff.ts';

describe.each([
  ['Cutoff', () => new Cutoff()],
  ['AbortController', () => new AbortController()],
] as const)('%s', (_name, make) => {
  it('tells every listener once, in order, and keeps the first reason', () => {
    const end = make();
    const told: string[] = [];
    for (const name of ['a', 'b', 'c']) end.signal.addEventListener('abort', () => told.push(name), { once: true });
    expect(end.signal.aborted).toBe(false);
    end.abort('first');
    end.abort('second');
    expect(told).toEqual(['a', 'b', 'c']);
    expect(end.signal.reason).toBe('first');
    expect(end.signal.aborted).toBe(true);
    end.signal.addEventListener('abort', () => told.push('late'));
    expect(told).toHaveLength(3);
  });

  it('forgets who takes itself out', () => {
    const end = make();
    const told: string[] = [];
    const listeners = ['a', 'b', 'c'].map((name) => () => void told.push(name));
    for (const listener of listeners) end.signal.addEventListener('abort', listener, { once: true });
    for (const listener of [listeners[0], listeners[2], () => undefined]) end.signal.removeEventListener('abort', listener as () => void);
    end.abort();
    expect(told).toEqual(['b']);
    expect(end.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  it('has the reason when the listener is told', () => {
    const end = make();
    let seen: unknown;
    end.signal.addEventListener('abort', () => {
      seen = [end.signal.aborted, end.signal.reason];
    });
    end.abort('why');
    expect(seen).toEqual([true, 'why']);
  });

  it('throws its reason when it has one', () => {
    const end = make();
    expect(() => end.signal.throwIfAborted()).not.toThrow();
    end.abort(new Error('why'));
    expect(() => end.signal.throwIfAborted()).toThrow('why');
  });

  it('has a signal of the engine that ends with it', () => {
    const end = make();
    const signal = nativeSignal(end.signal);
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(signal.aborted).toBe(false);
    end.abort('why');
    expect([signal.aborted, signal.reason]).toEqual([true, 'why']);
    expect(nativeSignal(end.signal).reason).toBe('why');
  });
});
