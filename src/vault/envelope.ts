// AES-256-GCM envelopes under one 32-byte key. Every envelope names its key; what it is for is authenticated with it.
// INVARIANT: a nonce is never used twice with the same key (envelope.test.ts). Each Envelope derives its own key from a random salt
// (HKDF-SHA-256, RFC 5869) and counts its nonces, so no number of messages or processes wears a key out.
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { GatewayError } from '../lib/error.ts';
import { type Random, systemRandom } from '../lib/id.ts';
import { Lru } from '../lib/lru.ts';

export const KEY_BYTES = 32;
export const KEY_ID_BYTES = 4;
const VERSION = 1;
const SALT_BYTES = 12;
const COUNTER_BYTES = 6;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + SALT_BYTES + COUNTER_BYTES;
/** Bytes an envelope is longer than what it holds. */
export const ENVELOPE_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;
/** Messages after which an Envelope takes a new salt. */
export const MESSAGES_PER_SALT = 2 ** 32;
const MAX_CACHED_SALTS = 256;
const HKDF_INFO = 'sallyport envelope v1';
const MAC_INFO = 'sallyport mac v1';

/** Layout: version(1) ‖ key id(4) ‖ salt(12) ‖ counter(6, big-endian) ‖ ciphertext ‖ tag(16); additional data = context ‖ header. */
export class Envelope {
  /** 8 hex characters. */
  readonly keyId: string;
  readonly #key: Uint8Array;
  readonly #random: Random;
  readonly #opened = new Lru<string, KeyObject>(MAX_CACHED_SALTS);
  #salt: Uint8Array;
  #sealKey: KeyObject;
  #counter = 0;
  #macKey: KeyObject | undefined;

  constructor(keyId: string, key: Uint8Array, random: Random = systemRandom) {
    if (!/^[0-9a-f]{8}$/.test(keyId) || key.length !== KEY_BYTES)
      throw new GatewayError('vault_key_invalid', 'A vault key has the wrong size.');
    this.keyId = keyId;
    this.#key = Uint8Array.from(key);
    this.#random = random;
    this.#salt = random.bytes(SALT_BYTES);
    this.#sealKey = this.#derive(this.#salt);
  }

  seal(context: string, plain: Uint8Array): Buffer {
    if (this.#counter === MESSAGES_PER_SALT) {
      this.#salt = this.#random.bytes(SALT_BYTES);
      this.#sealKey = this.#derive(this.#salt);
      this.#counter = 0;
    }
    const out = Buffer.allocUnsafe(plain.length + ENVELOPE_OVERHEAD_BYTES);
    out[0] = VERSION;
    out.write(this.keyId, 1, 'hex');
    out.set(this.#salt, 1 + KEY_ID_BYTES);
    out.writeUIntBE(this.#counter++, 1 + KEY_ID_BYTES + SALT_BYTES, COUNTER_BYTES);
    const header = out.subarray(0, HEADER_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonceOf(header), { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(context, header));
    out.set(cipher.update(plain), HEADER_BYTES);
    cipher.final();
    out.set(cipher.getAuthTag(), HEADER_BYTES + plain.length);
    return out;
  }

  /** undefined when the bytes are no envelope of this key, were changed, or were sealed for another context. Never throws on input. */
  open(context: string, sealed: Uint8Array): Buffer | undefined {
    if (keyIdOf(sealed) !== this.keyId) return undefined;
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const header = bytes.subarray(0, HEADER_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#keyFor(header), nonceOf(header), { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(context, header));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const plain = decipher.update(bytes.subarray(HEADER_BYTES, bytes.length - TAG_BYTES));
    try {
      decipher.final();
      return plain;
    } catch {
      return undefined;
    }
  }

  /** HMAC-SHA-256 of a text under a key of its own for this context, hex: equal texts can be told, the text cannot. */
  mac(context: string, text: string): string {
    this.#macKey ??= createSecretKey(new Uint8Array(hkdfSync('sha256', this.#key, '', MAC_INFO, KEY_BYTES)));
    return createHmac('sha256', this.#macKey).update(context).update('\0').update(text).digest('hex');
  }

  #keyFor(header: Buffer): KeyObject {
    const salt = header.subarray(1 + KEY_ID_BYTES, 1 + KEY_ID_BYTES + SALT_BYTES);
    const name = salt.toString('latin1');
    const known = this.#opened.get(name);
    if (known) return known;
    const key = this.#derive(salt);
    this.#opened.set(name, key);
    return key;
  }

  #derive(salt: Uint8Array): KeyObject {
    return createSecretKey(new Uint8Array(hkdfSync('sha256', this.#key, salt, HKDF_INFO, KEY_BYTES)));
  }
}

/** Id of the key an envelope names, 8 hex characters; undefined when the bytes are no envelope. */
export function keyIdOf(sealed: Uint8Array): string | undefined {
  if (sealed.length < ENVELOPE_OVERHEAD_BYTES || sealed[0] !== VERSION) return undefined;
  return Buffer.from(sealed.subarray(1, 1 + KEY_ID_BYTES)).toString('hex');
}

function nonceOf(header: Buffer): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  header.copy(nonce, NONCE_BYTES - COUNTER_BYTES, HEADER_BYTES - COUNTER_BYTES, HEADER_BYTES);
  return nonce;
}

function additionalData(context: string, header: Buffer): Buffer {
  const text = Buffer.from(context);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, header]);
}
