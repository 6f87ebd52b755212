// A stream outlives the look at its token: it ends when the token does. Calls that end by themselves may finish.
import { GatewayError } from '../lib/error.ts';
import type { Flight } from './flight.ts';

/** Longest time a timer of the platform waits, milliseconds; a later end is waited for in pieces. */
const MAX_TIMER_MS = 2_147_483_647;

/** INVARIANT: no stream stays open after its token has expired (test/scenario/identity-token.test.ts). Returns what takes the timer back. */
export function endWithToken({ call, ports }: Flight): () => void {
  const expiresMs = call.principal?.expiresMs;
  if (call.kind !== 'subscription' || expiresMs === undefined) return () => undefined;
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const leftMs = expiresMs - ports.clock.nowMs();
    if (leftMs <= 0) call.abort(new GatewayError('frozen', 'The token of this call is not valid any more.'));
    else timer = setTimeout(look, Math.min(leftMs, MAX_TIMER_MS)).unref();
  };
  look();
  return () => clearTimeout(timer);
}
