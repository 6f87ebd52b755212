// Reads a request body: bounded, strict UTF-8, never partly. A body that is too long is answered while it is still arriving.
// Slow bodies end by the listener's request timeout, not here.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { AgentServerLimits } from './limits.ts';

/** `gone`: the client went away before the body was complete; there is nobody to answer. */
export type BodyFailure = 'too_large' | 'overloaded' | 'not_utf8' | 'gone';

/** Bytes of all bodies that are arriving or belong to a call that runs: a running call keeps its message. */
export class BodyBudget {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** Calls back exactly once. With a text comes `release`: the bytes stay counted until it is called. */
export function readBody(
  request: IncomingMessage,
  limits: AgentServerLimits,
  budget: BodyBudget,
  done: (text: string | undefined, failure: BodyFailure | undefined, release: () => void) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBodyBytes) {
    drainBody(request, limits);
    done(undefined, 'too_large', () => undefined);
    return;
  }
  let chunks: Buffer[] = [];
  let bytes = 0;
  let settled = false;
  const finish = (text: string | undefined, failure: BodyFailure | undefined): void => {
    if (settled) return;
    settled = true;
    const release = (): void => {
      budget.give(bytes);
      bytes = 0;
    };
    chunks = [];
    if (text === undefined) release();
    done(text, failure, release);
    if (failure === 'too_large' || failure === 'overloaded') drainBody(request, limits);
  };
  request.on('data', (chunk: Buffer) => {
    if (settled) return;
    if (bytes + chunk.length > limits.maxBodyBytes) finish(undefined, 'too_large');
    else if (!budget.take(chunk.length)) finish(undefined, 'overloaded');
    else {
      bytes += chunk.length;
      chunks.push(chunk);
    }
  });
  request.on('end', () => {
    if (settled) return;
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes);
    if (isUtf8(body)) finish(body.toString('utf8'), undefined);
    else finish(undefined, 'not_utf8');
  });
  request.on('close', () => finish(undefined, 'gone'));
  request.on('error', () => finish(undefined, 'gone'));
}

/** Throws a body away, bounded, so that an answer given before its end still reaches the client. */
export function drainBody(request: IncomingMessage, limits: AgentServerLimits): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limits.maxDrainBytes) request.destroy();
  });
  request.on('error', () => undefined);
}
