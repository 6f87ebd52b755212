// An authenticator in software, as a browser with a security key would answer: real keys, real signatures, and every way to do it wrong.
// Written from the WebAuthn text (§5.8.1, §6.1, §6.5), not from what the gateway reads.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

/** What may be done otherwise than right. */
export interface Odd {
  type?: string;
  origin?: string;
  rpId?: string;
  challenge?: string;
  crossOrigin?: boolean;
  /** 0x01 user present, 0x04 user verified, 0x40 there is a key. */
  flags?: number;
  counter?: number;
}

export interface Registered {
  authenticatorData: string;
  clientData: string;
}

export interface Assertion extends Registered {
  credential: string;
  signature: string;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

export class Authenticator {
  readonly id = randomBytes(32);
  readonly #rpId: string;
  readonly #origin: string;
  readonly #privateKey: KeyObject;
  readonly #cose: Buffer;
  /** SubjectPublicKeyInfo, base64url. */
  readonly key: string;
  counter = 0;

  constructor(origin: string, algorithm: Algorithm = 'ES256') {
    this.#origin = origin;
    this.#rpId = new URL(origin).hostname;
    const { privateKey, publicKey } = keysOf(algorithm);
    this.#privateKey = privateKey;
    this.key = text(publicKey.export({ format: 'der', type: 'spki' }));
    this.#cose = coseOf(publicKey, algorithm);
  }

  get credential(): string {
    return text(this.id);
  }

  register(challenge: string, odd: Odd = {}): Registered {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.id, this.#cose]);
    const data = Buffer.concat([this.#head(odd, 0x45), attested]);
    return { authenticatorData: text(data), clientData: text(this.#client('webauthn.create', challenge, odd)) };
  }

  assert(challenge: string, odd: Odd = {}): Assertion {
    this.counter++;
    const data = this.#head(odd, 0x05);
    const client = this.#client('webauthn.get', challenge, odd);
    const signed = Buffer.concat([data, sha256(client)]);
    const digest = this.#privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    const signature = text(sign(digest, signed, this.#privateKey));
    return { credential: this.credential, authenticatorData: text(data), clientData: text(client), signature };
  }

  #head({ rpId, flags, counter }: Odd, usual: number): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter ?? this.counter);
    return Buffer.concat([sha256(rpId ?? this.#rpId), Buffer.from([flags ?? usual]), count]);
  }

  #client(type: string, challenge: string, odd: Odd): Buffer {
    const told = {
      type: odd.type ?? type,
      challenge: odd.challenge ?? challenge,
      origin: odd.origin ?? this.#origin,
      crossOrigin: odd.crossOrigin ?? false,
    };
    return Buffer.from(JSON.stringify(told));
  }
}

function keysOf(algorithm: Algorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** COSE_Key in the CTAP2 canonical form (RFC 9053 §7, WebAuthn §6.5.1.1). */
function coseOf(key: KeyObject, algorithm: Algorithm): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const bytes = (value: string | undefined): Buffer => Buffer.from(value ?? '', 'base64url');
  const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
  if (algorithm === 'EdDSA') return Buffer.concat([hex('a4010103272006215820'), bytes(jwk.x)]);
  if (algorithm === 'RS256') return Buffer.concat([hex('a401030339010020590100'), bytes(jwk.n), hex('2143010001')]);
  return Buffer.concat([hex('a5010203262001215820'), bytes(jwk.x), hex('225820'), bytes(jwk.y)]);
}
