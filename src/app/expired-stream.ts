// Ends standing streams whose token has expired: nothing else would look at a token again while nothing is said on its stream.
// Looks at the tokens in force, so that a rotation shortens the life of streams that are open already. Calls that end by themselves may finish.
import { GatewayError } from '../lib/error.ts';
import type { Inside } from './gateway.ts';

/** Between two looks, milliseconds: how long a stream may outlive its token. */
export const LOOK_MS = 500;

/** INVARIANT: no stream stays open after its token has expired (test/scenario/identity-token.test.ts). Returns what ends the looking. */
export function endExpiredStreams({ inFlight, control, clock }: Inside): () => void {
  const gone = new GatewayError('frozen', 'The token of this stream is not valid any more.');
  const timer = setInterval(() => {
    const nowMs = clock.nowMs();
    for (const { org, principals } of control.all()) {
      const ends = inFlight.doomed(org, ({ principal, isStanding }) => {
        if (!isStanding || principal.token === undefined) return undefined;
        return principals.principalOf(principal.token, nowMs) === undefined ? gone : undefined;
      });
      for (const end of ends) end();
    }
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}
