// What kind of place an IP address is, for connections to addresses that somebody named in a setting: public, private, or never to be reached.
// Never guesses: what is no address, or a form that hides another address, is `forbidden` or judged by the address inside it.
import { type Address, contains, containsAny, parseAddress, parseNetwork } from './network.ts';

/**
 * `private`: loopback, RFC 1918, RFC 6598, unique local: reached only where an operator says so.
 * `reserved`: documentation, benchmarks, retired and other space where nothing public lives.
 * `forbidden`: metadata services, link-local, multicast, broadcast, unspecified, and what is no address: never.
 */
export type AddressClass = 'public' | 'private' | 'reserved' | 'forbidden';

/** IANA special-purpose registries, RFC 6890 and updates; metadata services of clouds that stand in otherwise ordinary space come first. */
const FORBIDDEN = networks(
  // Metadata services outside the link-local block: AWS (IPv6), Alibaba Cloud, Oracle Cloud, Azure's wire server, Google Cloud and Scaleway (IPv6).
  ['fd00:ec2::/32', '100.100.100.200', '192.0.0.192', '168.63.129.16', 'fd20:ce::254', 'fd00:42::42'],
  ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
  ['::/128', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
);
const RESERVED = networks(
  ['192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '192.88.99.0/24'],
  ['100::/64', '2001::/23', '2001:db8::/32', '3fff::/20', '5f00::/16'],
);
const PRIVATE = networks(['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'], ['::1/128', 'fc00::/7']);

/** Prefixes whose last or middle bytes are an IPv4 address: that one counts. `at`: where it begins. */
const EMBEDDED = [
  { network: networks(['::/96'])[0], at: 12 },
  { network: networks(['::ffff:0:0:0/96'])[0], at: 12 },
  { network: networks(['64:ff9b::/96'])[0], at: 12 },
  { network: networks(['64:ff9b:1::/48'])[0], at: 12 },
  { network: networks(['2002::/16'])[0], at: 2 },
];

export function addressClass(text: string): AddressClass {
  const address = parseAddress(text);
  return address === undefined ? 'forbidden' : classOf(address);
}

function classOf(address: Address): AddressClass {
  if (containsAny(FORBIDDEN, address)) return 'forbidden';
  if (containsAny(PRIVATE, address)) return 'private';
  if (containsAny(RESERVED, address)) return 'reserved';
  for (const { network, at } of EMBEDDED) {
    if (network && contains(network, address)) return classOf(address.slice(at, at + 4));
  }
  return 'public';
}

function networks(...lists: readonly string[][]) {
  return lists.flat().map((text) => {
    const network = parseNetwork(text);
    if (!network) throw new Error(`${text} is no network`);
    return network;
  });
}
