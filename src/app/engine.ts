// What the JavaScript engine must be told about this program, once per process. Never anything a result depends on.
import { Buffer } from 'node:buffer';
import { setFlagsFromString } from 'node:v8';

/** Bytes that small buffers share. A call makes a dozen of them, about a kilobyte in all. */
const BUFFER_POOL_BYTES = 64 * 1024;

/**
 * The engine watches which of the first objects of each kind outlive a collection, and if nearly all do, makes every later one long-lived from
 * the start. When a burst of calls waits for its first commit, nearly all do, and from then on whatever a call touches is kept and copied until
 * the next full collection: a quarter of the CPU under load (bench/, 64 connections). Calls are short; this tells the engine so.
 */
export function tuneEngine(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  Buffer.poolSize = BUFFER_POOL_BYTES;
}
