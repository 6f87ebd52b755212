// Where a forward may connect to. An operator named the target, so private networks are allowed as for servers; what no log receiver lives at is
// not: link-local addresses (where clouds keep the credentials of a machine), multicast, broadcast, and the unspecified address.
// Looks at the resolved address, so a name that changes its mind is caught too.
import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { containsAny, type Network, parseAddress, parseNetwork } from '../../lib/network.ts';

const FORBIDDEN: readonly Network[] = [
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '100.100.100.200/32', '192.0.0.192/32'],
  ...['::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::/32'],
].flatMap((text) => parseNetwork(text) ?? []);

export function isForbiddenAddress(text: string): boolean {
  const address = parseAddress(text.replace(/^\[|\]$/g, ''));
  return address !== undefined && containsAny(FORBIDDEN, address);
}

export class ForbiddenTarget extends Error {
  constructor() {
    super('the target has an address that no log is sent to (link-local, multicast or unspecified)');
  }
}

/** Name resolution for sockets. INVARIANT: no connection is made to a forbidden address, whatever the name resolves to (connection-guard.test.ts). */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 4);
    if (addresses.some(({ address }) => isForbiddenAddress(address))) return callback(new ForbiddenTarget(), '', 4);
    if (options.all === true) return callback(null, addresses);
    const [first] = addresses;
    return first ? callback(null, first.address, first.family) : callback(new Error(`no address of ${hostname}`), '', 4);
  });
};
