// The assertion of a passkey (WebAuthn) over an approval: what is signed, and whether a signature is good. Needs nothing but the entries of the log.
// Used by whoever takes an assertion and by whoever verifies the log, so that what is kept always verifies (docs/audit-format.md §6.3).
// INVARIANT: an assertion is good for one ticket, digest, reviewer, verdict and nonce, and for no other (passkey.test.ts).
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { canonicalJson } from '../lib/canonical-json.ts';
import { isObject, type JsonObject } from '../lib/json.ts';

/** Bytes of each part of an assertion; their texts then fit an entry. */
export const MAX_ASSERTION_PART_BYTES = 1_500;
const MIN_RSA_BITS = 2_048;
const RP_HASH_BYTES = 32;
const FLAGS_AT = 32;
/** rpIdHash, flags, counter. */
const MIN_AUTHENTICATOR_DATA = 37;
export const USER_PRESENT = 0x01;
export const USER_VERIFIED = 0x04;

/** What an entry keeps of an assertion: everything that checking it takes. Bytes in base64url without padding. */
export interface PasskeyEvidence {
  /** Object name of the passkey. */
  name: string;
  credential: string;
  /** SubjectPublicKeyInfo, DER. */
  key: string;
  rpId: string;
  /** Of the challenge; hex. */
  nonce: string;
  authenticatorData: string;
  clientData: string;
  signature: string;
}

/** A passkey as the entry that registers it names it. */
export interface PasskeyRef {
  name: string;
  user: string;
  credential: string;
  key: string;
  rpId: string;
}

/** What somebody says yes (or no) to. */
export interface Asserted {
  ticket: string;
  digest: string;
  /** Operator, and the user it is linked to. */
  by: string;
  user: string;
  verdict: 'approve' | 'refuse';
}

/** What the authenticator signs: SHA-256 of the canonical text, base64url. The digest binds organization, call, rule and end of the ticket. */
export function challengeOf({ ticket, digest, by, user, verdict }: Asserted, nonce: string): string {
  const text = canonicalJson({ v: 1, for: 'sallyport-approval', ticket, digest, by, user, verdict, nonce });
  return createHash('sha256').update(text).digest('base64url');
}

/** Why the assertion is not good; undefined: it is. That the key is the user's is not asked here. */
export function assertionProblem(asserted: Asserted, evidence: PasskeyEvidence): string | undefined {
  const { key, rpId, nonce } = evidence;
  const [data, client, signature] = [evidence.authenticatorData, evidence.clientData, evidence.signature].map(bytesOf);
  if (!data || !client || !signature) return 'it is not in base64url, or too long';
  return (
    clientDataProblem(client, { type: 'webauthn.get', challenge: challengeOf(asserted, nonce), rpId }) ??
    authenticatorDataProblem(data, rpId) ??
    signatureProblem(key, data, client, signature)
  );
}

/** What the browser says of the ceremony. The exact origin is checked where the assertion is taken; here, that it belongs to the RP id. */
export function clientDataProblem(bytes: Uint8Array, wanted: { type: string; challenge: string; rpId: string }): string | undefined {
  const client = jsonOf(bytes);
  if (!client) return 'its client data is no JSON object';
  if (client.type !== wanted.type) return 'it is of another type';
  if (client.challenge !== wanted.challenge) return 'it is about something else';
  if (!isOriginOf(client.origin, wanted.rpId)) return 'it was made at another origin';
  return client.crossOrigin === true ? 'it was made in a frame of another origin' : undefined;
}

export function authenticatorDataProblem(bytes: Uint8Array, rpId: string): string | undefined {
  if (bytes.length < MIN_AUTHENTICATOR_DATA) return 'its authenticator data is cut off';
  const rpHash = createHash('sha256').update(rpId).digest();
  if (!rpHash.equals(bytes.subarray(0, RP_HASH_BYTES))) return 'it is for another site';
  const flags = bytes[FLAGS_AT] ?? 0;
  if ((flags & USER_PRESENT) === 0) return 'nobody was there';
  return (flags & USER_VERIFIED) === 0 ? 'the user was not verified' : undefined;
}

function signatureProblem(keyText: string, data: Uint8Array, client: Uint8Array, signature: Uint8Array): string | undefined {
  const key = passkeyKey(keyText);
  if (!key) return 'its key is none that is known here';
  const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return verify(digest, signed, key, signature) ? undefined : 'its signature is not good';
}

/** ES256 on P-256, Ed25519, or RS256; undefined for anything else, and for another spelling of the same key. */
export function passkeyKey(text: string): KeyObject | undefined {
  const der = bytesOf(text);
  const key = der && publicKey(der);
  if (!key || !der || !key.export({ format: 'der', type: 'spki' }).equals(der)) return undefined;
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const isKnown =
    type === 'ed25519' ||
    (type === 'ec' && details?.namedCurve === 'prime256v1') ||
    (type === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS);
  return isKnown ? key : undefined;
}

function publicKey(der: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** Bytes of base64url in its one spelling; undefined for anything else, and for too many. */
export function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length > 0 && bytes.length <= MAX_ASSERTION_PART_BYTES && bytes.toString('base64url') === text ? bytes : undefined;
}

export function jsonOf(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Scheme, host and port, where the host is the RP id or below it; https, but for localhost. */
function isOriginOf(origin: unknown, rpId: string): boolean {
  const [, scheme, host] = (typeof origin === 'string' && /^(https?):\/\/([a-z0-9.-]+)(?::[0-9]{1,5})?$/.exec(origin)) || [];
  if (host === undefined || rpId === '' || (scheme !== 'https' && host !== 'localhost')) return false;
  return host === rpId || host.endsWith(`.${rpId}`);
}
