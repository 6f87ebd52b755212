// Checkpoints: the size and root of a log's tree in a signed note (C2SP tlog-checkpoint and signed-note, Ed25519). Writing, reading, checking.
// Never signs anything but the text of a checkpoint, and never accepts a note that has more than one spelling.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { sha256Bytes } from '../lib/digest.ts';
import { HASH_BYTES } from './merkle.ts';

export interface Checkpoint {
  /** Which log: `sallyport/` organization `/` first 16 characters of the hash of entry 1. */
  origin: string;
  size: number;
  root: Uint8Array;
}

export interface SignedCheckpoint extends Checkpoint {
  /** The text that is signed, with its last line end. */
  text: string;
  signatures: readonly { name: string; keyId: string; signature: Uint8Array }[];
}

/** Longest note and most signatures that are looked at. */
export const MAX_NOTE_UNITS = 16 * 1024;
export const MAX_NOTE_SIGNATURES = 32;

/** C2SP signed-note §Signature types: Ed25519. */
const ED25519 = 1;
export const SEED_BYTES = 32;
const SIGNATURE_BYTES = 64;
const KEY_ID_BYTES = 4;

export function originOf(org: string, firstEntryHash: string): string {
  return `sallyport/${org}/${firstEntryHash.slice(0, 16)}`;
}

/** What signs: the key pair of a 32-byte seed under a name without spaces and `+`. */
export class NoteSigner {
  readonly name: string;
  readonly #key: KeyObject;
  readonly #keyId: Buffer;
  /** Verifier key as C2SP writes it: `name+keyid+base64`. Public. */
  readonly verifierKey: string;

  constructor(name: string, seed: Uint8Array) {
    if (!KEY_NAME.test(name) || seed.length !== SEED_BYTES) throw new RangeError('not a name and a seed of a signing key');
    this.name = name;
    this.#key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES);
    const typed = Buffer.concat([Buffer.from([ED25519]), publicKey]);
    this.#keyId = keyIdOf(name, typed);
    this.verifierKey = `${name}+${this.#keyId.toString('hex')}+${typed.toString('base64')}`;
  }

  /** The signature line of a text, with its line end. */
  sign(text: string): string {
    const signature = sign(null, Buffer.from(text, 'utf8'), this.#key);
    return `— ${this.name} ${Buffer.concat([this.#keyId, signature]).toString('base64')}\n`;
  }
}

/** The whole note. */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  const text = checkpointText(checkpoint);
  return `${text}\n${signers.map((signer) => signer.sign(text)).join('')}`;
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** undefined for anything that is not exactly one checkpoint note. Lines after the root (extensions) are read over, and signed with the rest. */
export function parseCheckpoint(note: string): SignedCheckpoint | undefined {
  if (note.length > MAX_NOTE_UNITS || !note.isWellFormed()) return undefined;
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, end + 1);
  const [origin = '', sizeText = '', rootText = '', ...rest] = text.slice(0, -1).split('\n');
  const root = strictBase64(rootText);
  const size = Number(sizeText);
  if (origin === '' || !/^(?:0|[1-9]\d{0,15})$/.test(sizeText) || !Number.isSafeInteger(size)) return undefined;
  if (root?.length !== HASH_BYTES || rest.includes('')) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_NOTE_SIGNATURES) return undefined;
  const signatures = lines.map(parseSignature);
  if (signatures.includes(undefined)) return undefined;
  return { origin, size, root, text, signatures: signatures as SignedCheckpoint['signatures'] };
}

/** The note with more signature lines; undefined when it would be no note any more. Lines that it has are not added again. */
export function withSignatures(note: string, lines: readonly string[]): string | undefined {
  const known = new Set(note.split('\n'));
  const added = note + lines.filter((line) => !known.has(line.slice(0, -1))).join('');
  return parseCheckpoint(added) ? added : undefined;
}

function parseSignature(line: string): SignedCheckpoint['signatures'][number] | undefined {
  const [, name, encoded] = /^— ([^\s+]{1,256}) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : strictBase64(encoded);
  if (name === undefined || !bytes || bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES).toString('hex'), signature: bytes.subarray(KEY_ID_BYTES) };
}

export interface VerifierKey {
  name: string;
  keyId: string;
  text: string;
  key: KeyObject;
}

/** undefined for anything but an Ed25519 verifier key whose id is right. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  return parseKey(text, ED25519);
}

/** The same for another type of Ed25519 signature (C2SP signed-note §Signature types). */
export function parseKey(text: string, type: number): VerifierKey | undefined {
  const [, name, keyId, encoded] = /^([^\s+]{1,256})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text) ?? [];
  const typed = encoded === undefined ? undefined : strictBase64(encoded);
  if (name === undefined || keyId === undefined || typed?.length !== 1 + SEED_BYTES || typed[0] !== type) return undefined;
  if (keyIdOf(name, typed).toString('hex') !== keyId) return undefined;
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, typed.subarray(1)]), format: 'der', type: 'spki' });
  return { name, keyId, text, key };
}

/** A good signature by one of these keys. A bad one by a known key is a bad note, whatever else it carries. */
export function signedBy(checkpoint: SignedCheckpoint, keys: readonly VerifierKey[]): VerifierKey | undefined {
  let found: VerifierKey | undefined;
  for (const { name, keyId, signature } of checkpoint.signatures) {
    for (const key of keys) {
      if (key.name !== name || key.keyId !== keyId) continue;
      const good = signature.length === SIGNATURE_BYTES && verify(null, Buffer.from(checkpoint.text, 'utf8'), key.key, signature);
      if (!good) return undefined;
      found ??= key;
    }
  }
  return found;
}

const KEY_NAME = /^[^\s+]{1,256}$/u;

/** First bytes of the hash of a key's name, type and bytes. */
export function keyIdOf(name: string, typedKey: Uint8Array): Buffer {
  return sha256Bytes(Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), typedKey])).subarray(0, KEY_ID_BYTES);
}

/** One spelling for each value: what decodes to the same bytes in another one is refused. */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** RFC 8410: what stands in front of the 32 bytes of a private or public key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
