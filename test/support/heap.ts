// How much of the heap is in use after a collection, looked at again and again while something goes on. For processes of their own.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface HeapPeak {
  look(): void;
  /** The most that a look found. */
  readonly mib: number;
}

export function heapPeak(): HeapPeak {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let peak = 0;
  return {
    look() {
      collect();
      peak = Math.max(peak, process.memoryUsage().heapUsed);
    },
    get mib() {
      return peak / 1_048_576;
    },
  };
}
