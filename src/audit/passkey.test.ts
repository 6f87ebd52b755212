// Assertions of passkeys: what one is good for, and that every change of it is found.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Algorithm, Authenticator, type Odd } from '../../test/support/authenticator.ts';
import { BEN } from '../../test/support/passkey-log.ts';
import { type Asserted, assertionProblem, challengeOf, MAX_ASSERTION_PART_BYTES, type PasskeyEvidence, passkeyKey } from './passkey.ts';

const said: Asserted = { ticket: 'appr_1', digest: 'd'.repeat(64), by: 'ben', user: 'bob', verdict: 'approve' };
const ORIGIN = 'https://gate.example:8443';
const NONCE = 'ab'.repeat(16);

function evidenceOf(odd: Odd = {}, algorithm: Algorithm = 'ES256', about: Asserted = said): PasskeyEvidence {
  const authenticator = new Authenticator(ORIGIN, algorithm);
  const made = authenticator.assert(challengeOf(about, NONCE), odd);
  return { name: 'bob-1', key: authenticator.key, rpId: 'gate.example', nonce: NONCE, ...made };
}

describe('an assertion', () => {
  it.each<Algorithm>(['ES256', 'EdDSA', 'RS256'])('with %s is good, and not with any character of it changed', (algorithm) => {
    const evidence = evidenceOf({}, algorithm);
    expect(assertionProblem(said, evidence)).toBeUndefined();
    for (const part of ['authenticatorData', 'clientData', 'signature', 'nonce', 'rpId', 'key'] as const) {
      const whole = evidence[part];
      for (let at = 0; at < whole.length; at++) {
        // A key with another exponent or identifier is another key: the registration says which is meant.
        if (part === 'key' && algorithm === 'RS256') continue;
        const other = whole[at] === 'A' ? 'B' : 'A';
        const changed = { ...evidence, [part]: `${whole.slice(0, at)}${other}${whole.slice(at + 1)}` };
        expect(assertionProblem(said, changed), `${part} at ${at}`).toBeDefined();
      }
      expect(assertionProblem(said, { ...evidence, [part]: `${whole}A` })).toBeDefined();
      expect(assertionProblem(said, { ...evidence, [part]: '' })).toBeDefined();
    }
  });

  it.each<[string, Partial<Asserted>]>([
    ['ticket', { ticket: 'appr_2' }],
    ['digest', { digest: 'e'.repeat(64) }],
    ['reviewer', { by: 'cyd' }],
    ['user', { user: 'uma' }],
    ['verdict', { verdict: 'refuse' }],
  ])('is good for one %s only', (_what, other) => {
    expect(assertionProblem({ ...said, ...other }, evidenceOf())).toBe('it is about something else');
  });

  it.each<[string, Odd]>([
    ['the user was not verified', { flags: 0x01 }],
    ['nobody was there', { flags: 0x04 }],
    ['it is for another site', { rpId: 'evil.example' }],
    ['it was made at another origin', { origin: 'https://evil.example' }],
    ['it was made at another origin', { origin: 'https://evilgate.example' }],
    ['it was made at another origin', { origin: 'http://gate.example' }],
    ['it was made at another origin', { origin: 'https://gate.example@evil.example' }],
    ['it was made at another origin', { origin: 'https://gate.example/' }],
    ['it was made in a frame of another origin', { crossOrigin: true }],
    ['it is of another type', { type: 'webauthn.create' }],
    ['it is about something else', { challenge: 'AAAA' }],
  ])('is refused: %s (%o)', (problem, odd) => {
    expect(assertionProblem(said, evidenceOf(odd))).toBe(problem);
  });

  it('is refused when it is cut off, too long, no JSON, or signed by another key', () => {
    const evidence = evidenceOf();
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
    const short = { ...evidence, authenticatorData: text(Buffer.from(evidence.authenticatorData, 'base64url').subarray(0, 36)) };
    expect(assertionProblem(said, short)).toBe('its authenticator data is cut off');
    const long = { ...evidence, clientData: text(new Uint8Array(MAX_ASSERTION_PART_BYTES + 1)) };
    expect(assertionProblem(said, long)).toBe('it is not in base64url, or too long');
    for (const client of ['[]', '{', '"x"', '\ufeff{}', 'null'])
      expect(assertionProblem(said, { ...evidence, clientData: text(Buffer.from(client)) })).toBe('its client data is no JSON object');
    expect(assertionProblem(said, { ...evidence, key: new Authenticator(ORIGIN).key })).toBe('its signature is not good');
  });
});

it('only keys of the kinds that are known are taken, each in one spelling', () => {
  const spki = (type: 'p384' | 'rsa' | 'ed448') => {
    const pair =
      type === 'p384'
        ? generateKeyPairSync('ec', { namedCurve: 'P-384' })
        : type === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: 1024 })
          : generateKeyPairSync('ed448');
    return pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  };
  for (const type of ['p384', 'rsa', 'ed448'] as const) expect(passkeyKey(spki(type)), type).toBeUndefined();
  const trailing = Buffer.concat([Buffer.from(BEN.key, 'base64url'), Buffer.alloc(3)]).toString('base64url');
  expect(passkeyKey(trailing)).toBeUndefined();
  expect(passkeyKey('AAAA')).toBeUndefined();
  expect(passkeyKey(BEN.key)?.asymmetricKeyType).toBe('ec');
});
