// Which addresses are public, which need an operator's word, and which are never reached, whatever form they are written in.
import { describe, expect, it } from 'vitest';
import { addressClass } from './address-class.ts';

describe('classes of addresses', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '100.63.255.255', '2606:4700:4700::1111', '::ffff:8.8.8.8'])(
    '%s is public',
    (text) => expect(addressClass(text)).toBe('public'),
  );

  it.each([
    ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '::1', 'fd12:3456::1'],
    ...['::ffff:10.0.0.1', '::10.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::'],
  ])('%s is private', (text) => expect(addressClass(text)).toBe('private'));

  it.each([
    ...[
      '169.254.169.254',
      '169.254.170.2',
      '100.100.100.200',
      '192.0.0.192',
      '168.63.129.16',
      'fd00:ec2::254',
      'fd20:ce::254',
      'fd00:42::42',
    ],
    ...[
      '::ffff:169.254.169.254',
      '::169.254.169.254',
      '64:ff9b::a9fe:a9fe',
      '2002:a9fe:a9fe::',
      '::ffff:0:a9fe:a9fe',
      'fe80::1',
      'fe80::1%eth0',
    ],
    ...['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', '239.1.1.1', '255.255.255.255', '240.0.0.1', 'ff02::1'],
    ...['localhost', '', '1.2.3', '0x7f.1', 'example.org'],
  ])('%s is never reached', (text) => expect(addressClass(text)).toBe('forbidden'));

  it.each(['198.18.0.1', '192.0.2.1', '203.0.113.7', '192.0.0.8', '2001:db8::1', '2001::1', '::ffff:198.51.100.1', '64:ff9b::c000:201'])(
    '%s is reserved',
    (text) => expect(addressClass(text)).toBe('reserved'),
  );
});
