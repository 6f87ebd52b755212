// Whose address a request has: the TCP peer, or what trusted proxies in front say in X-Forwarded-For, read from the right.
// INVARIANT: a header of anybody else is never looked at, and one that cannot be read gives no address at all (client-address.test.ts).
import { containsAny, type Network, parseAddress } from '../lib/network.ts';

/** Hops looked at, from the right; a longer chain gives no address. */
export const MAX_FORWARDED_HOPS = 32;

/** Answered instead of an address: no network holds it. */
export const NO_ADDRESS = '';

/**
 * `forwardedFor`: value of the header, several ones joined by commas. Without trusted proxies, or from any other peer, the answer is the peer.
 * From the right, hops that are trusted proxies are passed over; the first other one is the client. When all are, it is the leftmost.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: readonly Network[]): string {
  if (trusted.length === 0 || forwardedFor === undefined || !isTrusted(peer, trusted)) return peer;
  const hops = forwardedFor.split(',', MAX_HEADER_HOPS);
  if (hops.length > MAX_FORWARDED_HOPS) return NO_ADDRESS;
  let client = peer;
  for (let i = hops.length - 1; i >= 0; i--) {
    client = (hops[i] ?? '').trim();
    if (parseAddress(client) === undefined) return NO_ADDRESS;
    if (!isTrusted(client, trusted)) return client;
  }
  return client;
}

const MAX_HEADER_HOPS = MAX_FORWARDED_HOPS + 1;

function isTrusted(text: string, trusted: readonly Network[]): boolean {
  const address = parseAddress(text);
  return address !== undefined && containsAny(trusted, address);
}
