// Addresses and networks: every form an address comes in, and what must not be taken for one.
import { expect, test } from 'vitest';
import { contains, containsAny, parseAddress, parseNetwork } from './network.ts';

const within = (network: string, address: string): boolean => {
  const [parsed, from] = [parseNetwork(network), parseAddress(address)];
  if (!parsed || !from) throw new Error(`${network} or ${address} cannot be read`);
  return contains(parsed, from);
};

test.each([
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.1.2.128/25', '10.1.2.127', false],
  ['10.1.2.128/25', '10.1.2.200', true],
  ['192.168.1.7', '192.168.1.7', true],
  ['192.168.1.7', '192.168.1.8', false],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['2001:db8::/33', '2001:db8:8000::', false],
  ['::1', '::1', true],
  ['fe80::/10', 'fe80::1%eth0', true],
])('%s holds %s: %s', (network, address, expected) => {
  expect(within(network, address)).toBe(expected);
});

test('an IPv4-mapped IPv6 address is the IPv4 address it holds, in addresses and in networks', () => {
  for (const mapped of ['::ffff:10.1.2.3', '::FFFF:10.1.2.3', '::ffff:a01:203', '0:0:0:0:0:ffff:10.1.2.3']) {
    expect(within('10.0.0.0/8', mapped)).toBe(true);
    expect(within('11.0.0.0/8', mapped)).toBe(false);
    // Or whoever allows every IPv6 address would have allowed every IPv4 address, too.
    expect(within('::/0', mapped)).toBe(false);
  }
  expect(within('::ffff:10.0.0.0/104', '10.9.9.9')).toBe(true);
  expect(within('::ffff:10.0.0.0/104', '::ffff:11.0.0.1')).toBe(false);
});

test.each([
  '',
  '10.0.0.0/33',
  '10.0.0.1/8',
  '10.0.0/8',
  '010.0.0.0/8',
  '10.0.0.0/08',
  '10.0.0.0/',
  '10.0.0.0/8 ',
  '::1/129',
  '2001:db8::1/32',
  'fe80::1%eth0/64',
  'localhost',
  '1/8',
  '０.0.0.0/0',
])('%j is no network', (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});

test.each(['', 'unknown', '10.0.0', '10.0.0.256', '0x0a.0.0.1', '10.0.0.1:443', '[::1]', '1.2.3.4/32', '１.2.3.4'])(
  '%j is no address',
  (text) => {
    expect(parseAddress(text)).toBeUndefined();
  },
);

test('no network holds nothing', () => {
  expect(containsAny([], new Uint8Array(4))).toBe(false);
});
