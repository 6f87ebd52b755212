// What the JavaScript engine must be told about this program, once per process. Never anything a result depends on.
import { Buffer } from 'node:buffer';
import { setFlagsFromString } from 'node:v8';

/** Bytes that small buffers share. A call makes a dozen of them, about a kilobyte in all. */
const BUFFER_POOL_BYTES = 64 * 1024;

/**
 * So many, and `process.nextTick` is compiled while what it has seen is still of one kind. Compiled later, in the middle of a start, it falls back to
 * defining each member of its record by a call of the engine: 400 ns instead of 70, eight times a call.
 */
const TICKS = 2_000;

export function tuneEngine(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
  Buffer.poolSize = BUFFER_POOL_BYTES;
  for (let tick = 0; tick < TICKS; tick++) process.nextTick(nothing);
}

function nothing(): void {}

const FLAGS = [
  /**
   * The engine watches which of the first objects of each kind outlive a collection, and if nearly all do, makes every later one long-lived from
   * the start. When a burst of calls waits for its first commit, nearly all do, and from then on whatever a call touches is kept and copied until
   * the next full collection: a quarter of the CPU under load (bench/, 64 connections). Calls are short; this tells the engine so.
   */
  '--no-allocation-site-pretenuring',
  /**
   * Little outlives a short collection here, so the threads that help with it cost more to wake and to wait for than they save: without them the
   * engine's own threads take half the CPU under load, and the pauses of the main thread get no longer (bench/, 64 connections on 2 cores).
   */
  '--no-parallel-scavenge',
];
