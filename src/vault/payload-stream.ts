// Sealing many payloads cheaply: one AES-256-CTR key stream under a key of its own, each payload a stretch of it, noted by its offset.
// INVARIANT: no stretch of a key stream is used twice: every stream has a fresh random nonce, and offsets only grow (payload-stream.test.ts).
// There is no tag here: a payload's integrity is its salted commitment in the hash-chained log. Never use this for anything that has none.
import { type Cipheriv, createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { type Random, systemRandom } from '../lib/id.ts';

const VERSION = 2;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const OFFSET_BYTES = 6;
const BLOCK_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + OFFSET_BYTES;
const KEY_BYTES = 32;
/** Bytes a sealed payload is longer than what it holds. */
export const PAYLOAD_OVERHEAD_BYTES = HEADER_BYTES;
/** Bytes after which a stream is replaced by one with a new nonce; far below the 2³² blocks its counter can count. */
export const MAX_STREAM_BYTES = 2 ** 30;
/** Key stream made at a time: asking for it costs more than the making. */
const PAD_BYTES = 16 * 1024;
/** From this length on a payload is enciphered as a whole. */
const MIN_WHOLE_BYTES = 4 * 1024;
const ZEROS = new Uint8Array(PAD_BYTES);
const HKDF_INFO = 'sallyport payload stream v2';

/** Layout: version(1) ‖ key id(4) ‖ nonce(12) ‖ offset(6, big-endian, bytes) ‖ ciphertext. */
export class PayloadStream {
  readonly #keyId: string;
  readonly #key: KeyObject;
  readonly #random: Random;
  #cipher: Cipheriv;
  /** What every payload of this stream begins with. */
  #prefix: Uint8Array;
  #offset = 0;
  /** The key stream that comes next, up to where the cipher is; used bytes are wiped. */
  #pad: Uint8Array = new Uint8Array(0);
  #padAt = 0;

  /** `context` binds the derived key to organization and purpose. */
  constructor(keyId: string, key: Uint8Array, context: string, random: Random = systemRandom) {
    this.#keyId = keyId;
    this.#key = createSecretKey(new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), `${HKDF_INFO} ${context}`, KEY_BYTES)));
    this.#random = random;
    const { cipher, prefix } = this.#begin();
    this.#cipher = cipher;
    this.#prefix = prefix;
  }

  seal(plain: Uint8Array): Buffer {
    if (this.#offset + plain.length > MAX_STREAM_BYTES) this.#renew();
    const out = Buffer.allocUnsafe(HEADER_BYTES + plain.length);
    out.set(this.#prefix);
    out.writeUIntBE(this.#offset, HEADER_BYTES - OFFSET_BYTES, OFFSET_BYTES);
    out.set(plain, HEADER_BYTES);
    this.#encipher(out, HEADER_BYTES);
    this.#offset += plain.length;
    return out;
  }

  /** What was sealed under this key; garbage in, garbage out: the caller checks the commitment. undefined when it is no payload of this key. */
  open(sealed: Uint8Array): Buffer | undefined {
    if (payloadKeyId(sealed) !== this.#keyId) return undefined;
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const nonce = bytes.subarray(1 + KEY_ID_BYTES, 1 + KEY_ID_BYTES + NONCE_BYTES);
    const offset = bytes.readUIntBE(1 + KEY_ID_BYTES + NONCE_BYTES, OFFSET_BYTES);
    const decipher = createDecipheriv('aes-256-ctr', this.#key, counterBlock(nonce, Math.floor(offset / BLOCK_BYTES)));
    decipher.update(Buffer.alloc(offset % BLOCK_BYTES));
    return decipher.update(bytes.subarray(HEADER_BYTES));
  }

  /** In place, from `start` to the end. */
  #encipher(bytes: Uint8Array, start: number): void {
    let at = start;
    while (at < bytes.length) {
      if (this.#padAt === this.#pad.length) {
        if (bytes.length - at >= MIN_WHOLE_BYTES) {
          bytes.set(this.#cipher.update(bytes.subarray(at)), at);
          return;
        }
        this.#pad = this.#cipher.update(ZEROS);
        this.#padAt = 0;
      }
      const pad = this.#pad;
      const end = Math.min(bytes.length, at + pad.length - this.#padAt);
      let next = this.#padAt;
      for (; at < end; at++, next++) {
        bytes[at] = (bytes[at] as number) ^ (pad[next] as number);
        pad[next] = 0;
      }
      this.#padAt = next;
    }
  }

  #renew(): void {
    const { cipher, prefix } = this.#begin();
    this.#cipher = cipher;
    this.#prefix = prefix;
    this.#offset = 0;
    this.#pad = new Uint8Array(0);
    this.#padAt = 0;
  }

  #begin(): { cipher: Cipheriv; prefix: Uint8Array } {
    const nonce = this.#random.bytes(NONCE_BYTES);
    const prefix = Buffer.concat([Uint8Array.of(VERSION), Buffer.from(this.#keyId, 'hex'), nonce]);
    return { cipher: cipherAt(this.#key, nonce, 0), prefix };
  }
}

/** Id of the key a sealed payload names; undefined when it is none of this form. */
export function payloadKeyId(sealed: Uint8Array): string | undefined {
  if (sealed.length < HEADER_BYTES || sealed[0] !== VERSION) return undefined;
  return Buffer.from(sealed.subarray(1, 1 + KEY_ID_BYTES)).toString('hex');
}

function cipherAt(key: KeyObject, nonce: Uint8Array, block: number): Cipheriv {
  return createCipheriv('aes-256-ctr', key, counterBlock(nonce, block));
}

function counterBlock(nonce: Uint8Array, block: number): Buffer {
  const counter = Buffer.alloc(BLOCK_BYTES);
  counter.set(nonce, 0);
  counter.writeUInt32BE(block, NONCE_BYTES);
  return counter;
}
