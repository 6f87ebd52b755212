// Addresses that no log is sent to, however they are written or named.
import { describe, expect, it } from 'vitest';
import { guardedLookup, isForbiddenAddress } from './connection-guard.ts';

describe('connection guard', () => {
  it('knows link-local, multicast and unspecified addresses in every spelling', () => {
    const forbidden = [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      '::ffff:a9fe:a9fe',
      '[fe80::1]',
      'fe80::1%eth0',
      '0.0.0.0',
      '::',
      '[::]',
      '224.0.0.1',
    ];
    for (const text of [...forbidden, '255.255.255.255', 'ff02::1', 'fd00:ec2::254', '100.100.100.200'])
      expect(isForbiddenAddress(text), text).toBe(true);
    for (const text of ['127.0.0.1', '::1', '10.0.0.1', '192.168.1.1', '203.0.113.7', 'fd12::1', 'logs.example'])
      expect(isForbiddenAddress(text), text).toBe(false);
  });

  it('looks at what a name resolves to', async () => {
    const resolve = (host: string) =>
      new Promise<string>((done) => guardedLookup(host, { all: false }, (error, address) => done(error ? error.message : String(address))));
    expect(await resolve('127.0.0.1')).toBe('127.0.0.1');
    expect(await resolve('169.254.169.254')).toContain('no log is sent to');
    expect(await resolve('localhost')).toMatch(/^127\.|^::1$/);
  });
});
