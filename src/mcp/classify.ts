// Decides the era of one HTTP POST by what its body claims; headers only cross-check (2026-07-28 basic/versioning).
// Never decides by the session id, the method name alone, or a header alone.
import type { WireFailure } from './error-code.ts';
import type { Headers } from './headers.ts';
import type { RpcMessage } from './message.ts';
import type { Envelope } from './rev-2026-07-28/envelope.ts';

export type Classified =
  | { era: 'legacy' }
  /** A validated request: envelope read, headers checked. Any Mcp-Session-Id or Last-Event-ID is to be ignored. */
  | { era: 'modern'; envelope: Envelope }
  /** A modern notification; it needs no envelope, so there may be none. Answer 202. */
  | { era: 'modern'; envelope: undefined };

/**
 * Era of one message of a POST body. Responses are legacy by definition. `message` comes from parseMessage; elements of a batch must be
 * classified with `batch` true: a modern claim inside a batch is refused (-32600, 400).
 */
export function classify(_headers: Headers, _message: RpcMessage, _options: { batch?: boolean } = {}): Classified | WireFailure {
  throw new Error('not written yet');
}
