// The answer of a browser that was asked to make a passkey: read into credential, key and counter, or a reason why not. Pure.
// No attestation is asked for: who holds the key is known from the invitation and the sign-in, not from the make of the authenticator.
import { authenticatorDataProblem, bytesOf, clientDataProblem, jsonOf, passkeyKey } from '../audit/passkey.ts';
import type { RelyingParty } from './review-link.ts';

/** What the page sends back; bytes in base64url. */
export interface RegistrationAnswer {
  authenticatorData: string;
  clientData: string;
}

export interface Registration {
  credential: string;
  /** SubjectPublicKeyInfo in DER, base64url. */
  key: string;
  counter: number;
}

/** COSE's numbers of the algorithms that are taken: ES256, EdDSA, RS256. */
export const ALGORITHMS = [-7, -8, -257] as const;
const FLAGS_AT = 32;
const COUNTER_AT = 33;
const HAS_KEY = 0x40;
const HAS_EXTENSIONS = 0x80;
/** After the counter: 16 bytes of model, two of length, the credential's id, its key. */
const ID_LENGTH_AT = 53;
const ID_AT = 55;
const MAX_ID_BYTES = 1_023;

/** `problem`: for whoever registers. */
export function readRegistration(
  answer: RegistrationAnswer,
  challenge: string,
  { id: rpId, origin }: RelyingParty,
): Registration | { problem: string } {
  const [data, client] = [bytesOf(answer.authenticatorData), bytesOf(answer.clientData)];
  if (!data || !client) return { problem: 'it is not in base64url, or too long' };
  const problem =
    clientDataProblem(client, { type: 'webauthn.create', challenge, rpId }) ??
    (jsonOf(client)?.origin === origin ? undefined : 'it was made at another origin') ??
    authenticatorDataProblem(data, rpId);
  if (problem !== undefined) return { problem };
  const flags = data[FLAGS_AT] ?? 0;
  const idBytes = data.length >= ID_AT ? data.readUInt16BE(ID_LENGTH_AT) : 0;
  if ((flags & HAS_KEY) === 0 || idBytes === 0 || idBytes > MAX_ID_BYTES || data.length < ID_AT + idBytes)
    return { problem: 'it has no key in it' };
  const key = keyOf(data.subarray(ID_AT + idBytes), (flags & HAS_EXTENSIONS) !== 0);
  const text = key?.toString('base64url');
  if (text === undefined || !passkeyKey(text)) return { problem: 'its key is of a kind that is not taken (ES256, Ed25519 and RS256 are)' };
  return { credential: data.subarray(ID_AT, ID_AT + idBytes).toString('base64url'), key: text, counter: counterOf(data) };
}

export function counterOf(authenticatorData: Buffer): number {
  return authenticatorData.readUInt32BE(COUNTER_AT);
}

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
const POINT_BYTES = 32;

/**
 * A COSE_Key as SubjectPublicKeyInfo. WebAuthn §6.5.1.1 prescribes the CTAP2 canonical form and no optional members, so each kind of key has one
 * beginning and the numbers at known places: no reader of CBOR is needed, and what looks otherwise is no key.
 */
function keyOf(cose: Buffer, hasMore: boolean): Buffer | undefined {
  for (const read of [es256, ed25519, rs256]) {
    const found = read(cose);
    if (found && (hasMore ? found.length <= cose.length : found.length === cose.length)) return found.key;
  }
  return undefined;
}

type FoundKey = { key: Buffer; length: number } | undefined;

const ES256 = hex('a5010203262001215820');
const ES256_Y = hex('225820');
const ES256_SPKI = hex('3059301306072a8648ce3d020106082a8648ce3d03010703420004');

function es256(cose: Buffer): FoundKey {
  const xAt = ES256.length;
  const yAt = xAt + POINT_BYTES + ES256_Y.length;
  if (!startsWith(cose, ES256) || !startsWith(cose.subarray(xAt + POINT_BYTES), ES256_Y)) return undefined;
  const point = [cose.subarray(xAt, xAt + POINT_BYTES), cose.subarray(yAt, yAt + POINT_BYTES)];
  return { key: Buffer.concat([ES256_SPKI, ...point]), length: yAt + POINT_BYTES };
}

const ED25519 = hex('a4010103272006215820');
const ED25519_SPKI = hex('302a300506032b6570032100');

function ed25519(cose: Buffer): FoundKey {
  if (!startsWith(cose, ED25519)) return undefined;
  const length = ED25519.length + POINT_BYTES;
  return { key: Buffer.concat([ED25519_SPKI, cose.subarray(ED25519.length, length)]), length };
}

const RS256 = hex('a401030339010020');
const RS256_E = hex('2143010001');
const RSA_ALGORITHM = hex('300d06092a864886f70d0101010500');
const RSA_EXPONENT = hex('0203010001');
/** Of a byte string with a length of two bytes. */
const TWO_BYTE_LENGTH = 0x59;

function rs256(cose: Buffer): FoundKey {
  const nAt = RS256.length + 3;
  if (!startsWith(cose, RS256) || cose[RS256.length] !== TWO_BYTE_LENGTH || cose.length < nAt) return undefined;
  const end = nAt + cose.readUInt16BE(RS256.length + 1);
  if (!startsWith(cose.subarray(end), RS256_E)) return undefined;
  const n = der(0x02, Buffer.concat([Buffer.alloc(1), cose.subarray(nAt, end)]));
  const numbers = der(0x30, Buffer.concat([n, RSA_EXPONENT]));
  return {
    key: der(0x30, Buffer.concat([RSA_ALGORITHM, der(0x03, Buffer.concat([Buffer.alloc(1), numbers]))])),
    length: end + RS256_E.length,
  };
}

function startsWith(bytes: Buffer, beginning: Buffer): boolean {
  return bytes.subarray(0, beginning.length).equals(beginning);
}

/** Of bodies from 128 to 65,535 bytes. */
function der(tag: number, body: Buffer): Buffer {
  const head = body.length < 0x100 ? [tag, 0x81, body.length] : [tag, 0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}
