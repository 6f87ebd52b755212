// The answer of a browser that made a passkey: read into the key that signs later, and refused when it looks otherwise than WebAuthn prescribes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Algorithm, Authenticator } from '../../test/support/authenticator.ts';
import { readRegistration } from './registration.ts';

const party = { id: 'gate.example', origin: 'https://gate.example' };
const CHALLENGE = 'Y2hhbGxlbmdl';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const madeBy = (authenticator: Authenticator) => {
  const answer = authenticator.register(CHALLENGE);
  return { answer, data: Buffer.from(answer.authenticatorData, 'base64url') };
};
const read = (data: Uint8Array, clientData: string) => readRegistration({ authenticatorData: text(data), clientData }, CHALLENGE, party);

describe('a registration', () => {
  it.each<Algorithm>(['ES256', 'EdDSA', 'RS256'])('with %s gives credential, key and counter', (algorithm) => {
    const authenticator = new Authenticator(party.origin, algorithm);
    authenticator.counter = 258;
    const { answer } = madeBy(authenticator);
    const { credential, key } = authenticator;
    expect(readRegistration(answer, CHALLENGE, party)).toEqual({ credential, key, counter: 258 });
  });

  it('may have extensions after the key where it says so, and nothing where not', () => {
    const { answer, data } = madeBy(new Authenticator(party.origin));
    const longer = Buffer.concat([data, Buffer.from('a1', 'hex')]);
    expect(read(longer, answer.clientData)).toHaveProperty('problem');
    longer[32] = (longer[32] ?? 0) | 0x80;
    expect(read(longer, answer.clientData)).toHaveProperty('key');
  });

  it.each<Algorithm>(['ES256', 'EdDSA', 'RS256'])('with %s, cut off anywhere, is refused', (algorithm) => {
    const { answer, data } = madeBy(new Authenticator(party.origin, algorithm));
    for (let length = 0; length < data.length; length++)
      expect(read(data.subarray(0, length), answer.clientData)).toHaveProperty('problem');
  });

  it('never throws, whatever the key looks like, and never gives a key of another kind', () => {
    const { answer, data } = madeBy(new Authenticator(party.origin));
    const keyAt = 55 + 32;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (cose) => {
        expect(read(Buffer.concat([data.subarray(0, keyAt), cose]), answer.clientData)).toHaveProperty('problem');
      }),
    );
    const offCurve = Buffer.from(data);
    offCurve.fill(0xff, keyAt + 10);
    expect(read(offCurve, answer.clientData)).toHaveProperty('problem');
  });
});
