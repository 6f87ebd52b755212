// Reads a request body: bounded, strict UTF-8, never partly. A body that is too long is answered while it is still arriving.
// Slow bodies end by the listener's request timeout, not here.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { AgentServerLimits } from './limits.ts';

/** `gone`: the client went away before the body was complete; there is nobody to answer. */
export type BodyFailure = 'too_large' | 'not_utf8' | 'gone';

/** Calls back exactly once. */
export function readBody(
  request: IncomingMessage,
  limits: AgentServerLimits,
  done: (text: string | undefined, failure: BodyFailure | undefined) => void,
): void {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.maxBodyBytes) {
    drainBody(request, limits);
    done(undefined, 'too_large');
    return;
  }
  let chunks: Buffer[] | undefined;
  let first: Buffer | undefined;
  let bytes = 0;
  let settled = false;
  const finish = (text: string | undefined, failure: BodyFailure | undefined): void => {
    if (settled) return;
    settled = true;
    done(text, failure);
  };
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (settled) {
      if (bytes > limits.maxDrainBytes) request.destroy();
      return;
    }
    if (bytes > limits.maxBodyBytes) {
      chunks = undefined;
      first = undefined;
      finish(undefined, 'too_large');
    } else if (first === undefined) first = chunk;
    else if (chunks === undefined) chunks = [first, chunk];
    else chunks.push(chunk);
  });
  request.on('end', () => {
    if (settled) return;
    const body = chunks === undefined ? first : Buffer.concat(chunks, bytes);
    if (body === undefined) finish('', undefined);
    else if (isUtf8(body)) finish(body.toString('utf8'), undefined);
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
