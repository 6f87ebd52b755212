// One signal out of several, for the length of one piece of work. AbortSignal.any leaves a trace of every use on a source that lives long;
// this leaves nothing behind on any of them.

import type { Abortable } from './cutoff.ts';

/**
 * Runs `work` with a signal that is aborted, with the same reason, as soon as one of the sources is, or after `timeoutMs` milliseconds
 * (reason: TimeoutError). INVARIANT: no listener and no timer outlives the work (test/scenario/attack-load.test.ts, "leaves nothing on them").
 */
export async function underSignals<T>(
  sources: readonly Abortable[],
  timeoutMs: number | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const joined = new AbortController();
  const listeners: (() => void)[] = [];
  const late = (): void => joined.abort(new DOMException(`nothing happened within ${timeoutMs} ms`, 'TimeoutError'));
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  try {
    for (const source of sources) {
      const follow = (): void => joined.abort(source.reason);
      if (source.aborted) follow();
      source.addEventListener('abort', follow, { once: true });
      listeners.push(() => source.removeEventListener('abort', follow));
    }
    return await work(joined.signal);
  } finally {
    clearTimeout(timer);
    for (const remove of listeners) remove();
  }
}
