// Connections go to addresses that were looked at, however they are written or named.
import { describe, expect, it } from 'vitest';
import { AddressGuard, type Resolved } from './address-guard.ts';

const guard = (...addresses: string[]) =>
  new AddressGuard({ forbidden: 'never there', private: 'not inside' }, async () =>
    addresses.map((address): Resolved => ({ address, family: address.includes(':') ? 6 : 4 })),
  );

const looked = (by: AddressGuard, host: string, all: boolean) =>
  new Promise<unknown>((done) => by.lookup(host, { all }, (error, address) => done(error ? error.message : address)));

describe('a guard', () => {
  it.each(['169.254.169.254', '[::ffff:169.254.169.254]', '[64:ff9b::a9fe:a9fe]', '[fe80::1]', '0.0.0.0', '[::]', '224.0.0.1'])(
    'refuses %s before there is any name to look up',
    (host) => expect(() => guard().checkLiteral(host)).toThrow('never there'),
  );

  it('reaches what no words refuse', () => {
    expect(() => guard().checkLiteral('203.0.113.7')).not.toThrow();
    expect(() => guard().checkLiteral('[2606:4700:4700::1111]')).not.toThrow();
    expect(() => guard().checkLiteral('10.0.0.1')).toThrow('not inside');
    expect(() => new AddressGuard({ forbidden: 'never' }).checkLiteral('10.0.0.1')).not.toThrow();
  });

  it('looks at every address of a name', async () => {
    expect(await looked(guard('8.8.8.8'), 'a.example', false)).toBe('8.8.8.8');
    expect(await looked(guard('8.8.8.8', '1.1.1.1'), 'a.example', true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '1.1.1.1', family: 4 },
    ]);
    expect(await looked(guard('8.8.8.8', '169.254.169.254'), 'a.example', true)).toBe('never there');
    expect(await looked(guard('8.8.8.8', '10.0.0.1'), 'a.example', false)).toBe('not inside');
    expect(await looked(guard(), 'a.example', true)).toBe('the name has no address');
  });

  it('goes by the other addresses of a host nearby, and never to the one on its link', async () => {
    expect(await looked(guard('fe80::1%eth0', '8.8.8.8', 'FEBF::2'), 'host.local', true)).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await looked(guard('fe80::1', '8.8.8.8'), 'host.local', false)).toBe('8.8.8.8');
    expect(await looked(guard('fe80::1', '10.0.0.1'), 'host.local', true)).toBe('not inside');
    expect(await looked(guard('fe80::1', '169.254.169.254'), 'host.local', true)).toBe('never there');
    expect(await looked(guard('fe80::1'), 'host.local', true)).toBe('never there');
  });

  it('asks the system where nothing else is given', async () => {
    expect(await looked(new AddressGuard({}), 'localhost', false)).toMatch(/^127\.|^::1$/);
    expect(await looked(new AddressGuard({ private: 'not inside' }), 'localhost', false)).toBe('not inside');
  });
});
