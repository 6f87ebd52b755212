// Whose address a request has: what proxies say counts only from proxies that are trusted, and only as far as trust reaches.
import { expect, test } from 'vitest';
import { parseNetwork } from '../lib/network.ts';
import { clientAddress, MAX_FORWARDED_HOPS, NO_ADDRESS } from './client-address.ts';

const trusted = ['10.0.0.0/8', '::1'].map((text) => parseNetwork(text) ?? { bytes: new Uint8Array(), prefix: 0 });

test.each([
  ['without the header it is the peer', '10.0.0.1', undefined, '10.0.0.1'],
  ['a peer that is no proxy is not believed', '203.0.113.9', '192.0.2.1', '203.0.113.9'],
  ['the hop before the proxy is the client', '10.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['what the client wrote itself stands further left and does not count', '10.0.0.1', '127.0.0.1, 192.0.2.1', '192.0.2.1'],
  ['proxies in a row are passed over', '10.0.0.1', '6.6.6.6, 192.0.2.1, 10.2.2.2, 10.3.3.3', '192.0.2.1'],
  ['a mapped proxy is the proxy', '::ffff:10.0.0.1', '2001:db8::7', '2001:db8::7'],
  ['trust that reaches to the end gives the leftmost', '10.0.0.1', '10.9.9.9,10.2.2.2', '10.9.9.9'],
  ['a hop that is no address gives none', '10.0.0.1', '192.0.2.1, unknown', NO_ADDRESS],
  ['an address with a port is no address', '10.0.0.1', '192.0.2.1:443', NO_ADDRESS],
  ['an empty header gives none', '::1', '', NO_ADDRESS],
  ['what stands left of the client is never read', '10.0.0.1', `${'x'.repeat(1000)}, 192.0.2.1`, '192.0.2.1'],
])('%s', (_, peer, header, expected) => {
  expect(clientAddress(peer, header, trusted)).toBe(expected);
});

test('nobody is believed when no proxy is configured', () => {
  expect(clientAddress('127.0.0.1', '192.0.2.1', [])).toBe('127.0.0.1');
});

test('a chain is looked at up to its limit', () => {
  const chain = (hops: number) => ['192.0.2.1', ...new Array(hops - 1).fill('10.0.0.2')].join(',');
  expect(clientAddress('10.0.0.1', chain(MAX_FORWARDED_HOPS), trusted)).toBe('192.0.2.1');
  expect(clientAddress('10.0.0.1', chain(MAX_FORWARDED_HOPS + 1), trusted)).toBe(NO_ADDRESS);
});
