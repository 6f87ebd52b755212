// Waiting that ends with a signal. No timer or listener outlives the wait.
import type { Abortable } from '../lib/cutoff.ts';

/** False: the signal was aborted first. */
export function pause(ms: number, signal: Abortable): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const done = (whole: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      resolve(whole);
    };
    const aborted = () => done(false);
    const timer = setTimeout(() => done(true), ms);
    signal.addEventListener('abort', aborted, { once: true });
  });
}

/** Settles as the promise does, or rejects with the signal's reason when that comes first; what the promise stands for goes on. */
export function within<T>(promise: Promise<T>, signal: Abortable): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    const done = () => signal.removeEventListener('abort', aborted);
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    promise.then(
      (value) => {
        done();
        resolve(value);
      },
      (error: unknown) => {
        done();
        reject(error);
      },
    );
  });
}

/** Longest time one agent that does not read may keep a channel that others use from being read. */
export const MAX_STALL_MS = 5_000;

/** Back-pressure with an end. */
export function unstalled(wait: Promise<void> | undefined): Promise<void> | undefined {
  if (!wait) return undefined;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, MAX_STALL_MS);
    void wait.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
