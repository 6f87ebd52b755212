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
/** From this length on a payload is enciphered whole. */
const MIN_LONG_BYTES = 4 * 1024;
/** Enciphered in one step: less than a millisecond. */
const STEP_BYTES = 1_048_576;
const ZEROS = new Uint8Array(PAD_BYTES);
const HKDF_INFO = 'sallyport payload stream v2';

/** Layout: version(1) ‖ key id(4) ‖ nonce(12) ‖ offset(6, big-endian, bytes) ‖ ciphertext. */
export class PayloadStream {
  readonly #keyId: string;
  readonly #key: KeyObject;
  readonly #random: Random;
  /** Long payloads have a key stream of their own: they would use up what was made ahead for short ones. */
  #short: KeyStream;
  #long: KeyStream;

  /** `context` binds the derived key to organization and purpose. */
  constructor(keyId: string, key: Uint8Array, context: string, random: Random = systemRandom) {
    this.#keyId = keyId;
    this.#key = createSecretKey(new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), `${HKDF_INFO} ${context}`, KEY_BYTES)));
    this.#random = random;
    this.#short = this.#newStream();
    this.#long = this.#newStream();
  }

  seal(plain: Uint8Array): Buffer {
    const isLong = plain.length >= MIN_LONG_BYTES;
    let stream = isLong ? this.#long : this.#short;
    if (stream.offset + plain.length > MAX_STREAM_BYTES) {
      stream = this.#newStream();
      if (isLong) this.#long = stream;
      else this.#short = stream;
    }
    const out = Buffer.allocUnsafe(HEADER_BYTES + plain.length);
    out.set(stream.prefix);
    out.writeUIntBE(stream.offset, HEADER_BYTES - OFFSET_BYTES, OFFSET_BYTES);
    if (isLong) stream.encipherWhole(plain, out);
    else stream.encipher(plain, out);
    return out;
  }

  /** In steps. What is sealed meanwhile goes on with its own stream, so this one has a stream to itself. */
  *sealInSteps(plain: Uint8Array, stepBytes = STEP_BYTES): Generator<void, Buffer, void> {
    const stream = this.#newStream();
    const out = Buffer.allocUnsafe(HEADER_BYTES + plain.length);
    out.set(stream.prefix);
    out.writeUIntBE(0, HEADER_BYTES - OFFSET_BYTES, OFFSET_BYTES);
    for (let at = 0; at < plain.length; at += stepBytes) {
      stream.encipherWhole(plain.subarray(at, at + stepBytes), out.subarray(at));
      yield;
    }
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

  #newStream(): KeyStream {
    const nonce = this.#random.bytes(NONCE_BYTES);
    const prefix = Buffer.concat([Uint8Array.of(VERSION), Buffer.from(this.#keyId, 'hex'), nonce]);
    return new KeyStream(cipherAt(this.#key, nonce, 0), prefix);
  }
}

/** One nonce's key stream, used up from its start on. Either all payloads of it are enciphered whole, or none is. */
class KeyStream {
  /** What every payload of this stream begins with. */
  readonly prefix: Uint8Array;
  /** Bytes that are used up. */
  offset = 0;
  readonly #cipher: Cipheriv;
  /** The key stream that comes next, up to where the cipher is; used bytes are wiped. */
  #pad: Uint8Array = new Uint8Array(0);
  #padAt = 0;

  constructor(cipher: Cipheriv, prefix: Uint8Array) {
    this.#cipher = cipher;
    this.prefix = prefix;
  }

  encipherWhole(plain: Uint8Array, out: Uint8Array): void {
    out.set(this.#cipher.update(plain), HEADER_BYTES);
    this.offset += plain.length;
  }

  encipher(plain: Uint8Array, out: Uint8Array): void {
    for (let at = 0; at < plain.length; ) {
      if (this.#padAt === this.#pad.length) {
        this.#pad = this.#cipher.update(ZEROS);
        this.#padAt = 0;
      }
      const pad = this.#pad;
      const end = Math.min(plain.length, at + pad.length - this.#padAt);
      let next = this.#padAt;
      for (; at < end; at++, next++) {
        out[HEADER_BYTES + at] = (plain[at] as number) ^ (pad[next] as number);
        pad[next] = 0;
      }
      this.#padAt = next;
    }
    this.offset += plain.length;
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
